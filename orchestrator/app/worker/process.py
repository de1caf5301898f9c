"""The worker as a process: opens what it needs, works until it is told to end, and ends in good order."""

import asyncio
import re
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from importlib import import_module
from types import ModuleType

import structlog

from orchestrator.app.assembly import tool_names
from orchestrator.app.azure import Azure
from orchestrator.app.carrying import Carrying
from orchestrator.app.guide_folders import read_guides
from orchestrator.app.recorded import open_recorded
from orchestrator.app.switchboards import Switchboards
from orchestrator.app.telemetry.source import open_run_telemetry
from orchestrator.app.worker.jobs import Job, do_once, keep_doing
from orchestrator.app.worker.parts import part_follows, part_jobs
from orchestrator.app.worker.worker import Worker
from orchestrator.app.workflows import DeferredWorkflows
from orchestrator.core.errors import SettingsError, StoreError
from orchestrator.core.schedules import Schedule, read_every
from orchestrator.settings import Settings

GRACE_S = 20.0
SETTLE_S = 0.2
_NAME = re.compile(r"[a-z0-9_-]{1,60}")
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A worker that is known to the others, with everything that it looks after."""

    worker: Worker
    jobs: tuple[Job, ...]


@asynccontextmanager
async def open_worker(settings: Settings, *, concurrency: int) -> AsyncIterator[Opened]:
    """A worker with DBOS running, in the running loop; StoreError where there is no store to work on."""
    placing = _placing()
    with open_recorded(settings, kind="worker") as recorded:
        if recorded.database is None:
            raise StoreError(recorded.trouble or "runs are not recorded here")
        async with (
            Azure(settings) as azure,
            open_run_telemetry(settings, azure, tools=tool_names()) as telemetry,
            DeferredWorkflows(settings, azure=azure, headers=telemetry.headers) as workflows,
        ):
            switchboards = Switchboards(settings, azure=azure, recorded=recorded, headers=telemetry.headers)
            follow = part_follows(settings, recorded.database)
            carrying = Carrying(settings, recorded=recorded, switchboards=switchboards, follow=follow)
            worker = Worker(carrying, telemetry=telemetry, schedules=schedules_of(settings))
            with worker.joined():
                url = settings.state_url.get_secret_value() if settings.state_url else None
                async with placing.Placing(
                    address=placing.dbos_address(settings.state, url=url),
                    executor=worker.executor.id,
                    body=worker.carry_out,
                    concurrency=concurrency,
                ) as worker.placing:
                    parts = part_jobs(settings, recorded.database, azure=azure, workflows=workflows)
                    yield Opened(worker=worker, jobs=(*worker.jobs(), *parts))


async def run_worker(
    settings: Settings,
    *,
    once: bool,
    concurrency: int,
    announce: Callable[[str], None],
    grace_s: float = GRACE_S,
) -> None:
    """Work until SIGTERM or SIGINT, or `once`: until nothing is due. `announce` is told the worker's id."""
    async with open_worker(settings, concurrency=concurrency) as opened:
        announce(opened.worker.executor.id)
        _log.info("worker started", executor=opened.worker.executor.id, concurrency=concurrency)
        with _told_to_end() as ending:
            if once:
                await work_once(opened, ending=ending)
            else:
                await keep_doing(opened.jobs, until=ending)
            await opened.worker.leave(grace_s=0.0 if once else grace_s)
        _log.info("worker ended", executor=opened.worker.executor.id)


async def work_once(opened: Opened, *, ending: asyncio.Event) -> None:
    """Do every job once, and see the runs through that are due by then and that no other process takes."""
    for job in opened.jobs:
        await do_once(job)
    worker = opened.worker
    while not ending.is_set() and (worker.busy or worker.due(_wall_clock())):
        await worker.place_due(_wall_clock())
        await asyncio.sleep(SETTLE_S)


def schedules_of(settings: Settings) -> tuple[Schedule, ...]:
    """The schedules of the settings; SettingsError where one has no good name, or names no guide."""
    known = [guide.id for guide in read_guides(settings.guides)] if settings.schedules else []
    for name, item in settings.schedules.items():
        if not _NAME.fullmatch(name):
            raise SettingsError(f"the schedule {name!r} has no good name: use small letters, digits, - and _")
        if item.guide not in known:
            near = get_close_matches(item.guide, known, n=1) or known[:3]
            raise SettingsError(
                f"the schedule {name!r} names no guide: {item.guide!r}; did you mean {', '.join(near)}?"
            )
    return tuple(
        Schedule(name=name, guide=item.guide, every=read_every(item.every), parameters=item.parameters)
        for name, item in settings.schedules.items()
    )


@contextmanager
def _told_to_end() -> Iterator[asyncio.Event]:
    """Set by the first SIGTERM or SIGINT."""
    ending, loop = asyncio.Event(), asyncio.get_running_loop()
    signals = (signal.SIGTERM, signal.SIGINT)
    for number in signals:
        loop.add_signal_handler(number, ending.set)
    try:
        yield ending
    finally:
        for number in signals:
            loop.remove_signal_handler(number)


def _placing() -> ModuleType:
    """DBOS takes two seconds to import, and is an extra."""
    try:
        return import_module("orchestrator.app.worker.placing")
    except ImportError as error:
        raise SettingsError(
            f"a worker needs DBOS, which is not installed ({error}); pip install 'switchboard[worker]'"
        ) from error


def _wall_clock() -> datetime:
    return datetime.now(UTC)
