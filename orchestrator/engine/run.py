"""One run: its id, where its events go, and its recorded end, whatever ends it."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from orchestrator.core.errors import InputError, StoreError, SwitchboardError, TakenOverError
from orchestrator.core.events import Event, RunFinished, RunResumed, StepStarted, ToolCalled, TurnStarted
from orchestrator.core.report import Json
from orchestrator.core.unfinished import unfinished_report
from orchestrator.engine.holding import Hold, Stop
from orchestrator.engine.record import Record
from orchestrator.engine.session import Session
from orchestrator.engine.start import Start

Listener = Callable[[Event], None]
STOPPED = "The run was stopped. What it had found by then stands below."
CANCELLED = "The run was cancelled by {by}. What it had found by then stands below."
_BETWEEN_STEPS = (TurnStarted, ToolCalled, StepStarted)


@dataclass(slots=True, kw_only=True)
class Run:
    """A run's id, the message as given, and its events so far.

    Attributes:
        hold: By which this process carries it out; None where nothing is recorded.
        report: Its last event's, once it has ended.
    """

    id: str
    said: str
    record: Record
    listen: Listener
    hold: Hold | None = None
    events: list[Event] = field(default_factory=list)
    report: Json | None = None

    def begin(self, start: Start) -> None:
        """The first event: the run's start, or that it is taken up again; who listens hears both."""
        if start.resumption is None:
            self.emit(start.started)
            return
        self.events.append(start.started)  # stored by the first attempt
        self.tell(start.started)
        again = start.resumption
        self.emit(RunResumed(run=self.id, attempt=again.attempt, at=datetime.now(UTC), executor=again.executor))

    def emit(self, event: Event) -> None:
        """Store an event, then tell the listener; neither sees a secret. Nothing is stored for who lost the run."""
        if self.hold is not None:
            self.hold.check(token=isinstance(event, _BETWEEN_STEPS))
        try:
            self.record.append(event)
        except TakenOverError:
            if self.hold is not None:
                self.hold.stopped = Stop.LOST
            raise
        self.events.append(event)
        if isinstance(event, RunFinished):
            self.report = dict(event.report)
        self.listen(event.redacted())

    def tell(self, event: Event) -> None:
        """Tell the listener an event that is not stored: a model's words as they stream in."""
        self.listen(event.redacted())

    @property
    def incident(self) -> str | None:
        """The incident that it was begun for by itself; None where somebody asked."""
        found = self.hold.taken.request.body.get("incident") if self.hold is not None else None
        return found if isinstance(found, str) else None

    @property
    def outcome(self) -> str | None:
        """How it ended, in a word; None where it has no end, and another process may go on with it."""
        if self.report is None:
            return None
        return Stop.CANCELLED if self._stopped is Stop.CANCELLED else str(self.report.get("status"))

    @contextmanager
    def recorded(self, session: Session) -> Iterator[None]:
        """A run that breaks off inside ends as failed, with what it had found; the error goes on to the caller.

        What a person stopped stays in the session, so that its evidence can be shown. A run that this process lost or
        left has no end, nor has one that nobody waits for, while the store gives out.
        """
        why = "The run broke off by an error that nobody expected; the log has its trace."
        stopped = lost = False
        try:
            yield
        except (asyncio.CancelledError, KeyboardInterrupt):
            why, stopped = self._why_stopped(), True
            raise
        except StoreError as error:
            why, lost = f"The run failed: {error.message}", self.record.insists
            raise
        except SwitchboardError as error:
            why = error.message if isinstance(error, InputError) else f"The run failed: {error.message}"
            raise
        finally:
            if self.events and self.report is None and not lost and self._stopped not in {Stop.LOST, Stop.LEFT}:
                self.report = unfinished_report([event.document() for event in self.events], message=why)
                if stopped:
                    session.reports.append(self.report)
                with suppress(StoreError):  # the first error is the one to tell
                    self.record.append(RunFinished(status=str(self.report["status"]), report=self.report))

    @property
    def _stopped(self) -> Stop | None:
        return self.hold.stopped if self.hold is not None else None

    def _why_stopped(self) -> str:
        if self.hold is None or self.hold.stopped is not Stop.CANCELLED:
            return STOPPED
        return CANCELLED.format(by=self.hold.cancelled_by() or "somebody")
