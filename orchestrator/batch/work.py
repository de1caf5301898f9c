"""Scores a chunk; what a worker process does."""

import gc
import signal
import traceback
from multiprocessing.connection import Connection
from typing import NamedTuple

from orchestrator.batch.chunk import Chunk, Refused, Result, Scored
from orchestrator.core.conversations.lines import Judge, JudgeMaker, RefusedLine, ScoredLine

# the scorer's tables live as long as the process, and its documents hold no cycles
_GC_THRESHOLD = 100_000


class Failed(NamedTuple):
    """The judge could not be made: why, and the trace."""

    reason: str
    trace: str


class Ready(NamedTuple):
    """The judge is made."""


def score_chunk(judge: Judge, chunk: Chunk) -> Result:
    """What the judge says of each record of a chunk, in order."""
    out: list[bytes] = []
    scored: list[Scored] = []
    refused: list[Refused] = []
    length = 0
    for place, record in enumerate(chunk.data.split(b"\n")):
        if not record or record.isspace():
            continue
        found = judge.refuse(record, chunk.refused) if chunk.refused else _judged(judge, record)
        if isinstance(found, ScoredLine):
            out.append(found.line)
            length += len(found.line) + 1
            scored.append(Scored(place, found.id, found.turns, length))
        else:
            refused.append(Refused(place, found.id, found.reason, found.head))
    out.append(b"")
    return Result(b"\n".join(out), scored, refused)


def _judged(judge: Judge, record: bytes) -> ScoredLine | RefusedLine:
    try:
        return judge.judge(record)
    except Exception as fault:  # noqa: BLE001  # the process edge: one record must not end the batch
        where = traceback.extract_tb(fault.__traceback__)[-1]
        return judge.refuse(record, f"the scorer failed: {type(fault).__name__} in {where.name}: {fault}")


def work(connection: Connection, make_judge: JudgeMaker) -> None:
    """Answer chunks until the other end is closed; the body of a worker process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer, which then closes the connection
    try:
        judge = make_judge()
    except Exception as fault:  # noqa: BLE001  # the process edge: the parent tells it
        connection.send(Failed(f"{type(fault).__name__}: {fault}", traceback.format_exc()))
        return
    gc.collect()
    gc.freeze()
    gc.set_threshold(_GC_THRESHOLD, 20, 100)
    try:
        connection.send(Ready())
        while True:
            connection.send(score_chunk(judge, connection.recv()))
    except (EOFError, OSError):  # the parent has gone, or wants no more
        return
