"""JSON Lines: cut at line breaks in the parent process, read in the workers."""

from collections.abc import Iterator
from typing import BinaryIO

from orchestrator.batch.chunk import Chunk, Position
from orchestrator.batch.inputs.files import InputFile, OpenFile
from orchestrator.batch.inputs.source import HEAD, Limits, too_long

BOM = b"\xef\xbb\xbf"


class JsonLines:
    """A file with one record a line; offsets are bytes of its text, unpacked."""

    def __init__(self, file: InputFile, limits: Limits) -> None:
        self._file = file
        self._limits = limits

    @property
    def size(self) -> int:
        """Bytes of its files."""
        return self._file.size

    def chunks(self, *, offset: int, line: int) -> Iterator[Chunk]:
        """The lines after an offset, some at a time."""
        with self._file.open() as opened:
            if offset:
                opened.stream.seek(offset)  # a packed file is read up to there
            yield from self._cut(opened, offset, line)

    def _cut(self, opened: OpenFile, offset: int, line: int) -> Iterator[Chunk]:
        rest = b""
        while block := opened.stream.read(self._limits.chunk):
            data = rest + block
            end = data.rfind(b"\n")
            if end >= 0:
                lines, rest = data[:end], data[end + 1 :]
                after = Position(offset=offset + end + 1, line=line + lines.count(b"\n") + 1)
                yield self._chunk(lines, offset, line, after, opened)
                offset, line = after.offset, after.line
            elif len(data) <= self._limits.longest:
                rest = data
            else:
                length, rest = _skip_line(opened.stream, self._limits.chunk)
                after = Position(offset=offset + len(data) + length, line=line + 1)
                reason = too_long(self._limits.longest)
                yield Chunk(self._file.name, data[:HEAD], line + 1, after, opened.share(), reason)
                offset, line = after.offset, after.line
        if rest:
            yield self._chunk(rest, offset, line, Position(offset=offset + len(rest), line=line + 1), opened)

    def _chunk(self, data: bytes, offset: int, line: int, after: Position, opened: OpenFile) -> Chunk:
        return Chunk(self._file.name, data if offset else data.removeprefix(BOM), line + 1, after, opened.share())


def _skip_line(stream: BinaryIO, block: int) -> tuple[int, bytes]:
    """Read on to a line's end: how many bytes that were, its break too, and what was read after it."""
    length = 0
    while data := stream.read(block):
        end = data.find(b"\n")
        if end >= 0:
            return length + end + 1, data[end + 1 :]
        length += len(data)
    return length, b""
