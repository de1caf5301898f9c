"""What many runs at once cost on one machine, against the same runs one after another; and whether all answer alike.

Every run is recorded and held as in a worker: claimed in the queue, its events and results stored, its lease kept
alive. `files` asks the bundled sample in the embedded engine; `service` stands for logs that are asked over a network:
each query is answered after a fixed time at no cost to this machine. Of both all runs are under way at once, against
one after another. `unrecorded` is `files` one after another without a store. Each way is a process of its own, so that
peak memory is its own; times are for each run, so that the ways may have different numbers of runs.
"""

import argparse
import asyncio
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

QUESTION = "checkout returns 502 since 10:20"
AT_ONCE = {"files": 1, "files_at_once": 10_000, "service": 1, "service_at_once": 10_000, "unrecorded": 1}
SERIAL = 20
ANSWER_S = 0.1
VOLATILE = {"run", "session", "at", "elapsed_ms"}


class Service:
    """Logs that answer after a while, at no cost: what they answered before, they answer again."""

    def __init__(self, logs: Any) -> None:
        self._logs = logs
        self._known: dict[str, Any] = {}

    async def query(self, kql: str, **options: Any) -> Any:
        """The known answer, later."""
        asked = repr((kql, options))
        if asked not in self._known:
            self._known[asked] = await self._logs.query(kql, **options)
        await asyncio.sleep(ANSWER_S)
        return self._known[asked]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._logs, name)


async def measure(way: str, runs: int) -> dict[str, Any]:
    """Answer the question so many times in this process."""
    from dataclasses import replace

    from orchestrator.app.application import App
    from orchestrator.core.journal import NoJournal
    from orchestrator.engine.record import no_memory
    from orchestrator.engine.session import Session
    from orchestrator.surfaces.application import Options

    async with App().converse(Options()) as conversation:
        switchboard = conversation._switchboard
        if way == "unrecorded":
            switchboard.journal, switchboard.executor, switchboard.memory = NoJournal(), None, no_memory
        if way.startswith("service"):
            switchboard.environment = replace(switchboard.environment, logs=Service(switchboard.environment.logs))
        slots = asyncio.Semaphore(AT_ONCE[way])

        async def one(name: str) -> tuple[float, str]:
            async with slots:
                began = time.perf_counter()
                report = await switchboard.ask(QUESTION, session=Session(id=name), listen=lambda _: None)
                return time.perf_counter() - began, stable(report)

        await one("warm")
        base_mb = peak_mb()
        started, cpu = time.perf_counter(), time.process_time()
        done = await asyncio.gather(*(one(f"s-{number}") for number in range(runs)))
        wall, spent = time.perf_counter() - started, time.process_time() - cpu
    times = sorted(seconds for seconds, _ in done)
    return {
        "runs": runs,
        "wall_ms_a_run": round(wall / runs * 1_000, 1),
        "cpu_ms_a_run": round(spent / runs * 1_000, 1),
        "run_p50_s": round(statistics.median(times), 3),
        "run_p95_s": round(times[int(len(times) * 0.95) - 1], 3),
        "one_run_peak_mb": round(base_mb, 1),
        "peak_mb": round(peak_mb(), 1),
        "different_reports": len({text for _, text in done}),
    }


def stable(report: Any) -> str:
    """A report as text, without ids and times of the run."""

    def strip(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: strip(item) for key, item in value.items() if key not in VOLATILE}
        return [strip(item) for item in value] if isinstance(value, list) else value

    return json.dumps(strip(report), sort_keys=True)


def peak_mb() -> float:
    """The most memory that this process had so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def in_process(way: str, runs: int, state: Path) -> dict[str, Any]:
    """Measure one way in a process of its own."""
    command = [sys.executable, __file__, "--way", way, "--runs", str(runs)]
    env = {**os.environ, "SWITCHBOARD_STATE": str(state)}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=env)
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def ratios(figures: dict[str, dict[str, Any]]) -> dict[str, float]:
    """What is compared, for each run."""

    def ratio(field: str, way: str, against: str) -> float:
        return round(figures[way][field] / figures[against][field], 3)

    service, files = figures["service_at_once"], figures["files_at_once"]
    return {
        "files, all at once to one after another: wall": ratio("wall_ms_a_run", "files_at_once", "files"),
        "files, all at once to one after another: processor": ratio("cpu_ms_a_run", "files_at_once", "files"),
        "service, all at once to one after another: wall": ratio("wall_ms_a_run", "service_at_once", "service"),
        "files, all at once: peak memory to one run's": round(files["peak_mb"] / files["one_run_peak_mb"], 2),
        "service, all at once: peak memory to one run's": round(service["peak_mb"] / service["one_run_peak_mb"], 2),
        "recorded to unrecorded: processor": ratio("cpu_ms_a_run", "files", "unrecorded"),
        "recorded to unrecorded: wall": ratio("wall_ms_a_run", "files", "unrecorded"),
    }


def main() -> None:
    """Print figures for people, or one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=200, help="of those at once; the others are fewer")
    parser.add_argument("--way", choices=AT_ONCE, help="measure one way in this process")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if arguments.way:
        print(json.dumps(asyncio.run(measure(arguments.way, arguments.runs))))
        return
    with tempfile.TemporaryDirectory() as state:
        figures = {
            way: in_process(way, min(arguments.runs, SERIAL) if at_once == 1 else arguments.runs, Path(state))
            for way, at_once in AT_ONCE.items()
        }
    found = {"ratios": ratios(figures), **figures}
    if arguments.json:
        print(json.dumps(found, indent=1))
        return
    for name, value in found.items():
        print(name)
        for key, item in value.items():
            print(f"  {key:54} {item}")


if __name__ == "__main__":
    main()
