"""This process as one that carries out runs: it holds their leases, beats for all of them, and stops what it must."""

import asyncio
import os
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from orchestrator.core.errors import StoreError
from orchestrator.core.queueing import Beat, Processes, QueuedRun, Requested, RunLeases, RunRequest, RunRequests
from orchestrator.core.report import Json

LEASE_S = 15.0
RETRY_S = 5.0  # more with each attempt
BEATS = 5  # in the length of one lease


class Queue(RunRequests, RunLeases, Processes, Protocol):
    """All that the store tells about requested runs and who holds them."""


class Stop(StrEnum):
    """Why a run was stopped by its holder: `lost` to another process, or `left` to whoever takes it up next."""

    CANCELLED = "cancelled"
    LOST = "lost"
    LEFT = "left"


def _wall_clock() -> datetime:
    return datetime.now(UTC)


def new_executor_id(kind: str) -> str:
    """An id that no other process has, and from which a person sees where it runs."""
    return f"{kind}-{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"


@dataclass(slots=True, kw_only=True)
class Hold:
    """A run that this process carries out, in the task that began it.

    Attributes:
        until: When its lease ends by this process's clock; what is later asks the store first.
        stopped: Why its task was cancelled; None while nothing stops it.
    """

    taken: QueuedRun
    executor: "Executor"
    task: "asyncio.Task[object]"
    until: datetime
    stopped: Stop | None = None

    @property
    def run(self) -> str:
        """Its id."""
        return self.taken.run

    def stop(self, why: Stop) -> None:
        """Cancel the run's task; the first reason stays."""
        if self.stopped is None:
            self.stopped = why
            self.task.cancel()

    async def settle(self) -> None:
        """Take back a cancellation that came when the run had its end already."""
        if self.stopped is not None:
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(0)
            self.task.uncancel()

    def cancelled_by(self) -> str | None:
        """Who cancelled it; None where nobody did, or the store does not tell."""
        with suppress(StoreError):
            found = self.executor.queue.find(self.run)
            return found.cancelled_by if found else None
        return None

    def check(self, *, token: bool = False) -> None:
        """Called before each event is stored: raises CancelledError where the run is another's by now.

        With `token` the store is asked as well whether somebody cancelled the run; its task is cancelled then.
        """
        with suppress(StoreError):  # a store that gives out is told by what is to be stored
            if self.executor.clock() >= self.until:
                self.executor.beat()  # this process slept longer than its lease
            if token and self.executor.queue.is_cancelled(self.run):
                self.stop(Stop.CANCELLED)
        if self.stopped in {Stop.LOST, Stop.LEFT}:
            raise asyncio.CancelledError


@dataclass(slots=True, kw_only=True)
class Executor:
    """Holds runs under one id; a heartbeat runs while it holds any.

    Args:
        queue: The store's rows.
        id: Unique to this process.
        lease_s: How long a run stays this process's without a heartbeat.
    """

    queue: Queue
    id: str
    clock: Callable[[], datetime] = _wall_clock
    lease_s: float = LEASE_S
    _holds: dict[str, Hold] = field(default_factory=dict)
    _leaving: bool = False
    _heart: "asyncio.Task[None] | None" = None

    def request(self, run: str, *, body: Json, by: str, key: str | None = None, kind: str = "ask") -> Requested:
        """Make a run known; where its key or id is, the earlier one is returned."""
        return self.queue.request(RunRequest(run=run, kind=kind, body=body, by=by, key=key), now=self.clock())

    def take(self, run: str) -> QueuedRun | None:
        """Claim a run; None where another process holds it, or it is over."""
        return self.queue.claim(self.id, now=self.clock(), lease_s=self.lease_s, run=run)

    @asynccontextmanager
    async def holding(self, taken: QueuedRun) -> AsyncIterator[Hold]:
        """The hold on a claimed run, for the current task; the caller ends the run or gives it back."""
        task = asyncio.current_task()
        assert task is not None
        until = taken.lease_until or self.clock()
        hold = Hold(taken=taken, executor=self, task=task, until=until)
        earlier = self._holds.get(taken.run)
        if earlier is not None:
            earlier.stop(Stop.LOST)  # another process had it meanwhile, and this one did not hear of that
        self._holds[taken.run] = hold
        if self._leaving:
            hold.stop(Stop.LEFT)
        if self._heart is None:
            self._heart = asyncio.create_task(self._keep_beating(), name=f"heartbeat of {self.id}")
        try:
            yield hold
        finally:
            if self._holds.get(taken.run) is hold:
                del self._holds[taken.run]
            if not self._holds:
                await self._rest()

    def release(self, hold: Hold, *, outcome: str | None) -> None:
        """Record that the run is over; one without outcome may be taken up, at once where this process leaves."""
        if hold.stopped is Stop.LOST:
            return
        with suppress(StoreError):  # its lease ends by itself
            if outcome is None:
                wait = timedelta(seconds=0 if hold.stopped is Stop.LEFT else RETRY_S * hold.taken.attempt)
                self.queue.give_back(hold.run, executor=self.id, not_before=self.clock() + wait)
            else:
                self.queue.end(hold.run, executor=self.id, outcome=outcome, now=self.clock())

    async def conclude(
        self, taken: QueuedRun, report: Json, *, then: Callable[[Json], Awaitable[None]] | None = None
    ) -> Json:
        """Let what follows from the report of a run that had ended follow, and record that the run is over."""
        async with self.holding(taken) as hold:
            if then is not None:
                await then(report)
            self.release(hold, outcome=str(report.get("status")))
        return report

    def put_off(self, run: str, *, seconds: float) -> None:
        """Let the run, which could not be begun, be taken later."""
        later = self.clock() + timedelta(seconds=seconds)
        with suppress(StoreError):  # its lease ends by itself
            self.queue.give_back(run, executor=self.id, not_before=later)

    def leave_all(self) -> None:
        """Stop every run where it stands, also those that are taken from now on; other processes take them up."""
        self._leaving = True
        for hold in tuple(self._holds.values()):
            hold.stop(Stop.LEFT)

    @property
    def running(self) -> tuple[str, ...]:
        """The runs that it holds."""
        return tuple(self._holds)

    def beat(self) -> None:
        """Prolong all leases; runs that another process took are stopped as lost, cancelled ones as cancelled."""
        now = self.clock()
        self._learn(self.queue.heartbeat(self.id, now=now, lease_s=self.lease_s), now=now)

    async def beat_aside(self) -> None:
        """The same, while the loop goes on."""
        now = self.clock()
        known = await asyncio.to_thread(self.queue.heartbeat, self.id, now=now, lease_s=self.lease_s)
        self._learn(known, now=now)

    def _learn(self, known: Beat, *, now: datetime) -> None:
        until = now + timedelta(seconds=self.lease_s)
        for hold in tuple(self._holds.values()):
            if hold.until > until:
                continue  # taken since the store was asked
            if hold.run not in known.held:
                hold.stop(Stop.LOST)
                continue
            hold.until = until
            if hold.run in known.cancelled:
                hold.stop(Stop.CANCELLED)

    async def _keep_beating(self) -> None:
        while True:
            await asyncio.sleep(self.lease_s / BEATS)
            with suppress(StoreError):  # the next one may reach the store; past the lease each event asks by itself
                await self.beat_aside()

    async def _rest(self) -> None:
        heart, self._heart = self._heart, None
        if heart is not None:
            heart.cancel()
            await asyncio.wait([heart])
