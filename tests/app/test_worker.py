"""Workers: who takes which run, what is due, and how they end."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from durable import Desk, NotedLogs, write_guide

from orchestrator.app.application import App
from orchestrator.app.telemetry.runs import NoTelemetry
from orchestrator.app.worker.jobs import Job, do_once, keep_doing
from orchestrator.app.worker.process import schedules_of
from orchestrator.app.worker.worker import Worker
from orchestrator.core.errors import SettingsError, StoreError
from orchestrator.core.queueing import RunState
from orchestrator.core.schedules import Schedule
from orchestrator.settings import Settings
from orchestrator.store.database import SqliteDatabase
from orchestrator.surfaces.application import Options

KILLED = Path(__file__).parents[1] / "servers" / "durable_workers.py"
EVERY = Schedule(name="nightly", guide="many_steps", every=timedelta(minutes=15))
NOW = datetime(2026, 5, 4, 11, 7, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the guide is, and the store."""
    write_guide(tmp_path)
    return tmp_path


@pytest.fixture
def database(folder: Path) -> Iterator[SqliteDatabase]:
    """The store."""
    with closing(SqliteDatabase(folder / "journal.db")) as opened:
        yield opened


def worker_on(
    database: SqliteDatabase, folder: Path, asked: asyncio.Event | None = None, *, wait_s: float = 0.001
) -> Worker:
    """A worker without DBOS, which is told what to carry out by the test; `asked` is set by its first query."""
    logs = NotedLogs(lambda _: asked.set() if asked else None, wait_s=wait_s)
    return Worker(
        Desk(database=database, folder=folder, logs=logs).carrying, telemetry=NoTelemetry(), schedules=[EVERY]
    )


@pytest.mark.parametrize(("store", "kills"), [("sqlite", 10), ("postgresql", 4)])
def test_workers_that_are_killed_lose_no_run_and_double_none(
    request: pytest.FixtureRequest, tmp_path: Path, store: str, kills: int
) -> None:
    """Two at a time under DBOS: every run ends once, with the report of the undisturbed one."""
    address = [request.getfixturevalue("postgres").fresh()] if store == "postgresql" else []
    command = [sys.executable, KILLED, tmp_path, str(kills), *address]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
    found = json.loads(done.stdout)
    assert found["kills"] == kills
    assert {name: found[name] for name in ("ended", "ends", "wrong")} == {"ended": 6, "ends": [1] * 6, "wrong": 0}


async def test_a_due_time_has_one_run_whoever_asks(database: SqliteDatabase, folder: Path) -> None:
    """Two workers look, one again and again; the times that were missed before are not made up for."""
    first, second = worker_on(database, folder), worker_on(database, folder)
    for worker, minute in ((first, 7), (second, 8), (first, 14), (second, 16), (first, 59)):
        await worker.request_due(NOW.replace(minute=minute))
    queued = first.executor.queue.listed(RunState.QUEUED, limit=10)
    assert sorted(item.run for item in queued) == [
        "nightly-20260504T110000Z",
        "nightly-20260504T111500Z",
        "nightly-20260504T114500Z",
    ]
    assert {item.request.by for item in queued} == {"schedule:nightly"}
    assert await first.carry_out("nightly-20260504T110000Z") == "answered"
    assert await second.carry_out("nightly-20260504T110000Z") == "held"


async def test_a_worker_that_ends_leaves_its_runs_to_others(database: SqliteDatabase, folder: Path) -> None:
    """What is not over in time stands in the queue at once, and goes on from where it was; nothing new is taken."""
    asked = asyncio.Event()
    worker = worker_on(database, folder, asked, wait_s=60)
    desk = Desk(database=database, folder=folder, logs=NotedLogs(lambda _: None))
    desk.request("slow")
    under_way = asyncio.create_task(worker.carry_out("slow"))
    await asked.wait()
    await worker.leave(grace_s=0)
    assert await under_way == "left"
    found = desk.executor.queue.find("slow")
    assert found is not None
    assert found.state is RunState.QUEUED
    assert await worker.carry_out("slow") == "left"
    assert [item.run for item in worker_on(database, folder).due(datetime.now(UTC))] == ["slow"]
    assert (await desk.carry_out("slow"))["status"] == "answered"


