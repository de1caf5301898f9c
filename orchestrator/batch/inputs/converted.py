"""Records in another system's form of conversations, converted to ours as they are read."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePath

from orchestrator.batch.chunk import Chunk, Position
from orchestrator.batch.inputs.files import InputFile
from orchestrator.batch.inputs.source import HEAD, Source
from orchestrator.core.conversations.formats.known import Format

_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Converted:
    """A source of which each record may hold several conversations; offsets are records of that source.

    Args:
        source: Reads the records.
        file: Whose they are; it names conversations that have no id.
        form: Theirs.
    """

    def __init__(self, source: Source, file: InputFile, form: Format) -> None:
        self._source = source
        self._form = form
        self._name = PurePath(file.name).name.split(".")[0] or file.name
        self._one_a_line = file.kind == "lines"

    @property
    def size(self) -> int:
        """Bytes of its files."""
        return self._source.size

    def chunks(self, *, offset: int, line: int) -> Iterator[Chunk]:
        """The conversations after an offset, those of some records at a time."""
        del line  # the records before the offset are read again, and not converted
        done = 0
        for chunk in self._source.chunks(offset=0, line=0):
            good: list[tuple[bytes, int]] = []
            for place, record in enumerate(chunk.data.split(b"\n")):
                if not record.strip():
                    continue
                done += 1
                if done <= offset:
                    continue
                after = Position(offset=done, line=chunk.line(place))
                found = chunk.refused or self._convert(record, chunk.line(place), done)
                if isinstance(found, str):
                    if good:
                        yield _chunk(chunk, good, replace(after, offset=done - 1))
                        good = []
                    data = record[:HEAD]
                    yield Chunk(chunk.file, data, chunk.line(place), after, chunk.share, found)
                    continue
                good += [(one, chunk.line(place)) for one in found]
            if good:
                yield _chunk(chunk, good, Position(offset=done, line=good[-1][1]))

    def _convert(self, record: bytes, line: int, number: int) -> list[bytes] | str:
        """The conversations of a record, or what is wrong with it."""
        name = f"{self._name}-{line}" if self._one_a_line else f"{self._name}-{number}" if number > 1 else self._name
        try:
            found = self._form.convert(json.loads(record), name)
        except UnicodeDecodeError:
            return "not UTF-8; mend it"
        except json.JSONDecodeError as fault:
            return f"not JSON: {fault.msg} at character {fault.pos + 1:,d}"
        except (ValueError, RecursionError) as fault:
            return f"{fault or 'nested too deep'} (read as {self._form.name})"
        if not found:
            return f"no conversation is in it (read as {self._form.name})"
        return [_ENCODE(one).encode(errors="surrogatepass") for one in found]


def _chunk(chunk: Chunk, good: list[tuple[bytes, int]], after: Position) -> Chunk:
    data, lines = b"\n".join(record for record, _ in good), tuple(line for _, line in good)
    return Chunk(chunk.file, data, lines, after, chunk.share)
