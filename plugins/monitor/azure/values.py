"""Reads the service's rows, columns and statistics as the values of our tables. Pure.

Sources: Azure Monitor documentation, "Log Analytics API response format" and "Prefer options"; Kusto documentation,
"Scalar data types". Dynamic values, decimals and timespans come as text, and what JSON cannot say as "NaN".
"""

import json
import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from orchestrator.core.errors import QueryError, StoreError
from orchestrator.core.ports import QueryLimits
from orchestrator.core.stored import read_timespan
from orchestrator.core.table import Column, ColumnType, QueryStats, Value
from plugins.monitor.embedded.results import value_bytes

Rows = tuple[tuple[Value, ...], ...]
_TYPES = {kind.value: kind for kind in ColumnType}
_NONE = "None"
"""What the client library makes of a null timespan or guid."""


def read_column(name: str, kind: str) -> Column:
    """A column by the service's name of its type; a type that we do not know is read as text."""
    return Column(name, _TYPES.get(kind.lower(), ColumnType.STRING))


def read_value(value: Any, kind: ColumnType) -> Value:  # noqa: PLR0911  # one return a type
    """A value of the wire as `core.table` wants it.

    Raises:
        ValueError: A value that is not of its type.
    """
    if kind is ColumnType.STRING:
        return "" if value is None else str(value)
    if value is None or (value == _NONE and kind in {ColumnType.TIMESPAN, ColumnType.GUID}):
        return None
    match kind:
        case ColumnType.DYNAMIC:
            return _dynamic(value)
        case ColumnType.DATETIME:
            return _moment(value)
        case ColumnType.TIMESPAN:
            return _span(str(value))
        case ColumnType.BOOL:
            return value.lower() == "true" if isinstance(value, str) else bool(value)
        case ColumnType.INT | ColumnType.LONG:
            return int(value)
        case ColumnType.REAL | ColumnType.DECIMAL:
            number = float(value)
            return number if math.isfinite(number) else None
        case ColumnType.GUID:
            return str(value).lower()


def _dynamic(value: Any) -> Value:
    if not isinstance(value, str):
        return _finite(value)
    if not value:
        return None
    try:
        document: Any = json.loads(value)
    except ValueError:
        return value  # a string of its own, which the service sends without quotes
    return _finite(document)


def _finite(document: Any) -> Value:
    match document:
        case float():
            return document if math.isfinite(document) else None
        case list():
            return [_finite(item) for item in document]
        case dict():
            return {str(key): _finite(item) for key, item in document.items()}
        case _:
            return document  # type: ignore[no-any-return]  # what JSON has beside these is a value as it is


def _moment(value: Any) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _span(text: str) -> timedelta:
    try:
        return read_timespan(text)
    except StoreError as error:
        raise ValueError(text) from error


def read_rows(columns: Sequence[Column], raw: Sequence[Sequence[Any]], *, sort: tuple[str, ...] | None) -> Rows:
    """All rows in a definite order: by all columns, as the embedded backend has it, where the query does not sort.

    Rows that are equal in the columns of the query's own sort are put into the order of the others.

    Raises:
        QueryError: A value that is not of its column's type.
    """
    rows = [tuple(_cell(value, column) for value, column in zip(row, columns, strict=True)) for row in raw]
    if sort is None:
        return tuple(sorted(rows, key=_order))
    names = [column.name for column in columns]
    if not sort or not set(sort) <= set(names):
        return tuple(rows)
    places = [names.index(name) for name in sort]
    groups = groupby(rows, key=lambda row: [_rank(row[place]) for place in places])
    return tuple(row for _, equal in groups for row in sorted(equal, key=_order))


def _cell(value: Any, column: Column) -> Value:
    try:
        return read_value(value, column.type)
    except (ValueError, TypeError, OverflowError) as error:
        raise QueryError(
            f"the service sent {str(value)[:80]!r} in the column {column.name!r}, which is no {column.type.value}",
            retryable=True,
        ) from error


def _order(row: tuple[Value, ...]) -> list[tuple[bool, Any]]:
    return [_rank(value) for value in row]


def _rank(value: Value) -> tuple[bool, Any]:
    """Nulls come last; lists and bags are compared by their text."""
    if value is None:
        return (True, 0)
    if isinstance(value, list | dict):
        return (False, json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    return (False, value)


def cut(rows: Rows, limits: QueryLimits) -> tuple[Rows, str | None]:
    """The rows within the limits, and the limit that cut them short if one did."""
    size = 0
    for place, row in enumerate(rows):
        if place >= limits.rows:
            return rows[:place], f"stopped at the limit of {limits.rows} rows; there are more"
        size += sum(value_bytes(value) for value in row)
        if size > limits.bytes:
            return rows[:place], f"stopped at the limit of {limits.bytes} bytes after {place} rows; there are more"
    return rows, None


def read_stats(statistics: Mapping[str, Any] | None, *, measured_s: float) -> QueryStats:
    """What a query cost. The bytes are those read from the caches, from storage, and of rows just arrived."""
    query = _map(statistics, "query")
    if not query:
        return QueryStats(elapsed_s=measured_s)
    source = _map(query, "inputDatasetStatistics")
    shards = _map(_map(_map(query, "resourceUsage"), "cache"), "shards")
    told = [
        *(_number(_map(shards, heat), name) for heat in ("hot", "cold") for name in ("hitbytes", "missbytes")),
        _number(shards, "bypassbytes"),
        _number(_map(source, "rowstores"), "scannedValuesSize"),
    ]
    rows = [_number(_map(source, "rows"), "scanned"), _number(_map(source, "rowstores"), "scannedRows")]
    elapsed_s = _number(query, "executionTime")
    return QueryStats(
        elapsed_s=measured_s if elapsed_s is None else elapsed_s,
        scanned_rows=_sum(rows),
        scanned_bytes=_sum(told),
    )


def added(first: QueryStats, second: QueryStats) -> QueryStats:
    """What two asks cost together."""
    return QueryStats(
        elapsed_s=first.elapsed_s + second.elapsed_s,
        scanned_rows=_sum([first.scanned_rows, second.scanned_rows]),
        scanned_bytes=_sum([first.scanned_bytes, second.scanned_bytes]),
    )


def _map(document: Mapping[str, Any] | None, name: str) -> Mapping[str, Any]:
    found = (document or {}).get(name)
    return found if isinstance(found, Mapping) else {}


def _number(document: Mapping[str, Any], name: str) -> float | None:
    with suppress(TypeError, ValueError):
        return float(document[name]) if name in document else None
    return None


def _sum(numbers: Sequence[float | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return int(sum(known)) if known else None
