"""JSON files that are not cut at line breaks: one object, several, or a list of them, of any size."""

import codecs
import json
from collections.abc import Iterator
from typing import NamedTuple

from orchestrator.batch.chunk import Chunk, Position
from orchestrator.batch.inputs.files import InputFile, OpenFile
from orchestrator.batch.inputs.source import HEAD, Limits, too_long

_DECODE = json.JSONDecoder().raw_decode
_BETWEEN = " \t\r\n,"
_MARK = "\ufeff"
_ONE_LINE = {ord("\r"): " ", ord("\n"): " "}


class _Text:
    """The text of a file as far as it was read: bytes that are no UTF-8 stay in it, one character each."""

    def __init__(self, opened: OpenFile, block: int) -> None:
        self._opened = opened
        self._block = block
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self.text = ""
        self.whole = False

    def more(self, at: int) -> None:
        """Read on, as much again as is left after a place, so that what is long is not looked at too often."""
        data = self._opened.stream.read(max(self._block, len(self.text) - at))
        self.whole = not data
        self.text = self.text[at:] + self._decoder.decode(data, final=self.whole)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


class _Found(NamedTuple):
    """An object: the line of its beginning, the place after it, and why the file is given up there."""

    record: bytes
    line: int
    after: Position
    reason: str = ""


class JsonDocuments:
    """A file of JSON objects; offsets are bytes of its text, unpacked."""

    def __init__(self, file: InputFile, limits: Limits) -> None:
        self._file = file
        self._limits = limits

    @property
    def size(self) -> int:
        """Bytes of its files."""
        return self._file.size

    def chunks(self, *, offset: int, line: int) -> Iterator[Chunk]:
        """The objects after an offset, some at a time."""
        with self._file.open() as opened:
            if offset:
                opened.stream.seek(offset)
            held: list[_Found] = []
            size = 0
            for found in self._records(_Text(opened, self._limits.chunk), Position(offset=offset, line=line)):
                if held and (found.reason or size > self._limits.chunk):
                    yield self._chunk(held, opened)
                    held, size = [], 0
                held.append(found)
                size += len(found.record)
            if held:
                yield self._chunk(held, opened)

    def _chunk(self, held: list[_Found], opened: OpenFile) -> Chunk:
        data, lines = b"\n".join(found.record for found in held), tuple(found.line for found in held)
        return Chunk(self._file.name, data, lines, held[-1].after, opened.share(), held[-1].reason)

    def _records(self, text: _Text, start: Position) -> Iterator[_Found]:
        place, at = start, 0
        while True:
            begin = _next_object(text.text, at, first=place.offset == 0)
            place = _passed(text.text[at:begin], place)
            at = begin
            if at == len(text.text):
                if text.whole:
                    return
                text.more(at)
                at = 0
                continue
            try:
                _, end = _DECODE(text.text, at)
            except (ValueError, RecursionError) as fault:
                if text.whole or len(text.text) - at > self._limits.longest:
                    head = _bytes(text.text[at : at + HEAD].translate(_ONE_LINE))
                    yield _Found(head, place.line + 1, place, self._why(text, fault))
                    return
                text.more(at)
                at = 0
                continue
            after = _passed(text.text[at:end], place)
            yield _Found(_bytes(text.text[at:end].translate(_ONE_LINE)), place.line + 1, after)
            place, at = after, end

    def _why(self, text: _Text, fault: Exception) -> str:
        if not text.whole:
            return f"{too_long(self._limits.longest)}; what follows in the file is not read"
        message = fault.msg if isinstance(fault, json.JSONDecodeError) else "nested too deep"
        return f"not JSON: {message}; what follows in the file is not read"


def _next_object(text: str, at: int, *, first: bool) -> int:
    """Where the next object begins, after what stands between two and around all; the text's end where none does."""
    around = f"{_BETWEEN}[]{_MARK}" if first else f"{_BETWEEN}]"
    while at < len(text) and text[at] in around:
        at += 1
    return at


def _passed(text: str, place: Position) -> Position:
    return Position(offset=place.offset + len(_bytes(text)), line=place.line + text.count("\n"))
