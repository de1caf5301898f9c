"""Further rows of a sample environment that was played on: they lie below `.sample`, and its newest state names them.

The layout is that of `playbooks.samples.marks`. One state is read once, so that all tables go as far as each other.
"""

import json
import re
from pathlib import Path
from typing import Any

from orchestrator.core.errors import InputError

_FOLDER = ".sample"
_STATE = re.compile(r"\d{4,}\.json")
_PART = re.compile(r"[0-9a-f-]+")


def further_files(folder: Path) -> tuple[Path, ...]:
    """The files of further rows, in order; none in a folder that is no environment."""
    marks = folder / _FOLDER
    if not (marks / "world.json").is_file():
        return ()
    states = sorted((path for path in marks.iterdir() if _STATE.fullmatch(path.name)), key=lambda path: int(path.stem))
    parts = _parts(states[-1]) if states else []
    return tuple(path for part in parts for path in sorted((marks / part).iterdir()))


def _parts(path: Path) -> list[str]:
    try:
        document: Any = json.loads(path.read_text(encoding="utf-8"))
        found = document["parts"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{str(path)!r} cannot be read ({error}): make the sample anew") from error
    if not isinstance(found, list) or not all(isinstance(part, str) and _PART.fullmatch(part) for part in found):
        raise InputError(f"{str(path)!r} names parts that are none of a sample's: make the sample anew")
    return found
