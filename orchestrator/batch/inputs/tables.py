"""Rows of CSV files, Parquet files and JSON Lines that hold one message each."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from orchestrator.batch.inputs.columns import Columns, find_columns
from orchestrator.batch.inputs.files import InputFile
from orchestrator.core.errors import InputError

if TYPE_CHECKING:
    import duckdb

_ROWS = 10_000
_DELIMITERS = (",", ";", "\t", "|")
MEMORY = "256MB"


class Row(NamedTuple):
    """One message.

    Attributes:
        fields: By our names, what is not empty; the text always.
        problem: Why it cannot be read.
    """

    line: int
    fields: Mapping[str, object]
    problem: str = ""


def read_rows(file: InputFile, given: Mapping[str, str], *, longest: int) -> Iterator[Row]:
    """The rows of a file with one message each, in order.

    Args:
        file: Of CSV, Parquet or JSON Lines.
        given: Columns by field, as `--columns` names them.
        longest: Characters that one cell may have.

    Raises:
        InputError: The file holds no table of messages.
    """
    if file.kind == "parquet":
        return _parquet_rows(file, given)
    if file.kind == "lines":
        return _json_rows(file, given)
    return _csv_rows(file, given, longest=longest)


def _csv_rows(file: InputFile, given: Mapping[str, str], *, longest: int) -> Iterator[Row]:
    with file.open() as opened:
        # a byte that is no UTF-8 stays in its cell, where the scorer's process finds it and refuses the conversation
        text = io.TextIOWrapper(opened.stream, "utf-8-sig", errors="surrogateescape", newline="")
        first = text.readline()
        if not first.strip():
            return
        delimiter = max(_DELIMITERS, key=first.count)
        header = next(csv.reader([first], delimiter=delimiter))
        columns = find_columns(header, given, file=file.name)
        csv.field_size_limit(longest)
        reader = csv.reader(text, delimiter=delimiter)
        while True:
            line = reader.line_num + 2
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as fault:
                yield Row(line, {}, f"not CSV: {fault}")
                continue
            if cells:
                yield _row(line, cells, columns, width=len(header))


def _row(line: int, cells: list[str], columns: Columns, *, width: int) -> Row:
    fields: dict[str, object] = {name: cells[place] for name, place in columns.places.items() if place < len(cells)}
    wrong = f"the row has {len(cells)} cells, and the header {width}; quote what holds the delimiter"
    return Row(line, fields, wrong if len(cells) > width else "")


def _json_rows(file: InputFile, given: Mapping[str, str]) -> Iterator[Row]:
    columns: Columns | None = None
    names: list[str] = []
    with file.open() as opened:
        for line, data in enumerate(opened.stream, 1):
            text = data.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
            if not text.strip():
                continue
            try:
                document = json.loads(text)
            except (ValueError, RecursionError) as fault:
                yield Row(line, {}, f"not JSON: {fault}")
                continue
            if not isinstance(document, dict):
                yield Row(line, {}, "no JSON object: write one message a line")
                continue
            if columns is None:
                names = list(document)
                columns = find_columns(names, given, file=file.name)
            found = {name: document.get(names[place]) for name, place in columns.places.items()}
            yield Row(line, found)


def _parquet_rows(file: InputFile, given: Mapping[str, str]) -> Iterator[Row]:
    with open_parquet(file) as connection:
        header = parquet_header(connection)
        columns = find_columns(header, given, file=file.name)
        wanted = ", ".join(_cell(header[place]) for place in columns.places.values())
        connection.execute(f"SELECT {wanted} FROM input")  # noqa: S608  # the file's own names, quoted
        line = 0
        while rows := connection.fetchmany(_ROWS):
            for cells in rows:
                line += 1
                yield Row(line, dict(zip(columns.places, cells, strict=True)))


def _cell(name: str) -> str:
    return f'CAST("{name.replace(chr(34), chr(34) * 2)}" AS VARCHAR)'


@contextmanager
def open_parquet(file: InputFile) -> "Iterator[duckdb.DuckDBPyConnection]":
    """A connection whose view `input` is the file, read in order and in bounded memory."""
    import duckdb  # noqa: PLC0415  # only where there is Parquet

    config = {"threads": 1, "memory_limit": MEMORY, "TimeZone": "UTC", "autoinstall_known_extensions": False}
    with duckdb.connect(config=config) as connection:  # type: ignore[arg-type]  # it takes numbers and booleans too
        path = str(file.path).replace("[", "[[]").replace("*", "[*]").replace("?", "[?]").replace("'", "''")
        try:
            connection.execute(f"CREATE VIEW input AS SELECT * FROM read_parquet('{path}')")  # noqa: S608  # quoted
        except duckdb.Error as error:
            raise InputError(f"{file.name!r} cannot be read as Parquet: {str(error).splitlines()[0]}") from None
        yield connection


def parquet_header(connection: "duckdb.DuckDBPyConnection") -> list[str]:
    """The names of the columns."""
    return [str(name) for name, *_ in connection.execute("DESCRIBE input").fetchall()]
