"""An application without rooms behind it: it answers with fixed reports and emits the events of a real run.

Also a program, to look at: `python tests/surfaces/fake_application.py ask "checkout returns 502"`; the words `healthy`,
`no data` and so on choose the report, and `slow` makes the steps take their time.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from importlib import util
from pathlib import Path

from orchestrator.core.errors import InputError, ModelError, Place, QueryError, SettingsError
from orchestrator.core.events import (
    GuideMatched,
    Routed,
    RunStarted,
    StepFinished,
    StepStarted,
    TurnStarted,
    WindowResolved,
)
from orchestrator.core.routing.router import Route
from orchestrator.core.table import Column, ColumnType, Table, TableStatus
from orchestrator.surfaces.application import (
    CheckedGuide,
    CheckedGuides,
    CheckedStep,
    CheckState,
    Document,
    Finding,
    GuideHits,
    LintedGuide,
    Listener,
    Options,
    RecheckedClaim,
    ServedWorkflow,
    TriedCase,
    TriedGuide,
)
from playbooks.guide import AppliesTo, Guide
from playbooks.problems import error, warning

_SPEC = util.spec_from_file_location("surface_reports", Path(__file__).with_name("reports.py"))
assert _SPEC
assert _SPEC.loader
reports = util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(reports)

_HANDOFFS = util.spec_from_file_location("surface_handoffs", Path(__file__).with_name("fake_handoffs.py"))
assert _HANDOFFS
assert _HANDOFFS.loader
handoffs = util.module_from_spec(_HANDOFFS)
_HANDOFFS.loader.exec_module(handoffs)
_APPROVALS = util.spec_from_file_location("surface_approvals", Path(__file__).with_name("fake_approvals.py"))
assert _APPROVALS
assert _APPROVALS.loader
approvals = util.module_from_spec(_APPROVALS)
_APPROVALS.loader.exec_module(approvals)
_INCIDENTS = util.spec_from_file_location("surface_incidents", Path(__file__).with_name("fake_incidents.py"))
assert _INCIDENTS
assert _INCIDENTS.loader
incidents = util.module_from_spec(_INCIDENTS)
_INCIDENTS.loader.exec_module(incidents)
_SHIPMENTS = util.spec_from_file_location("surface_shipments", Path(__file__).with_name("fake_shipments.py"))
assert _SHIPMENTS
assert _SHIPMENTS.loader
shipments = util.module_from_spec(_SHIPMENTS)
_SHIPMENTS.loader.exec_module(shipments)
if __name__ == "__main__":  # pytest has it in its own path
    sys.path.append(str(Path(__file__).parents[1] / "servers"))
_VIEWS = util.spec_from_file_location("surface_views", Path(__file__).with_name("fake_views.py"))
assert _VIEWS
assert _VIEWS.loader
views = util.module_from_spec(_VIEWS)
_VIEWS.loader.exec_module(views)
_ANALYSES = util.spec_from_file_location("surface_analyses", Path(__file__).with_name("fake_analyses.py"))
assert _ANALYSES
assert _ANALYSES.loader
analyses = util.module_from_spec(_ANALYSES)
_ANALYSES.loader.exec_module(analyses)

NOW = datetime(2026, 11, 22, 10, 45, tzinfo=UTC)


class FakeConversation:
    """Answers by words in the message; remembers the last report."""

    def __init__(self, application: "FakeApplication", options: Options) -> None:
        self._application = application
        self.session = options.session or f"s{len(application.opened)}"
        self._last: Document | None = None

    async def ask(self, text: str, *, listen: Listener) -> Document:
        """Emit the events of the report that the message chooses, and return it."""
        self._application.asked.append(text)
        found = choose(text)
        listen(started(found, session=self.session, message=text))
        if self._application.state:
            self._application.state.mkdir(exist_ok=True)
            (self._application.state / "running").write_text(text)
        if "crash" in text:
            raise ZeroDivisionError(text)
        if "model" in text:
            raise ModelError("the chat service answered 503: try again later")
        if "interrupt" in text:
            raise KeyboardInterrupt
        await emit(found, listen, pause_s=float(os.environ.get("FAKE_PAUSE_S", "0")))
        self._last = {**found, "asked": text, **self._application.proposals()}
        return self._last

    def evidence(self, evidence_id: str) -> Document | None:
        """By id, from the last report."""
        found = [item for item in (self._last or {}).get("evidence", []) if item["id"] == evidence_id]
        return found[0] if found else None

    def last_report(self) -> Document | None:
        """The last one."""
        return self._last


def started(report: Document, *, session: str, message: str) -> RunStarted:
    """A run's first event."""
    return RunStarted(
        run=report["run"], session=session, message=message, source=report["source"], now=NOW, at=NOW, inputs={}
    )


