"""What the host keeps, in SQLite: keys of addresses, runs with their actions, claimed keys, and the records made.

Every change is one durable transaction, so that several processes may host the same workflows, and a record of a key
is made once whichever of them makes it.
"""

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_urlsafe
from typing import Any, Literal, Self, TypeVar

from orchestrator.core.errors import StoreError
from orchestrator.core.table import iso_utc
from plugins.logicapps.exchange import wall_clock
from plugins.logicapps.host.processes import NOBODY, Process, is_gone, this_process
from plugins.logicapps.host.replies import HostReply
from plugins.logicapps.host.runs import Claim, HostedRun, KeptAction, run_of

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], Mapping[str, object]]
BUSY_S = 10.0
LEASE_S = 300.0
"""A run that is older and has not ended died with its process, even where that process cannot be seen from here."""
_GONE = "LeaseExpired"
SLOTS = ("primary", "secondary")
_SCHEMA = """
CREATE TABLE IF NOT EXISTS secrets (
    owner TEXT NOT NULL, slot TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (owner, slot)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS runs (
    run_id TEXT PRIMARY KEY, workflow TEXT NOT NULL, key TEXT, tracking_id TEXT NOT NULL, correlation_id TEXT NOT NULL,
    origin_run_id TEXT, status TEXT NOT NULL, code TEXT, error TEXT, started TEXT NOT NULL, ended TEXT, reply TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS workers (
    run_id TEXT PRIMARY KEY, machine TEXT NOT NULL, pid INTEGER NOT NULL, born TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS runs_tracking ON runs (workflow, tracking_id);
CREATE INDEX IF NOT EXISTS runs_key ON runs (workflow, key) WHERE key IS NOT NULL;
CREATE TABLE IF NOT EXISTS keys (
    workflow TEXT NOT NULL, key TEXT NOT NULL, payload TEXT NOT NULL, run_id TEXT NOT NULL, PRIMARY KEY (workflow, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS actions (
    run_id TEXT NOT NULL, name TEXT NOT NULL, tracking_id TEXT NOT NULL, status TEXT NOT NULL, code TEXT NOT NULL,
    started TEXT NOT NULL, ended TEXT NOT NULL, retries TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS actions_run ON actions (run_id);
CREATE TABLE IF NOT EXISTS records (
    number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, key TEXT, run_id TEXT NOT NULL, at TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS records_key ON records (kind, key) WHERE key IS NOT NULL;
"""


