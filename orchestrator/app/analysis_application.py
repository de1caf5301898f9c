"""The application's part about conversations in files; implements `surfaces.analysis_application`."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from orchestrator.app.configured import Configured
from orchestrator.core.batching import BatchProgress
from orchestrator.surfaces.analysis_application import AnalysisRequest, Document, LiveRequest


class AnalysisApp(Configured):
    """Conversations scored in batches."""

    def analyze(self, request: AnalysisRequest, *, watch: Callable[[BatchProgress], None]) -> Document:
        """Score conversations of files."""
        from orchestrator.app.analysis.analyzing import analyze  # noqa: PLC0415

        return analyze(request, self._logged, watch=watch)

    def estimate(self, request: AnalysisRequest) -> Document:
        """What a model would take."""
        from orchestrator.app.analysis.analyzing import estimate  # noqa: PLC0415

        return estimate(request, self.settings())

    def watch_live(self, request: LiveRequest, lines: Iterable[bytes]) -> Iterator[Document]:
        """Score running conversations."""
        from orchestrator.app.analysis.live import watch_lines  # noqa: PLC0415

        return watch_lines(request, lines, self.settings)

    def make_redaction_key(self, out: Path) -> None:
        """Write a new key."""
        from orchestrator.app.analysis.vault import write_key  # noqa: PLC0415

        write_key(out)

    def restore_redactions(self, result: Path, *, key: Path, vault: Path | None, out: Path | None) -> Document:
        """Write a result with what was redacted."""
        from orchestrator.app.analysis.restoring import restore  # noqa: PLC0415

        return restore(result, key, vault, out)

    def import_insights(self, path: Path) -> Document:
        """Keep results of a file."""
        import asyncio  # noqa: PLC0415  # with what it runs

        from orchestrator.app.analysis.insight_source import import_results  # noqa: PLC0415

        return asyncio.run(import_results(self._logged(), path)).document()

    def show_insights(self) -> Document:
        """What is kept."""
        import asyncio  # noqa: PLC0415  # with what it runs

        from orchestrator.app.analysis.insight_source import held_insights  # noqa: PLC0415

        return asyncio.run(held_insights(self._logged()))
