from datetime import UTC, datetime, timedelta

from orchestrator.core.events import RunFinished, RunResumed, RunStarted
from orchestrator.store.database import Database
from orchestrator.store.journal import StoredJournal
from orchestrator.store.run_ends import run_ends

AT = datetime(2026, 11, 22, 10, 20, tzinfo=UTC)


def started() -> RunStarted:
    """The first event of a run."""
    return RunStarted(run="r", session="s", message="checkout fails", source="files", at=AT, now=AT, inputs={})


def test_the_last_attempt_counts(database: Database):
    """A run that was taken up again has not ended before its last attempt has; both ends have their times."""
    moments = iter(AT + timedelta(minutes=n) for n in range(9))
    journal = StoredJournal(database, clock=lambda: next(moments))
    assert run_ends(database, "r") is None
    journal.append("r", started())
    journal.append("r", RunFinished(status="failed", report={"status": "failed"}))
    first = run_ends(database, "r")
    journal.append("r", RunResumed(run="r", attempt=2, at=AT, executor="x"))
    under_way = run_ends(database, "r")
    journal.append("r", RunFinished(status="answered", report={"status": "answered"}))
    last = run_ends(database, "r")
    assert first is not None
    assert under_way is not None
    assert last is not None
    assert (first.at, first.asked, first.report["status"]) == (AT, "checkout fails", "failed")
    assert (under_way.report, under_way.finished_at) == ({}, None)
    assert (last.report["status"], last.finished_at) == ("answered", AT + timedelta(minutes=3))
