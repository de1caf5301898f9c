"""YAML values that know their file, line and field, read as YAML 1.2 (`on` and `no` are texts), without aliases."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Any, TypeAlias

from orchestrator.core.errors import GuideError, Place

MAX_CHARACTERS = 200_000
MAX_DEPTH = 30
Scalar: TypeAlias = "bool | int | float | str | None"
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_KINDS = {str: "a text", bool: "true or false", int: "a number", float: "a number", dict: "a mapping", tuple: "a list"}
_CORE_TAGS = frozenset({"str", "int", "float", "bool", "null", "map", "seq", "timestamp", "merge", "value"})


@dataclass(frozen=True, slots=True)
class YamlValue:
    """A value and its place; `value` is a scalar, a tuple of values, or a dict of them."""

    value: "Scalar | tuple[YamlValue, ...] | dict[str, YamlValue]"
    place: Place

    @property
    def line(self) -> int:
        """The line in the file, from 1."""
        return self.place.line or 0

    def error(self, message: str) -> GuideError:
        """An error at this place."""
        return GuideError(message, place=self.place)

    def wrong(self, wanted: str) -> GuideError:
        """An error that says what was found and what is wanted."""
        found = "nothing" if self.value is None else _KINDS[type(self.value)]
        shown = f" {self.value!r}" if isinstance(self.value, str | bool | int | float) else ""
        return self.error(f"found {found}{shown}, expected {wanted}")

    def mapping(self, *, known: Iterable[str] | None = None, required: Iterable[str] = ()) -> "dict[str, YamlValue]":
        """The entries; unknown and missing keys are refused where `known` and `required` are given."""
        if not isinstance(self.value, dict):
            raise self.wrong("a mapping (`key: value`)")
        names = tuple(known) if known is not None else tuple(self.value)
        for key, item in self.value.items():
            if key not in names:
                raise item.error(f"unknown key {key!r}{nearest_names(key, names)}")
        for key in required:
            if key not in self.value:
                raise self.error(f"the key {key!r} is missing")
        return self.value

    def items(self) -> "tuple[YamlValue, ...]":
        """The items of a list; a single value counts as a list of one."""
        if isinstance(self.value, tuple):
            return self.value
        if self.value is None or isinstance(self.value, dict):
            raise self.wrong("a list")
        return (self,)

    def text(self) -> str:
        """A text that is not empty; a number is taken as written."""
        if isinstance(self.value, bool) or not isinstance(self.value, str | int | float):
            raise self.wrong("a text")
        text = str(self.value).strip()
        if not text:
            raise self.error("the text is empty")
        return text

    def texts(self) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(item.text() for item in self.items())

    def number(self) -> float:
        """A number."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            raise self.wrong("a number")
        return float(self.value)

    def choice(self, choices: Iterable[str]) -> str:
        """One of some words."""
        text, words = self.text(), tuple(choices)
        if text not in words:
            raise self.error(f"{text!r} is not one of {', '.join(words)}{nearest_names(text, words, listed=False)}")
        return text

    def plain(self) -> object:
        """The value without places."""
        match self.value:
            case tuple():
                return [item.plain() for item in self.value]
            case dict():
                return {key: item.plain() for key, item in self.value.items()}
            case scalar:
                return scalar


def nearest_names(name: str, known: Iterable[str], *, listed: bool = True) -> str:
    """`; did you mean 'x'?` where a known name is near, else the known ones in words."""
    names = sorted(set(known))
    close = get_close_matches(name, names, n=2, cutoff=0.6)
    if close:
        return f"; did you mean {' or '.join(map(repr, close))}?"
    return f"; known: {', '.join(names)}" if names and listed else ""


def read_yaml(text: str, *, place: Place) -> YamlValue:
    """Read one YAML document whose first line stands at `place`; GuideError with line and field."""
    if len(text) > MAX_CHARACTERS:
        raise GuideError(f"{len(text):,d} characters of YAML, more than {MAX_CHARACTERS:,d}: shorten it", place=place)
    return _Reader(place).read(text)


@cache
def _library() -> Any:
    """PyYAML, which composes in C: ten guides in 9 ms where a pure Python parser takes 300."""
    import yaml  # noqa: PLC0415 - only needed when a guide is read

    return yaml


class _Reader:
    """Turns YAML nodes into values with places."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._first = place.line or 1
        self._seen: set[int] = set()

    def read(self, text: str) -> YamlValue:
        yaml = _library()
        try:
            node = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        except yaml.MarkedYAMLError as error:
            raise self._syntax_error(error, text) from error
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            raise GuideError(f"not readable as YAML: {str(error).splitlines()[0]}", place=self._place) from error
        if node is None:
            return YamlValue(None, self._place)
        return self._value(node, line=node.start_mark.line, field=self._place.field or "", depth=0)

    def _at(self, line: int, field: str) -> Place:
        return Place(self._place.file, self._first + line, field or None)

    def _syntax_error(self, error: Any, text: str) -> GuideError:
        mark = error.problem_mark or error.context_mark
        line = mark.line if mark else 0
        lines = text.splitlines()
        source = lines[line] if line < len(lines) else ""
        problem = error.problem or error.context or "bad YAML"
        mend = "; indent with spaces, not tabs" if "\t" in source else "; quote texts that hold `: `, `#` or braces"
        return GuideError(f"bad YAML: {problem}{mend}", place=self._at(line, self._place.field or ""))

    def _value(self, node: Any, *, line: int, field: str, depth: int) -> YamlValue:
        place = self._at(line, field)
        if id(node) in self._seen:
            raise GuideError("aliases (`*`) are not allowed; write the value out", place=place)
        if depth > MAX_DEPTH:
            raise GuideError(f"nested deeper than {MAX_DEPTH} levels", place=place)
        self._seen.add(id(node))
        tag = str(node.tag or "").removeprefix("tag:yaml.org,2002:")
        if tag not in _CORE_TAGS:
            raise GuideError(f"the tag {tag!r} is not allowed; leave it out", place=place)
        if node.id == "scalar":
            return YamlValue(_scalar(node), place)
        if node.id == "sequence":
            items = (
                self._value(item, line=item.start_mark.line, field=f"{field}[{number}]", depth=depth + 1)
                for number, item in enumerate(node.value)
            )
            return YamlValue(tuple(items), place)
        return YamlValue(self._entries(node, field=field, depth=depth), place)

    def _entries(self, node: Any, *, field: str, depth: int) -> dict[str, YamlValue]:
        entries: dict[str, YamlValue] = {}
        for key, item in node.value:
            line = key.start_mark.line
            name = str(key.value)
            path = f"{field}.{name}" if field else name
            if key.id != "scalar" or id(key) in self._seen:
                raise GuideError("a key must be a plain word", place=self._at(line, field))
            self._seen.add(id(key))
            if name in entries:
                raise GuideError(f"the key {name!r} stands twice", place=self._at(line, path))
            entries[name] = self._value(item, line=line, field=path, depth=depth + 1)
        return entries


def _scalar(node: Any) -> Scalar:
    """A scalar by the core schema of YAML 1.2; quoted and block texts stay texts."""
    text = str(node.value)
    if node.style:
        return text
    if text in {"", "~", "null", "Null", "NULL"}:
        return None
    if text in {"true", "True", "TRUE", "false", "False", "FALSE"}:
        return text[0] in "tT"
    if len(text) < 25:  # noqa: PLR2004 - longer ones are no numbers that a guide needs
        if _INT.fullmatch(text):
            return int(text, 0) if text[:2] in {"0o", "0x"} else int(text)
        if _FLOAT.fullmatch(text):
            return float(text)
    return text
