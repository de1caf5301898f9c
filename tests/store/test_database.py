"""What rows ask of a database, in SQLite and in PostgreSQL."""

import multiprocessing
import os
import signal
import sqlite3
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from postgres_server import PostgresServer

from orchestrator.core.errors import SettingsError, StoreError
from orchestrator.store.database import Connection, Database, SqliteDatabase, next_number
from orchestrator.store.opening import open_database
from orchestrator.store.schema import MIGRATIONS, VERSION

Opener = Callable[[], Database]
PUT = "INSERT INTO counters (name, value) VALUES (?, ?)"
SPAWN = multiprocessing.get_context("spawn")


def names(database: Database) -> list[object]:
    """What is stored."""
    return [name for (name,) in database.read("SELECT name FROM counters ORDER BY name")]


def put(database: Database, *rows: str, then: Callable[[Connection], object] = lambda _: None) -> None:
    """Store rows in one transaction, and do something in it after them."""
    with database.transaction(alone="x") as connection:
        for name in rows:
            connection.execute(PUT, name, 1)
        then(connection)


def raising(error: type[BaseException]) -> Callable[[Connection], object]:
    """Leaves the transaction by that exception."""

    def leave(_: Connection) -> None:
        raise error

    return leave


def count_up(folder: Path, url: str | None, times: int) -> None:
    """Take numbers, in a process of its own."""
    database = open_database(folder, url=url)
    for _ in range(times):
        with database.transaction(alone="n") as connection:
            connection.execute(PUT, f"n{next_number(connection, 'n'):03d}", os.getpid())
    database.close()


def test_what_is_committed_is_read_by_another(database: Database, open_again: Opener) -> None:
    """At once, by another connection."""
    put(database, "a")
    assert names(open_again()) == ["a"]


def test_what_an_exception_leaves_is_rolled_back(database: Database) -> None:
    """Whatever it is; the next transaction finds nothing of it, and is made."""

    class LeftError(Exception):
        pass

    for error in (LeftError, KeyboardInterrupt, OSError):
        with pytest.raises(error):
            put(database, "a", then=raising(error))
    put(database, "b")
    assert names(database) == ["b"]


def test_a_statement_that_fails_takes_the_whole_back(database: Database) -> None:
    """What came before it in the transaction, too."""
    with pytest.raises(StoreError):
        put(database, "a", "a")
    assert names(database) == []


def test_a_transaction_inside_another_is_refused(database: Database) -> None:
    """The outer one is rolled back, since that is a fault of the program."""
    with pytest.raises(RuntimeError):
        put(database, "a", then=lambda _: put(database, "b"))
    assert names(database) == []


def test_a_reader_inside_a_transaction_sees_it(database: Database, open_again: Opener) -> None:
    """Another does not."""
    other = open_again()
    with database.transaction(durable=False) as connection:
        connection.execute(PUT, "a", 1)
        assert (names(database), names(other)) == (["a"], [])


def test_marks_and_signs_in_quotes_stay(database: Database) -> None:
    """Only a mark outside of quotes stands for a value."""
    sql = "SELECT '?', 'it''s 100%', ?, \"name\" FROM counters WHERE name LIKE '%' || ? OR name LIKE '%?'"
    put(database, "a%?")
    assert database.read(sql, "x?%", "nothing") == [("?", "it's 100%", "x?%", "a%?")]
    assert database.read("SELECT '100%', '?'") == [("100%", "?")]


def test_sums_are_plain_numbers(database: Database) -> None:
    """Whole ones as they are, also beyond 32 bits."""
    for name, value in (("a", 2**31 - 1), ("b", 5)):
        with database.transaction() as connection:
            connection.execute(PUT, name, value)
    ((whole, mean),) = database.read("SELECT sum(value), sum(value) / 4.0 FROM counters")
    assert (whole, type(whole)) == (2**31 + 4, int)
    assert (mean, type(mean)) == (536870913.0, float)


@pytest.mark.skipif(sys.platform == "win32", reason="rights are others there")
def test_a_new_file_is_read_by_its_owner_only(tmp_path: Path) -> None:
    """With what SQLite keeps beside it: customers' words, addresses and labels are in them."""
    with SqliteDatabase(tmp_path / "journal.db") as opened:
        put(opened, "a")
        found = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert found == dict.fromkeys(("journal.db", "journal.db-shm", "journal.db-wal"), 0o600)


def test_what_is_no_unicode_is_replaced(database: Database) -> None:
    """The same in both stores; pairs of surrogates become what they stand for."""
    put(database, "a\0b\udc00\ud83d\ude00")
    assert names(database) == ["a\ufffdb\ufffd\U0001f600"]