class HostStore:
    """The host's file.

    Args:
        path: The database; its folder is made, and only its owner may read it.
        clock: The time, aware.
    """

    def __init__(self, path: Path, *, clock: Callable[[], datetime] = wall_clock) -> None:
        self._path = path
        self._clock = clock
        self._lock = threading.Lock()
        with self._translated():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            self._connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
        try:
            with self._translated():
                self._connection.execute("PRAGMA journal_mode=WAL")
                self._connection.execute("PRAGMA synchronous=FULL")
                self._connection.executescript(_SCHEMA)
        except StoreError:
            self._connection.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file, once no thread is at it: SQLite crashes the process where one is, as after Ctrl-C."""
        with self._lock:
            self._connection.close()

    def keys_of(self, owner: str) -> Mapping[str, str]:
        """The signing keys of a workflow by slot, made at the first asking."""
        sql = "SELECT slot, key FROM secrets WHERE owner = ?"
        with self._reading():
            found = dict(self._all(sql, owner))
        if len(found) == len(SLOTS):
            return found
        with self._transaction():
            for slot in SLOTS:
                self._connection.execute(
                    "INSERT OR IGNORE INTO secrets VALUES (?, ?, ?)", (owner, slot, token_urlsafe(32))
                )
            return dict(self._all(sql, owner))

    def rotate(self, owner: str, slot: str) -> None:
        """Make a new key in a slot; addresses signed with the old one are refused from now on."""
        with self._transaction():
            self._connection.execute("REPLACE INTO secrets VALUES (?, ?, ?)", (owner, slot, token_urlsafe(32)))

    def claim(self, run: HostedRun, *, payload: str) -> Claim:
        """Start a run under its key, unless the key is taken: by another payload, at work, or with its answer."""
        with self._transaction():
            taken = self._all("SELECT payload, run_id FROM keys WHERE workflow = ? AND key = ?", run.workflow, run.key)
            if taken and taken[0][0] != payload:
                return Claim(state="other_payload")
            before = self._run(taken[0][1]) if taken else None
            if before is not None and before.status == "Running" and not self._is_dead(before):
                return Claim(state="running", run=before)
            if before is not None and before.status == "Succeeded":
                return Claim(state="done", run=before)
            if before is not None and before.status == "Running":
                self._end(before.run_id, status="Aborted", code=_GONE, error="its process ended", reply=None)
            self._connection.execute(
                "REPLACE INTO keys VALUES (?, ?, ?, ?)", (run.workflow, run.key, payload, run.run_id)
            )
            self._begin(run)
            return Claim(state="new")

    def begin(self, run: HostedRun) -> None:
        """Start a run that claims no key."""
        with self._transaction():
            self._begin(run)

    def end(self, run_id: str, *, status: str, code: str, error: str | None, reply: HostReply | None) -> None:
        """A run's end with what it answered."""
        with self._transaction():
            self._end(run_id, status=status, code=code, error=error, reply=reply)

    def abandon(self, run_id: str) -> None:
        """Leave a run as a process leaves it that dies: begun, and with nobody to end it."""
        with self._transaction():
            self._connection.execute("REPLACE INTO workers VALUES (?, ?, ?, ?)", (run_id, *NOBODY))

    def run(self, run_id: str) -> HostedRun | None:
        """A run by its id; one whose process died is aborted."""
        with self._reading():
            found = self._run(run_id)
            return self._seen(found) if found else None

    def runs(self, workflow: str, *, tracking_id: str | None, status: str | None) -> Sequence[HostedRun]:
        """A workflow's runs, newest first; those whose process died are aborted."""
        # two texts: with `OR` the index of tracking ids would not be used
        only, values = ("", (workflow,)) if tracking_id is None else (" AND tracking_id = ?", (workflow, tracking_id))
        with self._reading():
            rows = self._all(f"SELECT * FROM runs WHERE workflow = ?{only} ORDER BY started DESC, run_id", *values)  # noqa: S608  # fixed texts
            found = [self._seen(run_of(row)) for row in rows]
        return [run for run in found if status in (None, run.status)]

    def state_of(self, workflow: str, *, key: str) -> Literal["running", "ended", "absent"]:
        """Whether a run of a key is at work."""
        with self._reading():
            rows = self._all("SELECT * FROM runs WHERE workflow = ? AND key = ?", workflow, key)
            found = [run_of(row) for row in rows]
        if any(run.status == "Running" and not self._is_dead(run) for run in found):
            return "running"
        return "ended" if found else "absent"

    def keep_action(self, action: KeptAction) -> None:
        """An action that ended."""
        values = (action.run_id, action.name, action.tracking_id, action.status, action.code, action.started)
        with self._transaction():
            self._connection.execute(
                "INSERT INTO actions VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (*values, action.ended, json.dumps(action.retries)),
            )

    def actions(self, run_id: str) -> Sequence[KeptAction]:
        """A run's actions in order."""
        names = ("run_id", "name", "tracking_id", "status", "code", "started", "ended")
        with self._reading():
            rows = self._all(f"SELECT {', '.join(names)}, retries FROM actions WHERE run_id = ? ORDER BY rowid", run_id)  # noqa: S608  # the names above
        return [
            KeptAction(**dict(zip(names, row[:-1], strict=True)), retries=tuple(json.loads(row[-1]))) for row in rows
        ]

    def act(self, kind: str, body: Mapping[str, object], *, key: str | None, run_id: str) -> Mapping[str, object]:
        """Make a record, or with a key that made one before give that one again."""
        return self.change(kind, lambda _: body, key=key, run_id=run_id)

    def change(self, kind: str, work: Work, *, key: str | None, run_id: str) -> Mapping[str, object]:
        """Do `work` and record what it gave in one transaction, or with a key that did it before give that again."""
        with self._transaction():
            if key is not None and (found := self._record("kind = ? AND key = ?", kind, key)) is not None:
                return found
            body = work(self._connection)
            at = iso_utc(self._clock())
            cursor = self._connection.execute(
                "INSERT INTO records (kind, key, run_id, at, body) VALUES (?, ?, ?, ?, ?)",
                (kind, key, run_id, at, json.dumps(dict(body), ensure_ascii=False)),
            )
            return {**body, "number": cursor.lastrowid, "at": at}

    def look(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """What `work` reads, or prepares where nothing was yet, in one transaction."""
        with self._transaction():
            return work(self._connection)

    def find(self, kind: str, *, key: str) -> Mapping[str, object] | None:
        """The record that a key made."""
        with self._reading():
            return self._record("kind = ? AND key = ?", kind, key)

    def get(self, kind: str, *, number: int) -> Mapping[str, object] | None:
        """The record of a number."""
        with self._reading():
            return self._record("kind = ? AND number = ?", kind, number)

    def count(self, kind: str, *, key: str | None = None) -> int:
        """How many records there are of a kind, or of a kind and key."""
        sql = "SELECT count(*) FROM records WHERE kind = ?1 AND (?2 IS NULL OR key = ?2)"
        with self._reading():
            return int(self._all(sql, kind, key)[0][0])

    def records(self, kind: str, *, after: int = 0) -> Sequence[Mapping[str, object]]:
        """The records of a kind with a higher number than that, in order."""
        sql = "SELECT number, at, body FROM records WHERE kind = ? AND number > ? ORDER BY number"
        with self._reading():
            rows = self._all(sql, kind, after)
        return [{**json.loads(body), "number": number, "at": at} for number, at, body in rows]

    def _is_dead(self, run: HostedRun) -> bool:
        if datetime.fromisoformat(run.started) + timedelta(seconds=LEASE_S) < self._clock():
            return True
        worker = self._all("SELECT machine, pid, born FROM workers WHERE run_id = ?", run.run_id)
        return bool(worker) and is_gone(Process(*worker[0]))

    def _seen(self, run: HostedRun) -> HostedRun:
        if run.status != "Running" or not self._is_dead(run):
            return run
        return replace(run, status="Aborted", code=_GONE, error="its process ended")

    def _begin(self, run: HostedRun) -> None:
        values = (run.run_id, run.workflow, run.key, run.tracking_id, run.correlation_id, run.origin_run_id)
        self._connection.execute(
            "INSERT INTO runs (run_id, workflow, key, tracking_id, correlation_id, origin_run_id, status, started) "
            "VALUES (?, ?, ?, ?, ?, ?, 'Running', ?)",
            (*values, iso_utc(self._clock())),
        )
        self._connection.execute("REPLACE INTO workers VALUES (?, ?, ?, ?)", (run.run_id, *this_process()))

    def _end(self, run_id: str, *, status: str, code: str, error: str | None, reply: HostReply | None) -> None:
        kept = None
        if reply is not None:
            kept = json.dumps({"status": reply.status, "body": reply.body, "headers": dict(reply.headers)})
        self._connection.execute(
            "UPDATE runs SET status = ?, code = ?, error = ?, reply = ?, ended = ? "
            "WHERE run_id = ? AND status = 'Running'",
            (status, code, error, kept, iso_utc(self._clock()), run_id),
        )

    def _run(self, run_id: str) -> HostedRun | None:
        rows = self._all("SELECT * FROM runs WHERE run_id = ?", run_id)
        return run_of(rows[0]) if rows else None

    def _record(self, where: str, *values: object) -> Mapping[str, object] | None:
        rows = self._all(f"SELECT number, at, body FROM records WHERE {where}", *values)  # noqa: S608  # fixed texts
        return {**json.loads(rows[0][2]), "number": rows[0][0], "at": rows[0][1]} if rows else None

    def _all(self, sql: str, *values: object) -> list[Any]:
        with closing(self._connection.execute(sql, values)) as cursor:
            return cursor.fetchall()

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with self._lock, self._translated():
            yield

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock, self._translated():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise StoreError(
                f"the workflow host's file {str(self._path)!r} cannot be used: {error}; "
                "free or repair it, or set SWITCHBOARD_STATE to another folder"
            ) from error
