"""The embedded logs backend: a folder of files in DuckDB, asked in KQL."""

import asyncio
import re
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from types import MappingProxyType, TracebackType
from typing import Self

import duckdb
from duckdb_kql import ir

from orchestrator.core.errors import QueryError
from orchestrator.core.ports import QueryLimits, QueryParameter, TableSchema
from orchestrator.core.table import Column, ColumnType, QueryStats, Table, TableStatus
from orchestrator.core.window import Window
from plugins.monitor.azure_schema import azure_tables
from plugins.monitor.embedded.column_types import quote_name
from plugins.monitor.embedded.completion import asked_for, complete
from plugins.monitor.embedded.engine import columns_of, connect, deadline, fetch, ordered, time_column
from plugins.monitor.embedded.faults import engine_fault
from plugins.monitor.embedded.folder import Inventory, discover
from plugins.monitor.embedded.kql import Parsed, Statement, bind, parse, render
from plugins.monitor.embedded.plain_columns import base_columns
from plugins.monitor.embedded.reader import Loaded, ReadOptions, load
from plugins.monitor.names import did_you_mean, nearest

_INTERRUPT_EVERY_S = 0.05
_LOADERS = 2
_KEPT = 200


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A query that the engine accepts, and the columns that it yields."""

    statement: Statement
    columns: tuple[Column, ...]


class DuckDbLogs:
    """Logs of a folder, read-only. A table is loaded when the first query names it."""

    def __init__(
        self,
        inventory: Inventory,
        *,
        declared: Mapping[str, Mapping[str, ColumnType]],
        strict: bool,
        now: datetime | None,
        memory_mb: int,
        local_zone: str | None,
    ) -> None:
        self.now = now
        self._inventory = inventory
        self._declared = declared
        self._strict = strict
        self._memory_mb = memory_mb
        self._local_zone = local_zone
        self._loaded: dict[str, Loaded] = {}
        self._asked_empty: set[str] = set()
        self._prepared: dict[tuple[str, str, datetime | None], _Prepared] = {}
        self._locks = {name: threading.Lock() for name in inventory.tables}
        self._con = connect(inventory, memory_mb=memory_mb)

    @classmethod
    def open(
        cls,
        sources: Sequence[str],
        *,
        declared: Mapping[str, Mapping[str, ColumnType]] = MappingProxyType({}),
        strict: bool = False,
        now: datetime | None = None,
        memory_mb: int = 2048,
        local_zone: str | None = None,
    ) -> Self:
        """Find the tables of folders or `TABLE=FILE` entries; nothing is read yet.

        Args:
            sources: Folders, or `TABLE=FILE` entries.
            declared: Types of tables' columns, before the Azure schema and before sniffing.
            strict: Stop at a broken row or cell instead of going on with a warning.
            now: What `now()` and `ago()` mean; the wall clock if None.
            memory_mb: The most memory that the tables and queries may take.
            local_zone: The zone of columns that a portal export heads `[Local Time]`.

        Raises:
            InputError: No such folder or file, nothing readable in it, or two tables of one name.
        """
        return cls(
            discover(sources),
            declared=declared,
            strict=strict,
            now=now,
            memory_mb=memory_mb,
            local_zone=local_zone,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Free the tables; closing twice is fine."""
        await asyncio.to_thread(self._con.close)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was passed over or left out so far: files, rows, cells."""
        loaded = (warning for name in sorted(self._loaded) for warning in self._loaded[name].warnings)
        return (*self._inventory.warnings, *loaded, *sorted(self._asked_empty))

    def warnings_for(self, queries: Iterable[str]) -> tuple[str, ...]:
        """What was passed over in the files, and which columns that these queries name are empty for want of data."""
        added = {name: loaded.added for name, loaded in self._loaded.items() if loaded.added}
        asked = {
            text
            for kql in queries
            for text in asked_for(kql, {n: a for n, a in added.items() if re.search(rf"\b{n}\b", kql)}).values()
        }
        files = (warning for name in sorted(self._loaded) for warning in self._loaded[name].warnings)
        return (*self._inventory.warnings, *files, *sorted(asked))

    def newest(self) -> datetime | None:
        """The newest time of all tables' time columns, or None; loads every table, two at a time."""
        with ThreadPoolExecutor(max_workers=_LOADERS) as pool:
            list(pool.map(self._load, self._inventory.tables))
        times = [self._newest_of(name) for name in sorted(self._inventory.tables)]
        return max((moment for moment in times if moment), default=None)

    async def schema(self) -> Mapping[str, TableSchema]:
        """The tables there are, by name; loads every table."""
        return await asyncio.to_thread(lambda: {name: self._table_schema(name) for name in self._inventory.tables})

    async def describe(self, kql: str, *, parameters: Sequence[QueryParameter] = ()) -> tuple[Column, ...]:
        """The columns that the query would yield; loads the tables that it names."""
        return await asyncio.to_thread(self._describe, kql, parameters)

    async def query(
        self,
        kql: str,
        *,
        parameters: Sequence[QueryParameter] = (),
        window: Window | None = None,
        limits: QueryLimits | None = None,
    ) -> Table:
        """Run a query on a thread of its own; see the port for what is raised and what is a failed table."""
        cursor = self._con.cursor()
        running = asyncio.ensure_future(
            asyncio.to_thread(
                self._run, cursor, kql, parameters=parameters, window=window, limits=limits or QueryLimits()
            )
        )
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            # A thread cannot be cancelled: stop its query, and leave only when nothing uses the cursor any more.
            while not running.done():
                with suppress(duckdb.Error):  # the thread may have closed it just now
                    cursor.interrupt()
                await asyncio.wait([running], timeout=_INTERRUPT_EVERY_S)
            raise

    def _run(
        self,
        cursor: duckdb.DuckDBPyConnection,
        kql: str,
        *,
        parameters: Sequence[QueryParameter],
        window: Window | None,
        limits: QueryLimits,
    ) -> Table:
        started = time.perf_counter()
        statement = self._prepare(kql, parameters).statement
        with cursor, deadline(cursor, limits.timeout_s) as expired:
            try:
                self._bound_tables(cursor, window)
                cursor.execute(ordered(statement, limits.rows), dict(statement.values) or None)
                columns = columns_of(cursor)
                rows, reason = fetch(cursor, columns, limits)
            except duckdb.Error as error:
                elapsed = time.perf_counter() - started
                return self._given_out(error, expired=expired.is_set(), limits=limits, elapsed_s=elapsed)
        return Table(
            columns,
            rows,
            status=TableStatus.PARTIAL if reason else TableStatus.COMPLETE,
            reason=reason,
            stats=QueryStats(elapsed_s=time.perf_counter() - started),
        )

    def _given_out(self, error: duckdb.Error, *, expired: bool, limits: QueryLimits, elapsed_s: float) -> Table:
        """A failed table where the engine gave out midway; raises where the query cannot be answered."""
        fault = engine_fault(error, memory_mb=self._memory_mb)
        if isinstance(error, duckdb.InterruptException) and expired:
            reason = f"stopped at the time limit of {limits.timeout_s:g} s"
        elif isinstance(error, (duckdb.OutOfMemoryException, duckdb.InterruptException)):
            reason = fault.message
        else:
            raise fault from error
        return Table((), (), TableStatus.FAILED, reason, QueryStats(elapsed_s=elapsed_s))

    def _describe(self, kql: str, parameters: Sequence[QueryParameter]) -> tuple[Column, ...]:
        try:
            return self._prepare(kql, parameters).columns
        except duckdb.Error as error:
            raise engine_fault(error, memory_mb=self._memory_mb) from error

    def _prepare(self, kql: str, parameters: Sequence[QueryParameter]) -> "_Prepared":
        """The query's SQL and columns; kept, as a query is described before it is run."""
        key = (kql, repr(tuple(parameters)), self.now)
        prepared = self._prepared.get(key)
        if prepared is None:
            prepared = self._prepare_anew(kql, parameters)
            if len(self._prepared) >= _KEPT:
                self._prepared.clear()
            self._prepared[key] = prepared
        return prepared

    def _prepare_anew(self, kql: str, parameters: Sequence[QueryParameter]) -> "_Prepared":
        parsed = parse(kql, parameters=parameters)
        schema = self._load_named(parsed)
        self._asked_empty.update(asked_for(kql, {name: self._loaded[name].added for name in schema}).values())
        try:
            try:
                return self._bound(parsed, schema, typed=False)
            except duckdb.BinderException:
                # Timespan arithmetic is mended by the operands' types, looked up only for queries that need it.
                return self._bound(parsed, schema, typed=True)
        except duckdb.Error as error:
            raise engine_fault(error, memory_mb=self._memory_mb) from error
        except RecursionError as error:
            raise QueryError("the query is nested too deeply: split it") from error

    def _bound(self, parsed: Parsed, schema: Mapping[str, Sequence[str]], *, typed: bool) -> "_Prepared":
        known: dict[str, dict[str, ColumnType]] = {}

        def types_of(query: ir.Query) -> dict[str, ColumnType]:
            statement = render(parsed, query, schema, now=self.now)
            if statement.sql not in known:
                known[statement.sql] = {column.name: column.type for column in self._columns_of(statement)}
            return known[statement.sql]

        base = base_columns(
            (column.name, column.type is ColumnType.DYNAMIC) for name in schema for column in self._loaded[name].columns
        )
        query = bind(parsed, schema, types_of=types_of, typed=typed, base=base)
        statement = render(parsed, query, schema, now=self.now)
        return _Prepared(statement, self._columns_of(statement))

    def _columns_of(self, statement: Statement) -> tuple[Column, ...]:
        with self._con.cursor() as cursor:
            cursor.execute(f"SELECT * FROM ({statement.sql}) LIMIT 0", dict(statement.values) or None)  # noqa: S608
            return columns_of(cursor)

    def _load_named(self, parsed: Parsed) -> dict[str, list[str]]:
        known = self._inventory.tables
        for name in parsed.tables:
            if name not in known:
                near = nearest(name, known)
                have = f"; the logs have {', '.join(sorted(known))}" if not near else ""
                raise QueryError(f"no table {name!r} in the logs{did_you_mean(near)}{have}", nearest=near)
        chosen = {name for pattern in parsed.patterns for name in known if fnmatchcase(name, pattern)}
        return {
            name: [column.name for column in self._load(name).columns] for name in sorted({*parsed.tables, *chosen})
        }

    def _load(self, name: str) -> Loaded:
        with self._locks[name]:
            loaded = self._loaded.get(name)
            if loaded is None:
                schema, declared = azure_tables().get(name, {}), self._declared.get(name, {})
                known = {**schema, **declared}
                options = ReadOptions(known=known, strict=self._strict, local_zone=self._local_zone)
                with self._con.cursor() as cursor:
                    loaded = load(cursor, self._inventory.tables[name], options)
                    loaded = complete(cursor, name, loaded, declared=declared, schema=schema)
                self._loaded[name] = loaded
            return loaded

    def _newest_of(self, name: str) -> datetime | None:
        column = time_column(self._load(name).columns)
        if column is None:
            return None
        with self._con.cursor() as cursor:
            row = cursor.execute(f"SELECT max({quote_name(column)}) FROM {quote_name(name)}").fetchone()  # noqa: S608
        return row[0].replace(tzinfo=UTC) if row and row[0] else None

    def _table_schema(self, name: str) -> TableSchema:
        loaded = self._load(name)
        return TableSchema(
            name=name,
            columns=loaded.columns,
            row_count=loaded.row_count,
            newest=self._newest_of(name),
            source=self._inventory.tables[name].label,
        )

    def _bound_tables(self, cursor: duckdb.DuckDBPyConnection, window: Window | None) -> None:
        """Bound each table's time column by views that this cursor alone sees."""
        if window is None:
            return
        for name, loaded in list(self._loaded.items()):  # another query's thread may be loading a table
            column = time_column(loaded.columns)
            if column:
                start, end = (
                    f"TIMESTAMP '{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}'"
                    for moment in (window.start, window.end)
                )
                cursor.execute(
                    f"CREATE TEMP VIEW {quote_name(name)} AS SELECT * FROM memory.main.{quote_name(name)}"  # noqa: S608
                    f" WHERE {quote_name(column)} >= {start} AND {quote_name(column)} < {end}"
                )
