"""Ships thousands of orders while processes are killed and the target fails, and counts what came to harm.

    python benchmarks/shipping.py [--runs N] [--processes N] [--seconds N] [--seed N] [--break WHAT] [--json]

Each order is bought through the real ledger, client and workflow host, which stands on a port in a process of its
own. The processes that buy are killed (SIGKILL) at random points of their store and at random times, and so is the
host; both are started again. Of the calls a third meet a fault: 504 after the work, cut connections, a lost Location,
errors, duplicates, resubmitted runs, requests that arrive late, crashes in the middle of a run, inner retries, storms
of 429. One order in five is taken up by every process, some of these with another wish; used keys come again with
another payload. One order in five may not ship.

Judged from the two SQLite files by SQL: nothing bought twice, nothing lost, every order shipped, refused with a
reason, cancelled, or parked with an owner, every label the carrier's own. Exit code 1 if not. `--break` (claim,
key, settle) switches a protection off: the duplicates must be found.
"""

import argparse
import gc
import importlib
import json
import os
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from orchestrator.engine.handlebars import defer_handlebars

defer_handlebars()

from crashing.mortal import fork, wait_for  # noqa: E402  # after that
from shipping_faults.judge import judge  # noqa: E402
from shipping_faults.scene import Scene  # noqa: E402
from shipping_faults.target import fill, serve  # noqa: E402
from shipping_faults.work import work  # noqa: E402

PLANTS = ("claim", "key", "settle")
LIFE_S = (2.0, 12.0)
HOST_LIFE_S = (8.0, 20.0)
POINTS = (50, 3_000)
BY_POINT = 0.5
POLL_S = 0.01
PORTS = (20_000, 32_000)
WARM = 12
"""Orders of a first scene, whose processes die of nothing: what they import, the others have from their start."""
HARMLESS = frozenset({"plant", "runs", "processes", "seconds", "rate", "kills", "count", "settled_s"})


