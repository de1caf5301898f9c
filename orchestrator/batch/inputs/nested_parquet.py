"""Parquet files with one conversation a row, its turns in a list."""

from collections.abc import Iterator

from orchestrator.batch.chunk import Chunk, Position
from orchestrator.batch.inputs.files import InputFile
from orchestrator.batch.inputs.source import Limits
from orchestrator.batch.inputs.tables import open_parquet

_ROWS = 100


class NestedParquet:
    """A file with one conversation a row; offsets are rows."""

    def __init__(self, file: InputFile, limits: Limits) -> None:
        self._file = file
        self._limits = limits

    @property
    def size(self) -> int:
        """Bytes of its files."""
        return self._file.size

    def chunks(self, *, offset: int, line: int) -> Iterator[Chunk]:
        """The rows after an offset, some at a time, each as JSON."""
        with open_parquet(self._file) as connection:
            rows = connection.execute("SELECT count(*) FROM input").fetchall()[0][0]
            connection.execute(f"SELECT CAST(to_json(input) AS VARCHAR) FROM input OFFSET {offset:d}")  # noqa: S608
            while found := connection.fetchmany(_ROWS):
                data = b"\n".join(row[0].encode() for row in found)
                after = Position(offset=offset + len(found), line=line + len(found))
                yield Chunk(self._file.name, data, line + 1, after, after.offset / rows)
                offset, line = after.offset, after.line
