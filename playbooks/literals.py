"""Values of parameters from what people, alerts and guides write, by the parameter's type."""

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from uuid import UUID

from orchestrator.core.errors import InputError
from orchestrator.core.table import ColumnType, Value
from playbooks.guide import ParameterType

_RELATIVE = re.compile(r"(?P<base>now|[a-z][a-z0-9_]*)(?:\s*(?P<sign>[-+])\s*(?P<offset>\d[\w.:]*))?")
_UNITS = {
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "min": timedelta(minutes=1),
    "s": timedelta(seconds=1),
    "ms": timedelta(milliseconds=1),
}
_SHORT = re.compile(r"(\d+(?:\.\d+)?)\s*(d|h|min|ms|m|s)")
_CLOCK = re.compile(r"(?:(?P<d>\d+)\.)?(?P<h>\d{1,2}):(?P<m>\d{2})(?::(?P<s>\d{2}(?:\.\d{1,7})?))?")
_YES_OR_NO = re.compile(r"(yes|no)\s*[,.;:!]")
"""An answer that goes on: `no, nobody changed it`; without the mark it may be any sentence, such as `no idea`."""
_INT64 = 2**63
_DATE_LENGTH = 10


@dataclass(frozen=True, slots=True)
class RelativeTime:
    """A time that hangs on another: `now`, or a parameter's name, plus an offset."""

    base: str
    offset: timedelta


def parse_literal(raw: object, kind: ParameterType, *, tz: tzinfo = UTC) -> Value:
    """A value of that type; InputError says what was given and what is wanted. A naive time is in `tz`."""
    if not kind.is_list:
        return _scalar(raw, kind.item, tz=tz)
    return [_scalar(item, kind.item, tz=tz) for item in _list_items(raw)]


def parse_timespan(raw: object) -> timedelta:
    """A length of time: `90s`, `5m`, `1h30m`, `2d`, `500ms`, or Kusto's `[d.]hh:mm[:ss]`; may start with `-`."""
    if isinstance(raw, timedelta):
        return raw
    text = str(raw).strip()
    sign = -1 if text.startswith("-") else 1
    body = text.removeprefix("-").strip()
    try:
        if clock := _CLOCK.fullmatch(body):
            parts = {name: float(value or 0) for name, value in clock.groupdict().items()}
            return sign * timedelta(days=parts["d"], hours=parts["h"], minutes=parts["m"], seconds=parts["s"])
        if body and not _SHORT.sub("", body).strip():
            return sign * sum((float(n) * _UNITS[unit] for n, unit in _SHORT.findall(body)), timedelta())
    except OverflowError as error:
        raise InputError(f"{text!r} is too long a time") from error
    raise InputError(f"{text!r} is not a length of time; write 90s, 5m, 1h30m, 2d or 00:05:00")


def parse_time(raw: object, *, tz: tzinfo = UTC) -> datetime:
    """A time in UTC from ISO 8601; without zone it is in `tz`."""
    if isinstance(raw, datetime):
        parsed = raw
    else:
        text = str(raw).strip()
        try:
            parsed = datetime.fromisoformat(text.removesuffix("UTC").strip() + ("Z" if text.endswith("UTC") else ""))
        except ValueError as error:
            raise InputError(f"{text!r} is not a time; write it as 2026-03-01T10:20:00Z") from error
    try:
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=tz)).astimezone(UTC)
    except OverflowError as error:
        raise InputError(f"{raw!r} is outside of the calendar") from error


def parse_relative(raw: object) -> RelativeTime | None:
    """`now`, `now-1h` or `p_from-4h` read; None for anything else."""
    if not isinstance(raw, str):
        return None
    found = _RELATIVE.fullmatch(raw.strip())
    if found is None:
        return None
    if found["sign"] is None:
        return RelativeTime(found["base"], timedelta())
    offset = parse_timespan(found["offset"])
    return RelativeTime(found["base"], -offset if found["sign"] == "-" else offset)


def _list_items(raw: object) -> list[object]:
    if isinstance(raw, list | tuple):
        return list(raw)
    if isinstance(raw, str):
        text = raw.strip()
        if text.startswith("["):
            return _json_list(text)
        return [item.strip() for item in text.split(",") if item.strip()]
    return [raw]


def _json_list(text: str) -> list[object]:
    try:
        decoded = json.loads(text)
    except ValueError as error:
        raise InputError(f'{text!r} is not a JSON list; write a, b or ["a", "b"]') from error
    if not isinstance(decoded, list):
        raise InputError(f"{text!r} is not a list")
    return decoded


def _scalar(raw: object, kind: ColumnType, *, tz: tzinfo) -> Value:
    if raw is None:
        raise InputError(f"nothing is given, expected a value of type {kind.value}")
    match kind:
        case ColumnType.DATETIME:
            return parse_time(raw, tz=tz)
        case ColumnType.TIMESPAN:
            return parse_timespan(raw)
        case _:
            return _READERS[kind](raw)


def _read_bool(raw: object) -> Value:
    words = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    text = str(raw).strip().lower()
    leading = _YES_OR_NO.match(text)
    word = leading[1] if leading else text
    if word not in words:
        raise InputError(f"{raw!r} is not true or false; answer yes or no")
    return words[word]


def _read_int(raw: object) -> Value:
    text = str(raw).strip().replace(",", "").replace("_", "")
    if isinstance(raw, bool) or not re.fullmatch(r"[-+]?\d{1,19}(\.0+)?", text):
        raise InputError(f"{raw!r} is not a whole number")
    number = int(text.partition(".")[0])
    if not -_INT64 <= number < _INT64:
        raise InputError(f"{raw!r} does not fit into 64 bits")
    return number


def _read_real(raw: object) -> Value:
    text = str(raw).strip().replace(",", "")
    percent = text.endswith("%")
    try:
        if isinstance(raw, bool):
            raise InputError(f"{raw!r} is not a number")
        number = float(text.removesuffix("%").strip())
    except ValueError as error:
        raise InputError(f"{raw!r} is not a number") from error
    if not math.isfinite(number):
        raise InputError(f"{raw!r} is not a finite number")
    return number / 100 if percent else number


def _read_string(raw: object) -> Value:
    if isinstance(raw, Mapping | list | tuple):
        raise InputError(f"{raw!r} is not a text")
    return ("true" if raw else "false") if isinstance(raw, bool) else str(raw)


def _read_guid(raw: object) -> Value:
    try:
        return str(UUID(str(raw).strip()))
    except ValueError as error:
        raise InputError(f"{raw!r} is not a GUID such as 6f1c2b9e-3d4a-4c5b-8e7f-0a1b2c3d4e5f") from error


def _read_dynamic(raw: object) -> Value:
    if not isinstance(raw, str):
        return raw  # type: ignore[return-value]  # decoded JSON of an alert or a guide
    try:
        decoded: Value = json.loads(raw)
    except ValueError as error:
        raise InputError(f"{raw!r} is not JSON") from error
    return decoded


_READERS: Mapping[ColumnType, Callable[[object], Value]] = {
    ColumnType.BOOL: _read_bool,
    ColumnType.INT: _read_int,
    ColumnType.LONG: _read_int,
    ColumnType.REAL: _read_real,
    ColumnType.DECIMAL: _read_real,
    ColumnType.STRING: _read_string,
    ColumnType.GUID: _read_guid,
    ColumnType.DYNAMIC: _read_dynamic,
}
