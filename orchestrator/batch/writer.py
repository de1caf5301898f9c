"""Writes results in order, refuses what was met before, and makes checkpoints."""

import json
import os
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from orchestrator.batch.checkpoint import Checkpoint, write_checkpoint
from orchestrator.batch.chunk import Chunk, Refused, Result, Scored
from orchestrator.batch.partial import PartialFolder
from orchestrator.batch.seen import Met, Seen

_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class OrderedWriter:
    """The result's lines, the rejected records and the checkpoint of a batch.

    Attributes:
        state: How far it is, with what is written and not yet safe.
    """

    def __init__(self, folder: PartialFolder, checkpoint: Checkpoint) -> None:
        self.state = checkpoint
        self._folder = folder
        self._opened = ExitStack()

    def __enter__(self) -> Self:
        state = self.state
        with ExitStack() as opened:
            self._out = opened.enter_context(_reopened(self._folder.out, state.out_bytes))
            self._rejects = opened.enter_context(_reopened(self._folder.rejects, state.rejects_bytes))
            self._seen = opened.enter_context(closing(Seen(self._folder.seen)))
            self._seen.forget_from(state.conversations)
            self._opened = opened.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()

    def write(self, chunk: Chunk, result: Result) -> None:
        """Write what became of a chunk."""
        first = self.state.conversations
        met = [Met(one.id, first + place, chunk.file, chunk.line(one.place)) for place, one in enumerate(result.scored)]
        if not self._seen.add_new(met):
            result = self._without_known(chunk, result)
        rejects = b"".join(_reject(chunk, one) for one in result.refused)
        self._out.write(result.out)
        self._rejects.write(rejects)
        self.state = replace(
            self.state,
            position=chunk.after,
            out_bytes=self.state.out_bytes + len(result.out),
            rejects_bytes=self.state.rejects_bytes + len(rejects),
            conversations=first + len(result.scored),
            turns=self.state.turns + sum(one.turns for one in result.scored),
            rejected=self.state.rejected + len(result.refused),
            share=self.state.share if chunk.share is None else chunk.share,
        )

    def _without_known(self, chunk: Chunk, result: Result) -> Result:
        """The result without conversations whose id was met before; they are refused."""
        out: list[bytes] = []
        scored: list[Scored] = []
        refused = list(result.refused)
        begin = 0
        for one in result.scored:
            number = self.state.conversations + len(scored)
            known = self._seen.add(Met(one.id, number, chunk.file, chunk.line(one.place)))
            if known is None:
                out.append(result.out[begin : one.end])
                scored.append(one)
            else:
                reason = f"the id {one.id!r} is taken: it came first at {known.file}:{known.line}"
                refused.append(Refused(one.place, one.id, reason, ""))
            begin = one.end
        return Result(b"".join(out), scored, sorted(refused))

    def save(self, *, whole: bool = False) -> None:
        """Make all that was written safe, and then the checkpoint."""
        for stream in (self._out, self._rejects):
            stream.flush()
            os.fsync(stream.fileno())
        self._seen.commit()
        self.state = replace(self.state, whole=whole)
        write_checkpoint(self._folder.checkpoint, self.state)


def _reopened(path: Path, length: int) -> BinaryIO:
    """A file to go on with after its first `length` bytes, which are those that its checkpoint counts."""
    stream = path.open("ab")
    stream.truncate(length)
    stream.seek(length)
    return stream


def _reject(chunk: Chunk, refused: Refused) -> bytes:
    document = {"file": chunk.file, "line": chunk.line(refused.place), "id": refused.id or None}
    document |= {"reason": refused.reason, "record": refused.head or None}
    return f"{_ENCODE(document)}\n".encode(errors="backslashreplace")
