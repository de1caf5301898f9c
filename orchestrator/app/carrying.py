"""Carries out runs that this process has claimed, each on what it began with."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestrator.app.begun import Begun, begun_by
from orchestrator.app.recorded import Recorded
from orchestrator.app.sources import choose_sources
from orchestrator.app.switchboards import Switchboards
from orchestrator.core.asking import read_question
from orchestrator.core.errors import StoreError
from orchestrator.core.events import Event, RunFinished, RunStarted
from orchestrator.core.journal import Journal
from orchestrator.core.queueing import QueuedRun
from orchestrator.core.report import Json
from orchestrator.core.unfinished import unfinished_report
from orchestrator.engine.holding import Executor
from orchestrator.engine.session import Session, new_session_id, resume_session
from orchestrator.engine.start import Resumption, Start, finished_report, started_of
from orchestrator.settings import Settings
from orchestrator.surfaces.application import Listener, Options

if TYPE_CHECKING:
    from orchestrator.engine.switchboard import Switchboard

MOST_ATTEMPTS = 10
PUT_OFF_S = 15.0  # doubled with each attempt
EXHAUSTED = (
    "The run was begun {count} times and its process never came to the end of it; it is not tried again. "
    "What it had found stands below."
)
Follow = Callable[[QueuedRun, Json], Awaitable[None]]


def _nobody(_event: Event) -> None:
    """Nobody listens."""


class Carrying:
    """Takes claimed runs to their end, or gives them back.

    Args:
        settings: What new runs look at.
        recorded: Where they are recorded.
        switchboards: Opened as runs need them.
        follow: By the kind of a request: what follows from its report. It is called again where a process dies before
            the run counts as over, so that it must not do anything twice.
        most_attempts: A run that was begun so often without an end is given up: it may be what ends its processes.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        recorded: Recorded,
        switchboards: Switchboards,
        follow: Mapping[str, Follow] | None = None,
        most_attempts: int = MOST_ATTEMPTS,
    ) -> None:
        self._settings = settings
        self._recorded = recorded
        self._switchboards = switchboards
        self._follow = dict(follow or {})
        self._most_attempts = most_attempts

    @property
    def executor(self) -> Executor:
        """By whom runs are held; StoreError where there is no store."""
        if self._recorded.executor is None:
            raise StoreError(self._recorded.trouble or "runs are not recorded here")
        return self._recorded.executor

    async def carry_out(self, taken: QueuedRun, *, listen: Listener = _nobody) -> Json:
        """The report of the run; SwitchboardError where it failed, or could not be begun and is put off."""
        then = self._then(taken)
        async with AsyncExitStack() as stack:
            try:
                report = self._found_end(taken)
                ready = await self._prepare(taken, stack) if report is None else None
            except BaseException:
                # a heartbeat would go on for a run that nobody carries out
                self.executor.put_off(taken.run, seconds=PUT_OFF_S * 2 ** (taken.attempt - 1))
                raise
            if ready is None:
                return await self.executor.conclude(taken, report or {}, then=then)
            return await ready.switchboard.carry_out(
                ready.start, session=ready.session, listen=listen, taken=taken, insists=True, then=then
            )

    def _found_end(self, taken: QueuedRun) -> Json | None:
        """The report of a run that needs no carrying out: it has its end, or was begun too often."""
        report = finished_report(self._recorded.journal.events(taken.run))
        if report is not None or taken.attempt <= self._most_attempts or taken.cancelled_by is not None:
            return report
        message = EXHAUSTED.format(count=taken.attempt - 1)
        return record_end(self._recorded.journal, taken, message=message, settings=self._settings)

    async def _prepare(self, taken: QueuedRun, stack: AsyncExitStack) -> "_Ready":
        started = started_of(taken.request.body, self._recorded.journal.events(taken.run))
        begun = self._begun(started)
        options = begun.options if begun else _options(taken)
        switchboard = await stack.enter_async_context(self._switchboards.use(options, begun=begun))
        start, session = self._start(taken, switchboard, started=started, begun=begun)
        return _Ready(switchboard=switchboard, start=start, session=session)

    def _then(self, taken: QueuedRun) -> Callable[[Json], Awaitable[None]] | None:
        follow = self._follow.get(taken.request.kind)
        if follow is None:
            return None

        async def then(report: Json) -> None:
            await follow(taken, report)

        return then

    def _begun(self, started: RunStarted | None) -> Begun | None:
        if started is None or self._recorded.pins is None:
            return None
        return begun_by(started, settings=self._settings, pins=self._recorded.pins)

    def _start(
        self, taken: QueuedRun, switchboard: "Switchboard", *, started: RunStarted | None, begun: Begun | None
    ) -> tuple[Start, Session]:
        """What the run begins with, and the conversation as it was then."""
        journal, question = self._recorded.journal, read_question(taken.request.body)
        if started is None:
            known = question.session is not None and question.session in journal.sessions(limit=10_000)
            session = resume_session(journal, question.session) if known and question.session else None
            session = session or Session(id=question.session or new_session_id())
            started = switchboard.start(question.message, session=session, agent=question.agent, run=taken.run)
            return Start(started=started, message=question.message), session
        follows = set(started.follows)
        reports = [item for item in journal.reports(started.session) if item.get("run") in follows]
        session = Session(id=started.session, reports=reports)
        attempts = [item.attempt for item in journal.all_events(taken.run)]
        if not attempts:
            return Start(started=started, message=question.message or started.message), session
        resumption = Resumption(
            attempt=max(taken.attempt, 1 + max(attempts)),
            executor=self.executor.id,
            edited=begun.edited if begun else {},
        )
        message = question.message or started.message
        return Start(started=started, message=message, resumption=resumption), session


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ready:
    """What it takes to carry out a run."""

    switchboard: "Switchboard"
    start: Start
    session: Session


def record_end(journal: Journal, taken: QueuedRun, *, message: str, settings: Settings) -> Json:
    """End a claimed run as it stands, without carrying it out; its report."""
    events = list(journal.events(taken.run))
    if not events:
        started = started_of(taken.request.body, events) or _never_begun(taken, settings)
        journal.append(taken.run, started)
        events = [started.document()]
    report = unfinished_report(events, message=message)
    journal.append(taken.run, RunFinished(status=str(report["status"]), report=report))
    return report


def _never_begun(taken: QueuedRun, settings: Settings) -> RunStarted:
    """The start of a run that ended before it was carried out at all."""
    question = read_question(taken.request.body)
    return RunStarted(
        run=taken.run,
        session=question.session or new_session_id(),
        message=question.message,
        source=choose_sources(Options(), settings, make=False).kind,
        at=taken.requested_at,
        now=question.now or taken.requested_at,
        inputs={},
        agent=question.agent,
    )


def _options(taken: QueuedRun) -> Options:
    question = read_question(taken.request.body)
    return Options(parameters=question.parameters, now=question.now)