def test_numbers_have_neither_gaps_nor_doubles(state_url: str | None, tmp_path: Path, database: Database) -> None:
    """Two processes and this one count at once; a transaction that is rolled back gives its number back."""
    workers = [SPAWN.Process(target=count_up, args=(tmp_path, state_url, 40)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for number in range(40):
        with pytest.raises(ZeroDivisionError), database.transaction(alone="n") as connection:
            next_number(connection, "n") / 0
        with database.transaction(alone="n") as connection:
            connection.execute(PUT, f"n{next_number(connection, 'n'):03d}", number)
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert names(database) == ["n", *(f"n{number:03d}" for number in range(1, 121))]


def test_transactions_of_one_name_run_one_after_another(open_again: Opener) -> None:
    """Read, then write what follows: nobody comes in between."""
    databases = [open_again() for _ in range(3)]
    with databases[0].transaction() as connection:
        connection.execute(PUT, "sum", 0)

    def add(database: Database) -> None:
        for _ in range(30):
            with database.transaction(alone="sum") as connection:
                ((value,),) = connection.execute("SELECT value FROM counters WHERE name = 'sum'")
                connection.execute("UPDATE counters SET value = ? WHERE name = 'sum'", int(str(value)) + 1)

    threads = [threading.Thread(target=add, args=(database,)) for database in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert databases[0].read("SELECT value FROM counters") == [(90,)]


def test_threads_share_one_connection(database: Database) -> None:
    """Each has its transaction whole."""
    barrier = threading.Barrier(4)

    def put(name: str) -> None:
        barrier.wait()
        for number in range(20):
            with database.transaction() as connection:
                connection.execute(PUT, f"{name}{number}", number)

    threads = [threading.Thread(target=put, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(names(database)) == 80


def test_a_lock_that_is_held_too_long_is_told(state_url: str | None, tmp_path: Path, database: Database) -> None:
    """The message says who holds it up, and that the same may succeed later; then it does."""
    impatient = opened(tmp_path, state_url)
    with (
        database.transaction(alone="x"),
        pytest.raises(StoreError, match="another process holds it") as caught,
        impatient.transaction(alone="x"),
    ):
        pass
    assert caught.value.retryable
    put(impatient, "a")
    impatient.close()
    assert names(database) == ["a"]


def opened(folder: Path, url: str | None) -> Database:
    """The store once more, for a caller without patience."""
    if url is None:
        return SqliteDatabase(folder / "journal.db", busy_s=0.05)
    from orchestrator.store.postgres import PostgresDatabase  # noqa: PLC0415  # its driver is an extra

    return PostgresDatabase(url, busy_s=0.05)


def test_many_may_make_one_store_at_once(state_url: str | None, tmp_path: Path) -> None:
    """Its tables are made once, whoever comes first."""
    found: list[Database] = []
    barrier = threading.Barrier(5)

    def make() -> None:
        barrier.wait()
        found.append(open_database(tmp_path, url=state_url))

    threads = [threading.Thread(target=make) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [names(database) for database in found] == [[]] * 5
    for database in found:
        database.close()


def test_each_version_is_brought_up_to_todays(tmp_path: Path) -> None:
    """From every earlier one, with its rows; twice is once."""
    for version in range(VERSION):
        path = tmp_path / f"{version}.db"
        connection = sqlite3.connect(path)
        for statements in MIGRATIONS[:version]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version={version}")
        if version:
            connection.execute("INSERT INTO journal (run, seq, kind, at, body) VALUES ('r', 1, 'RunStarted', '', '{}')")
        connection.commit()
        connection.close()
        for _ in range(2):
            with SqliteDatabase(path) as database:
                assert database.read("SELECT count(*) FROM journal") == [(int(version > 0),)]
                assert names(database) == []
                assert database.read("PRAGMA user_version") == [(VERSION,)]


def test_a_store_of_a_newer_program_is_refused(state_url: str | None, tmp_path: Path, database: Database) -> None:
    """Nothing is written to it."""
    with database.transaction() as connection:
        connection.execute(
            "PRAGMA user_version = 99" if database.dialect == "sqlite" else "UPDATE schema_version SET version = 99"
        )
    with pytest.raises(StoreError, match=f"schema version 99, this program knows {VERSION}; use the newer program"):
        open_database(tmp_path, url=state_url)


def test_a_full_disk_is_told_and_keeps_what_was_acknowledged(tmp_path: Path) -> None:
    """What was committed before stays; the one that did not fit is gone as a whole; a smaller one fits again."""
    database = SqliteDatabase(tmp_path / "journal.db")
    ((pages,),) = database.read("PRAGMA page_count")
    database.read(f"PRAGMA max_page_count = {int(str(pages)) + 4}")
    put(database, "a")
    with pytest.raises(StoreError, match="make room on its disk"):
        put(database, "b", "c" * 100_000)
    put(database, "d")
    assert names(database) == ["a", "d"]
    database.close()


def test_a_store_that_may_only_be_read_is_told(tmp_path: Path) -> None:
    """The message names the file and the mend."""
    database = SqliteDatabase(tmp_path / "journal.db")
    database.read("PRAGMA query_only = 1")
    with pytest.raises(StoreError, match=r"journal\.db.*make the file and its folder writable"):
        put(database, "a")
    assert names(database) == []
    database.close()


def test_a_file_that_is_no_store_is_told(tmp_path: Path) -> None:
    """The message names the setting."""
    path = tmp_path / "journal.db"
    path.write_text("not a database, and long enough to be read as one" * 40)
    with pytest.raises(StoreError, match="no state store: put it aside, or set SWITCHBOARD_STATE"):
        SqliteDatabase(path)


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    """Rows that cannot be read any more are not taken for none."""
    path = tmp_path / "journal.db"
    with SqliteDatabase(path) as database:
        for number in range(400):
            with database.transaction(durable=False) as connection:
                connection.execute(PUT, f"{number}" * 40, number)
        database.read("PRAGMA wal_checkpoint(TRUNCATE)")
    data = bytearray(path.read_bytes())
    data[len(data) // 2 :] = b"\xff" * (len(data) - len(data) // 2)
    path.write_bytes(data)
    with pytest.raises(StoreError, match="damaged"), SqliteDatabase(path) as database:
        names(database)


@pytest.mark.parametrize("back", [False, True])
def test_a_file_that_was_taken_away_is_told(tmp_path: Path, *, back: bool) -> None:
    """What would be written to it nobody would read again, also where there is another file of its name by now."""
    path = tmp_path / "journal.db"
    with SqliteDatabase(path) as database:
        put(database, "a")
        path.rename(tmp_path / "moved.db")
        if back:
            SqliteDatabase(path).close()
        with pytest.raises(StoreError, match="was moved or deleted"):
            put(database, "b")


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """A path below a file."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="cannot be used"):
        SqliteDatabase(tmp_path / "file" / "journal.db")


def test_a_server_that_went_away_is_told_and_found_again(postgres: PostgresServer) -> None:
    """Nothing that was acknowledged is lost with it; what was under way is gone as a whole."""
    database = open_database(Path("unused"), url=postgres.fresh())
    put(database, "a")
    with pytest.raises(StoreError, match="see that the server runs") as caught:
        put(database, "b", then=lambda _: postgres.kill())
    assert caught.value.retryable
    with pytest.raises(StoreError, match="see that the server runs"):
        names(database)
    with pytest.raises(StoreError, match="see that the server runs"):
        put(database, "c")
    postgres.start()
    assert names(database) == ["a"]
    put(database, "d")
    assert names(database) == ["a", "d"]
    database.close()


def test_a_lost_connection_is_opened_again(postgres: PostgresServer) -> None:
    """Where nothing was under way, nobody notices."""
    database = open_database(Path("unused"), url=postgres.fresh())
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename IS NOT NULL"
    postgres.admin(cut)
    put(database, "a")
    postgres.admin(cut)
    assert names(database) == ["a"]
    database.close()


def test_a_password_is_in_no_text(postgres: PostgresServer) -> None:
    """Neither where the store works, nor where it does not, nor where its address is none."""
    database = open_database(Path("unused"), url=postgres.url("public", password="hunter2"))
    texts = [repr(database)]
    database.close()
    for address in (
        *("postgresql://ann:hunter2@/nothing?host=/nowhere", "postgresql://ann:hunter2@localhost:1/x%zz"),
        *("postgresql://ann:hunter2@localhost:port/x", "postgresql://ann:hunter2@[::1/x"),
        "postgresql://ann:hunter2@localhost:1/x?wrong=hunter2",
    ):
        with pytest.raises((StoreError, SettingsError)) as caught:
            open_database(Path("unused"), url=address)
        texts += [str(caught.value), repr(caught.value), str(caught.value.__cause__)]
    assert not [text for text in texts if "hunter2" in text]


def test_a_missing_driver_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to install; a file needs none."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    monkeypatch.delitem(sys.modules, "orchestrator.store.postgres", raising=False)
    with pytest.raises(SettingsError, match=r"pip install 'switchboard\[postgres\]'"):
        open_database(Path("unused"), url="postgresql://ann:hunter2@localhost/shop")


def test_who_may_not_write_is_told(postgres: PostgresServer) -> None:
    """A server that only follows another takes no writes."""
    with pytest.raises(StoreError, match="takes writes"):
        open_database(Path("unused"), url=postgres.fresh() + "%20-cdefault_transaction_read_only%3Don")


def test_a_process_that_is_killed_inside_leaves_nothing(
    tmp_path: Path, state_url: str | None, database: Database
) -> None:
    """Neither its rows nor its lock."""
    worker = SPAWN.Process(target=die_inside, args=(tmp_path, state_url))
    worker.start()
    worker.join()
    assert worker.exitcode == -signal.SIGKILL
    put(database, "b")
    assert names(database) == ["acknowledged", "b"]


def die_inside(folder: Path, url: str | None) -> None:
    """Commit one row, and be killed with the next one under way."""
    database = open_database(folder, url=url)
    put(database, "acknowledged")
    put(database, "a", then=lambda _: os.kill(os.getpid(), signal.SIGKILL))
