"""The state store in PostgreSQL: one connection that is opened again where it was lost."""

import hashlib
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import lru_cache
from typing import Literal, Self

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.conninfo import conninfo_to_dict

from orchestrator.core.errors import SettingsError, StoreError
from orchestrator.store.database import Connection, Row, Value, refuse_newer, statements_from, storable
from orchestrator.store.schema import VERSION

BUSY_S = 10.0
CONNECT_S = 10
# a process that hangs inside a transaction keeps the others out no longer than this
IDLE_S = 60
# the first half of every advisory lock of ours: "SWBD"
NAMESPACE = 0x53574244
_MIGRATING = "migration"
_RETRYABLE = ("08", "40", "53", "55", "57")  # classes of states: connection, rollback, resources, locks, operator


class PostgresDatabase:
    """A database of a PostgreSQL server; its tables are made in the first schema of the connection's search path.

    Args:
        url: `postgresql://user:password@host:port/database?...`, as libpq reads it.
        busy_s: How long another process's transaction is waited for.

    Raises:
        SettingsError: The address is none.
        StoreError: The server cannot be reached or refuses, or the store was written by a newer version.
    """

    dialect: Literal["sqlite", "postgresql"] = "postgresql"

    def __init__(self, url: str, *, busy_s: float = BUSY_S) -> None:
        parts = _read_address(url)
        self._url = url
        self._secret = str(parts.get("password") or "")
        self._place = _place(parts)
        self._busy_s = busy_s
        self._turn = threading.RLock()
        self._inside = False
        self._connection = self._open()
        try:
            self._prepare()
        except StoreError:
            self._connection.close()
            raise

    def __repr__(self) -> str:
        return f"PostgresDatabase({self._place!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        with self._turn:
            self._connection.close()

    @contextmanager
    def transaction(self, *, alone: str | None = None, durable: bool = True) -> Iterator[Connection]:
        """See the protocol; the commit's fate is unknown where the connection is lost while it is made."""
        with self._turn:
            if self._inside:
                raise RuntimeError("a transaction inside a transaction: the inner one would be committed by the outer")
            self._again(_beginning(alone=alone, durable=durable, busy_s=self._busy_s))
            self._inside = True
            try:
                yield _PostgresConnection(self)
                self.run("COMMIT")
            except BaseException:
                with suppress(psycopg.Error):  # what broke the transaction off is the error to tell
                    self._connection.execute("ROLLBACK")
                raise
            finally:
                self._inside = False

    def read(self, sql: str, *values: Value) -> list[Row]:
        """See the protocol."""
        with self._turn:
            return self.run(sql, *values) if self._inside else self._again(sql, *values)

    def run(self, sql: str, *values: Value) -> list[Row]:
        """One statement on the connection as it is."""
        with self._translated(), closing(self._connection.cursor()) as cursor:
            if values:
                cursor.execute(placeholders(sql).encode(), [storable(value) for value in values])
            else:
                cursor.execute(sql.encode())
            while cursor.nextset():
                pass
            return cursor.fetchall() if cursor.description else []

    def _again(self, sql: str, *values: Value) -> list[Row]:
        """The same where nothing is under way, so that a lost connection is opened once more and asked again."""
        if not self._connection.closed:
            try:
                return self.run(sql, *values)
            except StoreError:
                if not self._connection.closed:
                    self._leave_failed()
                    raise
        self._connection = self._open()
        try:
            return self.run(sql, *values)
        except StoreError:
            self._leave_failed()
            raise

    def _leave_failed(self) -> None:
        """Out of a transaction whose beginning failed, for instance since its lock was not had in time."""
        with suppress(psycopg.Error):
            if self._connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
                self._connection.execute("ROLLBACK")

    def _open(self) -> "psycopg.Connection[Row]":
        with self._translated():
            connection = psycopg.connect(
                self._url,
                autocommit=True,
                connect_timeout=CONNECT_S,
                prepare_threshold=None,  # a pooler in between gives each transaction another session
                fallback_application_name="switchboard",
            )
        connection.adapters.register_loader("numeric", _NumberLoader)
        return connection

    def _prepare(self) -> None:
        refuse_newer(repr(self._place), self._version())
        if self._version() == VERSION:
            return
        with self.transaction(alone=_MIGRATING) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)")
            for statement in statements_from(self._version()):
                connection.execute(statement)
            connection.execute("DELETE FROM schema_version")
            connection.execute("INSERT INTO schema_version (version) VALUES (?)", VERSION)

    def _version(self) -> int:
        ((table,),) = self.read("SELECT to_regclass('schema_version') IS NOT NULL")
        rows = self.read("SELECT version FROM schema_version") if table else []
        return max((int(str(version)) for (version,) in rows), default=0)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as error:
            said = " ".join(str(error).split()) or type(error).__name__
            said = said.replace(self._secret, "[redacted password]") if self._secret else said
            state = error.sqlstate or ""
            raise StoreError(
                f"the state store {self._place!r} cannot be used: {said}; {_mend(error)}",
                retryable=state.startswith(_RETRYABLE) or isinstance(error, psycopg.OperationalError),
            ) from error


