"""Kills the processes that carry out runs at random points, over and over, and counts what came to harm.

    python benchmarks/crash.py [--kills N] [--store sqlite|postgresql|URL] [--processes N] [--seed N]
                               [--break FAULT] [--json]

A fork server that has imported everything starts each process; SIGKILL ends it: at a point of its store (before a
transaction, before its commit, after it), or at a time. The next one goes on. Counted are runs that were lost, hang,
have no end or two, or say something else than an undisturbed run; alerts that were acknowledged and lost, or taken in
twice; actions that were done twice, done without an approval for exactly that, told to be done and not, or that hang or
have no owner; approvals that were lost; and how long it takes from a process's start until what another had begun goes
on. Actions act on a workflow host in a process of its own, every other call of which meets a fault. Exit code 1 if
anything came to harm. `--break` makes a fault on purpose, which must be found.
"""

import argparse
import gc
import importlib
import json
import os
import signal
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from random import Random

from orchestrator.engine.handlebars import defer_handlebars

defer_handlebars()
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "servers"))

from crashing.host import addresses, serve  # noqa: E402
from crashing.judge import UNDISTURBED, judge  # noqa: E402
from crashing.mortal import fork, kill_after, wait_for  # noqa: E402
from crashing.scene import Scene, alerts  # noqa: E402
from crashing.work import work  # noqa: E402  # everything that a process needs is imported once, here
from postgres_server import find_binaries, serve_postgres  # noqa: E402

RUNS = 4  # in a round, carried out side by side
ALERTS = 6
ACTS = 5
LEASE_S = 0.5  # where several processes live at once; one alone comes long after the lease of the one before
HUNG_S = 60.0
TIMES = 4
SIGKILL = -9
PLANTS = ("claim", "approval", "memory")


