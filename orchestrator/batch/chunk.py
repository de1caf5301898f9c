"""Records on their way to a worker process, and what comes back."""

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Position:
    """A place between two records.

    Attributes:
        source: Which of the sources, from 0.
        offset: In the source's own unit: bytes of its text, rows, or conversations.
        line: Lines of the source before it.
        records: Records of the whole batch before it.
    """

    source: int = 0
    offset: int = 0
    line: int = 0
    records: int = 0


@dataclass(frozen=True, slots=True)
class Chunk:
    r"""Some records of one file that stand together.

    Attributes:
        data: The records, with a `\n` between two; blank ones count for nothing.
        lines: Where each begins, from 1; one number where each is a line and this is the first.
        after: Where the next chunk begins.
        share: Of the input that is done with it, 0 to 1; None where that is not known.
        refused: Why the reader gives up this one record, of which `data` is the beginning.
    """

    file: str
    data: bytes
    lines: int | tuple[int, ...]
    after: Position
    share: float | None = None
    refused: str = ""

    def line(self, place: int) -> int:
        """Where a record begins."""
        return self.lines + place if isinstance(self.lines, int) else self.lines[place]

    def part(self, first: int, end: int) -> "Chunk":
        """The records from `first` to before `end`."""
        data = b"\n".join(self.data.split(b"\n")[first:end])
        lines = self.lines + first if isinstance(self.lines, int) else self.lines[first:end]
        return Chunk(self.file, data, lines, self.after, self.share, self.refused)

    def __len__(self) -> int:
        return self.data.count(b"\n") + 1


class Scored(NamedTuple):
    """A scored record of a chunk: which one, its conversation, and where its line ends in the result's bytes."""

    place: int
    id: str
    turns: int
    end: int


class Refused(NamedTuple):
    """A refused record of a chunk."""

    place: int
    id: str
    reason: str
    head: str


class Result(NamedTuple):
    """What a worker made of a chunk.

    Attributes:
        out: The lines of the scored records, each with its line break.
    """

    out: bytes
    scored: list[Scored]
    refused: list[Refused]


def joined(parts: list[tuple[int, Result]]) -> Result:
    """One result of those of a chunk's parts, each with the place of its first record; in order."""
    out: list[bytes] = []
    scored: list[Scored] = []
    refused: list[Refused] = []
    length = 0
    for first, part in parts:
        scored += [one._replace(place=one.place + first, end=one.end + length) for one in part.scored]
        refused += [one._replace(place=one.place + first) for one in part.refused]
        out.append(part.out)
        length += len(part.out)
    return Result(b"".join(out), scored, refused)
