"""A worker: places runs, carries out those that it gets, keeps the schedules, and leaves in good order."""

import asyncio
import os
import socket
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from orchestrator.app.carrying import Carrying
from orchestrator.app.log import run_logged
from orchestrator.app.telemetry.runs import Telemetry
from orchestrator.app.worker.jobs import Job
from orchestrator.core.errors import SwitchboardError
from orchestrator.core.events import Event
from orchestrator.core.queueing import QueuedRun, RunState
from orchestrator.core.report import Json
from orchestrator.core.schedules import Schedule, due_requests
from orchestrator.engine.holding import BEATS, Executor

if TYPE_CHECKING:
    from orchestrator.app.worker.placing import Placing

LOOK_S = 1.0
SCHEDULES_S = 5.0
MOST_PLACED = 200  # at one look
GONE = 4  # leases without a heartbeat, after which a process is forgotten
_log = structlog.get_logger(__name__)


class Worker:
    """One process's part in carrying out runs; `placing` is set once DBOS runs.

    Args:
        carrying: Carries out what was claimed.
        telemetry: Is told about its runs.
        schedules: The guides that run by the clock.
        look_s: How often it looks for runs.
    """

    def __init__(
        self, carrying: Carrying, *, telemetry: Telemetry, schedules: Sequence[Schedule] = (), look_s: float = LOOK_S
    ) -> None:
        self._carrying = carrying
        self._telemetry = telemetry
        self._schedules = schedules
        self._look_s = look_s
        self._leaving = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._busy: Counter[str] = Counter()
        self.placing: Placing | None = None

    @property
    def executor(self) -> Executor:
        """By whom its runs are held."""
        return self._carrying.executor

    def jobs(self) -> tuple[Job, ...]:
        """What it looks after."""
        heartbeat_s = self.executor.lease_s / BEATS
        return (
            Job(name="heartbeat", every_s=heartbeat_s, run=self._beat),
            Job(name="schedules", every_s=SCHEDULES_S, run=self.request_due),
            Job(name="runs", every_s=self._look_s, run=self.place_due),
        )

    @contextmanager
    def joined(self) -> Iterator[None]:
        """Known to the others while inside."""
        executor = self.executor
        executor.queue.join(
            executor.id, kind="worker", host=socket.gethostname(), pid=os.getpid(), now=executor.clock()
        )
        try:
            yield
        finally:
            executor.queue.leave(executor.id)

    async def carry_out(self, run: str) -> str:
        """Carry out a run that was placed here, if it may be; how that went, in a word."""
        if self._leaving.is_set():
            return "left"
        self._busy[run] += 1
        self._idle.clear()
        try:
            taken = await asyncio.to_thread(self.executor.take, run)
            return "held" if taken is None else await self._carry_out(taken)
        finally:
            self._busy -= Counter([run])
            if not self._busy:
                self._idle.set()

    @property
    def busy(self) -> frozenset[str]:
        """The runs that it is about to carry out, or carries out."""
        return frozenset(self._busy)

    async def _carry_out(self, taken: QueuedRun) -> str:
        log = _log.bind(run=taken.run, kind=taken.request.kind, attempt=taken.attempt)
        log.info("run taken")
        try:
            report = await self._told(taken)
        except SwitchboardError as error:
            log.warning("run failed", reason=error.message)
            return "failed"
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if not self._leaving.is_set() or task is None:
                raise
            task.uncancel()
            log.info("run left")
            return "left"
        except Exception:  # the edge of a run: one that breaks must not end the others
            log.exception("run broke off")
            return "broke off"
        log.info("run ended", status=report.get("status"))
        return str(report.get("status"))

    async def _told(self, taken: QueuedRun) -> Json:
        """Carry it out, with its trace and its log."""
        with self._telemetry.run() as told, run_logged() as logged:

            def heard(event: Event) -> None:
                logged(event)
                told(event)

            return await self._carrying.carry_out(taken, listen=heard)

    async def request_due(self, now: datetime) -> None:
        """Ask for the runs of schedules that are due; one that was asked for before is not asked for again."""
        for request in due_requests(self._schedules, now):
            if self.executor.queue.find(request.run) is None:
                made = self.executor.queue.request(request, now=now)
                _log.info("run due", run=made.run.run, new=made.new)

    async def place_due(self, now: datetime) -> None:
        """Place the runs that wait for a process, and those whose process is gone."""
        if self.placing is None or self._leaving.is_set():
            return
        self._forget_gone(now)
        due = self.due(now)
        if due:
            lease = timedelta(seconds=self.executor.lease_s)
            alive = [item.executor for item in self.executor.queue.known() if now - item.heartbeat_at < lease]
            await self.placing.place(due, alive=alive)

    def due(self, now: datetime) -> Sequence[QueuedRun]:
        """The runs that some process should take up now."""
        queued = self.executor.queue.listed(RunState.QUEUED, limit=MOST_PLACED)
        waiting = [item for item in queued if item.request.not_before is None or item.request.not_before <= now]
        return [item for item in (*self.executor.queue.expired(now=now), *waiting) if item.run not in self.busy]

    async def leave(self, *, grace_s: float) -> None:
        """Take no more; let runs end for a while, then leave them where they stand for others to take up."""
        self._leaving.set()
        try:
            async with asyncio.timeout(grace_s):
                await self._idle.wait()
        except TimeoutError:
            _log.warning("runs left", runs=list(self.executor.running))
            self.executor.leave_all()
            await self._idle.wait()

    async def _beat(self, _now: datetime) -> None:
        await self.executor.beat_aside()

    def _forget_gone(self, now: datetime) -> None:
        """Processes that ended without leaving; their runs go back in the queue."""
        silence = timedelta(seconds=GONE * self.executor.lease_s)
        for process in self.executor.queue.known():
            if now - process.heartbeat_at > silence and process.executor != self.executor.id:
                freed = self.executor.queue.leave(process.executor)
                _log.warning("process gone", executor=process.executor, host=process.host, runs=list(freed))
