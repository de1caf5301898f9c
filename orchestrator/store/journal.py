"""The journal in SQLite: one append-only table, redacted on the way in."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from orchestrator.core.errors import StoreError
from orchestrator.core.events import Event, StepFinished
from orchestrator.core.journal import RunSummary
from orchestrator.core.redaction import redact_value
from orchestrator.core.report import Json
from orchestrator.core.table import iso_utc

VERSION = 1
BUSY_S = 10.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS journal (
    run TEXT NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL, session TEXT,
    step TEXT, attempt INTEGER, at TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (run, seq)
) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS journal_step ON journal (run, step, attempt) WHERE step IS NOT NULL;
CREATE INDEX IF NOT EXISTS journal_kind ON journal (kind, at);
CREATE INDEX IF NOT EXISTS journal_session ON journal (session, at) WHERE session IS NOT NULL;
"""
_RUNS = """
SELECT s.body, f.body FROM journal s LEFT JOIN journal f ON f.run = s.run AND f.kind = 'RunFinished'
WHERE s.kind = 'RunStarted' ORDER BY s.at DESC, s.run DESC LIMIT ?
"""
_REPORTS = """
SELECT f.body FROM journal s JOIN journal f ON f.run = s.run AND f.kind = 'RunFinished'
WHERE s.kind = 'RunStarted' AND s.session = ? ORDER BY f.at, f.run
"""
_SESSIONS = """
SELECT session FROM journal WHERE kind = 'RunStarted' GROUP BY session ORDER BY max(at) DESC, session LIMIT ?
"""


def _wall_clock() -> datetime:
    return datetime.now(UTC)


class SqliteJournal:
    """A journal in one file; several processes may share it.

    Args:
        path: The database file; its folder is made.
        clock: The time that events are stamped with.

    Raises:
        StoreError: The file cannot be opened, is not a journal, or was written by a newer version.
    """

    def __init__(self, path: Path, *, clock: Callable[[], datetime] = _wall_clock) -> None:
        self._path = path
        self._clock = clock
        with self._translated():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
        try:
            with self._translated():
                self._prepare()
        except StoreError:
            self._connection.close()
            raise

    def _prepare(self) -> None:
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise StoreError(
                f"the journal {str(self._path)!r} has schema version {version}, this program knows {VERSION}; "
                "use the newer program or another state folder"
            )
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        if version < VERSION:
            self._connection.executescript(_SCHEMA)
            self._connection.execute(f"PRAGMA user_version={VERSION}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def append(self, run: str, event: Event) -> None:
        """Store one event in a transaction of its own."""
        document = event.document()
        session = document.get("session") if event.kind == "RunStarted" else None
        step, attempt = (f"{event.guide}/{event.step}", 1) if isinstance(event, StepFinished) else (None, None)
        body = json.dumps(redact_value(document), ensure_ascii=False)
        with self._translated():
            self._connection.execute(
                "INSERT INTO journal (run, seq, kind, session, step, attempt, at, body) "
                "SELECT ?, coalesce(max(seq), 0) + 1, ?, ?, ?, ?, ?, ? FROM journal WHERE run = ?",
                (run, event.kind, session, step, attempt, iso_utc(self._clock()), body, run),
            )

    def events(self, run: str) -> Sequence[Mapping[str, object]]:
        """A run's events in order."""
        return [json.loads(body) for (body,) in self._rows("SELECT body FROM journal WHERE run = ? ORDER BY seq", run)]

    def reports(self, session: str) -> Sequence[Json]:
        """The reports of a session's finished runs."""
        return [json.loads(body)["report"] for (body,) in self._rows(_REPORTS, session)]

    def sessions(self, *, limit: int) -> Sequence[str]:
        """The sessions that have runs, newest first."""
        return [session for (session,) in self._rows(_SESSIONS, limit)]

    def runs(self, *, limit: int) -> Sequence[RunSummary]:
        """The newest runs."""
        return [
            _summary(json.loads(start), json.loads(end) if end else None) for start, end in self._rows(_RUNS, limit)
        ]

    def _rows(self, sql: str, *values: object) -> list[tuple[str, ...]]:
        with self._translated(), closing(self._connection.execute(sql, values)) as cursor:
            return cursor.fetchall()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise StoreError(
                f"the journal {str(self._path)!r} cannot be used: {error}; "
                "free or repair it, or set SWITCHBOARD_STATE to another folder"
            ) from error


def _summary(started: Json, finished: Json | None) -> RunSummary:
    report = finished["report"] if finished else {}
    report = report if isinstance(report, dict) else {}
    verdict = report.get("verdict") or {}
    return RunSummary(
        run=str(started["run"]),
        session=str(started["session"]),
        at=datetime.fromisoformat(str(started["at"])),
        asked=str(started["message"]),
        status=str(finished["status"]) if finished else "unfinished",
        agent=str(report.get("agent", "")),
        verdict=verdict.get("status"),
        cause=verdict.get("cause"),
    )
