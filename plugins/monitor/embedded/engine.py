"""DuckDB as the log engine: a locked database in memory, deadlines, and results fetched up to their limits."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import duckdb

from orchestrator.core.ports import QueryLimits
from orchestrator.core.table import Column, ColumnType, Value
from plugins.monitor.embedded.column_types import kusto_type, quote_text
from plugins.monitor.embedded.folder import Inventory
from plugins.monitor.embedded.kql import Statement
from plugins.monitor.embedded.results import table_value, value_bytes

TIME_COLUMNS = ("TimeGenerated", "timestamp", "Timestamp", "time", "Time", "_time", "EventTime")
"""A table's time column is the first of these that it has as a datetime, else its first datetime column."""

_BATCH = 1_000


def connect(inventory: Inventory, *, memory_mb: int) -> duckdb.DuckDBPyConnection:
    """A database in memory that reads the inventory's files and nothing else."""
    con = duckdb.connect(
        ":memory:",
        config={
            # Sums of reals differ with the order of addition; one thread has one order.
            "threads": "1",
            "memory_limit": f"{memory_mb}MB",
            "temp_directory": "",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        },
    )
    paths = [str(path) for table in inventory.tables.values() for path in table.files]
    con.execute("SET GLOBAL TimeZone = 'UTC'")
    con.execute(f"SET allowed_paths = [{', '.join(map(quote_text, paths))}]")
    con.execute("SET python_enable_replacements = false")
    con.execute("SET enable_external_access = false")
    con.execute("SET lock_configuration = true")
    return con


@contextmanager
def deadline(cursor: duckdb.DuckDBPyConnection, timeout_s: float) -> Iterator[threading.Event]:
    """Interrupt the cursor's query when its time is over; the event tells that it was this."""
    expired = threading.Event()

    def stop() -> None:
        expired.set()
        cursor.interrupt()

    timer = threading.Timer(timeout_s, stop)
    timer.daemon = True
    timer.start()
    try:
        yield expired
    finally:
        timer.cancel()


def ordered(statement: Statement, limit: int) -> str:
    """The statement with a definite order, one row over the limit to know that there are more."""
    order = "" if statement.ordered else " ORDER BY ALL"
    return f"SELECT * FROM ({statement.sql}){order} LIMIT {limit + 1}"  # noqa: S608  # translated, values bound


def columns_of(cursor: duckdb.DuckDBPyConnection) -> tuple[Column, ...]:
    """The columns of the cursor's result, by Kusto's types."""
    return tuple(Column(item[0], kusto_type(str(item[1]))) for item in cursor.description or ())


def fetch(
    cursor: duckdb.DuckDBPyConnection, columns: Sequence[Column], limits: QueryLimits
) -> tuple[tuple[tuple[Value, ...], ...], str | None]:
    """The rows, and the limit that cut them short if one did."""
    kinds = [(column.type, str(item[1])) for column, item in zip(columns, cursor.description or (), strict=True)]
    rows: list[tuple[Value, ...]] = []
    size = 0
    while batch := cursor.fetchmany(_BATCH):
        for raw in batch:
            if len(rows) >= limits.rows:
                return tuple(rows), f"stopped at the limit of {limits.rows} rows; there are more"
            row = tuple(
                table_value(value, kind, duckdb_type=name) for value, (kind, name) in zip(raw, kinds, strict=True)
            )
            size += sum(value_bytes(value) for value in row)
            if size > limits.bytes:
                reason = f"stopped at the limit of {limits.bytes} bytes after {len(rows)} rows; there are more"
                return tuple(rows), reason
            rows.append(row)
    return tuple(rows), None


def time_column(columns: Sequence[Column]) -> str | None:
    """The column that a window bounds, and whose newest value is the table's."""
    times = [column.name for column in columns if column.type is ColumnType.DATETIME]
    return next((name for name in TIME_COLUMNS if name in times), times[0] if times else None)
