"""Looks for the effects of actions in the data that their runs looked at: on Azure, in files, in the sample."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.app.begun import reopened
from orchestrator.app.guide_folders import read_guides
from orchestrator.app.log_source import Opened, open_logs
from orchestrator.app.resource_source import Resources, open_resources
from orchestrator.app.sample_effects import advance_environment, environment_clock, is_environment
from orchestrator.core.errors import InputError, QueryError
from orchestrator.core.ports import Document, Hit, SearchQuery, WriteResult
from orchestrator.core.recording import Recorder
from orchestrator.engine.acting.ports import Looked

if TYPE_CHECKING:
    from orchestrator.app.azure import Azure
    from orchestrator.app.sources import Sources
    from orchestrator.core.actions.request import ActionRequest, Verification
    from orchestrator.core.actions.state import Action
    from orchestrator.core.evidence import Evidence
    from orchestrator.core.pinning import Pins
    from orchestrator.settings import Settings
    from orchestrator.surfaces.application import Options
    from playbooks.guide import Guide

PLAYED_ON = timedelta(minutes=5)
"""How far past a window the sample is played on: its rows come with a lag."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectVerifier:
    """Implements `engine.acting.ports.Verifier`.

    Attributes:
        pins: The texts of the guides that runs kept to; today's are used where there is none.
    """

    settings: "Settings"
    azure: "Azure"
    pins: "Pins | None" = None

    async def data_clock(self, request: "ActionRequest") -> datetime | None:
        """The newest time of the files now; None on live logs."""
        check = request.verification
        if check is None:
            return None
        options, sources = _data(check)
        if sources.kind == "live":
            return None
        if is_environment(sources.logs):
            return environment_clock(Path(sources.logs[0]))
        async with open_logs(options, self.azure, sources, ()) as opened:
            return opened.now

    def is_ready(self, action: "Action", *, now: datetime) -> bool:
        """Whether the window is over; files are looked at at once, as time passes in them when they are written."""
        check, due = action.request.verification, action.verify_at
        if check is None or due is None:
            return False
        _, sources = _data(check)
        return sources.kind != "live" or now >= due

    async def look(self, action: "Action") -> Looked:
        """Ask the guide's own question in the window after the action; a sample is played on until its end."""
        from agents.triage.runner import evidence_keys  # noqa: PLC0415  # only where something was done
        from agents.triage.verifying import verify_action, verifying_guide  # noqa: PLC0415  # same

        request, done_at, until = action.request, action.acted_at, action.verify_at
        check = request.verification
        if check is None or done_at is None or until is None:
            raise InputError(f"nothing says how to see whether {action.id} helped")
        options, sources = _data(check)
        if is_environment(sources.logs):
            await advance_environment(self.settings, Path(sources.logs[0]), until + PLAYED_ON)
        guides = {guide.id: guide for guide in read_guides(options.guides or self.settings.guides)}
        guide = self._guide(request, guides)
        found: list[Evidence] = []
        async with self._opened(options, sources, tuple(guides.values())) as (opened, resources):
            recorder = Recorder(
                logs=opened.logs,
                index=_Unsearched(),
                source=sources.kind,
                found=found.append,
                metrics=resources.metrics,
                graph=resources.graph,
            )
            keys = evidence_keys(verifying_guide(guide, check), guides)
            verified = await verify_action(guide, check, done_at=done_at, port=recorder.section(keys), guides=guides)
        cited = [item.document() for item in found if item.id in verified.evidence]
        return Looked(
            held=verified.held,
            again=verified.again,
            text=verified.text,
            check=verified.check,
            evidence=tuple(cited),
        )

    @asynccontextmanager
    async def _opened(
        self, options: "Options", sources: "Sources", guides: "Sequence[Guide]"
    ) -> AsyncIterator[tuple[Opened, Resources]]:
        async with (
            open_logs(options, self.azure, sources, guides) as opened,
            open_resources(self.azure, sources, opened.logs) as resources,
        ):
            yield opened, resources

    def _guide(self, request: "ActionRequest", guides: "Mapping[str, Guide]") -> "Guide":
        """The guide in the version that proposed it; InputError where that is nowhere any more."""
        from playbooks.parse import parse_guide  # noqa: PLC0415  # the Markdown and YAML parsers are not free

        today = guides.get(request.guide or "")
        if today is not None and today.version == request.guide_version:
            return today
        text = self.pins.pinned(request.guide_version) if self.pins and request.guide_version else None
        if text is None:
            raise InputError(
                f"the guide {request.guide!r} in version {request.guide_version}, which says how to look, is no longer "
                "stored; look by hand"
            )
        return parse_guide(text.text, path=text.path)


def _data(check: "Verification") -> "tuple[Options, Sources]":
    """What the run looked at, as it is now and not as it was then."""
    options, sources = reopened(check.inputs)
    return replace(options, now=None, parameters={}), sources


class _Unsearched:
    """Steps of guides ask no index."""

    async def search(self, query: SearchQuery) -> tuple[Hit, ...]:
        raise QueryError(f"a verification does not search ({query.text!r}); ask logs, metrics or the resource graph")

    async def write(self, documents: Sequence[Document]) -> tuple[WriteResult, ...]:
        return tuple(WriteResult(id=one.id, stored=False, reason="a verification writes nothing") for one in documents)

    async def delete(self, ids: Sequence[str]) -> tuple[WriteResult, ...]:
        return tuple(WriteResult(id=one, stored=False, reason="a verification writes nothing") for one in ids)
