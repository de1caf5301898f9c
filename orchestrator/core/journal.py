"""What the engine asks of a journal: append events, read them again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from orchestrator.core.events import Event
from orchestrator.core.report import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """One line about a run; `status` is `unfinished` while it has no end, be it running or killed."""

    run: str
    session: str
    at: datetime
    asked: str
    status: str
    agent: str
    verdict: str | None
    cause: str | None


class Journal(Protocol):
    """Append-only; an event is stored before what follows it starts. Every method may raise `StoreError`."""

    def append(self, run: str, event: Event) -> None:
        """Store one event."""
        ...

    def events(self, run: str) -> Sequence[Mapping[str, object]]:
        """A run's events in order, as JSON."""
        ...

    def reports(self, session: str) -> Sequence[Json]:
        """The reports of a session's finished runs, oldest first."""
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

    def reports(self, session: str) -> Sequence[Json]:  # noqa: ARG002  # the protocol's signature
        """No reports."""
        return ()

    def sessions(self, *, limit: int) -> Sequence[str]:  # noqa: ARG002  # the protocol's signature
        """No sessions."""
        return ()

    def runs(self, *, limit: int) -> Sequence[RunSummary]:  # noqa: ARG002  # the protocol's signature
        """No runs."""
        return ()
