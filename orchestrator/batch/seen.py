"""Which conversations a batch has met, and where: on disk, so that its size does not count."""

import sqlite3
from pathlib import Path
from typing import NamedTuple

_TABLE = """CREATE TABLE IF NOT EXISTS seen
(id TEXT PRIMARY KEY, number INTEGER, file TEXT, line INTEGER) WITHOUT ROWID"""
_ADD = "INSERT OR IGNORE INTO seen VALUES (?, ?, ?, ?)"


class Met(NamedTuple):
    """A conversation as it was met: its number in the batch, and its place."""

    id: str
    number: int
    file: str
    line: int


class Seen:
    """The conversations so far. What was added since the last `commit` is lost with the process."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        try:
            self._database.execute("PRAGMA synchronous = FULL")
            self._database.execute("PRAGMA cache_size = -32768")
            self._database.execute(_TABLE)
        except sqlite3.Error:
            self._database.close()
            raise

    def forget_from(self, number: int) -> None:
        """Forget all from a number on: they will be met again."""
        self._database.execute("DELETE FROM seen WHERE number >= ?", (number,))
        self._database.execute("BEGIN")

    def add_new(self, met: list[Met]) -> bool:
        """Add conversations; False, and nothing added, where one of them was met before."""
        self._database.execute("SAVEPOINT one")
        count = self._database.executemany(_ADD, met).rowcount
        if count != len(met):
            self._database.execute("ROLLBACK TO one")
        self._database.execute("RELEASE one")
        return count == len(met)

    def add(self, met: Met) -> Met | None:
        """Add one; the earlier one, and nothing added, where it was met before."""
        if self._database.execute(_ADD, met).rowcount:
            return None
        asked = "SELECT id, number, file, line FROM seen WHERE id = ?"
        return Met(*self._database.execute(asked, (met.id,)).fetchone())

    def commit(self) -> None:
        """Keep what was added."""
        self._database.execute("COMMIT")
        self._database.execute("BEGIN")

    def close(self) -> None:
        """Let the file go."""
        self._database.close()
