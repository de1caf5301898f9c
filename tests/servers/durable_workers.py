"""Workers on one store, two at a time, killed at random points while DBOS places runs on them."""

import asyncio
import gc
import json
import os
import signal
import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path
from random import Random

import structlog
from durable import Desk, MortalDatabase, NotedLogs, stable, table_of, write_guide

from orchestrator.app.telemetry.runs import NoTelemetry
from orchestrator.app.worker.jobs import Job, keep_doing
from orchestrator.app.worker.placing import Placing, dbos_address
from orchestrator.app.worker.worker import Worker
from orchestrator.core.queueing import RunState
from orchestrator.store.opening import open_database

RUNS = tuple(f"run-{number}" for number in range(6))
LEASE_S = 1.0
LOOK_S = 0.1
FEWEST, MOST = 10, 120  # points at which a worker dies


def main() -> None:
    """Print what came of it as JSON. Arguments: a folder, how many workers die, PostgreSQL's address."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    folder, wanted, url = Path(sys.argv[1]), int(sys.argv[2]), (sys.argv[3:] or [None])[0]
    random = Random(11)  # noqa: S311  # where to die is no secret
    write_guide(folder)
    (folder / "asked.log").touch()
    with closing(open_database(folder, url=url)) as database:
        desk = Desk(database=database, folder=folder, logs=NotedLogs(lambda _: None))
        for run in RUNS:
            desk.request(run)
    gc.freeze()
    kills = 0
    living: dict[int, None] = {}
    while kills < wanted:
        while len(living) < 2:
            living[_fork(folder, url, points=random.randint(FEWEST, MOST))] = None
        pid, status = os.wait()
        del living[pid]
        code = os.waitstatus_to_exitcode(status)
        assert code in {0, -signal.SIGKILL}, f"a worker ended with {code}"
        kills += code != 0
        if not code:
            break  # nothing was left to do
    last = _fork(folder, url, points=0)
    for pid in (*living, last):
        os.waitpid(pid, 0)
    print(json.dumps({"kills": kills, **_found(folder, url)}))  # noqa: T201


def _found(folder: Path, url: str | None) -> dict[str, object]:
    with closing(open_database(folder, url=url)) as database:
        desk = Desk(database=database, folder=folder, logs=NotedLogs(lambda _: None))
        desk.request("undisturbed")
        first = stable(asyncio.run(desk.carry_out("undisturbed")))
        ends = [
            [item.event for item in desk.recorded.journal.all_events(run) if item.event["kind"] == "RunFinished"]
            for run in RUNS
        ]
        found = [desk.executor.queue.find(run) for run in RUNS]
    return {
        "ended": sum(item is not None and item.state is RunState.ENDED for item in found),
        "ends": [len(events) for events in ends],
        "wrong": sum(stable(events[-1]["report"]) != first for events in ends if events),
        "attempts": [item.attempt for item in found if item is not None],
        "executors": len({item.executor for item in found if item is not None}),
    }


def _fork(folder: Path, url: str | None, *, points: int) -> int:
    """A worker as a process of its own; it ends when nothing is left to do."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        asyncio.run(_work(folder, url, points=points))
        code = 0
    finally:
        os._exit(code)


async def _work(folder: Path, url: str | None, *, points: int) -> None:
    with (folder / "asked.log").open("a") as out, closing(open_database(folder, url=url)) as database:

        def asked(kql: str) -> None:
            print(table_of(kql).rows[0][2], file=out, flush=True)

        mortal = MortalDatabase(database, points=points)
        desk = Desk(database=mortal, folder=folder, logs=NotedLogs(asked, wait_s=0.01), lease_s=LEASE_S)
        worker = Worker(desk.carrying, telemetry=NoTelemetry(), look_s=LOOK_S)
        with worker.joined():
            async with Placing(
                address=dbos_address(folder, url=url),
                executor=worker.executor.id,
                body=worker.carry_out,
                concurrency=2,
            ) as worker.placing:
                ending = asyncio.Event()

                async def look(_now: datetime) -> None:
                    if all(_is_over(worker, run) for run in RUNS):
                        ending.set()

                await keep_doing((*worker.jobs(), Job(name="look", every_s=LOOK_S, run=look)), until=ending)
                await worker.leave(grace_s=5)


def _is_over(worker: Worker, run: str) -> bool:
    found = worker.executor.queue.find(run)
    return found is not None and found.state is RunState.ENDED


if __name__ == "__main__":
    main()
