"""The same question on the same data gives the same report."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from orchestrator.surfaces.application import Options

PROGRAM = str(Path(sys.executable).with_name("switchboard"))
CHANGING = {"run", "session", "at", "elapsed_ms", "record"}  # the guide's record counts the runs so far


def without_times(value: Any) -> Any:
    """A report without ids and times of the run."""
    if isinstance(value, dict):
        return {key: without_times(item) for key, item in value.items() if key not in CHANGING}
    return [without_times(item) for item in value] if isinstance(value, list) else value


def test_cold_processes_print_the_same_report(options: Options) -> None:
    """Byte for byte but for ids and times, whatever the hash seed."""
    command = [PROGRAM, "ask", "calls of pay to a dependency fail since 10:20", "--json"]
    command += ["--logs", options.logs[0], "--guides", str(options.guides)]
    printed = set()
    for seed in ("0", "1", "2"):
        env = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=env)
        printed.add(json.dumps(without_times(json.loads(done.stdout))))
    assert len(printed) == 1
