"""The state store's database: what the rows of this room ask of SQLite and of PostgreSQL alike.

Statements are written once, in the SQL that both understand: `?` for values, `INSERT ... ON CONFLICT`, `RETURNING`, text
for times (ISO 8601, UTC) and JSON. What only one of them has stays in its backend.
"""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Literal, Protocol, Self

from orchestrator.core.errors import StoreError
from orchestrator.store.schema import MIGRATIONS, VERSION

BUSY_S = 10.0
FILE = "journal.db"
Value = str | int | float | bytes | None
Row = tuple[object, ...]


class Connection(Protocol):
    """An open transaction."""

    def execute(self, sql: str, *values: Value) -> list[Row]:
        """Run one statement; its rows, none where it yields none. How much was changed is told by `RETURNING`."""
        ...


class Database(Protocol):
    """Transactions; each method may raise `StoreError`, whose text names the store and the mend and no secret."""

    @property
    def dialect(self) -> Literal["sqlite", "postgresql"]:
        """Which it is."""
        ...

    def transaction(self, *, alone: str | None = None, durable: bool = True) -> AbstractContextManager[Connection]:
        """A transaction that is committed at its end, or rolled back where an exception leaves it.

        Args:
            alone: A name; no two transactions of one name run at once, in whichever processes. What reads a state and
                writes what follows from it takes the name of that state (`actions`, `incidents`, ...).
            durable: Whether the commit outlives a power loss. One that is not is lost only together with all later
                ones that are not, until the next durable commit.
        """
        ...

    def read(self, sql: str, *values: Value) -> list[Row]:
        """The rows of one query, outside of any transaction."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


def next_number(connection: Connection, counter: str) -> int:
    """The next number of a counter, from 1; its transaction must be `alone` under the counter's name or another's."""
    ((number,),) = connection.execute(
        "INSERT INTO counters (name, value) VALUES (?, 1) "
        "ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value",
        counter,
    )
    assert isinstance(number, int)
    return number


class _SqliteConnection:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def execute(self, sql: str, *values: Value) -> list[Row]:
        with closing(self._connection.execute(sql, values)) as cursor:
            return cursor.fetchall()


class SqliteDatabase:
    """One file that several processes and threads may share; it is made where there is none.

    Args:
        path: The file; its folder is made.
        busy_s: How long another process's transaction is waited for.

    Raises:
        StoreError: It cannot be opened, is no state store, or was written by a newer version.
    """

    dialect: Literal["sqlite", "postgresql"] = "sqlite"

    def __init__(self, path: Path, *, busy_s: float = BUSY_S) -> None:
        self._path = path
        self._turn = threading.RLock()
        with self._translated():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path, timeout=busy_s, isolation_level=None, check_same_thread=False)
        try:
            with self._translated():
                self._prepare()
        except StoreError:
            self._connection.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @contextmanager
    def transaction(self, *, alone: str | None = None, durable: bool = True) -> Iterator[Connection]:  # noqa: ARG002  # every writer of a file is alone
        """See the protocol."""
        with self._turn, self._translated():
            # a durable commit of the write-ahead log syncs all that was written to it before
            self._connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield _SqliteConnection(self._connection)
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def read(self, sql: str, *values: Value) -> list[Row]:
        """See the protocol."""
        with self._turn, self._translated(), closing(self._connection.execute(sql, values)) as cursor:
            return cursor.fetchall()

    def _prepare(self) -> None:
        self._refuse_newer(self._version())
        self._connection.execute("PRAGMA journal_mode=WAL")
        if self._version() < VERSION:
            with self.transaction() as connection:
                _migrate(connection, self._version())

    def _version(self) -> int:
        ((version,),) = self._connection.execute("PRAGMA user_version").fetchall()
        return int(version)

    def _refuse_newer(self, version: int) -> None:
        if version > VERSION:
            raise StoreError(
                f"the state store {str(self._path)!r} has schema version {version}, this program knows {VERSION}; "
                "use the newer program or another state folder"
            )

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise StoreError(
                f"the state store {str(self._path)!r} cannot be used: {error}; "
                "free or repair it, or set SWITCHBOARD_STATE to another folder"
            ) from error


def _migrate(connection: Connection, version: int) -> None:
    """Bring a store of an earlier version up to date, all of it or nothing."""
    for statement in statements_from(version):
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version={VERSION}")


def statements_from(version: int) -> Sequence[str]:
    """What brings a store of that version up to today's, in order."""
    return [statement for later in MIGRATIONS[version:] for statement in later]
