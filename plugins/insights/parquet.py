"""Insights in a folder of Parquet files, asked by DuckDB; implements the port `InsightStore`.

Each call that changes something adds one file, written aside and put in place at once, so that a reader sees all of it
or nothing and two writers do not wait for each other. The newest file wins; many small ones are joined.
"""

import asyncio
import json
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb

from orchestrator.core.conversations.insight_rows import COLUMNS, NUMBERS, TEXTS
from orchestrator.core.conversations.insight_sql import (
    NOW,
    Sql,
    examples_sql,
    extent_sql,
    names_sql,
    newest_of,
    totals_sql,
)
from orchestrator.core.conversations.insights import (
    Example,
    Group,
    InsightQuery,
    Merged,
    Name,
    Span,
    Total,
)
from orchestrator.core.errors import QueryError, StoreError

MOST_FILES = 24
_TRIES = 3  # a file that is joined with others while it is read is looked for again
_MEMORY_MB = 512
_TYPES = {**dict.fromkeys(TEXTS, "VARCHAR"), **dict.fromkeys(NUMBERS, "BIGINT")}
_EMPTY = ", ".join(f"CAST(NULL AS {_TYPES[name]}) AS {name}" for name in COLUMNS)


class ParquetInsights:
    """A folder of insights.

    Args:
        folder: Made where it is not there, when something is stored.
        most_files: More are joined.
    """

    def __init__(self, folder: Path, *, most_files: int = MOST_FILES) -> None:
        self._folder = folder
        self._most_files = most_files
        self._looked_up: tuple[tuple[str, ...], bool] = ((), True)

    async def merge(self, rows: Sequence[Mapping[str, object]]) -> Merged:
        """Add or replace rows; see the port."""
        return await asyncio.to_thread(self._merge, rows)

    async def totals(self, query: InsightQuery, span: Span, group: Group) -> tuple[Total, ...]:
        """The sums; see the port."""
        return tuple(Total(*row) for row in await self._asked(totals_sql(query, span, group)))

    async def examples(self, query: InsightQuery) -> tuple[Example, ...]:
        """Conversations; see the port."""
        return tuple(Example(*row) for row in await self._asked(examples_sql(query)))

    async def names(self) -> tuple[Name, ...]:
        """What can be named; see the port."""
        return tuple(Name(Group(group), value, n) for group, value, n in await self._asked(names_sql()))

    async def extent(self) -> Span:
        """From when to when; see the port."""
        (first, last), *_ = await self._asked(extent_sql())
        return Span(start=first, end=last)

    async def _asked(self, sql: Sql) -> list[tuple[Any, ...]]:
        return await asyncio.to_thread(self._ask, sql)

    def _ask(self, sql: Sql) -> list[tuple[Any, ...]]:
        for attempt in range(1, _TRIES + 1):
            try:
                with self._connected() as connection:
                    self._view(connection, NOW)
                    return connection.execute(sql.text, sql.values).fetchall()
            except (duckdb.Error, OSError) as error:
                if attempt == _TRIES:
                    raise QueryError(
                        f"the insights in {str(self._folder)!r} cannot be read: {error}; repair or remove the folder"
                    ) from error
        raise AssertionError("unreachable")

    def _merge(self, rows: Sequence[Mapping[str, object]]) -> Merged:
        if not rows:
            return Merged()
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with self._aside(".jsonl") as staged, self._connected() as connection:
                _write_lines(staged, rows)
                merged = self._add(connection, staged)
                if len(self._parts()) > self._most_files:
                    self._join(connection)
        except (duckdb.Error, OSError) as error:
            raise StoreError(
                f"insights cannot be stored in {str(self._folder)!r}: {error}; free space there, or set "
                "SWITCHBOARD_INSIGHTS to another folder"
            ) from error
        return merged

    def _add(self, connection: duckdb.DuckDBPyConnection, staged: Path) -> Merged:
        self._view(connection, "kept", newest="PARTITION BY id, scorer_version ORDER BY filename DESC")
        connection.execute(
            "CREATE TEMP TABLE staged AS SELECT * EXCLUDE (place) FROM read_json(?, format='newline_delimited', "  # noqa: S608
            f"columns={_struct({'place': 'BIGINT', **_TYPES})}) "
            "QUALIFY row_number() OVER (PARTITION BY id, scorer_version ORDER BY place DESC) = 1",
            (str(staged),),
        )
        connection.execute(
            "CREATE TEMP TABLE compared AS SELECT s.*, k.content AS had FROM staged AS s LEFT JOIN kept AS k "
            "ON k.id = s.id AND k.scorer_version = s.scorer_version"
        )
        counts = connection.execute(
            "SELECT count(*) FILTER (had IS NULL), count(*) FILTER (had <> content), count(*) FILTER (had = content) "
            "FROM compared"
        ).fetchone()
        assert counts is not None
        merged = Merged(*counts)
        if merged.new or merged.changed:
            self._write(connection, "SELECT * EXCLUDE (had) FROM compared WHERE had IS DISTINCT FROM content", place=0)
        return merged

    def _join(self, connection: duckdb.DuckDBPyConnection) -> None:
        """All files as one, that stands where the newest of them stood; those that came meanwhile are newer."""
        parts = self._parts()
        newest = "PARTITION BY id, scorer_version ORDER BY filename DESC"
        self._view(connection, "joined", newest=newest, parts=parts)
        self._write(connection, f"SELECT {', '.join(COLUMNS)} FROM joined", place=_place(parts[-1]))  # noqa: S608
        for part in parts:
            part.unlink(missing_ok=True)

    def _write(self, connection: duckdb.DuckDBPyConnection, query: str, *, place: int) -> None:
        parts = self._parts()
        number = place or max(time.time_ns(), _place(parts[-1]) + 1 if parts else 0)
        with self._aside(".parquet") as aside:
            connection.execute(
                f"COPY ({query} ORDER BY started_at, id) TO '{_quoted(aside)}' (FORMAT parquet, COMPRESSION zstd)"
            )
            aside.replace(self._folder / f"part-{number:020d}-{secrets.token_hex(4)}.parquet")

    def _view(
        self,
        connection: duckdb.DuckDBPyConnection,
        name: str,
        *,
        newest: str | None = None,
        parts: Sequence[Path] | None = None,
    ) -> None:
        """The rows of the files: of each conversation its newest, or of each version of it."""
        files = self._parts() if parts is None else parts
        listed = ", ".join(f"'{_quoted(part)}'" for part in files)
        every = (
            f"read_parquet([{listed}], filename=true, union_by_name=true)"
            if files
            else f"(SELECT {_EMPTY}, '' AS filename WHERE false)"
        )
        rows = (
            (every if self._alone(connection, every, files) else newest_of(every, order="filename DESC"))
            if newest is None
            else f"(SELECT * FROM {every} QUALIFY row_number() OVER ({newest}) = 1)"  # noqa: S608
        )
        connection.execute(f"CREATE TEMP VIEW {name} AS SELECT * FROM {rows} AS rows")  # noqa: S608  # our names

    def _alone(self, connection: duckdb.DuckDBPyConnection, every: str, files: Sequence[Path]) -> bool:
        """Whether each conversation has one row, so that none need be sorted out; looked up once for the same files."""
        names, alone = self._looked_up
        if names != (now := tuple(file.name for file in files)):  # what a file of a name holds never changes
            ((alone,),) = connection.execute(f"SELECT count(*) = count(DISTINCT id) FROM {every}").fetchall()  # noqa: S608
            self._looked_up = (now, alone)
        return alone

    def _parts(self) -> list[Path]:
        return sorted(self._folder.glob("part-*.parquet"))

    @contextmanager
    def _connected(self) -> Iterator[duckdb.DuckDBPyConnection]:
        connection = duckdb.connect(config={"memory_limit": f"{_MEMORY_MB}MB", "threads": 2})
        try:
            connection.execute(f"SET allowed_directories = ['{_quoted(self._folder.absolute())}']")
            connection.execute(f"SET temp_directory = '{_quoted(self._folder.absolute() / '.spill')}'")
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
            yield connection
        finally:
            connection.close()

    @contextmanager
    def _aside(self, suffix: str) -> Iterator[Path]:
        """A file that no reader takes for one of ours, gone at the end unless it was put in place."""
        path = self._folder.absolute() / f".aside-{secrets.token_hex(8)}{suffix}"
        try:
            yield path
        finally:
            with suppress(OSError):
                path.unlink(missing_ok=True)


def _write_lines(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    with path.open("w", encoding="utf-8", errors="replace") as file:
        for place, row in enumerate(rows):
            file.write(json.dumps({"place": place, **{name: row[name] for name in COLUMNS}}, ensure_ascii=False))
            file.write("\n")


def _struct(types: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{name}: '{kind}'" for name, kind in types.items()) + "}"


def _place(part: Path) -> int:
    return int(part.name.split("-")[1])


def _quoted(path: Path) -> str:
    return str(path.absolute()).replace("'", "''")
