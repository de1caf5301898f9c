"""What a worker does again and again, each job by its own interval."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from orchestrator.core.errors import SwitchboardError

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something that is looked after every so often, in each worker.

    Attributes:
        run: Does what is due at the time that it is given. Several workers may do so at once, and each may be killed
            in the middle: what it changes is claimed or keyed in the store.
    """

    name: str
    every_s: float
    run: Callable[[datetime], Awaitable[None]]


def _wall_clock() -> datetime:
    return datetime.now(UTC)


async def do_once(job: Job, *, clock: Callable[[], datetime] = _wall_clock) -> bool:
    """Do what is due; whether it went well. A job that fails is logged, and tried again when its time comes."""
    started = time.perf_counter()
    try:
        await job.run(clock())
    except SwitchboardError as error:
        _log.error("job failed", job=job.name, reason=error.message, elapsed_ms=_since(started))
        return False
    except Exception:  # noqa: BLE001  # the edge of a job: one that breaks must not end the others
        _log.exception("job broke off", job=job.name, elapsed_ms=_since(started))
        return False
    _log.debug("job done", job=job.name, elapsed_ms=_since(started))
    return True


async def keep_doing(jobs: Sequence[Job], *, until: asyncio.Event, clock: Callable[[], datetime] = _wall_clock) -> None:
    """Do all jobs by their intervals until the event; one under way then is let finish."""
    async with asyncio.TaskGroup() as tasks:
        for job in jobs:
            tasks.create_task(_keep_doing(job, until, clock), name=job.name)


async def _keep_doing(job: Job, until: asyncio.Event, clock: Callable[[], datetime]) -> None:
    while not until.is_set():
        await do_once(job, clock=clock)
        try:
            async with asyncio.timeout(job.every_s):
                await until.wait()
        except TimeoutError:
            continue


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)
