"""Reads JSON objects, one a line or in an array, into a DuckDB table of text columns."""

import gzip
from collections.abc import Sequence
from pathlib import Path

import duckdb

from orchestrator.core.errors import DataError
from plugins.monitor.embedded.column_types import quote_name, quote_text
from plugins.monitor.embedded.folder import TableFiles
from plugins.monitor.embedded.header import check_names

SAMPLE_ROWS = 1_000


def stage_json(con: duckdb.DuckDBPyConnection, files: TableFiles, stage: str) -> tuple[list[str], frozenset[str]]:
    """Create the table `stage` with a text column a key.

    Returns:
        The faults as `file:line: what is wrong`, and the columns whose values are JSON strings.

    Raises:
        DataError: No object in any file.
    """
    lines = quote_name(f"lines {files.name}")
    paths = ", ".join(quote_text(str(path)) for path in files.files)
    con.execute(
        f"CREATE TABLE {lines} AS SELECT json, filename, row_number() OVER (PARTITION BY filename) AS line"  # noqa: S608
        f" FROM read_json_objects([{paths}], format = 'auto', ignore_errors = true, filename = true,"
        " maximum_object_size = 67108864)"
    )
    try:
        broken = con.execute(
            f"SELECT filename, line FROM {lines} WHERE json IS NULL OR json_type(json) <> 'OBJECT' ORDER BY 1, 2"  # noqa: S608
        ).fetchall()
        keys = _keys(con, lines)
        if not keys:
            raise DataError(f"{files.label}: holds no JSON object; expected one object a line, or an array of them")
        check_names(keys, place=files.label)
        places = ", ".join(_path(key) for key in keys)
        select = ", ".join(f"cells[{index}] AS {quote_name(key)}" for index, key in enumerate(keys, 1))
        con.execute(
            f"CREATE TABLE {stage} AS SELECT {select} FROM (SELECT json_extract_string(json, [{places}]) AS cells"  # noqa: S608
            f" FROM {lines} WHERE json_type(json) = 'OBJECT')"
        )
        return _faults(broken), _textual(con, lines, keys)
    finally:
        con.execute(f"DROP TABLE IF EXISTS {lines}")


def _faults(broken: Sequence[tuple[str, int]]) -> list[str]:
    """`file:line: what is wrong`; the engine counts records, and passes over empty lines."""
    numbers = {path: _line_numbers(Path(path)) for path in {path for path, _ in broken}}
    return [
        f"{path}:{numbers[path][record - 1] if record <= len(numbers[path]) else record}: not a JSON object"
        for path, record in broken
    ]


def _line_numbers(path: Path) -> list[int]:
    """The line of each record of a file of lines; nothing for an array, or where this Python cannot unpack it."""
    if path.suffix.lower() == ".zst":
        return []
    with gzip.open(path, "rb") if path.suffix.lower() == ".gz" else path.open("rb") as file:
        return [number for number, line in enumerate(file, 1) if line.strip()]


def _keys(con: duckdb.DuckDBPyConnection, lines: str) -> list[str]:
    """All keys, in the order in which they first stand."""
    rows = con.execute(
        "SELECT key FROM (SELECT unnest(json_keys(json)) AS key, rowid AS row,"  # noqa: S608  # name quoted
        f" generate_subscripts(json_keys(json), 1) AS place FROM {lines} WHERE json_type(json) = 'OBJECT')"
        " GROUP BY key ORDER BY min(row), min(place), key"
    ).fetchall()
    return [row[0] for row in rows]


def _textual(con: duckdb.DuckDBPyConnection, lines: str, keys: list[str]) -> frozenset[str]:
    """The keys whose values, in the sample, are strings."""
    tests = ", ".join(
        f"bool_and(coalesce(json_type(json, {_path(key)}), 'NULL') IN ('VARCHAR', 'NULL'))" for key in keys
    )
    sample = f"(SELECT * FROM {lines} WHERE json_type(json) = 'OBJECT' LIMIT {SAMPLE_ROWS})"  # noqa: S608
    row = con.execute(f"SELECT {tests} FROM {sample}").fetchone() or ()  # noqa: S608
    return frozenset(key for key, holds in zip(keys, row, strict=True) if holds)


def _path(key: str) -> str:
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return quote_text(f'$."{escaped}"')
