"""What starting costs: size of the environment, cold times, and which modules a start loads.

The parts that speak to Azure must cost nothing where they are not used: the baseline of the module lists is what
`import semantic_kernel` loads by itself, and nothing of the watched families may come on top of it. With `--against`,
another installation of the program is timed in turn with this one, run by run, so that both see the same machine.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

QUESTION = "checkout returns 502 since 10:20"
PROGRAM = Path(sys.executable).with_name("switchboard")
COMMANDS: Mapping[str, Sequence[str]] = {"help": ("--help",), "ask": ("ask", QUESTION, "--json")}
WATCHED = ("azure", "msal", "aiohttp", "openai", "opentelemetry", "starlette", "uvicorn", "mcp")
RUN = "import sys; from orchestrator.app.main import main; main()"
LIST = "; print('\\n'.join(sys.modules), file=open({path!r}, 'w'))"


def loaded(code: str, arguments: Sequence[str], env: Mapping[str, str]) -> frozenset[str]:
    """The modules that a fresh interpreter has after running some code."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "modules")
        command = [sys.executable, "-c", code + LIST.format(path=str(path)), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=dict(env))
        return frozenset(path.read_text().split())


def families(modules: frozenset[str]) -> dict[str, int]:
    """How many modules of each watched family there are."""
    counts = {name: sum(module.split(".")[0] == name for module in modules) for name in WATCHED}
    return {name: count for name, count in counts.items() if count}


def modules(env: Mapping[str, str]) -> dict[str, Any]:
    """What a start loads, and what of the watched families it loads beyond Semantic Kernel's own import."""
    kernel = loaded("import sys, semantic_kernel", (), env)
    starts = {name: loaded(RUN, arguments, env) for name, arguments in COMMANDS.items()}
    beyond = {
        name: sorted(module for module in found - kernel if module.split(".")[0] in WATCHED)
        for name, found in starts.items()
    }
    return {
        "semantic_kernel": {"modules": len(kernel), "watched": families(kernel)},
        **{name: {"modules": len(found), "watched": families(found)} for name, found in starts.items()},
        "beyond_semantic_kernel": beyond,
    }


def size(python: Path) -> dict[str, float]:
    """Megabytes of an environment on disk, and how many packages it has."""
    code = "from importlib.metadata import distributions; print(sum(1 for _ in distributions()))"
    counted = (
        str(sum(1 for _ in distributions()))
        if python == Path(sys.executable)
        else subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout
    )
    folder = python.parent.parent
    total = sum(file.lstat().st_size for file in folder.rglob("*") if file.is_file() and not file.is_symlink())
    return {"mb": round(total / 1e6, 1), "packages": int(counted)}


def spent(command: Sequence[str | Path], env: Mapping[str, str]) -> tuple[float, float]:
    """Wall and CPU seconds of a whole process, as the operating system accounts for it."""
    started = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=dict(env))
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{command} ended with {child.returncode}")
    return time.perf_counter() - started, usage.ru_utime + usage.ru_stime


def cold(programs: Mapping[str, Path], runs: int, env: Mapping[str, str]) -> dict[str, Any]:
    """Seconds of whole processes, the programs in turn, after one warm-up each; load moves wall more than CPU."""
    times: dict[str, list[tuple[float, float]]] = {}
    for number in range(runs + 1):
        for kind, arguments in COMMANDS.items():
            for name, program in programs.items():
                one = spent([program, *arguments], env)
                if number:
                    times.setdefault(f"{kind} {name}", []).append(one)
    return {
        name: {
            "wall_s": round(statistics.median(wall for wall, _ in each), 3),
            "cpu_s": round(statistics.median(cpu for _, cpu in each), 3),
            "least_wall_s": round(min(wall for wall, _ in each), 3),
        }
        for name, each in times.items()
    }


def main() -> None:
    """Print figures for people, or one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5, help="cold processes of each kind")
    parser.add_argument("--against", type=Path, help="another environment's `switchboard`, timed in turn with this one")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    programs = {"here": PROGRAM} | ({"there": arguments.against.absolute()} if arguments.against else {})
    with tempfile.TemporaryDirectory() as state:
        env = {**os.environ, "SWITCHBOARD_STATE": state}
        figures = {
            "size": {name: size(program.with_name("python")) for name, program in programs.items()},
            "cold": cold(programs, arguments.runs, env),
            "modules": modules(env),
        }
    if arguments.json:
        print(json.dumps(figures, indent=1))
        return
    for title, group in figures.items():
        print(title)
        for key, item in group.items():
            print(f"  {key:24} {json.dumps(item)}")


if __name__ == "__main__":
    main()
