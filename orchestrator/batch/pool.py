"""Scores chunks on all cores, and gives the results back in the order of the chunks."""

import time
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from typing import Protocol

from orchestrator.batch.chunk import Chunk, Refused, Result, joined
from orchestrator.batch.work import score_chunk
from orchestrator.batch.worker import Worker, WorkerEndedError
from orchestrator.core.conversations.lines import JudgeMaker
from orchestrator.core.errors import SwitchboardError

_AHEAD = 4  # chunks of each process that may be done before an earlier one is
_MOST_FALSE_STARTS = 10
_POLL_S = 5.0
_TRIES = 2


class Pool(Protocol):
    """Scores chunks."""

    def score(self, chunks: Iterable[Chunk]) -> Generator[tuple[Chunk, Result]]:
        """Each chunk with what became of it, in order; reads only a bounded number of them ahead."""
        ...


class OwnProcess:
    """Scores here, where starting processes would take longer than the work."""

    def __init__(self, make_judge: JudgeMaker) -> None:
        self._make_judge = make_judge

    def score(self, chunks: Iterable[Chunk]) -> Generator[tuple[Chunk, Result]]:
        """Each chunk with what became of it."""
        judge = self._make_judge()
        for chunk in chunks:
            yield chunk, score_chunk(judge, chunk)


@dataclass(frozen=True, slots=True)
class _Task:
    """Records of a chunk, `first` to before `end`, and how often they were tried."""

    number: int
    first: int
    end: int
    tries: int = 0


@dataclass(slots=True)
class _Open:
    """A chunk that is not whole yet: the parts that are done, by their first record."""

    chunk: Chunk
    size: int
    covered: int = 0
    parts: list[tuple[int, Result]] = field(default_factory=list)

    def add(self, task: _Task, result: Result) -> None:
        self.parts.append((task.first, result))
        self.covered += task.end - task.first

    def result(self) -> Result:
        return joined(sorted(self.parts, key=lambda part: part[0])) if len(self.parts) > 1 else self.parts[0][1]


class Processes:
    """Scores in worker processes.

    A process that ends takes nothing with it: its chunk is given to another once more, then in halves, until the record
    is found that ends processes; that one is refused.

    Args:
        count: How many processes.
        patience_s: A process that needs longer for a chunk is ended; an eighth of it is what a second try is given.
    """

    def __init__(self, make_judge: JudgeMaker, *, count: int, patience_s: float = 120.0) -> None:
        self._make_judge = make_judge
        self._count = count
        self._patience_s = patience_s
        self._workers: list[Worker] = []
        self._busy: dict[Worker, _Task] = {}
        self._open: dict[int, _Open] = {}
        self._again: deque[_Task] = deque()
        self._false_starts = 0
        self._read = self._written = 0
        self._at_end = False

    def score(self, chunks: Iterable[Chunk]) -> Generator[tuple[Chunk, Result]]:
        """Each chunk with what became of it, in order."""
        unread = iter(chunks)
        try:
            self._workers = [Worker(self._make_judge) for _ in range(self._count)]
            while True:
                self._feed(unread)
                if self._at_end and not self._open:
                    return
                self._take_in()
                self._feed(unread)  # they work while the caller writes
                while (found := self._open.get(self._written)) is not None and found.covered == found.size:
                    del self._open[self._written]
                    self._written += 1
                    yield found.chunk, found.result()
        finally:
            self._stop()

    def _feed(self, unread: Iterator[Chunk]) -> None:
        """Give each process that waits a task: what came back, else a chunk that is not far ahead."""
        for worker in [one for one in self._workers if one.ready and one not in self._busy]:
            if not self._again and self._read < self._written + _AHEAD * self._count:
                self._open_next(unread)
            if not self._again:
                return
            self._give(worker, self._again.popleft())

    def _open_next(self, unread: Iterator[Chunk]) -> None:
        chunk = None if self._at_end else next(unread, None)
        if chunk is None:
            self._at_end = True
            return
        self._open[self._read] = _Open(chunk, len(chunk))
        self._again.append(_Task(self._read, 0, len(chunk)))
        self._read += 1

    def _give(self, worker: Worker, task: _Task) -> None:
        opened = self._open[task.number]
        whole = task.end - task.first == opened.size
        self._busy[worker] = task
        try:
            worker.send(opened.chunk if whole else opened.chunk.part(task.first, task.end))
        except WorkerEndedError as ended:
            self._replace(worker, str(ended))

    def _take_in(self) -> None:
        """Wait until processes have something to say, or until one has taken too long."""
        asked = {worker.connection: worker for worker in self._workers if worker in self._busy or not worker.ready}
        for connection in wait(list(asked), timeout=min(_POLL_S, self._patience_s / 16)):
            worker = asked[connection]  # type: ignore[index]  # what was given to wait comes back
            try:
                result = worker.receive()
            except WorkerEndedError as ended:
                self._replace(worker, str(ended))
                continue
            if result is not None:
                task = self._busy.pop(worker)
                self._open[task.number].add(task, result)
                self._false_starts = 0
        now = time.monotonic()
        for worker, task in self._busy.items():
            first = task.tries == 0 and task.end - task.first == self._open[task.number].size
            patience = self._patience_s if first else self._patience_s / 8
            if now - worker.since > patience:
                worker.kill(f"as it took longer than {patience:,.3g} s")  # the next round sees that it has ended

    def _replace(self, worker: Worker, how: str) -> None:
        if not worker.ready:
            self._false_starts += 1
            if self._false_starts > _MOST_FALSE_STARTS:
                raise SwitchboardError(f"worker processes end before they begin, the last one {how}")
        self._workers.remove(worker)
        worker.stop()
        self._workers.append(Worker(self._make_judge))
        task = self._busy.pop(worker, None)
        if task is not None:
            self._try_again(task, how)

    def _try_again(self, task: _Task, how: str) -> None:
        if task.tries + 1 < _TRIES:
            self._again.appendleft(_Task(task.number, task.first, task.end, task.tries + 1))
        elif task.end - task.first > 1:
            middle = (task.first + task.end) // 2
            self._again.appendleft(_Task(task.number, middle, task.end))
            self._again.appendleft(_Task(task.number, task.first, middle))
        else:
            reason = f"it ended the process that scored it, twice, the last time {how}"
            self._open[task.number].add(task, Result(b"", [], [Refused(0, "", reason, "")]))

    def _stop(self) -> None:
        for worker in self._workers:
            worker.stop()
        self._workers, self._busy, self._open = [], {}, {}
        self._again.clear()
