"""The application: what the surfaces start."""

import difflib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.app.action_application import ActionApp
from orchestrator.app.analysis_application import AnalysisApp
from orchestrator.app.incident_application import IncidentApp
from orchestrator.app.review_application import ReviewApp
from orchestrator.app.shipping_application import ShippingApp
from orchestrator.core.errors import InputError, SettingsError, SwitchboardError
from orchestrator.core.events import Event
from orchestrator.core.redaction import redact_value
from orchestrator.core.report import Json
from orchestrator.surfaces.application import (
    CheckedGuides,
    Conversation,
    Document,
    Finding,
    GuideHits,
    LintedGuide,
    Listener,
    Options,
    RecheckedClaim,
    ServedWorkflow,
    TriedGuide,
)

if TYPE_CHECKING:
    from orchestrator.app.telemetry.runs import Telemetry
    from orchestrator.core.routing.router import Route, Router
    from orchestrator.core.table import Table
    from orchestrator.engine.session import Session
    from orchestrator.engine.switchboard import Switchboard
    from playbooks.guide import Guide


@dataclass(slots=True)
class LiveConversation:
    """A session on an open switchboard."""

    _switchboard: "Switchboard"
    _session: "Session"
    _agent: str | None
    _telemetry: "Telemetry"
    _key: str | None = None
    _known: Callable[[str, Listener], Awaitable[Json]] | None = None

    @property
    def session(self) -> str:
        """Its id."""
        return self._session.id

    async def ask(self, text: str, *, listen: Listener) -> Document:
        """Answer one message; what leaves is redacted."""
        from orchestrator.app.log import run_logged  # noqa: PLC0415  # structlog is not free

        known = self._known
        with self._telemetry.run() as told, run_logged() as logged:

            def heard(event: Event) -> None:
                for listener in (logged, told, listen):
                    listener(event)

            report = await self._switchboard.ask(
                text,
                session=self._session,
                listen=heard,
                agent=self._agent,
                key=self._key,
                known=(lambda run: known(run, heard)) if known else None,
            )
        return _redacted(report)

    def evidence(self, evidence_id: str) -> Document | None:
        """That evidence of the last run that has it."""
        for report in reversed(self._session.reports):
            for item in _dicts(report.get("evidence")):
                if str(item.get("id", "")).lower() == evidence_id.lower():
                    return _redacted(item)
        return None

    def last_report(self) -> Document | None:
        """The last run's report."""
        return _redacted(self._session.reports[-1]) if self._session.reports else None


def _redacted(document: Json) -> Json:
    return {name: redact_value(value) for name, value in document.items()}


