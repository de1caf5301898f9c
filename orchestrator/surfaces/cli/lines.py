"""Reads JSON Lines of `{"id", "text"}`; a bad line is reported with its number and the others go on."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from orchestrator.core.errors import InputError
from orchestrator.surfaces.cli.output import field_error, warn


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line's id, as given, and text."""

    id: object
    text: str


class TextLines:
    """Reads a file, or stdin for `-`; `rejected` counts the lines that could not be read."""

    def __init__(self, path: Path, *, fields: tuple[str, ...] = ("text",)) -> None:
        self._path = path
        self._fields = fields
        self.rejected = 0

    def __iter__(self) -> Iterator[TextLine]:
        name = "stdin" if str(self._path) == "-" else str(self._path)
        with _opened(self._path) as source:
            for number, raw in enumerate(source, start=1):
                if not raw.strip():
                    continue
                line = self._parse(raw)
                if isinstance(line, TextLine):
                    yield line
                else:
                    self.reject(f"{name}:{number}: {line}")

    def reject(self, message: str) -> None:
        """Report a line and count it."""
        self.rejected += 1
        warn(message)

    def _parse(self, raw: bytes) -> TextLine | str:
        try:
            document = json.loads(raw.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            return f"byte {error.start + 1} is not UTF-8: save the file as UTF-8"
        except (json.JSONDecodeError, RecursionError) as error:
            return f"not JSON ({error}): write one object per line"
        if not isinstance(document, dict):
            return f"{str(document)[:40]!r} is no object: write {{'id': ..., 'text': ...}}"
        identifier = document.get("id")
        if isinstance(identifier, bool) or not isinstance(identifier, str | int) or identifier == "":
            return f"the field 'id' is {identifier!r}: give a text or a whole number"
        name = next((field for field in self._fields if field in document), self._fields[0])
        problem = field_error(document, name)
        return problem or TextLine(identifier, str(document[name]))


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    if str(path) == "-":
        yield sys.stdin.buffer
        return
    try:
        source = path.open("rb")
    except OSError as error:
        raise InputError(f"{str(path)!r} cannot be read: {error.strerror}; give an existing JSON Lines file") from error
    with source:
        yield source
