"""Reads a table's files into DuckDB: every cell as text first, then converted to the column's type."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestrator.core.errors import DataError
from orchestrator.core.table import Column, ColumnType
from plugins.monitor.embedded.column_types import (
    SNIFFED,
    Header,
    from_text,
    from_typed,
    kusto_type,
    looks_like,
    parse_header,
    quote_name,
    quote_text,
)
from plugins.monitor.embedded.folder import FileFormat, TableFiles
from plugins.monitor.embedded.header import find_delimiter
from plugins.monitor.embedded.json_lines import stage_json
from plugins.monitor.embedded.salvage import salvage_csv

SAMPLE_ROWS = 1_000
SHOWN_FAULTS = 5
# Temporary tables of the loading connection, so that tables loaded side by side do not meet.
REJECTS = "switchboard_rejects"
SCANS = "switchboard_scans"
_LOSES_ROWS = "bool_or(error_type = 'UNQUOTED VALUE' OR contains(csv_line, chr(10)))"
_GIVEN_UP = re.compile("sniffing|state machine")


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A table in DuckDB, and what was wrong with its files."""

    columns: tuple[Column, ...]
    row_count: int
    warnings: tuple[str, ...] = ()
    added: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """How to read: types known beforehand, whether a bad row stops, the zone of `[Local Time]` columns."""

    known: Mapping[str, ColumnType]
    strict: bool = False
    local_zone: str | None = None


def load(con: duckdb.DuckDBPyConnection, files: TableFiles, options: ReadOptions) -> Loaded:
    """Create the table `files.name` in DuckDB.

    Raises:
        DataError: A file cannot be read, or `strict` and a row or a cell is broken.
    """
    try:
        if files.format is FileFormat.PARQUET:
            return _load_parquet(con, files, options)
        return _load_text(con, files, options)
    except duckdb.Error as error:
        raise _file_error(files, error) from error


def _load_text(con: duckdb.DuckDBPyConnection, files: TableFiles, options: ReadOptions) -> Loaded:
    stage = quote_name(f"stage {files.name}")
    textual: frozenset[str] = frozenset()
    if files.format is FileFormat.JSON:
        faults, textual = stage_json(con, files, stage)
        warnings = _row_faults(faults, options)
    else:
        warnings = _stage_csv(con, files, stage, options)
    try:
        headers = _headers(files, [row[0] for row in con.execute(f"DESCRIBE {stage}").fetchall()])
        kinds = _kinds(con, stage, headers, options, textual=textual)
        unconverted = _unconverted(con, stage, headers, kinds, options)
        kinds, warnings = _settle(files, kinds, unconverted, options, warnings)
        zone = options.local_zone or "UTC"
        select = ", ".join(
            f"{from_text(quote_name(h.source), kinds[h.name], h, local_zone=zone)} AS {quote_name(h.name)}"
            for h in headers
        )
        con.execute(f"CREATE TABLE {quote_name(files.name)} AS SELECT {select} FROM {stage}")  # noqa: S608  # names quoted
    finally:
        con.execute(f"DROP TABLE IF EXISTS {stage}")
    warnings += _local_zone_warning(files, headers, options)
    return _loaded(con, files, headers, kinds, warnings)


def _load_parquet(con: duckdb.DuckDBPyConnection, files: TableFiles, options: ReadOptions) -> Loaded:
    source = f"read_parquet({_file_list(files)}, union_by_name = true, hive_partitioning = false)"
    given = {row[0]: row[1] for row in con.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}  # noqa: S608
    headers = _headers(files, list(given))
    kinds = {h.name: options.known.get(h.name, kusto_type(given[h.source])) for h in headers}
    select = ", ".join(
        f"{from_typed(quote_name(h.source), given[h.source], kinds[h.name], h)} AS {quote_name(h.name)}"
        for h in headers
    )
    con.execute(f"CREATE TABLE {quote_name(files.name)} AS SELECT {select} FROM {source}")  # noqa: S608
    return _loaded(con, files, headers, kinds, ())


def _loaded(
    con: duckdb.DuckDBPyConnection,
    files: TableFiles,
    headers: Sequence[Header],
    kinds: Mapping[str, ColumnType],
    warnings: tuple[str, ...],
) -> Loaded:
    row = con.execute(f"SELECT count(*) FROM {quote_name(files.name)}").fetchone()  # noqa: S608
    columns = tuple(Column(h.name, kinds[h.name]) for h in headers)
    return Loaded(columns=columns, row_count=row[0] if row else 0, warnings=warnings)


