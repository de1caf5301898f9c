"""Runs that go on after their process, wait for another one, or are cancelled."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from orchestrator.app.assembly import tool_names
from orchestrator.app.azure import Azure
from orchestrator.app.carrying import Carrying, record_end
from orchestrator.app.log import run_logged
from orchestrator.app.past import recorded_events
from orchestrator.app.recorded import Recorded, open_recorded
from orchestrator.app.switchboards import Switchboards
from orchestrator.app.telemetry.runs import Telemetry
from orchestrator.app.telemetry.source import open_run_telemetry
from orchestrator.core.asking import ASK
from orchestrator.core.errors import InputError, StoreError
from orchestrator.core.events import Event
from orchestrator.core.queueing import FINAL, QueuedRun, RunState
from orchestrator.core.report import Json
from orchestrator.core.table import iso_utc
from orchestrator.engine.holding import Executor
from orchestrator.engine.run import CANCELLED
from orchestrator.engine.start import finished_report, read_started, request_body
from orchestrator.settings import Settings
from orchestrator.surfaces.application import Listener

POLL_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCarrying:
    """What carries out runs in this process, where they are recorded, and what is told about them."""

    carrying: Carrying
    recorded: Recorded
    telemetry: Telemetry


@asynccontextmanager
async def open_carrying(settings: Settings, *, kind: str) -> AsyncIterator[OpenCarrying]:
    """Everything that a run needs to go on; StoreError where runs cannot be recorded."""
    with open_recorded(settings, kind=kind) as recorded:
        if recorded.executor is None:
            raise StoreError(recorded.trouble or "runs are not recorded here")
        async with Azure(settings) as azure, open_run_telemetry(settings, azure, tools=tool_names()) as telemetry:
            switchboards = Switchboards(settings, azure=azure, recorded=recorded, headers=telemetry.headers)
            carrying = Carrying(settings, recorded=recorded, switchboards=switchboards)
            yield OpenCarrying(carrying=carrying, recorded=recorded, telemetry=telemetry)


async def resume_run(settings: Settings, run: str, *, listen: Listener) -> Json:
    """Take a run up where it stands, and carry it to its end; the report of one that has its end.

    Raises:
        InputError: There is no such run, or a living process holds it.
    """
    async with open_carrying(settings, kind="resume") as opened:
        name, report = known_run(opened.recorded, run)
        if report is not None:
            return report
        executor = opened.carrying.executor
        taken = executor.take(name)
        if taken is None:
            raise InputError(_refused(executor.queue.find(name), name))
        with opened.telemetry.run() as told, run_logged() as logged:

            def heard(event: Event) -> None:
                for listener in (logged, told, listen):
                    listener(event)

            return await opened.carrying.carry_out(taken, listen=heard)


async def outcome_of(settings: Settings, run: str, *, listen: Listener) -> Json:
    """The report of a run that somebody asked for before: waited for where it is under way, resumed where it is not."""
    async with open_carrying(settings, kind="resume") as opened:
        executor = opened.carrying.executor
        while True:
            report = finished_report(opened.recorded.journal.events(run))
            if report is not None:
                return report
            taken = executor.take(run)
            if taken is not None:
                return await opened.carrying.carry_out(taken, listen=listen)
            found = executor.queue.find(run)
            if found is None or found.state is not RunState.RUNNING:
                raise InputError(_refused(found, run))
            await asyncio.sleep(POLL_S)


def cancel_run(settings: Settings, run: str, *, by: str) -> Json:
    """Ask to stop a run: `run`, `state`, `cancelled_by`, and the `executor` that stops it at its next step, if any."""
    with open_recorded(settings, kind="cancel") as recorded:
        executor = _executor(recorded)
        name, report = known_run(recorded, run)
        if report is not None:
            raise InputError(f"the run {name!r} is over ({report.get('status')}); there is nothing to cancel")
        found = executor.queue.request_cancel(name, by=by, now=executor.clock())
        if found is not None and found.state is not RunState.CANCELLED:
            found = _ended_here(recorded, executor, found, settings)
        if found is None:
            raise InputError(f"there is no run {name!r}")
        return {
            "run": name,
            "state": found.state.value,
            "cancelled_by": found.cancelled_by,
            "executor": found.executor if found.state is RunState.RUNNING else None,
        }


def known_run(recorded: Recorded, run: str) -> tuple[str, Json | None]:
    """A run's id and its report, if it has one; `last` is the newest.

    A run of before there was a queue is put into it. InputError with the nearest ids where there is none of that name.
    """
    executor = _executor(recorded)
    if run != "last" and executor.queue.find(run) is not None:
        return run, finished_report(recorded.journal.events(run))
    events = recorded_events(recorded.journal, run)
    started = read_started(events[0])
    report = finished_report(events)
    if report is None:
        executor.request(started.run, body=request_body(started), by=started.session, kind=ASK)
    return started.run, report


def _executor(recorded: Recorded) -> Executor:
    if recorded.executor is None:
        raise StoreError(recorded.trouble or "runs are not recorded here")
    return recorded.executor


def _ended_here(recorded: Recorded, executor: Executor, found: QueuedRun, settings: Settings) -> QueuedRun | None:
    """Record the end of a cancelled run that no living process will end."""
    taken = executor.take(found.run)
    if taken is None:
        return found
    record_end(recorded.journal, taken, message=CANCELLED.format(by=taken.cancelled_by), settings=settings)
    executor.queue.end(taken.run, executor=executor.id, outcome=RunState.CANCELLED, now=executor.clock())
    return executor.queue.find(found.run)


def _refused(found: QueuedRun | None, run: str) -> str:
    """Why a run cannot be taken up now, and what to do."""
    if found is None:
        return f"there is no run {run!r}"
    if found.state in FINAL:
        who = f" by {found.cancelled_by}" if found.cancelled_by else ""
        return f"the run {run!r} was {found.state.value}{who} before it was carried out; ask anew"
    if found.state is RunState.WAITING:
        return f"the run {run!r} waits for {found.waiting_for}; it goes on by itself after that"
    if found.state is RunState.QUEUED:
        return f"the run {run!r} is not due before {_time(found.request.not_before)}; a worker takes it then"
    return (
        f"the run {run!r} is held by {found.executor} until {_time(found.lease_until)}, unless that goes on with it; "
        f"wait for its end, or stop it: switchboard runs cancel {run}"
    )


def _time(at: datetime | None) -> str:
    return iso_utc(at.replace(microsecond=0)) if at else "now"
