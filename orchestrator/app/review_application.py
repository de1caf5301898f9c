"""The application's part about people's reviews; implements `surfaces.review_application`."""

from collections.abc import Callable, Sequence
from pathlib import Path

from orchestrator.app.configured import Configured
from orchestrator.core.conversations.review_terms import Every
from orchestrator.surfaces.analysis_application import Document
from orchestrator.surfaces.review_application import Answer, CalibrationRequest, DisputeRequest, SampleRequest


class ReviewApp(Configured):
    """Reviews by people."""

    def draw_sample(self, request: SampleRequest) -> Document:
        """Draw, store, write the sheet."""
        from orchestrator.app.analysis.review_drawing import draw_sample  # noqa: PLC0415

        return draw_sample(self.settings(), request)

    def read_sheet(self, sheet: Path, *, reviewer: str | None) -> Sequence[Document]:
        """The conversations of a sheet."""
        from orchestrator.app.analysis.review_drawing import read_sheet  # noqa: PLC0415

        return read_sheet(self.settings(), sheet, reviewer=reviewer)

    def check_answer(self, question: str, value: str) -> None:
        """InputError where an answer is none."""
        from orchestrator.app.analysis.reviewing import check_answer  # noqa: PLC0415

        check_answer(question, value)

    def store_answers(self, answers: Sequence[Answer]) -> Document:
        """Store answers together."""
        from orchestrator.app.analysis.reviewing import store_answers  # noqa: PLC0415

        return store_answers(self.settings(), answers)

    def import_reviews(self, file: Path, *, reviewer: str | None) -> Document:
        """Store the answers of a file."""
        from orchestrator.app.analysis.reviewing import import_reviews  # noqa: PLC0415

        return import_reviews(self.settings(), file, reviewer=reviewer)

    def open_dispute(self, request: DisputeRequest) -> Document:
        """Store a dispute."""
        from orchestrator.app.analysis.review_disputes import open_dispute  # noqa: PLC0415

        return open_dispute(self.settings(), request)

    def settle_dispute(self, dispute: str, *, upheld: bool, note: str, by: str | None) -> Document:
        """Settle a dispute."""
        from orchestrator.app.analysis.review_disputes import settle_dispute  # noqa: PLC0415

        return settle_dispute(self.settings(), dispute, upheld=upheld, note=note, by=by)

    def list_disputes(self, *, open_only: bool) -> Document:
        """All disputes."""
        from orchestrator.app.analysis.review_disputes import list_disputes  # noqa: PLC0415

        return list_disputes(self.settings(), open_only=open_only)

    def review_agreement(self, *, sample: str | None) -> Document:
        """Agreement by question."""
        from orchestrator.app.analysis.reviewing import review_agreement  # noqa: PLC0415

        return review_agreement(self.settings(), sample=sample)

    def review_drift(self, *, every: Every) -> Document:
        """Agreement by question and period."""
        from orchestrator.app.analysis.reviewing import review_drift  # noqa: PLC0415

        return review_drift(self.settings(), every=every)

    def calibrate(self, request: CalibrationRequest, *, tell: Callable[[str], None]) -> Document:
        """Fit weights to the labels."""
        from orchestrator.app.analysis.calibrating import calibrate  # noqa: PLC0415

        return calibrate(self.settings(), request, tell=tell)

    def export_reviews(self, out: Path) -> Document:
        """Write all answers."""
        from orchestrator.app.analysis.review_export import export_reviews  # noqa: PLC0415

        return export_reviews(self.settings(), out)
