"""Reads result documents again, one after the other: lines of JSON, or a table as `flat_tables` or Spark writes it."""

import csv
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.batch.flat_tables import COLUMNS, JSON
from orchestrator.core.errors import InputError, SwitchboardError

if TYPE_CHECKING:
    import duckdb

Document = dict[str, object]
_LINES = (".jsonl", ".ndjson")
_ROWS_AT_ONCE = 500
_MOST_CELL = min(sys.maxsize, 2**31 - 1)  # of a CSV; a conversation of many turns is one long cell
_TRUTH = {"true": True, "false": False}


def read_results(path: Path) -> Iterator[Document]:
    """The documents of a result, in order, in memory that does not grow with their number.

    Args:
        path: `.jsonl`, `.csv`, `.parquet`, or a folder of Parquet files.

    Raises:
        InputError: It cannot be read, or is no result of `switchboard analyze`.
    """
    if not path.exists():
        raise InputError(f"there is no result {str(path)!r}: name a file that `switchboard analyze --out` wrote")
    if path.is_dir():
        return _parquet(_newest(path))
    if path.suffix.lower() == ".parquet":
        return _parquet(path)
    if path.suffix.lower() == ".csv":
        return _csv(path)
    return read_result_lines(path)


def _newest(folder: Path) -> Path:
    """The whole result that counts in a folder that Spark wrote (see `batch.spark.targets`); else the folder."""
    # a commit that was broken off has no line yet
    commits = sorted(one for one in (folder / "commits").glob("*") if one.name.isdecimal() and any(one.glob("part-*")))
    if not commits:
        return folder
    named = sorted(one.read_text(encoding="utf-8").strip() for one in commits[-1].glob("part-*"))
    found = folder / "data" / next((name for name in named if name), "")
    if not named or found.resolve().parent != (folder / "data").resolve():
        raise InputError(f"{str(folder)!r} holds no whole result: analyze again")
    return found


def read_result_lines(path: Path) -> Iterator[Document]:
    """The documents of a file of lines, whatever it is called."""
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                yield _object(line, path, number)
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from error


def _object(line: str, path: Path, number: int) -> Document:
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict) or "overall" not in document:
        raise InputError(f"{path}:{number}: no result: name a file that `switchboard analyze --out` wrote")
    return document


def _csv(path: Path) -> Iterator[Document]:
    csv.field_size_limit(_MOST_CELL)
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            rows = csv.DictReader(lines)
            _check(rows.fieldnames or (), path)
            for row in rows:
                yield document_of(row)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _unreadable(path, error) from error


def _parquet(path: Path) -> Iterator[Document]:
    import duckdb  # noqa: PLC0415  # only where Parquet is read

    files = str(path / "**" / "*.parquet") if path.is_dir() else str(path)
    # one thread keeps the order, and a result fits into little memory
    with duckdb.connect(config={"threads": 1, "memory_limit": "512MB"}) as connection:
        try:
            rows = connection.execute("SELECT * FROM read_parquet(?)", [files])
            names = [str(column[0]) for column in rows.description or ()]
            _check(names, path)
            yield from _rows(rows, names)
        except duckdb.Error as error:
            raise _unreadable(path, error) from error


def _rows(found: "duckdb.DuckDBPyConnection", names: list[str]) -> Iterator[Document]:
    while rows := found.fetchmany(_ROWS_AT_ONCE):
        for row in rows:
            yield document_of(dict(zip(names, row, strict=True)))


def document_of(row: Mapping[str, object]) -> Document:
    """The document of a row of a flat table; what is empty is left out."""
    document: Document = {}
    for column, (path, kind) in COLUMNS.items():
        value = _value(row.get(column), kind)
        if value is None:
            continue
        *parents, last = path.split(".")
        inner = document
        for name in parents:
            inner = inner.setdefault(name, {})  # type: ignore[assignment]  # an object, as `COLUMNS` has no other
        inner[last] = value
    return document


def _value(cell: object, kind: str) -> object:
    if cell is None or cell == "" or not isinstance(cell, str):
        return None if cell == "" else cell
    if kind == JSON:
        return json.loads(cell)
    if kind == "BOOLEAN":
        return _TRUTH.get(cell)
    if kind in {"DOUBLE", "BIGINT"}:
        return float(cell) if kind == "DOUBLE" else int(cell)
    return cell


def _check(names: object, path: Path) -> None:
    missing = {"id", "satisfaction", "scorer_version"} - set(names)  # type: ignore[call-overload]  # names of columns
    if missing:
        raise InputError(f"{str(path)!r} has no column {min(missing)!r}: name a result of `switchboard analyze --out`")


def _unreadable(path: Path, error: Exception) -> SwitchboardError:
    said = getattr(error, "strerror", None) or str(error).splitlines()[0]
    return InputError(f"{str(path)!r} cannot be read: {said}; name a file that `switchboard analyze --out` wrote")
