"""Puts what was redacted with a key back into a result."""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from orchestrator.app.analysis.vault import RedactionKey, read_key, vault_of
from orchestrator.core.errors import InputError
from orchestrator.core.personal_data.spans import PLACEHOLDER
from orchestrator.surfaces.analysis_application import Document

_LINES = (".jsonl", ".ndjson")


def restore(path: Path, key: Path, vault: Path | None, out: Path | None) -> Document:
    """Write a result with what was redacted, to a file that its owner alone can read, or to stdout.

    The document has `restored`, placeholders that were replaced, and `unknown`, those that the vault does not have.

    Raises:
        InputError: A file cannot be read, or key and vault do not belong together.
    """
    if path.suffix.lower() not in _LINES:
        raise InputError(f"{str(path)!r} is not JSON Lines, and nothing else is restored: analyze into FILE.jsonl")
    place = vault or vault_of(path)
    if out is not None and out.exists():
        raise InputError(f"{str(out)!r} is there: name another")
    restoring = _Restoring(read_key(key), _read_vault(place))
    try:
        with path.open(encoding="utf-8") as lines, _opened(out) as written:
            for number, line in enumerate(lines, start=1):
                written.write(f"{restoring.line(line, f'{path}:{number}')}\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{str(path)!r} cannot be restored: {error}") from error
    return {"restored": restoring.restored, "unknown": restoring.unknown, "vault": str(place)}


class _Restoring:
    def __init__(self, key: RedactionKey, vault: Mapping[str, str]) -> None:
        self._key = key
        self._vault = vault
        self.restored = 0
        self.unknown = 0

    def line(self, line: str, place: str) -> str:
        try:
            document = json.loads(line)
        except ValueError as error:
            raise InputError(f"{place}: not JSON: {error}") from error
        return json.dumps(self._value(document), ensure_ascii=False, separators=(",", ":"))

    def _value(self, value: object) -> object:
        if isinstance(value, str):
            return PLACEHOLDER.sub(lambda found: self._original(found[0]), value) if "[" in value else value
        if isinstance(value, list):
            return [self._value(one) for one in value]
        if isinstance(value, dict):
            return {name: self._value(one) for name, one in value.items()}
        return value

    def _original(self, placeholder: str) -> str:
        sealed = self._vault.get(placeholder)
        if sealed is None:
            self.unknown += 1
            return placeholder
        self.restored += 1
        return self._key.open(placeholder, sealed)


def _read_vault(path: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                placeholder, sealed = _entry(line, f"{path}:{number}")
                found[placeholder] = sealed
    except OSError as error:
        raise InputError(f"the vault {str(path)!r} cannot be read: {error.strerror}; name it with --vault") from error
    return found


def _entry(line: str, place: str) -> tuple[str, str]:
    try:
        entry = json.loads(line)
        return str(entry["token"]), str(entry["sealed"])
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{place}: no line of a vault") from error


@contextmanager
def _opened(out: Path | None) -> Iterator[TextIO]:
    if out is None:
        yield sys.stdout
        return
    with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        try:
            yield file
        except BaseException:
            out.unlink()  # half of a result would pass for a whole one
            raise
