"""Runs a command, and measures it and all processes that it starts."""

import os
import subprocess
import threading
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, sleep

_EVERY_S = 0.1
_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Usage:
    """What a command took.

    Attributes:
        peak_bytes: Resident memory of all its processes at once, at most; pages that they share count for each.
        processor_s: Of all its processes, as seen last.
    """

    seconds: float = 0.0
    peak_bytes: int = 0
    processor_s: float = 0.0
    output: str = ""
    errors: str = ""
    code: int = 0
    _processor: dict[int, float] = field(default_factory=dict)

    def look(self, root: int) -> None:
        """Take in how it is now with a process and those below it."""
        total = 0
        for process in tree(root):
            try:
                total += int(Path(f"/proc/{process}/statm").read_text().split()[1]) * _PAGE
                times = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
            except (OSError, IndexError):
                continue
            self._processor[process] = (int(times[11]) + int(times[12])) / _TICKS
        self.peak_bytes = max(self.peak_bytes, total)
        self.processor_s = sum(self._processor.values())


def tree(root: int) -> list[int]:
    """A process and those below it."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError):
                continue
            parents.setdefault(parent, []).append(int(entry.name))
    found, left = [], [root]
    while left:
        found.append(left.pop())
        left += parents.get(found[-1], [])
    return found


def measure(command: list[str], *, cwd: Path) -> Usage:
    """Run a command to its end; from its start, with everything that it has to load."""
    usage = Usage()
    started = perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=cwd)
    ended = threading.Event()

    def watch() -> None:
        while not ended.is_set():
            usage.look(child.pid)
            sleep(_EVERY_S)

    watcher = threading.Thread(target=watch)
    watcher.start()
    usage.output, usage.errors = child.communicate()
    usage.seconds = perf_counter() - started
    ended.set()
    watcher.join()
    usage.code = child.returncode
    return usage
