"""One YAML file of routing data, read with the line of every field."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import MarkedYAMLError

from orchestrator.core.errors import InputError, Place


def load_document(file: Path, *, allowed: tuple[str, ...]) -> "Document":
    """The file's top mapping; raises `InputError` with file and line when it cannot be read or has other keys."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file}: cannot be read ({error}); routing needs this file") from error
    try:
        loaded = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise InputError(f"{Place(str(file), line)}: {error.problem}; correct the YAML") from error
    if not isinstance(loaded, CommentedMap):
        raise InputError(f"{file}: expected a mapping with {', '.join(allowed)}")
    return Document(loaded, file=str(file), path=(), allowed=allowed)


class Document:
    """A mapping of a YAML file; every reader names file, line and field when a value has the wrong type."""

    def __init__(
        self, values: Mapping[str, Any], *, file: str, path: tuple[str, ...], allowed: tuple[str, ...] | None
    ) -> None:
        self._values = values
        self._file = file
        self._path = path
        for key in values:
            if allowed is not None and key not in allowed:
                raise InputError(f"{self.place(key)}: unknown field {key!r}; use {', '.join(allowed)}")

    @property
    def name(self) -> str:
        """The key under which this mapping stands, or the file's name."""
        return self._path[-1] if self._path else Path(self._file).stem

    def names(self) -> tuple[str, ...]:
        """The fields that are there."""
        return tuple(str(key) for key in self._values)

    def place(self, field: str) -> Place:
        """Where a field stands."""
        try:
            line = self._values.lc.key(field)[0] + 1  # type: ignore[attr-defined]  # ruamel's mappings know their lines
        except (AttributeError, KeyError, TypeError):
            line = None
        return Place(self._file, line, ".".join((*self._path, field)))

    def text(self, field: str) -> str:
        """A text that must be there."""
        value = self.optional_text(field)
        if not value:
            raise InputError(f"{self.place(field)}: expected a text, got {self._values.get(field)!r}")
        return value

    def optional_text(self, field: str) -> str | None:
        """A text, or None where it is absent or null; a number counts as its text."""
        value = self._values.get(field)
        if value is None:
            return None
        if isinstance(value, list | Mapping):
            raise InputError(f"{self.place(field)}: expected a text, got {value!r}")
        return str(value).strip()

    def number(self, field: str) -> float:
        """A number that must be there."""
        value = self._values.get(field)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InputError(f"{self.place(field)}: expected a number, got {value!r}")
        return float(value)

    def phrases(self, field: str) -> tuple[str, ...]:
        """A comma-separated text, or a list of texts; each phrase once, in order."""
        return self._listed(field, separator=",")

    def lines(self, field: str) -> tuple[str, ...]:
        """A text with one entry per line, or a list of texts."""
        return self._listed(field, separator="\n")

    def _listed(self, field: str, *, separator: str) -> tuple[str, ...]:
        value = self._values.get(field)
        if value is None:
            return ()
        if not isinstance(value, str | list) or not all(isinstance(item, str) for item in value):
            raise InputError(f"{self.place(field)}: expected a text or a list of texts, got {value!r}")
        items = value.split(separator) if isinstance(value, str) else value
        return tuple(dict.fromkeys(item.strip() for item in items if item.strip()))

    def child(self, field: str) -> "Document":
        """A mapping with any keys; empty where it is absent."""
        value = self._values.get(field)
        return self._nested({} if value is None else value, field, allowed=None)

    def children(self, field: str, *, allowed: tuple[str, ...]) -> Iterator["Document"]:
        """The mappings of a list, or of a mapping by name."""
        value = self._values.get(field) or []
        if isinstance(value, Mapping):
            for name in value:
                yield self._nested(value[name], field, name, allowed=allowed)
        elif isinstance(value, list):
            for number, item in enumerate(value):
                yield self._nested(item, field, str(number), allowed=allowed)
        else:
            raise InputError(f"{self.place(field)}: expected a list or a mapping, got {value!r}")

    def _nested(self, value: object, *path: str, allowed: tuple[str, ...] | None) -> "Document":
        if not isinstance(value, Mapping):
            raise InputError(f"{self.place(path[0])}: expected a mapping, got {value!r}")
        return Document(value, file=self._file, path=(*self._path, *path), allowed=allowed)