async def test_a_worker_that_ends_waits_for_what_is_nearly_done(database: SqliteDatabase, folder: Path) -> None:
    """Within its grace."""
    asked = asyncio.Event()
    worker = worker_on(database, folder, asked)
    desk = Desk(database=database, folder=folder, logs=NotedLogs(lambda _: None))
    desk.request("quick")
    under_way = asyncio.create_task(worker.carry_out("quick"))
    await asked.wait()
    await worker.leave(grace_s=60)
    assert await under_way == "answered"


async def test_processes_that_are_gone_are_forgotten(database: SqliteDatabase, folder: Path) -> None:
    """Those that were not heard of for some leases; those that were stay."""
    gone, here = worker_on(database, folder), worker_on(database, folder)

    class Placed:
        """Places nothing, and notes who is alive."""

        alive: tuple[str, ...] = ()

        async def place(self, runs: object, *, alive: list[str]) -> None:
            self.alive = tuple(alive)

    placed = Placed()
    with gone.joined(), here.joined():
        later = datetime.now(UTC) + timedelta(minutes=5)
        here.executor.queue.heartbeat(here.executor.id, now=later, lease_s=15)
        here.placing = placed  # type: ignore[assignment]  # stands in for DBOS
        await here.request_due(NOW)
        await here.place_due(later)
        assert [item.executor for item in here.executor.queue.known()] == [here.executor.id]
    assert placed.alive == (here.executor.id,)


async def test_a_job_that_breaks_does_not_end_the_others() -> None:
    """Nor itself: it is tried again when its time comes."""
    done: list[str] = []
    until = asyncio.Event()

    async def broken(_now: datetime) -> None:
        done.append("broken")
        raise StoreError("locked") if len(done) % 2 else RuntimeError("a slip")

    async def sound(_now: datetime) -> None:
        done.append("sound")
        if done.count("broken") > 2:
            until.set()

    jobs = [Job(name=job.__name__, every_s=0.001, run=job) for job in (broken, sound)]
    assert [await do_once(job) for job in jobs] == [False, True]
    await keep_doing(jobs, until=until)
    assert done.count("broken") > 2


@pytest.mark.parametrize(
    ("schedules", "problem"),
    [
        ({"Bad name": {"guide": "deploys", "every": "15m"}}, "no good name"),
        ({"c": {"guide": "deploy", "every": "15m"}}, "names no guide: 'deploy'; did you mean"),
    ],
)
def test_a_wrong_schedule_is_told_before_anything_runs(schedules: dict[str, object], problem: str) -> None:
    """With what would be right."""
    with pytest.raises(SettingsError, match=problem):
        schedules_of(Settings(schedules=schedules))  # type: ignore[arg-type]  # as the settings' file has it


async def test_a_schedule_runs_on_the_configured_logs(options: Options, monkeypatch: pytest.MonkeyPatch) -> None:
    """`worker --once` runs what is due with DBOS, and ends; once more, and nothing is due."""
    monkeypatch.setenv("SWITCHBOARD_LOGS", options.logs[0])
    monkeypatch.setenv("SWITCHBOARD_GUIDES", str(options.guides))
    monkeypatch.setenv("SWITCHBOARD_SCHEDULES", json.dumps({"pay": {"guide": "failing_target", "every": "1d"}}))
    announced: list[str] = []
    for _ in range(2):
        await App().work(once=True, concurrency=2, announce=announced.append)
    assert len(set(announced)) == 2
    (run,) = App().list_runs(limit=5)
    assert str(run["run"]).startswith("pay-")
    assert run["agent"] == "triage"
