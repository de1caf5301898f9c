"""Reads fields of JSON documents without trusting their shape: an absent or odd field is an empty one."""

import re
from collections.abc import Mapping

from orchestrator.surfaces.terminal.cleaning import clean

Fields = Mapping[str, object]
_FRACTION = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.\d+Z")


def text(document: Fields, key: str) -> str:
    """The field as one safe line; empty when absent or null."""
    value = document.get(key)
    return "" if value is None else clean(value)


def sentence(document: Fields, key: str) -> str:
    """The field as one safe line for people: times in it end with their seconds."""
    return _FRACTION.sub(r"\1Z", text(document, key))


def fields(document: Fields, key: str) -> Fields:
    """The field as an object; empty when absent."""
    value = document.get(key)
    return {str(name): item for name, item in value.items()} if isinstance(value, Mapping) else {}


def entries(document: Fields, key: str) -> list[Fields]:
    """The objects of a list field; a bare text counts as `{"text": it}`."""
    return [item if isinstance(item, Mapping) else {"text": item} for item in items(document, key)]


def items(document: Fields, key: str) -> list[object]:
    """The field as a list; empty when absent."""
    value = document.get(key)
    return list(value) if isinstance(value, list | tuple) else []


def words(document: Fields, key: str) -> list[str]:
    """The items of a list field, each as a safe line."""
    return [clean(item) for item in items(document, key)]


def texts(document: Fields, key: str) -> list[str]:
    """The texts of a list field, as safe lines; an object gives its `text`."""
    return [line for line in (text(item, "text") for item in entries(document, key)) if line]


def sentences(document: Fields, key: str) -> list[str]:
    """The `text` of each object of a list field, for people."""
    return [line for line in (sentence(item, "text") for item in entries(document, key)) if line]


def number(document: Fields, key: str) -> float | int | None:
    """The field as a number; None when it is none."""
    value = document.get(key)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
