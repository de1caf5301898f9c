"""The state store's database: what the rows of this room ask of SQLite and of PostgreSQL alike.

Statements are written once, in the SQL that both understand: `?` for values, `INSERT ... ON CONFLICT`, `RETURNING`,
text for times (ISO 8601, UTC) and JSON, `BIGINT` and `DOUBLE PRECISION` for numbers (PostgreSQL's `INTEGER` ends at 2
to the 31st, its `REAL` has 6 digits). What only one of them has stays in its backend.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path
from typing import Literal, Protocol, Self

from orchestrator.core.errors import StoreError
from orchestrator.store.schema import MIGRATIONS, VERSION

BUSY_S = 10.0
ONCE_MORE_S = 0.5
FILE = "journal.db"
Value = str | int | float | bytes | None
Row = tuple[object, ...]


class Connection(Protocol):
    """An open transaction.

    A text is stored as Unicode: a NUL, which PostgreSQL does not take, and a lone surrogate become U+FFFD in both.
    """

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


def statements_from(version: int) -> Sequence[str]:
    """What brings a store of that version up to today's, in order."""
    return [statement for later in MIGRATIONS[version:] for statement in later]


def refuse_newer(place: str, version: int) -> None:
    """StoreError where a newer program wrote the store."""
    if version > VERSION:
        raise StoreError(
            f"the state store {place} has schema version {version}, this program knows {VERSION}; "
            "use the newer program or another state store"
        )


def storable(value: Value) -> Value:
    """The value; of a text, what is no Unicode is replaced."""
    if not isinstance(value, str):
        return value
    try:
        value.encode()
    except UnicodeEncodeError:
        value = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value.replace("\0", "\ufffd")


class SqliteDatabase:
    """One file that several processes and threads may share; it is made where there is none.

    Args:
        path: The file; its folder is made, and only its owner may read it.
        busy_s: How long another process's transaction is waited for.

    Raises:
        StoreError: It cannot be opened, is no state store, or was written by a newer version.
    """

    dialect: Literal["sqlite", "postgresql"] = "sqlite"

    def __init__(self, path: Path, *, busy_s: float = BUSY_S) -> None:
        self._path = path
        self._busy_s = busy_s
        self._waits = busy_s
        self._turn = threading.RLock()
        self._identity: tuple[int, int] | None = None
        with self._translated():
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                path.touch(mode=0o600)  # it holds what customers wrote, where they live, and their labels
            self._connection = sqlite3.connect(path, timeout=busy_s, isolation_level=None, check_same_thread=False)
        try:
            self._prepare()
        except StoreError:
            self._connection.close()
            raise

    def __repr__(self) -> str:
        return f"SqliteDatabase({str(self._path)!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        with self._turn:
            self._connection.close()

    @contextmanager
    def transaction(self, *, alone: str | None = None, durable: bool = True) -> Iterator[Connection]:  # noqa: ARG002  # every writer of a file is alone
        """See the protocol."""
        with self._turn:
            if self._connection.in_transaction:
                raise RuntimeError("a transaction inside a transaction: the inner one would be committed by the outer")
            self._refuse_another_file()
            # a durable commit of the write-ahead log syncs all that was written to it before
            self._run(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
            self._begin()
            try:
                yield _SqliteConnection(self._run)
                self._run("COMMIT")
            except BaseException:
                self._roll_back()
                raise

    def read(self, sql: str, *values: Value) -> list[Row]:
        """See the protocol."""
        with self._turn:
            return self._run(sql, *values)

    def _run(self, sql: str, *values: Value) -> list[Row]:
        with (
            self._translated(),
            closing(self._connection.execute(sql, [storable(value) for value in values])) as cursor,
        ):
            return cursor.fetchall()

    def _begin(self) -> None:
        """Begin to write. Who waited in vain once waits less the next time, until it is let in again."""
        try:
            self._run("BEGIN IMMEDIATE")
        except StoreError as error:
            if error.retryable:
                self._waits = min(self._busy_s, ONCE_MORE_S)
                self._run(f"PRAGMA busy_timeout={round(self._waits * 1000)}")
            raise
        if self._waits != self._busy_s:
            self._waits = self._busy_s
            self._run(f"PRAGMA busy_timeout={round(self._waits * 1000)}")

    def _roll_back(self) -> None:
        """Nothing is to be rolled back where a full disk has ended the transaction already."""
        with suppress(sqlite3.Error):  # what broke the transaction off is the error to tell
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    def _file(self) -> tuple[int, int] | None:
        """Which file it is; None where the path is none: a store in memory, or a file that is gone."""
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def _refuse_another_file(self) -> None:
        """SQLite would write to a file that has no name any more, and say that all is well."""
        if self._file() != self._identity:
            raise StoreError(
                f"the state store {str(self._path)!r} was moved or deleted while it was used; put it back, start again"
            )

    def _prepare(self) -> None:
        refuse_newer(repr(str(self._path)), self._version())
        self._patiently(lambda: self._run("PRAGMA journal_mode=WAL"))
        self._identity = self._file()
        if self._version() < VERSION:
            with self.transaction() as connection:
                for statement in statements_from(self._version()):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version={VERSION}")

    def _patiently(self, act: Callable[[], object]) -> None:
        """SQLite waits for nobody where the kind of journal is set: it says at once that the file is locked."""
        until = time.monotonic() + self._busy_s
        while True:
            try:
                act()
            except StoreError as error:
                if not error.retryable or time.monotonic() > until:
                    raise
                time.sleep(0.01)
            else:
                return

    def _version(self) -> int:
        ((version,),) = self._run("PRAGMA user_version")
        assert isinstance(version, int)
        return version

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            raise StoreError(
                f"the state store {str(self._path)!r} cannot be used: {error}; "
                f"{_MENDS.get(code, 'free or repair it')}, or set SWITCHBOARD_STATE to another folder",
                retryable=code in _PASSING,
            ) from error


class _SqliteConnection:
    def __init__(self, run: Callable[..., list[Row]]) -> None:
        self._run = run

    def execute(self, sql: str, *values: Value) -> list[Row]:
        return self._run(sql, *values)


_PASSING = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_MENDS = {
    sqlite3.SQLITE_BUSY: "another process holds it: try again, or end that process",
    sqlite3.SQLITE_LOCKED: "another process holds it: try again, or end that process",
    sqlite3.SQLITE_FULL: "make room on its disk",
    sqlite3.SQLITE_READONLY: "make the file and its folder writable",
    sqlite3.SQLITE_CANTOPEN: "make its folder and file readable and writable",
    sqlite3.SQLITE_PERM: "make its folder and file readable and writable",
    sqlite3.SQLITE_CORRUPT: "it is damaged: put it aside and restore it from a copy",
    sqlite3.SQLITE_NOTADB: "it is no state store: put it aside",
    sqlite3.SQLITE_IOERR: "look after its disk",
}
