"""Conversations of which each message is a row."""

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from orchestrator.batch.chunk import Chunk, Position
from orchestrator.batch.inputs.files import InputFile
from orchestrator.batch.inputs.grouping import Grouping
from orchestrator.batch.inputs.source import HEAD, Limits, too_long

_HEADS = "SELECT number, file, line, fields, problem FROM conversations WHERE number > ? ORDER BY number"
_TURNS = "SELECT number, at, turn FROM turns WHERE number > ? ORDER BY number, place"


class _Found(NamedTuple):
    number: int
    file: int
    line: int
    record: bytes
    problem: str


class GroupedRows:
    """Files with one message a row; offsets are conversations, in the order of their first rows.

    Turns stand in the order of their times where each has one, else in that of the rows.

    Args:
        given: Columns by field.
        folder: Where the rows are kept until the batch ends.
        watch: Is called now and then while the rows are read.
    """

    def __init__(
        self,
        files: Sequence[InputFile],
        given: Mapping[str, str],
        limits: Limits,
        *,
        folder: Path,
        watch: Callable[[], None],
    ) -> None:
        self._files = files
        self._given = given
        self._limits = limits
        self._path = folder / "rows.sqlite"
        self._watch = watch

    @property
    def size(self) -> int:
        """Bytes of its files."""
        return sum(file.size for file in self._files)

    def chunks(self, *, offset: int, line: int) -> Iterator[Chunk]:
        """The conversations after an offset, some at a time, each as JSON."""
        self._bring_together()
        with closing(_open(self._path)) as database:
            total = database.execute("SELECT count(*) FROM conversations").fetchone()[0]
            held: list[_Found] = []
            size = 0
            for found in _conversations(database, offset, self._limits.longest):
                if held and (found.problem or size > self._limits.chunk or found.file != held[-1].file):
                    yield self._chunk(held, total, line)
                    held, size = [], 0
                held.append(found)
                size += len(found.record)
                if found.problem:
                    yield self._chunk(held, total, line)
                    held, size = [], 0
            if held:
                yield self._chunk(held, total, line)

    def _chunk(self, held: list[_Found], total: int, line: int) -> Chunk:
        last = held[-1]
        data, lines = b"\n".join(found.record for found in held), tuple(found.line for found in held)
        after = Position(offset=last.number, line=line)
        return Chunk(self._files[last.file].name, data, lines, after, last.number / total, last.problem)

    def _bring_together(self) -> None:
        whole = self._path.with_suffix(".whole")
        if whole.exists():
            return
        self._path.unlink(missing_ok=True)
        with closing(_open(self._path)) as database:
            Grouping(database, self._limits, self._watch).fill(self._files, self._given)
        with self._path.open("rb") as written:
            os.fsync(written.fileno())
        whole.touch()


def _open(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, isolation_level=None)
    # what was not finished is made anew, so that nothing in it need outlive this process before it is whole
    database.execute("PRAGMA journal_mode = OFF")
    database.execute("PRAGMA synchronous = OFF")
    database.execute("PRAGMA cache_size = -65536")
    return database


def _conversations(database: sqlite3.Connection, offset: int, longest: int) -> Iterator[_Found]:
    groups = groupby(database.execute(_TURNS, (offset,)), key=lambda row: row[0])
    for number, file, line, fields, problem in database.execute(_HEADS, (offset,)):
        if fields is None:  # a row without id has no turns
            yield _Found(number, file, line, b"?", problem)
            continue
        rows = list(next(groups)[1])
        if all(row[1] is not None for row in rows):
            rows.sort(key=lambda row: row[1])
        record = b'%s,"turns":[%s]}' % (fields[:-1], b",".join(row[2] for row in rows))
        too_much = too_long(longest) if len(record) > longest else ""
        wrong = problem or too_much
        yield _Found(number, file, line, record[:HEAD] if wrong else record, wrong)