class _NumberLoader(Loader):
    """Sums as the other store gives them: whole numbers as `int`, others as `float`."""

    def load(self, data: Buffer) -> int | float:
        text = bytes(data).decode("ascii")
        return int(text) if text.removeprefix("-").isdigit() else float(text)


class _PostgresConnection:
    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    def execute(self, sql: str, *values: Value) -> list[Row]:
        return self._database.run(sql, *values)


@lru_cache(maxsize=1024)
def placeholders(sql: str) -> str:
    """The statement with psycopg's marks for values in place of `?`, but where that stands in quotes."""
    parts: list[str] = []
    quote = ""
    for sign in sql:
        if quote:
            quote = "" if sign == quote else quote
        elif sign in {"'", '"'}:
            quote = sign
        parts.append("%s" if sign == "?" and not quote else "%%" if sign == "%" else sign)
    return "".join(parts)


def lock_number(name: str) -> int:
    """The second half of the advisory lock of a name: the same in every process, a signed number of 32 bits."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big", signed=True)


def _beginning(*, alone: str | None, durable: bool, busy_s: float) -> str:
    """All that a transaction begins with, as one message to the server; it holds no value from outside."""
    statements = [
        "BEGIN ISOLATION LEVEL READ COMMITTED",  # who was waited for has committed what is then read
        f"SET LOCAL lock_timeout = {round(busy_s * 1000)}",
        f"SET LOCAL idle_in_transaction_session_timeout = {IDLE_S * 1000}",
    ]
    statements.append(f"SET LOCAL synchronous_commit = {'on' if durable else 'off'}")
    if alone is not None:
        statements.append(f"SELECT pg_advisory_xact_lock({NAMESPACE}, {lock_number(alone)})")
    return "; ".join(statements)


def _read_address(url: str) -> dict[str, object]:
    try:
        return dict(conninfo_to_dict(url))
    except psycopg.Error:  # its text quotes the address, and with it the password
        raise SettingsError(
            "the setting SWITCHBOARD_STATE_URL is wrong: it is no address of a PostgreSQL database; "
            "give one such as postgresql://user:password@host:5432/switchboard"
        ) from None


def _place(parts: dict[str, object]) -> str:
    """The address without its password and its options."""
    user = f"{parts['user']}@" if parts.get("user") else ""
    host = str(parts.get("host") or parts.get("hostaddr") or "localhost")
    port = f":{parts['port']}" if parts.get("port") else ""
    return f"postgresql://{user}{host}{port}/{parts.get('dbname') or ''}"


def _mend(error: psycopg.Error) -> str:
    known: Sequence[tuple[type[psycopg.Error], str]] = (
        (psycopg.errors.LockNotAvailable, "another process holds it: try again, or end that process"),
        (psycopg.errors.InvalidAuthorizationSpecification, "correct user and password in SWITCHBOARD_STATE_URL"),
        (psycopg.errors.InsufficientPrivilege, "grant the user its tables, and CREATE on its schema"),
        (psycopg.errors.ReadOnlySqlTransaction, "name the server that takes writes in SWITCHBOARD_STATE_URL"),
        (psycopg.errors.DiskFull, "make room on the server's disk"),
        (psycopg.errors.UndefinedTable, "do not take its tables away while it is used"),
        (psycopg.OperationalError, "see that the server runs and that SWITCHBOARD_STATE_URL names it"),
    )
    return next((mend for kind, mend in known if isinstance(error, kind)), "repair it or name another database")
