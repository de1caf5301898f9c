"""One run: its id, where its events go, and its recorded end, whatever ends it."""

import asyncio
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self

from orchestrator.core.errors import InputError, StoreError, SwitchboardError
from orchestrator.core.events import Event, RunFinished
from orchestrator.core.journal import Journal
from orchestrator.core.unfinished import unfinished_report
from orchestrator.engine.session import Session

Listener = Callable[[Event], None]
STOPPED = "The run was stopped. What it had found by then stands below."


@dataclass(slots=True, kw_only=True)
class Run:
    """A run's id, the message as given, and its events so far."""

    id: str
    said: str
    journal: Journal
    listen: Listener
    events: list[Event] = field(default_factory=list)

    @classmethod
    def new(cls, said: str, *, journal: Journal, listen: Listener) -> Self:
        """A run with a fresh id."""
        return cls(id=f"{datetime.now(UTC):%Y%m%d}-{secrets.token_hex(4)}", said=said, journal=journal, listen=listen)

    def emit(self, event: Event) -> None:
        """Store an event, then tell the listener; neither sees a secret."""
        self.journal.append(self.id, event)
        self.events.append(event)
        self.listen(event.redacted())

    def tell(self, event: Event) -> None:
        """Tell the listener an event that is not stored: a model's words as they stream in."""
        self.listen(event.redacted())

    @contextmanager
    def recorded(self, session: Session) -> Iterator[None]:
        """A run that breaks off inside ends as failed, with what it had found; the error goes on to the caller.

        What a person stopped stays in the session, so that its evidence can be shown.
        """
        why = "The run broke off by an error that nobody expected; the log has its trace."
        stopped = False
        try:
            yield
        except (asyncio.CancelledError, KeyboardInterrupt):
            why, stopped = STOPPED, True
            raise
        except SwitchboardError as error:
            why = error.message if isinstance(error, InputError) else f"The run failed: {error.message}"
            raise
        finally:
            if self.events and not isinstance(self.events[-1], RunFinished):
                report = unfinished_report([event.document() for event in self.events], message=why)
                if stopped:
                    session.reports.append(report)
                with suppress(StoreError):  # the first error is the one to tell
                    self.journal.append(self.id, RunFinished(status=str(report["status"]), report=report))
