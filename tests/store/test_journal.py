"""The journal in SQLite."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from orchestrator.core.errors import StoreError
from orchestrator.core.events import Event, RunFinished, RunStarted, StepFinished
from orchestrator.store.journal import SqliteJournal

NOW = datetime(2026, 5, 4, 10, 50, tzinfo=UTC)


def started(run: str, *, session: str = "s", message: str = "why?") -> RunStarted:
    """A run's first event."""
    return RunStarted(run=run, session=session, message=message, source="files", at=NOW, now=NOW, inputs={})


def finished(message: str = "because") -> RunFinished:
    """A run's last event."""
    report = {"agent": "triage", "message": message, "verdict": {"status": "cause_found", "cause": "bad_deploy"}}
    return RunFinished(status="answered", report=report)


def step(name: str) -> StepFinished:
    """A step's end."""
    return StepFinished(
        guide="g", step=name, title="t", status="done", outcome="finding", text="x", evidence="E1", elapsed_ms=1.0
    )


def filled(path: Path, *events: tuple[str, Event]) -> SqliteJournal:
    """A journal with these events."""
    journal = SqliteJournal(path, clock=lambda: NOW)
    for run, event in events:
        journal.append(run, event)
    return journal


def test_events_come_back_in_order(tmp_path: Path) -> None:
    """What was appended is read again, also by a second process's connection."""
    with filled(tmp_path / "j.db", ("a", started("a")), ("b", started("b")), ("a", step("one")), ("a", finished())):
        pass
    with SqliteJournal(tmp_path / "j.db") as journal:
        assert [event["kind"] for event in journal.events("a")] == ["RunStarted", "StepFinished", "RunFinished"]
        assert journal.events("nobody") == []


def test_a_step_is_recorded_once(tmp_path: Path) -> None:
    """The same step of the same run cannot be stored twice."""
    with filled(tmp_path / "j.db", ("a", started("a")), ("a", step("one")), ("b", step("one"))) as journal:
        with pytest.raises(StoreError):
            journal.append("a", step("one"))
        assert len(journal.events("a")) == 2


def test_runs_are_listed_newest_first_with_their_verdict(tmp_path: Path) -> None:
    """A run without an end is unfinished: it runs, or was killed."""
    with filled(tmp_path / "j.db", ("a", started("a")), ("a", finished()), ("b", started("b"))) as journal:
        listed = [(item.run, item.status, item.cause) for item in journal.runs(limit=5)]
        assert listed == [("b", "unfinished", None), ("a", "answered", "bad_deploy")]
        assert len(journal.runs(limit=1)) == 1


def test_a_session_has_its_reports(tmp_path: Path) -> None:
    """Only finished runs of that session count."""
    events = [("a", started("a")), ("a", finished("1")), ("b", started("b", session="t")), ("b", finished("2"))]
    with filled(tmp_path / "j.db", *events) as journal:
        assert [report["message"] for report in journal.reports("s")] == ["1"]


def test_sessions_are_listed_newest_first(tmp_path: Path) -> None:
    """Each once, also one whose run has no end."""
    times = iter(NOW + timedelta(minutes=number) for number in range(3))
    with SqliteJournal(tmp_path / "j.db", clock=lambda: next(times)) as journal:
        for run, session in (("a", "s"), ("b", "t"), ("c", "s")):
            journal.append(run, started(run, session=session))
        assert journal.sessions(limit=5) == ["s", "t"]
        assert journal.sessions(limit=1) == ["s"]


def test_secrets_are_not_stored(tmp_path: Path) -> None:
    """What is appended is redacted first."""
    with filled(tmp_path / "j.db", ("a", started("a", message="AccountKey=abcdefgh fails"))) as journal:
        assert journal.events("a")[0]["message"] == "AccountKey=[redacted key] fails"


def test_two_journals_share_a_file(tmp_path: Path) -> None:
    """Appends of two connections interleave without loss."""
    path = tmp_path / "j.db"
    with filled(path) as one, filled(path) as two:
        for number in range(50):
            (one if number % 2 else two).append("a", step(str(number)))
        assert len(one.events("a")) == 50


def test_a_file_that_is_no_journal_is_a_clear_error(tmp_path: Path) -> None:
    """The message names the file and the mend."""
    path = tmp_path / "j.db"
    path.write_text("not a database, and long enough to be read as one" * 40)
    with pytest.raises(StoreError, match="SWITCHBOARD_STATE"):
        SqliteJournal(path)


def test_a_journal_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    """Nothing is written to it."""
    path = tmp_path / "j.db"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version=99")
    connection.close()
    with pytest.raises(StoreError, match="schema version 99"):
        SqliteJournal(path)


def test_a_folder_without_rights_is_a_clear_error(tmp_path: Path) -> None:
    """A path below a file cannot be made."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="cannot be used"):
        SqliteJournal(tmp_path / "file" / "j.db")
