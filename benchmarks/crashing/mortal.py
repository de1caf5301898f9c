"""A process that may die at any moment: by its own hand at a point of its store, or by its parent's at a time."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Literal

from orchestrator.store.database import Connection, Database, Row, Value


class MortalDatabase:
    """A store whose process dies by SIGKILL at its n-th point: before a transaction, before its commit, or after it.

    Args:
        points: The n; 0 is never.
    """

    def __init__(self, database: Database, *, points: int) -> None:
        self._database = database
        self._left = points

    @property
    def dialect(self) -> Literal["sqlite", "postgresql"]:
        """Which it is."""
        return self._database.dialect

    def transaction(self, *, alone: str | None = None, durable: bool = True) -> AbstractContextManager[Connection]:
        """The store's, with three points."""
        return self._mortal(self._database.transaction(alone=alone, durable=durable))

    def read(self, sql: str, *values: Value) -> list[Row]:
        """The store's."""
        return self._database.read(sql, *values)

    def close(self) -> None:
        """Close the store."""
        self._database.close()

    @contextmanager
    def _mortal(self, transaction: AbstractContextManager[Connection]) -> Iterator[Connection]:
        self._reach()
        with transaction as connection:
            yield connection
            self._reach()
        self._reach()

    def _reach(self) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def fork(work: Callable[[], None]) -> int:
    """A child that does the work and ends; its process id."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        work()
        code = 0
    except BaseException:  # noqa: BLE001  # the child ends here, whatever it was
        import traceback

        traceback.print_exc()
    finally:
        os._exit(code)


def kill_after(pid: int, seconds: float) -> None:
    """Kill a child after that time, if it is still there."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
            return
        time.sleep(0.001)
    os.kill(pid, signal.SIGKILL)


def wait_for(pid: int) -> int:
    """A child's exit code, negative where a signal ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