def _stage_csv(con: duckdb.DuckDBPyConnection, files: TableFiles, stage: str, options: ReadOptions) -> tuple[str, ...]:
    """Every cell as text. Part files are matched by column name, one after the other: rejects need one file a read."""
    faults: list[str] = []
    parts: list[str] = []
    try:
        for index, path in enumerate(files.files):
            delimiter = find_delimiter(path, usual="\t" if files.format is FileFormat.TSV else ",")
            parts.append(quote_name(f"part {index} {files.name}"))
            faults += _read_csv(con, path, delimiter, parts[-1])
        union = " UNION ALL BY NAME ".join(f"SELECT * FROM {part}" for part in parts)  # noqa: S608  # names quoted
        con.execute(
            f"CREATE TABLE {stage} AS {union}" if len(parts) > 1 else f"ALTER TABLE {parts[0]} RENAME TO {stage}"
        )
    finally:
        for part in parts:
            con.execute(f"DROP TABLE IF EXISTS {part}")
    return _row_faults(faults, options)


def _read_csv(con: duckdb.DuckDBPyConnection, path: Path, delimiter: str, table: str) -> list[str]:
    """Load one file; the faults are `file:line: what is wrong`."""
    try:
        faults, loses_rows = _scan_csv(con, path, delimiter, table)
    except duckdb.InvalidInputException as error:
        # An unclosed quote or a second kind of line end, and the engine takes the file for no CSV.
        salvaged = salvage_csv(con, path, delimiter, table) if _GIVEN_UP.search(str(error)) else None
        if salvaged is None:
            raise
        return salvaged
    if loses_rows:
        salvaged = salvage_csv(con, path, delimiter, table)
        return faults if salvaged is None else salvaged
    return faults


def _scan_csv(con: duckdb.DuckDBPyConnection, path: Path, delimiter: str, table: str) -> tuple[list[str], bool]:
    """Load by the engine; the faults, and whether one of them took following rows with it."""
    try:
        con.execute(
            f"CREATE TABLE {table} AS SELECT * FROM read_csv([{quote_text(str(path))}], all_varchar = true,"  # noqa: S608
            f" header = true, delim = {quote_text(delimiter)}, quote = '\"', escape = '\"', comment = '', skip = 0,"
            " null_padding = false, hive_partitioning = false, max_line_size = 16777216,"
            f" store_rejects = true, rejects_table = '{REJECTS}', rejects_scan = '{SCANS}', rejects_limit = 0)"
        )
        rows = con.execute(
            f"SELECT line, min(error_message), {_LOSES_ROWS} FROM {REJECTS} GROUP BY line ORDER BY line"  # noqa: S608
        ).fetchall()
    finally:
        con.execute(f"DROP TABLE IF EXISTS {REJECTS}")
        con.execute(f"DROP TABLE IF EXISTS {SCANS}")
    return [f"{path}:{line}: {message}" for line, message, _ in rows], any(row[2] for row in rows)


def _row_faults(faults: Sequence[str], options: ReadOptions) -> tuple[str, ...]:
    if not faults:
        return ()
    if options.strict:
        raise DataError(f"{faults[0]}; mend the row, or read without strict to go on without it")
    rest = len(faults) - SHOWN_FAULTS
    more = (f"... and {rest} more rows left out",) if rest > 0 else ()
    return (*(f"{fault} (row left out)" for fault in faults[:SHOWN_FAULTS]), *more)


def _headers(files: TableFiles, names: Sequence[str]) -> tuple[Header, ...]:
    headers = tuple(parse_header(name) for name in names)
    seen: dict[str, str] = {}
    for header in headers:
        other = seen.setdefault(header.name.casefold(), header.source)
        if other != header.source:
            raise DataError(
                f"{files.label}: columns {other!r} and {header.source!r} are one name to the log engine; rename one"
            )
    return headers


