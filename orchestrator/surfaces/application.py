"""What the surfaces ask of the application; `orchestrator.app` implements it and passes itself in."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from orchestrator.core.routing.router import Route
from orchestrator.core.table import Table
from orchestrator.surfaces.action_application import ActionApplication, CheckedPolicies, Proposal
from orchestrator.surfaces.analysis_application import AnalysisApplication
from orchestrator.surfaces.incident_application import Document, IncidentApplication, IncidentChange, Listener
from orchestrator.surfaces.review_application import ReviewApplication
from orchestrator.surfaces.shipping_application import ShippingApplication
from playbooks.guide import Guide
from playbooks.problems import Problem

__all__ = ["CheckedPolicies", "Document", "IncidentChange", "Listener", "Proposal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a person may set for a conversation; None means the setting, then its default.

    Attributes:
        logs: Folders, or `TABLE=FILE` entries.
        workspace: A Log Analytics workspace id.
        guides: A folder of guides, in place of the built-in ones.
        services: The inventory, in place of the built-in one.
        agent: A specialist to speak to, without routing.
        session: Goes on with that session.
        now: The clock, aware.
        tz: IANA zone of times that name none.
        parameters: Guide parameters given outright, as text.
        strict: A broken row stops the run.
        key: A message with a key that was used before gets the report of then.
    """

    logs: tuple[str, ...] = ()
    workspace: str | None = None
    guides: Path | None = None
    services: Path | None = None
    agent: str | None = None
    session: str | None = None
    now: datetime | None = None
    tz: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    strict: bool = False
    key: str | None = None