def choose(text: str) -> Document:
    """The report whose name's words are all in the message."""
    words = text.lower()
    for name, make in reports.ALL.items():
        if name.replace("_", " ") in words:
            return make()
    return reports.cause_found()


async def emit(report: Document, listen: Listener, *, pause_s: float) -> None:
    """The events that a run of this report would have emitted: its first three steps side by side."""
    for turn, subject in enumerate(report["turns"] or [report], start=1):
        listen(TurnStarted(agent=subject["agent"], turn=turn, text=subject["asked"]))
    listen(Routed(agents=(report["agent"],), confidence=0.93, abstained=False, reason="a symptom"))
    await asyncio.sleep(pause_s)
    if guide := report["guide"]:
        listen(
            GuideMatched(
                guide=guide["id"], title=guide["title"], version=guide["version"], confidence=0.8, by="text", reason=""
            )
        )
    if report["window"]:
        start, end = (datetime.fromisoformat(report["window"][edge]) for edge in ("from", "to"))
        zone, origin = report["window"]["timezone"], report["window"]["origin"]
        listen(WindowResolved(start=start, end=end, timezone=zone, origin=origin))
    steps = report["steps"]
    for wave in filter(None, (steps[:3], steps[3:5], steps[5:])):
        for step in wave:
            listen(StepStarted(guide="g", step=step["id"], title=step["title"]))
        for step in wave:
            await asyncio.sleep(pause_s)
            listen(
                StepFinished(
                    guide="g",
                    step=step["id"],
                    title=step["title"],
                    status=step["status"],
                    outcome=step["outcome"],
                    text=step["text"],
                    evidence=step["evidence"],
                    elapsed_ms=step["elapsed_ms"],
                )
            )


