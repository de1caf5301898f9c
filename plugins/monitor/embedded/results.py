"""Turns DuckDB's values into the values of our tables."""

import json
import math
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from orchestrator.core.table import ColumnType, Value


def table_value(value: object, kind: ColumnType, *, duckdb_type: str = "JSON") -> Value:
    """A DuckDB value as `core.table` wants it for a column of type `kind`.

    A list of JSON comes from DuckDB as a list of JSON texts, so `duckdb_type` tells whether to decode the elements.
    """
    if kind is ColumnType.DYNAMIC:
        return _decoded(value, duckdb_type)
    if value is None:
        return "" if kind is ColumnType.STRING else None
    return _plain(value)


def _plain(value: object) -> Value:  # noqa: C901, PLR0911  # one return a type
    match value:
        case bool() | int() | str() | timedelta():
            return value
        case float():
            return value if math.isfinite(value) else None
        case datetime():
            return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        case date():
            return datetime(value.year, value.month, value.day, tzinfo=UTC)
        case time():
            return timedelta(
                hours=value.hour, minutes=value.minute, seconds=value.second, microseconds=value.microsecond
            )
        case Decimal():
            return float(value)
        case UUID():
            return str(value).lower()
        case bytes():
            return value.decode("utf-8", errors="replace")
        case None:
            return None
        case list() | tuple():
            return [_plain(item) for item in value]
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case _:
            return str(value)


def _decoded(value: object, duckdb_type: str) -> Value:
    if isinstance(value, list) and "JSON" in duckdb_type:
        return [_decoded(item, duckdb_type.removesuffix("[]")) for item in value]
    if not isinstance(value, str) or "JSON" not in duckdb_type:
        return _plain(value)
    try:
        document: object = json.loads(value)
    except ValueError:
        return value
    return _plain(document)


def value_bytes(value: Value) -> int:
    """About how much memory a value takes, for the limit on a result's size."""
    match value:
        case str():
            return 50 + len(value)
        case list():
            return 56 + sum(value_bytes(item) for item in value)
        case dict():
            return 64 + sum(50 + len(key) + value_bytes(item) for key, item in value.items())
        case _:
            return 32
