"""A worker process as its parent sees it."""

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context

from orchestrator.batch.chunk import Chunk, Result
from orchestrator.batch.work import Failed, Ready, work
from orchestrator.core.conversations.lines import JudgeMaker
from orchestrator.core.errors import SwitchboardError

_STOP_S = 2.0


class WorkerEndedError(Exception):
    """The process ended by itself, or somebody ended it; the message says how."""


class Worker:
    """One process that scores one chunk at a time.

    A chunk is sent only while the process waits for one, so that neither ever waits for the other to read.
    """

    def __init__(self, make_judge: JudgeMaker) -> None:
        context = get_context("spawn")  # nothing of the parent is inherited: no open file, no lock, no memory
        self.connection, other = context.Pipe()
        self._process = context.Process(target=work, args=(other, make_judge), daemon=True)
        with _interrupts_held():
            self._process.start()
        other.close()  # or the end of the process would not be seen
        self.ready = False
        self.since = time.monotonic()
        self._killed = ""

    def send(self, chunk: Chunk) -> None:
        """Give it a chunk; WorkerEndedError where it has gone."""
        self.since = time.monotonic()
        try:
            self.connection.send(chunk)
        except OSError as fault:
            raise WorkerEndedError(self._how()) from fault

    def receive(self) -> Result | None:
        """What it made of its chunk, None where it has only become ready; WorkerEndedError where it has gone."""
        try:
            found: object = self.connection.recv()
        except (EOFError, OSError) as fault:
            raise WorkerEndedError(self._how()) from fault
        if isinstance(found, Failed):
            raise SwitchboardError(f"the scorer could not be made in a worker process: {found.reason}\n{found.trace}")
        self.ready = True
        return None if isinstance(found, Ready) else _result(found)

    def stop(self) -> None:
        """End the process: asked by closing the connection, then made to."""
        self.connection.close()
        self._process.join(_STOP_S if self.ready else 0)
        if self._process.is_alive():
            self._process.kill()
        self._process.join()
        self._process.close()

    def kill(self, why: str) -> None:
        """End the process at once; its end is then told by these words."""
        self._killed = why
        self._process.kill()

    def _how(self) -> str:
        self._process.join(_STOP_S)
        if self._killed:
            return self._killed
        code = self._process.exitcode
        if code is not None and code < 0:
            try:
                return f"by signal {signal.Signals(-code).name}"
            except ValueError:
                return f"by signal {-code}"
        return f"with exit code {code}"


def _result(found: object) -> Result:
    if not isinstance(found, Result):
        raise TypeError(f"a worker process answered {type(found).__name__}")
    return found


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """A process starts with the signals held that its parent holds: no Ctrl-C reaches it before it ignores them."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
