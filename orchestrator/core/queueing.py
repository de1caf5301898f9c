"""What is asked of the queue of runs: who asked for a run, which process holds it, and until when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from orchestrator.core.report import Json


class RunState(StrEnum):
    """Where a requested run stands.

    `queued` may be taken by a process; `running` is held by one; `waiting` is held by none, until it is woken;
    `ended` and `cancelled` are final.
    """

    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    ENDED = "ended"
    CANCELLED = "cancelled"


FINAL = frozenset({RunState.ENDED, RunState.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """A run that somebody wants.

    Attributes:
        run: Its id.
        kind: Who carries it out knows what this means, such as `ask` or `triage`.
        body: Message, options, session: what it takes to carry it out in any process. It is stored without secrets.
        by: Who asked, such as `local:ann` or `schedule:nightly`.
        key: Two requests with one key are one run; None is never the same as another.
        not_before: It is not begun earlier; None is at once.
        priority: The greater goes first.
    """

    run: str
    kind: str
    body: Json
    by: str
    key: str | None = None
    not_before: datetime | None = None
    priority: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedRun:
    """A requested run as it stands now.

    Attributes:
        attempt: How often it was taken by a process; 0 before the first.
        executor: The process that holds it, or held it last; None before the first.
        lease_until: While it runs: from then on another process may take it.
        cancelled_by: Who asked to stop it, be it stopped already or not.
        waiting_for: While it waits: what wakes it, such as `approval:A-7`.
        outcome: Once it is final: how it ended, in a word.
    """

    request: RunRequest
    state: RunState
    requested_at: datetime
    attempt: int = 0
    executor: str | None = None
    lease_until: datetime | None = None
    cancelled_by: str | None = None
    waiting_for: str | None = None
    ended_at: datetime | None = None
    outcome: str | None = None

    @property
    def run(self) -> str:
        """Its id."""
        return self.request.run


@dataclass(frozen=True, slots=True, kw_only=True)
class Requested:
    """The run of a request; not `new` where its key, or its id, was known, and the run is the earlier one."""

    run: QueuedRun
    new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """What a process learns by its heartbeat: the runs it holds, and those of them that are to be stopped."""

    held: frozenset[str]
    cancelled: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A process that carries out runs; `kind` is what it is, such as `worker`."""

    executor: str
    kind: str
    host: str
    pid: int
    started_at: datetime
    heartbeat_at: datetime


class RunRequests(Protocol):
    """For who wants runs. Every method is one transaction and may raise `StoreError`."""

    def request(self, request: RunRequest, *, now: datetime) -> Requested:
        """Put a run in the queue; where its key or id is known, nothing is changed."""
        ...

    def request_cancel(self, run: str, *, by: str, now: datetime) -> QueuedRun | None:
        """Ask to stop a run, and tell how it stands: at once cancelled where no process holds it. None: no such run."""
        ...

    def find(self, run: str) -> QueuedRun | None:
        """A run as it stands, or None."""
        ...

    def listed(self, *states: RunState, limit: int) -> Sequence[QueuedRun]:
        """The runs in these states, in the order in which they are taken."""
        ...


class RunLeases(Protocol):
    """For who carries out runs. What is not, or no longer, this executor's is left as it is, and False is returned."""

    def claim(self, executor: str, *, now: datetime, lease_s: float, run: str | None = None) -> QueuedRun | None:
        """Take the next run, or that one: queued and due, or held under a lease that is over. None: there is none.

        One whose cancellation was asked for while a process held it is taken, too, so that somebody records its end.
        One that this executor holds itself is not, even if its lease is over: it may be at work on it.
        """
        ...

    def park(self, run: str, *, executor: str, waiting_for: str) -> bool:
        """Let a run wait, held by no process; not one whose cancellation was asked for.

        What it waits for may have come just before: who parks a run looks once more after it, and then wakes it.
        """
        ...

    def give_back(self, run: str, *, executor: str, not_before: datetime | None = None) -> bool:
        """Put a run back in the queue, for instance since this process ends."""
        ...

    def end(self, run: str, *, executor: str, outcome: str, now: datetime) -> bool:
        """Record that a run is over: `cancelled` where the outcome is that word, else `ended`."""
        ...

    def wake(self, waiting_for: str, *, now: datetime) -> Sequence[str]:
        """Put all runs that wait for this back in the queue; their ids."""
        ...

    def is_cancelled(self, run: str) -> bool:
        """Whether somebody asked to stop it."""
        ...

    def expired(self, *, now: datetime) -> Sequence[QueuedRun]:
        """The runs whose lease is over: their process is gone, or hangs."""
        ...


class Processes(Protocol):
    """The processes that carry out runs, each with an executor id of its own."""

    def join(self, executor: str, *, kind: str, host: str, pid: int, now: datetime) -> None:
        """Make this process known."""
        ...

    def heartbeat(self, executor: str, *, now: datetime, lease_s: float) -> Beat:
        """Say that this process lives, and make the leases of all its runs last `lease_s` from now."""
        ...

    def leave(self, executor: str) -> Sequence[str]:
        """Forget this process; the runs that it held go back in the queue, and are returned."""
        ...

    def known(self) -> Sequence[Process]:
        """All of them, be they alive or gone without leaving."""
        ...
