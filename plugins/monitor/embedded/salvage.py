"""Reads a damaged CSV record by record where the engine gives up, or would lose what follows a broken row."""

import csv
import gzip
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

import duckdb

from orchestrator.core.errors import DataError
from plugins.monitor.embedded.column_types import quote_name

_BATCH = 50_000
_VIEW = "switchboard_salvaged"


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row that cannot be read, by its line in the file."""

    line: int
    message: str


def salvage_csv(con: duckdb.DuckDBPyConnection, path: Path, delimiter: str, table: str) -> list[str] | None:
    """Create the table (its name quoted) of the rows that can be read, all cells as text.

    Returns:
        What is wrong with the others as `file:line: what`; None, and no change, where this Python cannot read the
        compression or the header.

    Raises:
        DataError: The file ends in the middle of its compression, or cannot be read any more.
    """
    if path.suffix.lower() == ".zst":
        return None
    try:
        return _salvaged(con, path, delimiter, table)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: the file is damaged or cut short ({error}); copy it again") from error


def _salvaged(con: duckdb.DuckDBPyConnection, path: Path, delimiter: str, table: str) -> list[str] | None:
    with _opened(path) as file:
        records = read_records(file, delimiter)
        header = next(records, None)
        if not isinstance(header, list):
            return None
        names = [name or f"column{place}" for place, name in enumerate(header)]
        columns = ", ".join(f"{quote_name(name)} VARCHAR" for name in names)
        con.execute(f"CREATE OR REPLACE TABLE {table} ({columns})")
        faults: list[str] = []
        while batch := list(islice(records, _BATCH)):
            faults += [f"{path}:{item.line}: {item.message}" for item in batch if isinstance(item, BrokenRow)]
            _insert(con, table, [item for item in batch if isinstance(item, list)])
    return faults


def read_records(file: TextIO, delimiter: str) -> Iterator[list[str] | BrokenRow]:
    """The header, then each row, or what is wrong with it.

    A quote that never closes, or closes in the midst of a cell, breaks the one line that it stands in: the lines
    behind it are read anew. Any mixture of line ends will do. Empty lines are no rows.
    """
    lines = _Lines(file)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    width = 0
    while True:
        lines.start()
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield BrokenRow(lines.first, _quote_fault(error))
            lines.rewind()
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            continue
        if not row:
            continue
        width = width or len(row)
        if len(row) != width:
            yield BrokenRow(lines.first, f"Expected Number of Columns: {width} Found: {len(row)}")
            lines.rewind()
        elif not _is_text("".join(row)):
            yield BrokenRow(lines.first, "not UTF-8")
        else:
            yield row


class _Lines:
    """The lines of a file, with a way back to the line behind the one where the present record started."""

    def __init__(self, file: TextIO) -> None:
        self._source: Iterator[str] = iter(file)
        self._taken: list[str] = []
        self.first = 1

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._source)
        self._taken.append(line)
        return line

    def start(self) -> None:
        """A record starts at the next line."""
        self.first += len(self._taken)
        self._taken = []

    def rewind(self) -> None:
        """Give the lines behind the record's first once more."""
        if len(self._taken) > 1:
            self._source = chain(self._taken[1:], self._source)
            del self._taken[1:]


def _opened(path: Path) -> TextIO:
    if path.suffix.lower() == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", errors="surrogateescape", newline="")
    return path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")


def _quote_fault(error: csv.Error) -> str:
    if "unexpected end" in str(error) or "field larger" in str(error):
        return "Value with unterminated quote found."
    return f"A quote stands where none may: {error}"


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _insert(con: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Sequence[str]]) -> None:
    import numpy as np  # noqa: PLC0415  # 0.1 s that sound files need not pay

    if not rows:
        return
    columns = {f"c{place}": np.array(cells, dtype="object") for place, cells in enumerate(zip(*rows, strict=True))}
    con.register(_VIEW, columns)
    try:
        con.execute(f"INSERT INTO {table} SELECT * FROM {_VIEW}")  # noqa: S608  # quoted, constant
    finally:
        con.unregister(_VIEW)
