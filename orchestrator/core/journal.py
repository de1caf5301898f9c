"""What the engine asks of a journal: append events, read them again.

A run may be carried out in several attempts, each after a process was lost. The first begins with `RunStarted`, each
later one with `RunResumed`, and every event belongs to the attempt that was the run's last one when it was stored.
What a run has to say is its last attempt: `RunStarted`, then what that attempt appended, beginning with its
`RunResumed`. Earlier attempts stay in the record and are read by `all_events`; what had finished in them is recalled by
the run's `Memory`, and told again by the events of the last one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from orchestrator.core.events import Event
from orchestrator.core.report import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """One line about a run.

    Attributes:
        status: The report's, where the last attempt has one. Else how it stands in the queue: `queued`, `running`,
            `waiting` or `cancelled`; else `unfinished`: it runs in a process that holds no lease, or was killed.
        attempts: How often it was begun.
    """

    run: str
    session: str
    at: datetime
    asked: str
    status: str
    agent: str
    verdict: str | None
    cause: str | None
    attempts: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedEvent:
    """An event as it stands in the record; `event` is its JSON form, redacted."""

    seq: int
    attempt: int
    at: datetime
    event: Mapping[str, object]


def last_attempt(recorded: Iterable[RecordedEvent]) -> Sequence[RecordedEvent]:
    """What counts of a run's events, as told above; they come and go in the order of `seq`."""
    events = list(recorded)
    last = max((item.attempt for item in events), default=1)
    begun = [item for item in events if item.event.get("kind") == "RunStarted"][:1]
    return begun + [item for item in events if item.attempt == last and item not in begun]


class Journal(Protocol):
    """Append-only; an event is stored before what follows it starts. Every method may raise `StoreError`."""

    def append(self, run: str, event: Event) -> None:
        """Store one event; `TakenOverError` where another process has begun a later attempt of the run."""
        ...

    def events(self, run: str) -> Sequence[Mapping[str, object]]:
        """The events of a run's last attempt in order, as JSON."""
        ...

    def all_events(self, run: str) -> Sequence[RecordedEvent]:
        """The events of all attempts in the order in which they were stored."""
        ...

    def reports(self, session: str) -> Sequence[Json]:
        """The reports of a session's finished runs, oldest first: each of the run's last attempt."""
        ...

    def sessions(self, *, limit: int) -> Sequence[str]:
        """The sessions that have runs, by their ids, newest first."""
        ...

    def runs(self, *, limit: int) -> Sequence[RunSummary]:
        """The newest runs, newest first."""
        ...


class NoJournal:
    """Keeps nothing; used where the store cannot be opened, and the report says so."""

    def append(self, run: str, event: Event) -> None:
        """Drop the event."""

    def events(self, run: str) -> Sequence[Mapping[str, object]]:  # noqa: ARG002  # the protocol's signature
        """No events."""
        return ()

    def all_events(self, run: str) -> Sequence[RecordedEvent]:  # noqa: ARG002  # the protocol's signature
        """No events."""
        return ()

    def reports(self, session: str) -> Sequence[Json]:  # noqa: ARG002  # the protocol's signature
        """No reports."""
        return ()

    def sessions(self, *, limit: int) -> Sequence[str]:  # noqa: ARG002  # the protocol's signature
        """No sessions."""
        return ()

    def runs(self, *, limit: int) -> Sequence[RunSummary]:  # noqa: ARG002  # the protocol's signature
        """No runs."""
        return ()
