"""What an answer costs: cold and warm, `--help`, peak memory, where the start goes; and whether it is always the same.

Whole processes are timed from outside, with the operating system's own accounting. The baseline of the cold figures is
`python -c "import semantic_kernel"` alone, in the same run: an answer cannot be quicker than the framework's import.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

QUESTION = "checkout returns 502 since 10:20"
PROGRAM = str(Path(sys.executable).with_name("switchboard"))
TIMES = {"run", "session", "at", "elapsed_ms", "record"}


def process(command: Sequence[str], runs: int, env: Mapping[str, str]) -> dict[str, float]:
    """Median wall and CPU seconds of whole processes, and the largest peak memory in MB, after one warm-up."""
    walls, cpus, peaks = [], [], []
    for number in range(runs + 1):
        started = time.perf_counter()
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(env))
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise SystemExit(f"{command} ended with {child.returncode}")
        if number:
            walls.append(wall)
            cpus.append(usage.ru_utime + usage.ru_stime)
            peaks.append(usage.ru_maxrss / 1024)
    return {
        "wall_s": round(statistics.median(walls), 3),
        "cpu_s": round(statistics.median(cpus), 3),
        "peak_mb": round(max(peaks), 1),
    }


def cold(runs: int, env: Mapping[str, str]) -> dict[str, Any]:
    """Whole processes: the answer, the help, and the framework's import alone."""
    figures = {
        "ask": process([PROGRAM, "ask", QUESTION, "--json"], runs, env),
        "help": process([PROGRAM, "--help"], runs, env),
        "import_semantic_kernel": process([sys.executable, "-c", "import semantic_kernel"], runs, env),
    }
    base = figures["import_semantic_kernel"]["wall_s"]
    figures["ratios_to_the_import"] = {name: round(figures[name]["wall_s"] / base, 2) for name in ("ask", "help")}
    return figures


async def warm(times: int) -> dict[str, Any]:
    """The same question again and again in one process, each in a session of its own."""
    from orchestrator.app.application import App
    from orchestrator.surfaces.application import Options

    walls, texts, phases = [], set(), {}
    started = time.perf_counter()
    async with App().converse(Options()) as conversation:
        phases["open_s"] = round(time.perf_counter() - started, 3)
        switchboard, session = conversation._switchboard, conversation._session
        for _ in range(times):
            session.reports.clear()
            began = time.perf_counter()
            report = await switchboard.ask(QUESTION, session=session, listen=lambda _: None)
            walls.append(time.perf_counter() - began)
            texts.add(stable(report))
    return {
        **phases,
        "first_s": round(walls[0], 3),
        "median_s": round(statistics.median(walls[1:]), 3),
        "times": times,
        "different_reports": len(texts),
    }


def stable(report: Any) -> str:
    """A report as bytes, without ids and times of the run."""

    def strip(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: strip(item) for key, item in value.items() if key not in TIMES}
        return [strip(item) for item in value] if isinstance(value, list) else value

    return json.dumps(strip(report), sort_keys=True)


def same_when_cold(runs: int, env: Mapping[str, str]) -> int:
    """How many different reports several cold processes print."""
    outputs = [
        subprocess.run([PROGRAM, "ask", QUESTION, "--json"], capture_output=True, text=True, check=True, env=dict(env))
        for _ in range(runs)
    ]
    return len({stable(json.loads(done.stdout)) for done in outputs})


def imports(env: Mapping[str, str]) -> dict[str, float]:
    """Seconds that importing takes in a cold answer, by package; a nested import counts for its own package."""
    code = "import sys; from orchestrator.app.main import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", code, "ask", QUESTION, "--json"],
        capture_output=True,
        text=True,
        check=True,
        env=dict(env),
    )
    totals: dict[str, float] = {}
    for line in done.stderr.splitlines():
        parts = line.removeprefix("import time:").split("|")
        if line.startswith("import time:") and len(parts) == 3 and parts[0].strip().isdigit():
            package = parts[2].strip().split(".")[0]
            totals[package] = totals.get(package, 0.0) + int(parts[0]) / 1e6
    largest = sorted(totals.items(), key=lambda item: -item[1])[:12]
    return {"all": round(sum(totals.values()), 3), **{name: round(seconds, 3) for name, seconds in largest}}


def main() -> None:
    """Print figures for people, or one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5, help="cold processes of each kind")
    parser.add_argument("--times", type=int, default=100, help="warm answers")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as state:
        os.environ["SWITCHBOARD_STATE"] = state
        env = dict(os.environ)
        figures = {
            "cold": cold(arguments.runs, env),
            "start_up_imports_s": imports(env),
            "warm": asyncio.run(warm(arguments.times)),
            "different_reports_of_3_cold": same_when_cold(3, env),
        }
    if arguments.json:
        print(json.dumps(figures, indent=1))
        return
    for name, value in figures.items():
        print(name)
        for key, item in value.items() if isinstance(value, dict) else [("", value)]:
            print(f"  {key:28} {json.dumps(item)}")


if __name__ == "__main__":
    main()