def main() -> int:
    """Run the benchmark."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="crash-") as folder, _store(options.store) as url:
        scene = Scene(root=Path(folder), url=url, plant=options.plant)
        scene.write()
        with _host(scene, seed=options.seed):
            found = crash(
                scene,
                kills=options.kills,
                processes=options.processes,
                random=Random(options.seed),  # noqa: S311
            )
    print(json.dumps(found) if options.json else _text(found))
    return 1 if harm(found) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--store", default="sqlite", help="sqlite, postgresql, or the address of a database")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--break", dest="plant", choices=PLANTS, help="make a fault on purpose: it must be found")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


@contextmanager
def _store(name: str) -> Iterator[str | None]:
    """The address of the store; None is a file."""
    if name == "sqlite":
        yield None
        return
    if name != "postgresql":
        yield name
        return
    binaries = find_binaries()
    if binaries is None:
        raise SystemExit("there is no PostgreSQL server on this machine: apt-get install postgresql")
    with serve_postgres(binaries) as server:
        yield server.fresh()


@contextmanager
def _host(scene: Scene, *, seed: int) -> Iterator[None]:
    """The target of actions, in a process that is not killed before the end."""
    pid = fork(lambda: serve(scene.root, seed=seed))
    try:
        while not addresses(scene.root):
            if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
                raise SystemExit("the target of actions did not start")
            time.sleep(0.01)
        yield
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        wait_for(pid)


def crash(scene: Scene, *, kills: int, processes: int, random: Random) -> dict[str, object]:
    """Rounds of alerts and runs until so many processes are dead; what came of it."""
    began = time.monotonic()
    _import_all(_asked(lambda: _undisturbed(scene)))
    killed, tries, rounds = 0, 0, 0
    while killed < kills:
        runs = range(UNDISTURBED + rounds * RUNS, UNDISTURBED + (rounds + 1) * RUNS)
        given = alerts(rounds * ALERTS, ALERTS, random=random)
        acts = range(1 + rounds * ACTS, 1 + (rounds + 1) * ACTS)
        rounds += 1
        attempt = 0
        while True:
            tries, attempt = tries + 1, attempt + 1
            # the more often a round was killed, the further it may come, so that each ends
            codes = [wait_for(pid) for pid in _start(scene, given, runs, acts, attempt, tries, processes, random)]
            strange = [code for code in codes if code not in {0, SIGKILL}]
            if strange:
                raise SystemExit(f"a process ended with {strange[0]}")
            killed += codes.count(SIGKILL)
            if not any(codes):
                break
    found = _asked(lambda: judge(scene))
    return {
        "store": "postgresql" if scene.url else "sqlite",
        "processes": processes,
        "kills": killed,
        "rounds": rounds,
        "seconds": round(time.monotonic() - began, 1),
        **found,
    }


def _undisturbed(scene: Scene) -> dict[str, object]:
    """Carry out the first runs without dying; the modules that it took."""
    work(scene, alerts=[], runs=range(UNDISTURBED), acts=range(1), points=0, later=timedelta(0), lease_s=30)
    return {"modules": sorted(sys.modules)}


def _import_all(found: dict[str, object]) -> None:
    """Import what a process imports on its way, so that those to come have it from their start."""
    modules = found["modules"]
    assert isinstance(modules, list)
    for name in modules:
        with suppress(Exception):  # a module that is no file, or is there on some ways only
            importlib.import_module(name)
    assert threading.active_count() == 1, "a thread would be lost by forking"
    gc.collect()
    gc.freeze()  # what was imported is shared with every child


def _start(
    scene: Scene,
    given: list[tuple[str, str]],
    runs: range,
    acts: range,
    attempt: int,
    tries: int,
    processes: int,
    random: Random,
) -> list[int]:
    """The processes of one try, each of which dies at a point, at a time, or not at all."""
    alone = processes == 1
    later = timedelta(minutes=tries) if alone else timedelta(0)
    started, deaths = [], []
    for _ in range(processes):
        by_time = random.random() < 1 / 3
        points = 0 if by_time else random.randint(1, 10 + 30 * attempt)
        started.append(
            fork(
                lambda points=points: work(  # type: ignore[misc]  # bound at once
                    scene,
                    alerts=given,
                    runs=runs,
                    acts=acts,
                    points=points,
                    later=later,
                    lease_s=30 if alone else LEASE_S,
                )
            )
        )
        deaths.append(random.uniform(0, 0.15 * attempt) if by_time else HUNG_S)
    for pid, seconds in sorted(zip(started, deaths, strict=True), key=lambda item: item[1]):
        kill_after(pid, seconds)
    return started


def _asked(question: Callable[[], dict[str, object]]) -> dict[str, object]:
    """The answer of a child: this process never opens the store, since children would inherit it."""
    reading, writing = os.pipe()

    def answer() -> None:
        with os.fdopen(writing, "w") as out:
            json.dump(question(), out)

    pid = fork(answer)
    os.close(writing)
    with os.fdopen(reading) as source:
        text = source.read()
    if wait_for(pid):
        raise SystemExit("the store could not be judged")
    found: dict[str, object] = json.loads(text)
    return found


def harm(found: dict[str, object]) -> dict[str, list[object]]:
    """What came to harm, by kind."""
    return {name: value for name, value in found.items() if isinstance(value, list) and value}


def _text(found: dict[str, object]) -> str:
    count = found["count"]
    assert isinstance(count, dict)
    times = sorted(count["resumed_s"]) or [0.0]
    late, harmed = int(0.95 * (len(times) - 1)), harm(found)
    return "\n".join(
        (
            f"{found['kills']} kills of {found['processes']} process(es) on {found['store']} in {found['seconds']} s",
            f"{count['runs']} runs in {count['attempts']} attempts, {count['alerts']} alerts",
            f"{count['actions']} actions, {count['approvals']} approvals, {count['effects']} effects at the target",
            f"from start to resumed: median {statistics.median(times):.3f} s, p95 {times[late]:.3f} s",
            *(f"{name}: {len(value)} ({', '.join(map(str, value[:3]))})" for name, value in harmed.items()),
            "nothing came to harm" if not harmed else "",
        )
    )


if __name__ == "__main__":
    raise SystemExit(main())
