"""What a batch has written so far: a folder beside its result, gone when that is whole."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestrator.core.errors import InputError


class PartialFolder:
    """The folder `FILE.partial`, of which one process at a time may be the owner.

    Attributes:
        out: The result's lines; `rejects`, `seen` and `checkpoint` beside it.
    """

    def __init__(self, out: Path) -> None:
        self.path = out.with_name(f"{out.name}.partial")
        self.out = self.path / "out.jsonl"
        self.rejects = self.path / "rejects.jsonl"
        self.seen = self.path / "seen.sqlite"
        self.checkpoint = self.path / "checkpoint.json"
        self._lock = self.path / "lock"

    @contextmanager
    def owned(self) -> Iterator[None]:
        """Make it and own it; InputError where another process does.

        The lock goes with the process, however that ends.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise InputError(f"{str(self.path)!r} cannot be written: {error.strerror}; name another --out") from None
        try:
            # one who has just finished may have removed the file that was opened
            if (
                not _try_lock(handle)
                or not self._lock.exists()
                or not os.path.samestat(os.fstat(handle), self._lock.stat())
            ):
                raise InputError(f"another process writes {str(self.path)!r}: wait for its end, or name another --out")
            yield
        finally:
            os.close(handle)

    @property
    def begun(self) -> bool:
        """Whether an earlier process has left something to go on with."""
        return self.checkpoint.exists()

    def empty(self) -> None:
        """Remove all but the lock."""
        for path in self.path.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path != self._lock:
                path.unlink()

    def remove(self) -> None:
        """Remove it, the checkpoint first, so that what is left half-way is nothing to go on with."""
        self.checkpoint.unlink(missing_ok=True)
        self.empty()
        self._lock.unlink(missing_ok=True)
        self.path.rmdir()


def _try_lock(handle: int) -> bool:
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
