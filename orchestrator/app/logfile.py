"""The log's file: whole lines from several processes, and a bounded size.

Each line is one write to a file opened for appending, so that lines of two processes never mix. Whoever finds the file
full renames it to `<name>.1`, under a lock that all writers take. The lock is let go in microseconds; a writer that
cannot get it appends all the same, a little over the bound.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

LIMIT = 5_000_000
LONGEST_LINE = 200_000
_CUT = "... [cut]"
_PATIENCE_S = 0.2


@dataclass(frozen=True, slots=True)
class LogFile:
    """A file of lines with one older part, `<name>.1`.

    Args:
        limit: Bytes that each of both may have.
    """

    path: Path
    limit: int = LIMIT

    def append(self, line: str) -> None:
        """Write a line; its own line breaks become spaces. Raises OSError."""
        data = (" ".join(line.splitlines()) + "\n").encode("utf-8", "backslashreplace")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._locked() as alone:
            if alone and self._is_full(len(data)):
                self.path.replace(self.path.with_name(f"{self.path.name}.1"))
            self._write(data)

    def _is_full(self, more: int) -> bool:
        try:
            return self.path.stat().st_size + more > self.limit
        except FileNotFoundError:
            return False

    def _write(self, data: bytes) -> None:
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            while data:  # a full disk may take a part
                data = data[os.write(handle, data) :]
        finally:
            os.close(handle)

    @contextmanager
    def _locked(self) -> Iterator[bool]:
        """Whether no other writer is inside; False where the lock could not be had in time."""
        handle = os.open(self.path.with_name(f"{self.path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            yield _take(handle)
        finally:
            os.close(handle)  # lets the lock go


def shortened(entry: str) -> str:
    """A text that fits into a line."""
    return entry if len(entry) <= LONGEST_LINE else entry[:LONGEST_LINE] + _CUT


def _take(handle: int) -> bool:
    until = time.monotonic() + _PATIENCE_S
    while not _try(handle):
        if time.monotonic() > until:
            return False
        time.sleep(0.001)
    return True


def _try(handle: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415  # exists there only

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415  # exists there only

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