class FakeApplication(  # type: ignore[misc,name-defined]  # loaded by path
    handoffs.FakeHandoffs,
    approvals.FakeApprovals,
    incidents.FakeIncidents,
    views.FakeIncidentViews,
    shipments.FakeShipments,
    analyses.FakeAnalyses,
):
    """The whole Protocol, in memory."""

    def __init__(self, state: Path | None = None) -> None:
        self.opened: list[Options] = []
        self.asked: list[str] = []
        self.broken = False
        self.failures: list[tuple[BaseException, str | None]] = []
        self.state = state
        self.decided: list[tuple[object, ...]] = []
        self.requests: list[analyses.AnalysisRequest] = []  # type: ignore[name-defined]  # loaded by path

    def state_dir(self) -> Path | None:
        """As given."""
        return self.state

    def record_failure(self, error: BaseException, *, run: str | None) -> Path | None:
        """Remember it."""
        self.failures.append((error, run))
        if self.broken:
            raise OSError(28, "no space left on device")
        return self.state / "switchboard.log" if self.state else None

    @asynccontextmanager
    async def converse(self, options: Options) -> AsyncIterator[FakeConversation]:
        """Open a session; a folder named `missing` is refused."""
        if "missing" in options.logs:
            raise InputError("--logs 'missing' is no folder: give an existing one")
        self.opened.append(options)
        yield FakeConversation(self, options)

    def route(self, text: str, *, speaking: str | None = None) -> Route:
        """Triage, or nobody for a greeting."""
        if text == "hello":
            return Route(agents=(), confidence=0.2, abstained=True, reason="no subject", question="What about?")
        return Route(agents=(speaking or "triage",), confidence=0.93, abstained=False, reason=f"says {text!r}")

    def load_guides(self, folder: Path | None) -> tuple[Guide, ...]:
        """Two guides, or none for a folder."""
        return () if folder else (guide("queue_backlog"), guide("memory_leak"))

    async def search_guides(
        self, queries: Sequence[tuple[str, str]], *, source: Path | None, top: int
    ) -> AsyncIterator[GuideHits]:
        """The same guide for all."""
        for name, text in queries:
            hits = (("queue_backlog", 0.75), ("memory_leak", 0.25))[:top]
            yield GuideHits(id=name, hits=() if text == "nothing" or source else hits, abstained=text == "nothing")

    async def lint_guides(self, files: Sequence[Path]) -> tuple[LintedGuide, ...]:
        """A doubt about every file, and a fault in one whose name says so."""
        return tuple(
            LintedGuide(
                path=str(path),
                problems=(
                    warning(Place(str(path), 3, "steps.look"), "no `otherwise` branch"),
                    *((error(Place(str(path), 1), reports.HOSTILE),) if "broken" in path.name else ()),
                ),
            )
            for path in files
        )

    async def check_guides(self, files: Sequence[Path], options: Options, *, live: bool) -> CheckedGuides:
        """A step of each state for a file whose name says broken, one that is fine for any other."""
        if live and options.workspace is None:
            raise SettingsError("--live asks a workspace, and none is configured: give --workspace ID")
        return CheckedGuides(source="live" if live else "sample", guides=tuple(checked(path) for path in files))

    async def try_guides(self, files: Sequence[Path]) -> AsyncIterator[TriedGuide]:
        """A test that passes, one that fails where the file's name says so, and a guide without tests."""
        for path in files:
            failing = TriedCase(name="a fault", line=9, problems=("verdict: expected 'healthy', got 'no_data'",))
            cases = (TriedCase(name="a healthy system", line=3, problems=()), failing)
            yield TriedGuide(guide=path.stem, path=f"{path.stem}.test.yaml", cases=cases[: 1 + ("broken" in path.name)])
        yield TriedGuide(guide="untested", path="untested.test.yaml", cases=())

    async def run_guide(self, guide_id: str, options: Options, *, listen: Listener) -> Document:
        """The report of that name."""
        async with self.converse(options) as conversation:
            return await conversation.ask(guide_id.replace("_", " "), listen=listen)

    async def query_logs(self, kql: str, *, options: Options) -> tuple[Table, tuple[str, ...]]:
        """One small table; a wrong name is refused with the nearest."""
        if "AppRequest " in kql:
            raise QueryError("there is no table 'AppRequest': did you mean 'AppRequests'?", nearest=("AppRequests",))
        if "memory" in options.logs:
            raise MemoryError
        if "slow" in kql:
            return Table((), (), TableStatus.FAILED, "stopped at the time limit of 30 s"), ()
        columns = (Column("at", ColumnType.DATETIME), Column("name", ColumnType.STRING), Column("n", ColumnType.LONG))
        rows = ((NOW, reports.HOSTILE if "hostile" in kql else "a", 12_411),)
        return Table(columns=columns, rows=rows), ("req.csv:7: a row with 3 of 5 fields was left out",)

    def list_runs(self, *, limit: int) -> tuple[Document, ...]:
        """Two runs."""
        run: Document = {"run": "r7k2m9", "at": "2026-11-22T10:46:00Z", "status": "answered", "agent": "triage"}
        asked: Document = {"asked": "checkout returns 502 since 10:20", "verdict": "cause_found"}
        return ({**run, **asked}, {**run, **asked, "run": "r7k2m8", "verdict": "healthy"})[:limit]

    def show_run(self, run: str) -> Document:
        """The report that the run's name chooses."""
        if run == "nope":
            raise InputError("there is no run 'nope': the newest is 'r7k2m9'")
        return choose(run.replace("_", " "))

    async def resume_run(self, run: str, *, listen: Listener) -> Document:
        """The report that the run's name chooses; `held` is held."""
        if run == "held":
            raise InputError("the run 'held' is held by worker-a-1-2: wait for its end")
        found = choose(run.replace("_", " "))
        listen(started(found, session="s-3f9a", message=run))
        return found

    def cancel_run(self, run: str) -> Document:
        """`held` is held by a worker; any other is cancelled at once."""
        held = run == "held"
        return {
            "run": run,
            "state": "running" if held else "cancelled",
            "cancelled_by": "local:ann",
            "executor": "worker-a-1-2" if held else None,
        }

    def export_runs(self, runs: Sequence[str], *, since: datetime | None) -> Iterator[Document]:
        """One document per name."""
        for run in runs or ("r7k2m9",):
            yield {"run": run, "events": []}

    async def work(self, *, once: bool, concurrency: int, announce: Callable[[str], None]) -> None:
        """Say who it is, and end."""
        announce(f"worker-a-1-2 of {concurrency}{' once' if once else ''}")

    async def verify_run(self, run: str) -> tuple[RecheckedClaim, ...]:
        """One that holds, and one of the run's name."""
        claim = RecheckedClaim(
            text="18.2% fail", check="row.share > 0.05", evidence=("E1",), outcome="holds", reason=None
        )
        other = RecheckedClaim(text="old", check="true", evidence=("E2",), outcome="fails", reason="0 rows now")
        return (claim, other) if run == "stale" else (claim,)

    def list_workflows(self) -> tuple[Document, ...]:
        """One that acts, with a fault in its definition, and one that reads."""
        acting: Document = {"name": "open_ticket", "title": "Open a ticket.", "changing": True, "place": "azure"}
        reading: Document = {"name": "find_ticket", "title": "Find a ticket.", "changing": False, "place": "embedded"}
        return (
            {**acting, "lookup_by_key": "find_ticket", "definition_problems": ["actions are missing"]},
            {**reading, "lookup_by_key": None, "definition_problems": []},
        )

    async def read_workflow(self, key: str, *, sent_at: datetime | None) -> Document:
        """Done, or a person's matter where the key says so."""
        if "lost" in key:
            return {"key": key, "kind": "unknown", "owner": "person", "reason": "its run failed midway"}
        return {"key": key, "kind": "done", "status": 200, "body": {"number": "#7"}}

    async def serve_workflows(
        self,
        *,
        host: str,
        port: int,
        faults: Path | None,
        folder: Path | None,
        announce: Callable[[ServedWorkflow], None],
    ) -> None:
        """Announce, and end at once."""
        origin = f"http://{host}:{port}"
        settings = f'[workflows.open_ticket]\nurl = "{origin}/workflows/w?sig=made-up"\n'
        announce(
            ServedWorkflow(origin=origin, names=("open_ticket",), faults=int(faults is not None), settings=settings)
        )

    def make_sample(self, name: str, *, seed: int, out: Path, fmt: str) -> Document:
        """Say what would be written."""
        return {"name": name, "seed": seed, "out": str(out), "format": fmt}

    def sample_names(self) -> tuple[tuple[str, str], ...]:
        """One."""
        return (("bad_deploy", "a shop whose checkout fails after a release"),)

    async def fill_index(self, *, guides: Path | None, recreate: bool) -> Document:
        """Two indexes, one of which has a document that failed where the folder's name says so; else embedded."""
        if guides is None:
            return {"backend": "embedded", "indexes": []}
        failed = [{"id": "big", "reason": reports.HOSTILE}] if "broken" in guides.name else []
        found = {"kind": "guide", "definition": "recreated" if recreate else "created", "written": 9, "removed": 1}
        return {"backend": "azure", "indexes": [{"name": "switchboard-guides", **found, "failed": failed}]}

    async def show_index(self) -> Document:
        """One that is there and one that is not."""
        known = {"kind": "guide", "documents": 9, "definition": "must be recreated", "reasons": [reports.HOSTILE]}
        missing = {"kind": "policy", "documents": None, "definition": "missing", "reasons": []}
        found = [{"name": "switchboard-guides", **known}, {"name": "switchboard-policies", **missing}]
        return {"backend": "azure", "indexes": found}

    def purge(self, *, before: datetime | None, subject: str | None, dry_run: bool) -> Document:
        """Two tables; nothing where the subject is nobody."""
        if before is None and subject is None:
            raise InputError("there is nothing to purge by: give --before TIME, --subject TEXT, or both")
        self.asked.append(f"purge {before} {subject} {dry_run}")
        journal, results = {"table": "journal", "rows": 12_411, "kept": 3}, {"table": "results", "rows": 0, "kept": 0}
        found = [] if subject == "nobody else" else [journal, results]
        return {
            "dry_run": dry_run,
            "before": before.isoformat() if before else None,
            "deleted": found if before else [],
            "overwritten": found if subject else [],
            "compacted": None if dry_run else subject != "C-busy",
        }

    async def diagnose(self, options: Options) -> tuple[Finding, ...]:
        """One of each state; nothing is wrong without logs."""
        wrong = Finding(part="logs", state="wrong", detail="no such folder", mend="give an existing one")
        fine = Finding(part="state", state="ok", detail="SQLite 3.45")
        return (fine, wrong) if options.logs else (fine, Finding(part="model", state="off", detail="embedded planner"))


