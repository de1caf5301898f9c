"""How far a batch has come, in a file that outlives the process."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from orchestrator.batch.chunk import Position
from orchestrator.batch.inputs.files import InputFile
from orchestrator.core.errors import DataError, InputError

_FORM = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What makes a batch the same one: its inputs as they were, and all that its bytes depend on.

    Attributes:
        inputs: Name, size and time of change of each file.
        settings: By name, as text: the scorer's version, the fingerprint of its configuration, columns, limits.
    """

    inputs: tuple[tuple[str, int, int], ...]
    settings: Mapping[str, str]

    def changed(self, other: "Identity") -> str | None:
        """What is not as it was in the other one; None where all is."""
        names, before = [name for name, _, _ in self.inputs], [name for name, _, _ in other.inputs]
        if names != before:
            return f"the inputs are {', '.join(names[:3])}, and were {', '.join(before[:3])}"
        for now, then in zip(self.inputs, other.inputs, strict=True):
            if now != then:
                return f"{now[0]!r} has changed since"
        for name in sorted({*self.settings, *other.settings}):
            new, old = self.settings.get(name, "none"), other.settings.get(name, "none")
            if new != old:
                return f"the {name} is {new!r}, and was {old!r}"
        return None


def identify(files: list[InputFile], settings: Mapping[str, str]) -> Identity:
    """The identity of a batch over these files."""
    return Identity(inputs=tuple((one.name, one.size, one.changed_ns) for one in files), settings=dict(settings))


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A place up to which everything is written.

    Attributes:
        position: Where to read on.
        out_bytes: Of the result's file that belong to it; `rejects_bytes` likewise.
        whole: Whether the input has ended, so that only the files' last names are missing.
    """

    identity: Identity
    position: Position = field(default_factory=Position)
    out_bytes: int = 0
    rejects_bytes: int = 0
    conversations: int = 0
    turns: int = 0
    rejected: int = 0
    share: float = 0.0
    whole: bool = False


def write_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Replace a checkpoint; after a crash at any moment there is the old one or the new."""
    document = {"form": _FORM, **asdict(replace(checkpoint))}
    beside = path.with_suffix(".new")
    with beside.open("w", encoding="utf-8") as out:
        json.dump(document, out)
        out.flush()
        os.fsync(out.fileno())
    beside.replace(path)
    sync_folder(path.parent)


def read_checkpoint(path: Path) -> Checkpoint | None:
    """The checkpoint of a file; None where there is none yet."""
    try:
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if document.pop("form") != _FORM:
            raise InputError(f"{str(path)!r} is of another version: begin anew with --overwrite")
        inputs = tuple((name, size, changed) for name, size, changed in document["identity"]["inputs"])
        identity = Identity(inputs=inputs, settings=document["identity"]["settings"])
        return Checkpoint(**{**document, "identity": identity, "position": Position(**document["position"])})
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise DataError(f"{str(path)!r} cannot be read ({fault}): begin anew with --overwrite") from fault


def sync_folder(folder: Path) -> None:
    """Make the names in a folder outlive a loss of power, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