def main() -> int:
    """Run the benchmark."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="shipping-") as folder:
        root = Path(folder)
        _warm_up(root / "warm", seed=options.seed)
        scene = Scene(root=root / "scene", orders=options.runs, port=_free_port(Random()), plant=options.plant)  # noqa: S311
        found = ship(scene, processes=options.processes, seconds=options.seconds, random=Random(options.seed))  # noqa: S311
    print(json.dumps(found) if options.json else _text(found))
    return 1 if harm(found) or not found["in_time"] else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=20_000, help="orders to be shipped")
    parser.add_argument("--processes", type=int, default=2, help="that buy at once")
    parser.add_argument("--seconds", type=float, default=1_800, help="until when all must have ended")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--break", dest="plant", choices=PLANTS, help="switch a protection off: it must be found")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


@dataclass(slots=True)
class Mortal:
    """A place in which one process follows on another, each killed at its time.

    Args:
        start: Starts the next one; its process id.
        life_s: How long each lives at most.
    """

    start: Callable[[int], int]
    life_s: tuple[float, float]
    random: Random
    pid: int = 0
    dies_at: float = 0.0
    kills: int = 0
    lives: int = 0
    over: bool = field(default=False)

    def begin(self) -> None:
        """Start the next."""
        self.lives += 1
        self.pid = self.start(self.lives)
        self.dies_at = time.monotonic() + self.random.uniform(*self.life_s)

    def tend(self) -> None:
        """Kill the one whose time has come, and start another where one died; one that ended well is over."""
        if self.over:
            return
        if time.monotonic() >= self.dies_at:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
        if os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            return
        code = wait_for(self.pid)
        if code == -signal.SIGKILL:
            self.kills += 1
            self.begin()
        elif code == 0:
            self.over = True
        else:
            raise SystemExit(f"a process ended with {code}")

    def end(self) -> None:
        """Kill it for good."""
        if not self.over:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            wait_for(self.pid)


def ship(scene: Scene, *, processes: int, seconds: float, random: Random) -> dict[str, object]:
    """Ship all orders of a scene; what came of it."""
    scene.root.mkdir()
    scene.write(slots=processes)
    _asked(lambda: fill(scene))
    host = Mortal(lambda life: fork(lambda: serve(scene, seed=life)), HOST_LIFE_S, random)
    began = time.monotonic()
    host.begin()
    while not scene.addresses():
        time.sleep(POLL_S)
    buyers = [Mortal(_buyer(scene, slot, processes, random), LIFE_S, random) for slot in range(processes)]
    try:
        for buyer in buyers:
            buyer.begin()
        while not all(buyer.over for buyer in buyers) and time.monotonic() - began < seconds:
            for mortal in (host, *buyers):
                mortal.tend()
            time.sleep(POLL_S)
    finally:
        for mortal in (*buyers, host):
            mortal.end()
    took = time.monotonic() - began
    return {
        "plant": scene.plant,
        "runs": scene.orders,
        "processes": processes,
        "seconds": round(took, 1),
        "rate": round(scene.orders / took, 1),
        "in_time": all(buyer.over for buyer in buyers),
        "kills": {"buyers": sum(buyer.kills for buyer in buyers), "host": host.kills},
        **_asked(lambda: judge(scene)),
    }


def _buyer(scene: Scene, slot: int, slots: int, random: Random) -> Callable[[int], int]:
    def start(_life: int) -> int:
        points = random.randint(*POINTS) if random.random() < BY_POINT else 0
        return fork(lambda: work(scene, slot=slot, slots=slots, points=points))

    return start


def _warm_up(root: Path, *, seed: int) -> None:
    """Ship a few orders without a kill, and import what that took."""
    scene = Scene(root=root, orders=WARM, port=_free_port(Random()))  # noqa: S311
    root.mkdir()
    scene.write(slots=1)
    _asked(lambda: fill(scene))
    pid = fork(lambda: serve(scene, seed=seed))
    try:
        while not scene.addresses():
            time.sleep(POLL_S)

        def ship_all() -> dict[str, object]:
            work(scene, slot=0, slots=1, points=0)
            return {"modules": sorted(sys.modules)}

        modules = _asked(ship_all)["modules"]
        assert isinstance(modules, list)
        for name in modules:
            with suppress(Exception):  # a module that is no file, or is there on some ways only
                importlib.import_module(name)
    finally:
        os.kill(pid, signal.SIGKILL)
        wait_for(pid)
    assert threading.active_count() == 1, "a thread would be lost by forking"
    gc.collect()
    gc.freeze()  # what was imported is shared with every child


def _free_port(random: Random) -> int:
    """A port below those that the system gives to clients: none of them may take it while the host is dead."""
    while True:
        port = random.randrange(*PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def _asked(question: Callable[[], dict[str, object] | None]) -> dict[str, object]:
    """The answer of a child: this process opens neither store, since children would inherit it."""
    reading, writing = os.pipe()

    def answer() -> None:
        with os.fdopen(writing, "w") as out:
            json.dump(question() or {}, out)

    pid = fork(answer)
    os.close(writing)
    with os.fdopen(reading) as source:
        text = source.read()
    if wait_for(pid):
        raise SystemExit("a child that was asked gave no answer")
    found: dict[str, object] = json.loads(text)
    return found


def harm(found: dict[str, object]) -> dict[str, list[object]]:
    """What came to harm, by kind."""
    return {name: value for name, value in found.items() if name not in HARMLESS and isinstance(value, list) and value}


def _text(found: dict[str, object]) -> str:
    count, kills, settled = found["count"], found["kills"], found["settled_s"]
    assert isinstance(count, dict)
    assert isinstance(kills, dict)
    assert isinstance(settled, list)

    def at(share: float) -> float:
        return float(settled[int(share * (len(settled) - 1))]) if settled else 0.0

    ends = [f"{value} {name.removeprefix('ended_')}" for name, value in count.items() if name.startswith("ended_")]
    refused, others = count["other_payloads_refused"], count["other_payloads"]
    harmed = harm(found)
    return "\n".join(
        (
            f"{found['runs']} orders by {found['processes']} processes in {found['seconds']} s",
            f"{found['rate']} orders a second",
            f"{kills['buyers']} kills of processes that buy, {kills['host']} of the host",
            f"ended {', '.join(ends)}; {count['actions']} actions, {count['requests_at_target']} runs at the target",
            f"another payload under a used key: {refused} of {others} refused, the other replies lost",
            f"from filing to settled: p50 {at(0.5):.2f} s, p95 {at(0.95):.2f} s, p99 {at(0.99):.2f} s",
            *(f"{name}: {len(value)} ({', '.join(map(str, value[:3]))})" for name, value in harmed.items()),
            "nothing came to harm" if not harmed else "",
            *(() if found["in_time"] else ("not all had ended in time",)),
        )
    )


if __name__ == "__main__":
    raise SystemExit(main())