class App(ActionApp, AnalysisApp, IncidentApp, ReviewApp, ShippingApp):
    """Everything that a surface can start; implements `surfaces.application.Application`."""

    def __init__(self) -> None:
        self._router: Router | None = None

    def state_dir(self) -> Path | None:
        """Where runs, history and the log are kept; None where the settings cannot be read."""
        try:
            return self.settings().state
        except SwitchboardError:
            return None

    def record_failure(self, error: BaseException, *, run: str | None) -> Path | None:
        """Write an unexpected error with its traceback to the log; its path, or None where that is impossible."""
        from orchestrator.app.log import secrets_of, write_failure  # noqa: PLC0415  # only a failure needs the logger

        try:
            settings = self.settings()
            return write_failure(settings.state, error, run=run, known=secrets_of(settings))
        except (OSError, SwitchboardError):
            return None

    def converse(self, options: Options) -> AbstractAsyncContextManager[Conversation]:
        """Open a session."""
        return self._converse(options)

    @asynccontextmanager
    async def _converse(self, options: Options) -> AsyncIterator[Conversation]:
        from orchestrator.app.assembly import open_switchboard, specialists  # noqa: PLC0415  # brings every room
        from orchestrator.app.azure import Azure  # noqa: PLC0415
        from orchestrator.app.telemetry.source import open_run_telemetry  # noqa: PLC0415
        from orchestrator.engine.session import Session, new_session_id, resume_session  # noqa: PLC0415

        settings = self._logged()
        tools = frozenset[str]().union(*(spec.grants for spec in specialists().values()))
        async with (
            Azure(settings) as azure,
            open_run_telemetry(settings, azure, tools=tools) as telemetry,
            open_switchboard(options, settings, azure=azure, headers=telemetry.headers) as switchboard,
        ):
            if options.session is None:
                session = Session(id=new_session_id())
            else:
                session = resume_session(switchboard.journal, options.session)
            yield LiveConversation(switchboard, session, options.agent, telemetry, options.key, self._outcome_of)

    async def _outcome_of(self, run: str, listen: Listener) -> Json:
        from orchestrator.app.resuming import outcome_of  # noqa: PLC0415  # where a key was used before

        return await outcome_of(self._logged(), run, listen=listen)

    def route(self, text: str, *, speaking: str | None = None) -> "Route":
        """Which specialist a message or an alert payload is for."""
        from orchestrator.app.assembly import build_router, read_services  # noqa: PLC0415
        from orchestrator.app.guide_folders import read_guides  # noqa: PLC0415
        from orchestrator.app.sources import choose_sources  # noqa: PLC0415

        if self._router is None:
            settings = self.settings()
            kind = choose_sources(Options(), settings, make=False).kind
            services = read_services(Options(), settings, kind=kind)
            names = (name for service in services for name in service.names)
            self._router = build_router(names, read_guides(settings.guides))
        return self._router.route(text, speaking=speaking)

    def load_guides(self, folder: Path | None) -> "tuple[Guide, ...]":
        """The guides of a folder, of the settings, or the shipped ones."""
        from orchestrator.app.guide_folders import read_guides  # noqa: PLC0415

        return read_guides(folder or self.settings().guides)

    async def search_guides(
        self, queries: Sequence[tuple[str, str]], *, source: Path | None, top: int
    ) -> AsyncIterator[GuideHits]:
        """Search over a folder of guides or a `corpus.jsonl`."""
        from orchestrator.app.guide_search import search_guides  # noqa: PLC0415

        settings = self.settings()
        async for hits in search_guides(queries, source=source or settings.guides, top=top, settings=settings):
            yield hits

    async def lint_guides(self, files: Sequence[Path]) -> tuple[LintedGuide, ...]:
        """Check guides without data."""
        from orchestrator.app.guide_checks import lint_guides  # noqa: PLC0415  # brings the log engine

        return await lint_guides(self._guide_files(files))

    async def check_guides(self, files: Sequence[Path], options: Options, *, live: bool) -> CheckedGuides:
        """Check guides against the schema of the configured logs."""
        from orchestrator.app.live_checks import check_guides  # noqa: PLC0415  # brings the log engine

        return await check_guides(self._guide_files(files), options=options, settings=self._logged(), live=live)

    async def try_guides(self, files: Sequence[Path]) -> AsyncIterator[TriedGuide]:
        """Run the tests beside guides."""
        from orchestrator.app.assembly import read_services  # noqa: PLC0415
        from orchestrator.app.guide_checks import try_guides  # noqa: PLC0415  # brings the log engine

        services = read_services(Options(), self.settings(), kind="files")
        async for guide in try_guides(self._guide_files(files), services=services):
            yield guide

    def _guide_files(self, files: Sequence[Path]) -> Sequence[Path]:
        folder = self.settings().guides
        return files or ((folder,) if folder else ())

    async def run_guide(self, guide_id: str, options: Options, *, listen: Listener) -> Document:
        """Run one guide with given parameters, without routing or matching."""
        known = [guide.id for guide in self.load_guides(options.guides)]
        if guide_id not in known:
            nearest = difflib.get_close_matches(guide_id, known, n=3, cutoff=0.4) or known
            raise InputError(f"there is no guide {guide_id!r}; did you mean {', '.join(nearest)}?")
        async with self.converse(replace(options, agent="triage")) as conversation:
            return await conversation.ask(f"run guide {guide_id}", listen=listen)

    async def query_logs(self, kql: str, *, options: Options) -> "tuple[Table, tuple[str, ...]]":
        """Ask the configured logs."""
        from orchestrator.app.azure import Azure  # noqa: PLC0415
        from orchestrator.app.log_source import open_plain_logs  # noqa: PLC0415
        from orchestrator.app.sources import choose_sources  # noqa: PLC0415

        settings = self._logged()
        sources = choose_sources(options, settings)
        async with Azure(settings) as azure, open_plain_logs(options, azure, sources) as logs:
            table = await logs.query(kql)
            return table, logs.warnings

    def list_runs(self, *, limit: int) -> tuple[Document, ...]:
        """The newest runs."""
        from orchestrator.app.past import list_runs  # noqa: PLC0415

        return list_runs(self.settings(), limit=limit)

    def show_run(self, run: str) -> Document:
        """A past run's report."""
        from orchestrator.app.past import show_run  # noqa: PLC0415

        return show_run(self.settings(), run)

    async def verify_run(self, run: str) -> tuple[RecheckedClaim, ...]:
        """Ask a past run's queries again and evaluate each claim's check."""
        from orchestrator.app.past import verify_run  # noqa: PLC0415

        return await verify_run(self._logged(), run)

    async def resume_run(self, run: str, *, listen: Listener) -> Document:
        """Carry a run to its end."""
        from orchestrator.app.resuming import resume_run  # noqa: PLC0415

        return _redacted(await resume_run(self._logged(), run, listen=listen))

    def cancel_run(self, run: str) -> Document:
        """Ask to stop a run."""
        from orchestrator.app.identity import this_user  # noqa: PLC0415
        from orchestrator.app.resuming import cancel_run  # noqa: PLC0415

        return cancel_run(self._logged(), run, by=this_user())

    def export_runs(self, runs: Sequence[str], *, since: datetime | None) -> Iterator[Document]:
        """All that is recorded of runs."""
        from orchestrator.app.exporting import export_runs  # noqa: PLC0415

        return export_runs(self.settings(), runs, since=since)

    async def work(self, *, once: bool, concurrency: int, announce: Callable[[str], None]) -> None:
        """Be a worker."""
        from orchestrator.app.worker.process import run_worker  # noqa: PLC0415  # brings every room

        await run_worker(self._logged(), once=once, concurrency=concurrency, announce=announce)

    def list_workflows(self) -> tuple[Document, ...]:
        """The workflows there are."""
        from orchestrator.app.workflows import list_workflows  # noqa: PLC0415

        return list_workflows(self.settings())

    async def read_workflow(self, key: str, *, sent_at: datetime | None) -> Document:
        """What became of a key."""
        from orchestrator.app.workflows import read_workflow  # noqa: PLC0415  # brings the client, and the host

        return _redacted(await read_workflow(self._logged(), key, sent_at=sent_at))

    async def serve_workflows(
        self,
        *,
        host: str,
        port: int,
        faults: Path | None,
        folder: Path | None,
        announce: Callable[[ServedWorkflow], None],
    ) -> None:
        """Host the workflows on a port."""
        from orchestrator.app.workflows import serve_workflows  # noqa: PLC0415  # brings the web server

        await serve_workflows(self._logged(), host=host, port=port, faults=faults, folder=folder, announce=announce)

    def make_sample(self, name: str, *, seed: int, out: Path, fmt: str) -> Document:
        """Write a sample environment."""
        from orchestrator.app.sources import make_sample  # noqa: PLC0415

        return make_sample(self.settings(), name, seed=seed, out=out, fmt=fmt)

    def sample_names(self) -> tuple[tuple[str, str], ...]:
        """The sample environments."""
        from playbooks.samples.conversations.conversations import NAME, TITLE  # noqa: PLC0415
        from playbooks.samples.scenario import SCENARIOS  # noqa: PLC0415

        return (*((name, scenario.title) for name, scenario in SCENARIOS.items()), (NAME, TITLE))

    async def fill_index(self, *, guides: Path | None, recreate: bool) -> Document:
        """Make the search service hold what the files say."""
        from orchestrator.app.index_fill import fill_search  # noqa: PLC0415

        return await fill_search(self._logged(), self.load_guides(guides), recreate=recreate)

    async def show_index(self) -> Document:
        """How the search service's indexes stand."""
        from orchestrator.app.index_fill import show_search  # noqa: PLC0415

        return await show_search(self._logged())

    def purge(self, *, before: datetime | None, subject: str | None, dry_run: bool) -> Document:
        """Purge the record."""
        from orchestrator.app.purging import purge  # noqa: PLC0415

        return purge(self.settings(), before=before, subject=subject, dry_run=dry_run)

    def guide_stats(self, guides: Path | None) -> Document:
        """How guides did."""
        from orchestrator.app.guide_stats import guide_stats  # noqa: PLC0415

        return guide_stats(self.settings(), self.load_guides(guides))

    async def discover_services(self, options: Options, *, out: Path | None) -> Document:
        """Draft the inventory from telemetry."""
        from orchestrator.app.discovery import discover_services  # noqa: PLC0415  # brings the log engine

        return await discover_services(options, self._logged(), out=out)

    async def diagnose(self, options: Options) -> tuple[Finding, ...]:
        """What is configured and reachable."""
        from orchestrator.app.doctor import diagnose, unreadable  # noqa: PLC0415

        try:
            settings = self.settings()
        except SettingsError as error:
            return (unreadable(error),)
        return await diagnose(options, settings)


def _dicts(value: object) -> list[Json]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