def checked(path: Path) -> CheckedGuide:
    """A guide's queries, all right but where the file's name says broken."""
    fine = CheckedStep(
        step="look", kind="kql", line=12, state=CheckState.OK, reason="there is no table T, which is optional"
    )
    bad = (
        CheckedStep(step="depth", kind="resource_graph", line=20, state=CheckState.WRONG),
        CheckedStep(
            step="far", kind="kql", line=30, state=CheckState.FAILED, reason="the log service cannot be reached"
        ),
        CheckedStep(step="cpu", kind="metrics", line=40, state=CheckState.SKIPPED, reason="its resource is not known"),
    )
    broken = "broken" in path.name
    problem = error(Place(str(path), 21, "steps.depth.resource_graph"), "no column 'nam'; did you mean 'name'?")
    return CheckedGuide(
        guide=path.stem, path=str(path), steps=(fine, *(bad if broken else ())), problems=(problem,) if broken else ()
    )


def guide(guide_id: str) -> Guide:
    """The least of a guide."""
    return Guide(
        id=guide_id,
        title=guide_id.replace("_", " ").capitalize(),
        owner="team",
        reviewed=date(2026, 10, 1),
        applies_to=AppliesTo(),
        start=(),
        tables={},
        parameters=(),
        steps=(),
        version="9f3c2a71d0be",
        path=f"{guide_id}.md",
        text=f"# {guide_id}\n",
    )


if __name__ == "__main__":
    from orchestrator.surfaces.cli import run_cli

    sys.exit(
        run_cli(FakeApplication(Path(os.environ["FAKE_STATE"]) if "FAKE_STATE" in os.environ else None), sys.argv[1:])
    )
