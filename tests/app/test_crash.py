"""The short form of `benchmarks/crash.py`: processes are killed, and nothing comes to harm."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "crash.py"
HARMLESS = {"store", "processes", "kills", "rounds", "seconds", "count"}


def crash(*options: str) -> tuple[int, dict[str, Any]]:
    """Its exit code and its figures."""
    command = [sys.executable, str(SCRIPT), "--json", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr[-2_000:]
    return done.returncode, json.loads(done.stdout)


def test_kills_cost_nothing() -> None:
    """No run, no alert, no approval is lost, nothing hangs, and nothing is done twice or without an approval."""
    code, found = crash("--kills", "5", "--seed", "3")
    assert {name: value for name, value in found.items() if name not in HARMLESS and value} == {}
    assert (code, found["kills"] >= 5, found["count"]["effects"] > 0) == (0, True, True)


def test_an_action_without_an_approval_is_found() -> None:
    """A fault that is made on purpose: the count can fail."""
    code, found = crash("--kills", "1", "--seed", "3", "--break", "approval")
    assert (code, found["effects_without_approval"] != []) == (1, True)
