"""A query's whole result as JSON and back, without loss: equal tables have equal hashes afterwards."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from orchestrator.core.errors import StoreError
from orchestrator.core.report import Json
from orchestrator.core.table import Column, ColumnType, QueryStats, Table, TableStatus, Value

_PLAIN = (bool, int, float, str, type(None))
_TIME, _SPAN, _OBJECT = "$time", "$span_us", "$object"
_MICROSECOND = timedelta(microseconds=1)


def table_document(table: Table) -> Json:
    """The table as JSON; times and spans are told from texts by what wraps them, in whichever column they stand."""
    stats = table.stats
    return {
        "columns": [[column.name, column.type.value] for column in table.columns],
        "rows": [[_written(value) for value in row] for row in table.rows],
        "status": table.status.value,
        "reason": table.reason,
        "stats": None if stats is None else [stats.elapsed_s, stats.scanned_rows, stats.scanned_bytes],
        "link": table.link,
    }


def read_table(document: object) -> Table:
    """The table that `table_document` wrote; StoreError where it is none."""
    match document:
        case {
            "columns": list(columns),
            "rows": list(rows),
            "status": str(status),
            "reason": None | str() as reason,
            "stats": None | list() as stats,
            "link": None | str() as link,
        }:
            return Table(
                columns=tuple(Column(name, ColumnType(kind)) for name, kind in columns),
                rows=tuple(tuple(_read(value) for value in row) for row in rows),
                status=TableStatus(status),
                reason=reason,
                stats=_stats(stats),
                link=link,
            )
        case _:
            raise StoreError(f"a stored table has the wrong shape: {document!r:.200}")


def _stats(document: list[object] | None) -> QueryStats | None:
    match document:
        case None:
            return None
        case [int() | float() as elapsed_s, None | int() as scanned_rows, None | int() as scanned_bytes]:
            return QueryStats(elapsed_s=elapsed_s, scanned_rows=scanned_rows, scanned_bytes=scanned_bytes)
        case _:
            raise StoreError(f"a stored table's statistics have the wrong shape: {document!r:.200}")


def _written(value: Value) -> object:
    if isinstance(value, _PLAIN):
        return value
    match value:
        case datetime():
            return {_TIME: value.isoformat()}
        case timedelta():
            return {_SPAN: value // _MICROSECOND}
        case dict():
            written = {name: _written(item) for name, item in value.items()}
            return {_OBJECT: written} if any(name.startswith("$") for name in written) else written
        case _:
            return [_written(item) for item in value]


def _read(value: object) -> Value:
    match value:
        case bool() | int() | float() | str() | None:
            return value
        case list():
            return [_read(item) for item in value]
        case {"$time": str(text), **rest} if not rest:
            return datetime.fromisoformat(text)
        case {"$span_us": int(count), **rest} if not rest:
            return timedelta(microseconds=count)
        case {"$object": Mapping() as inner, **rest} if not rest:
            return {str(name): _read(item) for name, item in inner.items()}
        case Mapping():
            return {str(name): _read(item) for name, item in value.items()}
        case _:
            raise StoreError(f"a stored value has the wrong type: {value!r:.200}")
