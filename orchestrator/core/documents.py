"""Reads values from JSON objects: every field known, of its type, and named where it is wrong."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from orchestrator.core.report import Json
from orchestrator.core.table import iso_utc

T = TypeVar("T")


def read_fields(document: object, kind: type, *, what: str) -> dict[str, object]:
    """The fields of an object that is to become a `kind`; ValueError where it is none, or has others."""
    if not isinstance(document, Mapping):
        raise ValueError(f"{what} is {type(document).__name__}: give an object")  # noqa: TRY004  # it is the value
    known = [item.name for item in fields(kind)]
    for name in document:
        if name not in known:
            raise ValueError(f"{what} has no field {name!r}; known are {', '.join(known)}")
    return {str(name): value for name, value in document.items()}


def optional_text(value: object, name: str) -> str:
    """A text, empty for null."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"{name} is {value!r}: give a text")  # noqa: TRY004  # it is the value
    return value


def needed_text(value: object, name: str) -> str:
    """A text that is not empty."""
    found = optional_text(value, name)
    if not found.strip():
        raise ValueError(f"{name} is empty: give a text")
    return found


def decimal_of(value: object, name: str) -> Decimal:
    """A finite number of JSON, or a text that is one, exactly as written."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise ValueError(f"{name} is {value!r}: give a number")  # noqa: TRY004  # it is the value
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"{name} is {value!r}: give a number") from None
    if not found.is_finite():
        raise ValueError(f"{name} is {value!r}: give a finite number")
    return found


def time_of(value: object, name: str) -> datetime:
    """An aware time."""
    if isinstance(value, datetime):
        found = value
    else:
        try:
            found = datetime.fromisoformat(needed_text(value, name))
        except ValueError:
            raise ValueError(f"{name} is {value!r}: give a time such as 2026-11-25T10:20:00Z") from None
    if found.tzinfo is None:
        raise ValueError(f"{name} is {value!r}: give its zone, such as a Z at the end")
    return found


def optional_time(value: object, name: str) -> datetime | None:
    """An aware time, or None for null."""
    return None if value is None else time_of(value, name)


def list_of(value: object, name: str, read: Callable[[object], T]) -> tuple[T, ...]:
    """Each item of a list as `read` reads it; nothing for null."""
    if value is None:
        return ()
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise ValueError(f"{name} is {value!r:.80}: give a list")  # noqa: TRY004  # it is the value
    return tuple(read(item) for item in value)


def texts_of(value: object) -> Json:
    """A flat value's fields as JSON: numbers of money and measure as JSON numbers, times in UTC."""
    return {item.name: plain(getattr(value, item.name)) for item in fields(value)}  # type: ignore[arg-type]  # a dataclass


def plain(value: object) -> object:
    """One value as JSON; what has a `document` gives it."""
    match value:
        case Decimal():
            return float(value)
        case datetime():
            return iso_utc(value)
        case tuple() | list():
            return [plain(item) for item in value]
        case Mapping():
            return {str(name): plain(item) for name, item in value.items()}
        case _:
            document = getattr(value, "document", None)
            return document() if callable(document) else value
