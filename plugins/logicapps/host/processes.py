"""Which process works on a run, so that one that died is known at once where it can be seen from here."""

import os
import platform
from pathlib import Path
from typing import NamedTuple

_BORN_FIELD = 19  # of what follows the program's name in /proc/PID/stat: starttime, the 22nd of all (proc_pid_stat(5))


class Process(NamedTuple):
    """A process of a machine; `born` tells it from a later one of the same id, '' where the system does not say."""

    machine: str
    pid: int
    born: str


NOBODY = Process(platform.node(), 0, "")
"""A process that is gone."""


def this_process() -> Process:
    """The one that asks."""
    return Process(platform.node(), os.getpid(), _born(os.getpid()))


def is_gone(process: Process) -> bool:
    """Whether it is surely no more; False for one of another machine, of which nothing can be said."""
    if process.machine != platform.node():
        return False
    if process.pid <= 0:
        return True
    try:
        os.kill(process.pid, 0)
    except ProcessLookupError:
        return True
    except OSError:  # it is somebody else's
        return False
    return bool(process.born) and _born(process.pid) not in {process.born, ""}


def _born(pid: int) -> str:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    return text.rpartition(")")[2].split()[_BORN_FIELD]