def _kinds(
    con: duckdb.DuckDBPyConnection,
    stage: str,
    headers: Sequence[Header],
    options: ReadOptions,
    *,
    textual: frozenset[str],
) -> dict[str, ColumnType]:
    """The type of each column: known, else what all of the sample's cells look like.

    `textual` columns hold JSON strings, of which only times are taken for something else.
    """
    kinds = {h.name: options.known[h.name] for h in headers if h.name in options.known}
    unknown = [h for h in headers if h.name not in kinds]
    if not unknown:
        return kinds
    tests = ", ".join(
        f"bool_and({looks_like(quote_name(h.source), kind)}) FILTER ({quote_name(h.source)} <> '')"
        for h in unknown
        for kind in SNIFFED
    )
    sample = f"(SELECT * FROM {stage} LIMIT {SAMPLE_ROWS})"  # noqa: S608
    row = con.execute(f"SELECT {tests} FROM {sample}").fetchone() or ()  # noqa: S608
    for index, header in enumerate(unknown):
        verdicts = row[index * len(SNIFFED) : (index + 1) * len(SNIFFED)]
        kinds[header.name] = next(
            (
                kind
                for kind, holds in zip(SNIFFED, verdicts, strict=True)
                if holds and (kind is ColumnType.DATETIME or header.source not in textual)
            ),
            ColumnType.STRING,
        )
    return kinds


def _unconverted(
    con: duckdb.DuckDBPyConnection,
    stage: str,
    headers: Sequence[Header],
    kinds: Mapping[str, ColumnType],
    options: ReadOptions,
) -> dict[str, tuple[int, str, bool]]:
    """Column -> how many cells do not convert, the first of them, and whether all would convert as real."""
    typed = [h for h in headers if kinds[h.name] is not ColumnType.STRING]
    if not typed:
        return {}
    parts: list[str] = []
    for header in typed:
        text = quote_name(header.source)
        value = from_text(text, kinds[header.name], header, local_zone=options.local_zone or "UTC")
        bad = f"{text} <> '' AND ({value}) IS NULL"
        real = looks_like(text, ColumnType.REAL)
        parts += [f"count(*) FILTER ({bad})", f"first({text}) FILTER ({bad})", f"bool_and({real}) FILTER ({bad})"]
    row = con.execute(f"SELECT {', '.join(parts)} FROM {stage}").fetchone() or ()  # noqa: S608
    faults: dict[str, tuple[int, str, bool]] = {}
    for index, header in enumerate(typed):
        count, first, real = row[index * 3 : index * 3 + 3]
        if count:
            faults[header.name] = (count, first, bool(real))
    return faults


def _settle(
    files: TableFiles,
    kinds: dict[str, ColumnType],
    faults: Mapping[str, tuple[int, str, bool]],
    options: ReadOptions,
    warnings: tuple[str, ...],
) -> tuple[dict[str, ColumnType], tuple[str, ...]]:
    """Widen sniffed columns that do not fit; report cells of known columns that do not convert."""
    settled = dict(kinds)
    for name, (count, first, real) in faults.items():
        kind = kinds[name]
        if name not in options.known:
            settled[name] = ColumnType.REAL if real and kind is ColumnType.LONG else ColumnType.STRING
            continue
        message = f"{files.label}: column {name!r}: {count} cells are no {kind.value}, the first is {first!r}"
        if options.strict:
            raise DataError(f"{message}; mend them, or read without strict to take them as null")
        warnings += (f"{message} (taken as null)",)
    return settled, warnings


def _local_zone_warning(files: TableFiles, headers: Sequence[Header], options: ReadOptions) -> tuple[str, ...]:
    local = [h.source for h in headers if h.local]
    if not local or options.local_zone:
        return ()
    return (f"{files.label}: {', '.join(map(repr, local))} names no zone: read as UTC",)


def _file_list(files: TableFiles) -> str:
    return "[" + ", ".join(quote_text(str(path)) for path in files.files) + "]"


def _file_error(files: TableFiles, error: duckdb.Error) -> DataError:
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    file = next((str(path) for path in files.files if str(path) in str(error)), files.label)
    if "GZIP" in text.upper():
        return DataError(f"{file}: the gzip file is damaged or cut short ({text}); copy it again")
    if isinstance(error, duckdb.OutOfMemoryException):
        return DataError(f"{file}: too large for the memory limit; raise it, or use Parquet with fewer columns")
    return DataError(f"{file}: cannot be read: {text}")
