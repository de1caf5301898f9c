"""Query results: typed columns and rows, with the names that Kusto gives to types."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

Value: TypeAlias = "bool | int | float | str | datetime | timedelta | list[Value] | dict[str, Value] | None"


class ColumnType(StrEnum):
    """Kusto's scalar types. Source: Kusto documentation, "Scalar data types"."""

    BOOL = "bool"
    INT = "int"
    LONG = "long"
    REAL = "real"
    DECIMAL = "decimal"
    STRING = "string"
    GUID = "guid"
    DATETIME = "datetime"
    TIMESPAN = "timespan"
    DYNAMIC = "dynamic"


class TableStatus(StrEnum):
    """Whether a result is all of it."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a result."""

    name: str
    type: ColumnType


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryStats:
    """What a query cost; None where the backend does not tell."""

    elapsed_s: float
    scanned_rows: int | None = None
    scanned_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A query's result.

    Values by column type: bool -> bool; int, long -> int; real, decimal -> float (never NaN or infinity: those
    are None); string, guid -> str (a string is never None); datetime -> aware UTC datetime;
    timespan -> timedelta; dynamic -> decoded JSON. `link` is where a person can run the query again, if there is such
    a place; it says nothing of the data, so that it is no part of the hash.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    status: TableStatus = TableStatus.COMPLETE
    reason: str | None = None
    stats: QueryStats | None = None
    link: str | None = None

    def records(self) -> list[dict[str, Value]]:
        """The rows as dicts, in order."""
        names = [column.name for column in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]

    def sha256(self) -> str:
        """Hash of columns and rows in order, before any redaction; equal data give equal hashes."""
        digest = hashlib.sha256()
        digest.update(json.dumps([[c.name, c.type.value] for c in self.columns]).encode())
        for row in self.rows:
            digest.update(json.dumps([json_value(value) for value in row], ensure_ascii=False).encode())
            digest.update(b"\n")
        return digest.hexdigest()


def json_value(value: object) -> object:
    """A table value as JSON: datetimes as ISO 8601 UTC with `Z`, timespans as Kusto text, the rest unchanged."""
    match value:
        case datetime():
            return iso_utc(value)
        case timedelta():
            return timespan_text(value)
        case list() | tuple():
            return [json_value(item) for item in value]
        case dict():
            return {str(key): json_value(item) for key, item in value.items()}
        case _:
            return value


def iso_utc(value: datetime) -> str:
    """ISO 8601 in UTC with `Z`; fractions only where there are any. A naive value counts as UTC."""
    aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return aware.replace(tzinfo=None).isoformat() + "Z"


def timespan_text(value: timedelta) -> str:
    """Kusto's text of a timespan: `[-][d.]hh:mm:ss[.fffffff]`."""
    sign = "-" if value < timedelta(0) else ""
    value = abs(value)
    hours, rest = divmod(value.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    days = f"{value.days}." if value.days else ""
    fraction = f".{value.microseconds:06d}0" if value.microseconds else ""
    return f"{sign}{days}{hours:02d}:{minutes:02d}:{seconds:02d}{fraction}"