class Conversation(Protocol):
    """One session: messages in, reports out."""

    @property
    def session(self) -> str:
        """Its id."""
        ...

    async def ask(self, text: str, *, listen: Listener) -> Document:
        """Answer one message; `listen` hears each event as it happens. Cancelling the task stops the run."""
        ...

    def evidence(self, evidence_id: str) -> Document | None:
        """That evidence of the session's last run that has it."""
        ...

    def last_report(self) -> Document | None:
        """The last run's report."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideHits:
    """The answer to one search over guides."""

    id: str
    hits: tuple[tuple[str, float], ...]
    abstained: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LintedGuide:
    """What lint found in one file; by line."""

    path: str
    problems: tuple[Problem, ...]


class CheckState(StrEnum):
    """What came of checking a step against the data."""

    OK = "ok"
    WRONG = "wrong"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedStep:
    """A step that asks something.

    Attributes:
        kind: kql, resource_graph or metrics.
        state: Wrong where a problem stands in it, failed where nobody answered, skipped where it cannot be asked now.
        reason: Why it failed or was skipped, or what is to be known of one that is ok.
    """

    step: str
    kind: str
    line: int
    state: CheckState
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedGuide:
    """A guide's queries against the schema of today; `guide` is None where the file holds none."""

    guide: str | None
    path: str
    steps: tuple[CheckedStep, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedGuides:
    """All of them; `source` is what was asked: live, files or sample."""

    source: str
    guides: tuple[CheckedGuide, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedCase:
    """One test of a guide: its place, and what came out otherwise than expected."""

    name: str
    line: int
    problems: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether all came out as expected."""
        return not self.problems


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedGuide:
    """A guide's tests; `path` is their file, be it there or not."""

    guide: str
    path: str
    cases: tuple[TriedCase, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecheckedClaim:
    """A recorded claim, checked again on rows asked anew; `outcome` is holds, fails or cannot be checked."""

    text: str
    check: str
    evidence: tuple[str, ...]
    outcome: str
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of `doctor`; `state` is ok, off, or wrong, with the mend where it is wrong."""

    part: str
    state: str
    detail: str
    mend: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedWorkflow:
    """A host of workflows that answers now.

    Attributes:
        origin: Its scheme, host and port.
        names: The workflows.
        faults: How many faults it will make.
        settings: The signed addresses as TOML: secrets, to be shown once to the one who configures them.
    """

    origin: str
    names: tuple[str, ...]
    faults: int
    settings: str = field(repr=False)


class Application(
    ActionApplication, AnalysisApplication, IncidentApplication, ReviewApplication, ShippingApplication, Protocol
):
    """Everything that a surface can start. Heavy imports happen inside the methods."""

    def state_dir(self) -> Path | None:
        """Where runs, history and the log are kept; None when nothing can be kept."""
        ...

    def record_failure(self, error: BaseException, *, run: str | None) -> Path | None:
        """Write an unexpected error with its traceback to the log, secrets redacted; the log's path. Never raises."""
        ...

    def converse(self, options: Options) -> AbstractAsyncContextManager[Conversation]:
        """Open a session."""
        ...

    def route(self, text: str, *, speaking: str | None = None) -> Route:
        """Which specialist a message or an alert payload is for."""
        ...

    def load_guides(self, folder: Path | None) -> tuple[Guide, ...]:
        """The guides of a folder, or the built-in ones."""
        ...

    def search_guides(
        self, queries: Sequence[tuple[str, str]], *, source: Path | None, top: int
    ) -> AsyncIterator[GuideHits]:
        """Search over a folder of guides or a `corpus.jsonl`; queries are (id, text)."""
        ...

    async def lint_guides(self, files: Sequence[Path]) -> tuple[LintedGuide, ...]:
        """Check guides without data: these files and folders, else those that `ask` would use."""
        ...

    async def check_guides(self, files: Sequence[Path], options: Options, *, live: bool) -> CheckedGuides:
        """Check every query against the schema of the configured logs, without running it in full.

        SettingsError where `live` is asked for and only files are configured.
        """
        ...

    def try_guides(self, files: Sequence[Path]) -> AsyncIterator[TriedGuide]:
        """Run the tests beside these guides, else beside those that `ask` would use."""
        ...

    async def run_guide(self, guide_id: str, options: Options, *, listen: Listener) -> Document:
        """Run one guide with given parameters, without routing or matching; the report."""
        ...

    async def query_logs(self, kql: str, *, options: Options) -> tuple[Table, tuple[str, ...]]:
        """Ask the configured logs; with the warnings of reading them."""
        ...

    def list_runs(self, *, limit: int) -> tuple[Document, ...]:
        """The newest runs: run, at, status, agent, asked, verdict."""
        ...

    def show_run(self, run: str) -> Document:
        """A past run's report; InputError with the nearest ids when there is none. `last` is the newest."""
        ...

    async def verify_run(self, run: str) -> tuple[RecheckedClaim, ...]:
        """Ask a past run's queries again and evaluate each claim's check."""
        ...

    async def resume_run(self, run: str, *, listen: Listener) -> Document:
        """Carry a run whose process ended to its end; InputError where a living process holds it. `last` is the newest.

        One that has its end is not run again: its report.
        """
        ...

    def cancel_run(self, run: str) -> Document:
        """Ask to stop a run: `run`, `state`, `cancelled_by`, and the `executor` that will stop it, if one holds it."""
        ...

    def export_runs(self, runs: Sequence[str], *, since: datetime | None) -> Iterator[Document]:
        """All that is recorded of these runs, else of those since then, oldest first."""
        ...

    async def work(self, *, once: bool, concurrency: int, announce: Callable[[str], None]) -> None:
        """Carry out the runs that are wanted and unfinished, and what is due by the clock, until told to end.

        `once`: until nothing is due. `announce` is called with the worker's id.
        """
        ...

    def list_workflows(self) -> tuple[Document, ...]:
        """The workflows: name, title, whether they change something, where they run, what is wrong with them."""
        ...

    async def read_workflow(self, key: str, *, sent_at: datetime | None) -> Document:
        """What became of a key of a changing workflow."""
        ...

    async def serve_workflows(
        self,
        *,
        host: str,
        port: int,
        faults: Path | None,
        folder: Path | None,
        announce: Callable[[ServedWorkflow], None],
    ) -> None:
        """Host the workflows on a port until interrupted; `announce` is called once they answer."""
        ...

    def make_sample(self, name: str, *, seed: int, out: Path, fmt: str) -> Document:
        """Write a sample environment; what is in it."""
        ...

    def sample_names(self) -> tuple[tuple[str, str], ...]:
        """The sample environments and what each holds."""
        ...

    async def fill_index(self, *, guides: Path | None, recreate: bool) -> Document:
        """Make the search service hold these guides, else those of the settings, and the policies and manuals.

        The document has `backend` and, by index, `name`, `kind`, `definition`, `written`, `removed` and `failed`.
        """
        ...

    async def show_index(self) -> Document:
        """The search service's indexes: `name`, `kind`, `documents`, `definition` and the `reasons` of a misfit."""
        ...

    def purge(self, *, before: datetime | None, subject: str | None, dry_run: bool) -> Document:
        """Purge the record by age, by subject, or both; `deleted` and `overwritten` by table: `rows` and `kept`.

        InputError where neither is given, the time is yet to come, or the subject is too common.
        """
        ...

    def guide_stats(self, guides: Path | None) -> Document:
        """How guides did, and the alerts that none covers."""
        ...

    async def discover_services(self, options: Options, *, out: Path | None) -> Document:
        """Draft the inventory from telemetry; written to `out`, which keeps what is in it."""
        ...

    async def diagnose(self, options: Options) -> tuple[Finding, ...]:
        """What is configured, reachable and at which version; never a secret."""
        ...
