"""What a sample folder says of itself: which world it holds, and how far that has been played on.

Beside the tables, in `.sample/`: `world.json`, and one `NNNN.json` for each time that the world was played on. The
highest number counts; it names every folder of further rows. A state is put in place under a number that is free, in
one step, so that of two writers one wins, and a writer that is killed leaves nothing that counts.
"""

import json
import os
import re
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from orchestrator.core.errors import InputError
from playbooks.samples.remedies import Remedy, Timed

FOLDER = ".sample"
_WORLD = "world.json"
_STATE = re.compile(r"(\d{4,})\.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Which world a folder holds; `end` is ISO 8601, where its first rows end."""

    sample: str
    seed: int
    version: int
    format: str
    end: str


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How far a world has been played on.

    Attributes:
        number: Of the state, counted from 0.
        minutes: Whole minutes after the world's end.
        seen: The highest number of a change that the folder knows of, or need not know of.
        parts: Folders of further rows, in order.
    """

    number: int
    minutes: int = 0
    seen: int = 0
    changes: Sequence[Timed] = ()
    parts: Sequence[str] = ()

    def text(self) -> str:
        """As it is written."""
        changes = [
            {
                "minute": one.minute,
                "number": one.change.number,
                "action": one.change.action,
                "arguments": dict(one.change.arguments),
            }
            for one in self.changes
        ]
        document = {"minutes": self.minutes, "seen": self.seen, "changes": changes, "parts": list(self.parts)}
        return json.dumps(document, indent=1) + "\n"


def first_notes(mark: Mark, *, seen: int = 0) -> Mapping[str, str]:
    """The files of a folder that has not been played on, by their path in it."""
    return {
        f"{FOLDER}/0000.json": State(number=0, seen=seen).text(),
        f"{FOLDER}/{_WORLD}": json.dumps(asdict(mark), indent=1) + "\n",  # last: a folder with it is whole
    }


def mark_folder(folder: Path, mark: Mark, *, seen: int = 0) -> None:
    """Say of a folder which world it holds, where it does not say so yet."""
    (folder / FOLDER).mkdir(exist_ok=True)
    for name, text in first_notes(mark, seen=seen).items():
        _put_new(folder / name, text)


def read_mark(folder: Path) -> Mark | None:
    """The world of a folder; None where it says nothing of one."""
    path = folder / FOLDER / _WORLD
    if not path.is_file():
        return None
    try:
        return Mark(**_load(path))
    except TypeError as error:
        raise InputError(f"{str(path)!r} is not as this program writes it ({error}): make the sample anew") from error


def read_state(folder: Path) -> State:
    """The newest state of a folder that has a mark."""
    numbers = [int(found[1]) for path in (folder / FOLDER).iterdir() if (found := _STATE.fullmatch(path.name))]
    if not numbers:
        return State(number=0)
    path = folder / FOLDER / f"{max(numbers):04d}.json"
    document = _load(path)
    try:
        return State(
            number=max(numbers),
            minutes=document["minutes"],
            seen=document["seen"],
            changes=tuple(_timed(one) for one in document["changes"]),
            parts=tuple(document["parts"]),
        )
    except (KeyError, TypeError) as error:
        raise InputError(f"{str(path)!r} is not as this program writes it ({error}): make the sample anew") from error


def put_state(folder: Path, state: State) -> bool:
    """Put a state in place; False where another writer was quicker."""
    return _put_new(folder / FOLDER / f"{state.number:04d}.json", state.text())


def _put_new(place: Path, text: str) -> bool:
    made = place.with_name(f".{place.name}.{secrets.token_hex(8)}")
    try:
        with made.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.link(made, place)  # in one step, and never over another's
    except FileExistsError:
        return False
    finally:
        with suppress(OSError):
            made.unlink()
    return True


def _timed(one: Mapping[str, Any]) -> Timed:
    return Timed(one["minute"], Remedy(number=one["number"], action=one["action"], arguments=one["arguments"]))


def _load(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{str(path)!r} cannot be read ({error}): make the sample anew") from error
    if not isinstance(found, dict):
        raise InputError(f"{str(path)!r} holds {type(found).__name__}, no object: make the sample anew")
    return found


def end_of(mark: Mark) -> datetime:
    """Where the first rows end."""
    return datetime.fromisoformat(mark.end)
