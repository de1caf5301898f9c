"""Scores chunks here and asks a model about each conversation; the results come in the order of the chunks."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncGenerator, Callable, Generator, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from orchestrator.app.analysis.deepening import Deepening
from orchestrator.batch.chunk import Chunk, Result, Scored
from orchestrator.batch.work import score_chunk
from orchestrator.core.conversations.lines import Judge, JudgeMaker
from orchestrator.core.conversations.reading import read_conversation

_AHEAD = 4
"""Conversations that are read ahead for each call under way, so that a slow answer does not hold the others up."""
_ENCODE = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
Opened = AbstractAsyncContextManager[Deepening]


@dataclass(frozen=True, slots=True)
class _Begun:
    """A chunk under way: what the embedded scorer made of it, and the model's result of each scored record."""

    chunk: Chunk
    embedded: Result
    tasks: tuple[asyncio.Task[dict[str, Any]], ...]

    @property
    def running(self) -> int:
        return sum(not task.done() for task in self.tasks)


class ModelPool:
    """Implements `orchestrator.batch.pool.Pool`.

    Args:
        make_judge: Makes the embedded scorer.
        open_deepening: Opens what asks the model, in the loop that then asks.
        at_once: Calls under way.
        tell: Is called after each answer.
    """

    def __init__(
        self, make_judge: JudgeMaker, open_deepening: Callable[[], Opened], *, at_once: int, tell: Callable[[], None]
    ) -> None:
        self._make_judge = make_judge
        self._open_deepening = open_deepening
        self._ahead = _AHEAD * at_once
        self._tell = tell

    def score(self, chunks: Iterable[Chunk]) -> Generator[tuple[Chunk, Result]]:
        """Each chunk with what became of it, in order; the loop stands still while the caller writes."""
        with asyncio.Runner() as runner:
            results = self._results(chunks)
            try:
                while (found := runner.run(anext(results, None))) is not None:
                    yield found
            finally:
                runner.run(results.aclose())

    async def _results(self, chunks: Iterable[Chunk]) -> AsyncGenerator[tuple[Chunk, Result]]:
        judge = self._make_judge()
        begun: deque[_Begun] = deque()
        async with self._open_deepening() as deepening:
            try:
                for chunk in chunks:
                    begun.append(_begin(judge, deepening, chunk, self._tell))
                    while begun and (sum(one.running for one in begun) > self._ahead or not begun[0].running):
                        yield await _end(begun[0])
                        begun.popleft()
                while begun:
                    yield await _end(begun[0])
                    begun.popleft()
            finally:
                tasks = [task for one in begun for task in one.tasks]
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)


def _begin(judge: Judge, deepening: Deepening, chunk: Chunk, tell: Callable[[], None]) -> _Begun:
    embedded = score_chunk(judge, chunk)
    records = chunk.data.split(b"\n")
    tasks = []
    start = 0
    for one in embedded.scored:
        conversation = read_conversation(json.loads(records[one.place]))
        task = asyncio.create_task(deepening.score(conversation, json.loads(embedded.out[start : one.end])))
        task.add_done_callback(lambda _: tell())
        tasks.append(task)
        start = one.end
    return _Begun(chunk, embedded, tuple(tasks))


async def _end(begun: _Begun) -> tuple[Chunk, Result]:
    """The chunk when all of its answers are there."""
    lines: list[bytes] = []
    scored: list[Scored] = []
    length = 0
    for one, task in zip(begun.embedded.scored, begun.tasks, strict=True):
        lines.append(_ENCODE(await task).encode() + b"\n")
        length += len(lines[-1])
        scored.append(one._replace(end=length))
    return begun.chunk, Result(b"".join(lines), scored, begun.embedded.refused)
