"""Reads a person's answer or a guide's argument as the type that is asked for."""

import re
from datetime import UTC, datetime, timedelta

from orchestrator.core.ports import QueryParameter
from orchestrator.core.table import ColumnType, Value
from playbooks.guide import ParameterType

_WHOLE = frozenset({ColumnType.INT, ColumnType.LONG})
_REAL = frozenset({ColumnType.REAL, ColumnType.DECIMAL})
_TEXT = frozenset({ColumnType.STRING, ColumnType.GUID})
_YES, _NO = frozenset({"true", "yes", "y"}), frozenset({"false", "no", "n"})
_SPAN = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>s|m|min|h|d)")
_UNIT_S = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400}


def read_value(value: object, kind: ParameterType) -> Value:
    """The value as `kind`; a text is read, a list may be a text with commas. Raises ValueError saying what fits."""
    if not kind.is_list:
        return _read(value, kind.item)
    items = [part.strip() for part in value.split(",")] if isinstance(value, str) else value
    if not isinstance(items, list | tuple):
        raise ValueError(f"{value!r} is not a list of {kind.item.value}")  # noqa: TRY004  # a user's value, not a caller's bug
    return [_read(item, kind.item) for item in items if item != ""]


def typed_parameter(name: str, value: object, kind: ParameterType) -> QueryParameter:
    """The value as a parameter of that type; a list is dynamic."""
    return QueryParameter(name, column_type(kind), read_value(value, kind))


def column_type(kind: ParameterType) -> ColumnType:
    """The column that holds a value of that type."""
    return ColumnType.DYNAMIC if kind.is_list else kind.item


def _read(value: object, kind: ColumnType) -> Value:
    text = value.strip() if isinstance(value, str) else None
    found: Value = None
    if kind in _TEXT:
        found = text or None
    elif kind is ColumnType.BOOL:
        found = value if isinstance(value, bool) else _bool(text)
    elif kind in _WHOLE | _REAL:
        found = _number(value, whole=kind in _WHOLE)
    elif kind is ColumnType.DATETIME:
        found = _time(value)
    elif kind is ColumnType.TIMESPAN:
        found = value if isinstance(value, timedelta) else _span(text)
    elif isinstance(value, dict | list | str):
        found = value
    if found is None:
        raise ValueError(f"{value!r} is not a {kind.value}")
    return found


def _bool(text: str | None) -> bool | None:
    lowered = (text or "").lower()
    return True if lowered in _YES else False if lowered in _NO else None


def _number(value: object, *, whole: bool) -> int | float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    if whole:
        return int(number) if number.is_integer() else None
    return number if abs(number) < float("inf") else None


def _time(value: object) -> datetime | None:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _span(text: str | None) -> timedelta | None:
    match = _SPAN.fullmatch(text or "")
    return timedelta(seconds=float(match["number"]) * _UNIT_S[match["unit"]]) if match else None
