"""The journal, in both stores."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.core.errors import StoreError, TakenOverError
from orchestrator.core.events import Event, RunFinished, RunResumed, RunStarted, StepFinished, ToolCalled
from orchestrator.core.queueing import RunRequest
from orchestrator.store.database import Database
from orchestrator.store.journal import StoredJournal
from orchestrator.store.queue import StoredQueue

NOW = datetime(2026, 5, 4, 10, 50, tzinfo=UTC)
Opener = Callable[[], Database]


def started(run: str, *, session: str = "s", message: str = "why?") -> RunStarted:
    """A run's first event."""
    return RunStarted(run=run, session=session, message=message, source="files", at=NOW, now=NOW, inputs={})


def resumed(run: str, attempt: int) -> RunResumed:
    """The first event of a later attempt."""
    return RunResumed(run=run, attempt=attempt, at=NOW, executor=f"e{attempt}")


def finished(message: str = "because", *, status: str = "answered") -> RunFinished:
    """A run's last event."""
    report = {"agent": "triage", "message": message, "verdict": {"status": "cause_found", "cause": "bad_deploy"}}
    return RunFinished(status=status, report=report)


def step(name: str) -> StepFinished:
    """A step's end."""
    return StepFinished(
        guide="g", step=name, title="t", status="done", outcome="finding", text="x", evidence="E1", elapsed_ms=1.0
    )


def called() -> ToolCalled:
    """A tool call."""
    return ToolCalled(call="c", tool="guides-run", arguments={})


def fill(journal: StoredJournal, *events: tuple[str, Event]) -> None:
    """Append these events."""
    for run, event in events:
        journal.append(run, event)


def kinds(journal: StoredJournal, run: str) -> list[object]:
    """What counts of a run."""
    return [event.get("step") or event["kind"] for event in journal.events(run)]


@pytest.fixture
def journal(database: Database) -> StoredJournal:
    """An empty journal."""
    return StoredJournal(database, clock=lambda: NOW)


def test_events_come_back_in_order(journal: StoredJournal, open_again: Opener) -> None:
    """What was appended is read again, also by a second process's connection."""
    fill(journal, ("a", started("a")), ("b", started("b")), ("a", step("one")), ("a", finished()))
    other = StoredJournal(open_again())
    assert kinds(other, "a") == ["RunStarted", "one", "RunFinished"]
    assert other.events("nobody") == []


def test_a_step_is_recorded_once(journal: StoredJournal) -> None:
    """The same step of the same call cannot be stored twice; another call may run the guide again."""
    fill(journal, ("a", started("a")), ("a", called()), ("a", step("one")), ("b", started("b")), ("b", step("one")))
    with pytest.raises(StoreError):
        journal.append("a", step("one"))
    fill(journal, ("a", called()), ("a", step("one")))
    assert kinds(journal, "a") == ["RunStarted", "ToolCalled", "one", "ToolCalled", "one"]


def test_a_run_is_what_its_last_attempt_says(journal: StoredJournal, open_again: Opener) -> None:
    """The start, then what was appended since it was resumed; the record keeps all."""
    fill(journal, ("a", started("a")), ("a", called()), ("a", step("one")), ("a", step("two")))
    other = StoredJournal(open_again(), clock=lambda: NOW)
    fill(other, ("a", resumed("a", 2)), ("a", called()), ("a", step("one")), ("a", finished()))
    assert kinds(journal, "a") == ["RunStarted", "RunResumed", "ToolCalled", "one", "RunFinished"]
    recorded = journal.all_events("a")
    assert [(item.seq, item.attempt) for item in recorded] == [
        *((n, 1) for n in range(1, 5)),
        *((n, 2) for n in range(5, 9)),
    ]
    assert recorded[4].event["executor"] == "e2"
    assert recorded[4].at == NOW


def test_a_run_that_another_took_over_is_not_written_to(journal: StoredJournal, open_again: Opener) -> None:
    """A process that slept meanwhile cannot put its events among those of the next attempt."""
    fill(journal, ("a", started("a")), ("a", step("one")))
    other = StoredJournal(open_again())
    other.append("a", resumed("a", 2))
    with pytest.raises(TakenOverError, match="attempt 2"):
        journal.append("a", step("two"))
    with pytest.raises(TakenOverError):
        journal.append("a", resumed("a", 2))
    other.append("a", finished())
    assert kinds(other, "a") == ["RunStarted", "RunResumed", "RunFinished"]


def test_a_run_is_begun_once(journal: StoredJournal, open_again: Opener) -> None:
    """Of two processes that both think it is new, the second stops, and its events do not mix with the first's."""
    fill(journal, ("a", started("a")), ("a", step("one")))
    with pytest.raises(TakenOverError, match="carried on by another process"):
        StoredJournal(open_again()).append("a", started("a"))
    assert kinds(journal, "a") == ["RunStarted", "one"]


def test_who_did_not_begin_a_run_appends_to_its_last_attempt(journal: StoredJournal, open_again: Opener) -> None:
    """As a command does that records the end of a run whose process is gone."""
    fill(journal, ("a", started("a")), ("a", resumed("a", 2)))
    other = StoredJournal(open_again())
    other.append("a", finished(status="cancelled"))
    assert [item.attempt for item in journal.all_events("a")] == [1, 2, 2]
    assert [item.status for item in journal.runs(limit=1)] == ["cancelled"]


def test_runs_are_listed_newest_first_with_their_verdict(journal: StoredJournal) -> None:
    """A run without an end is unfinished: it runs, or was killed."""
    fill(journal, ("a", started("a")), ("a", finished()), ("b", started("b")))
    listed = [(item.run, item.status, item.cause, item.attempts) for item in journal.runs(limit=5)]
    assert listed == [("b", "unfinished", None, 1), ("a", "answered", "bad_deploy", 1)]
    assert len(journal.runs(limit=1)) == 1


def test_a_run_is_listed_by_its_last_attempt(journal: StoredJournal) -> None:
    """The end of an earlier one is none; of two ends the later counts."""
    fill(journal, ("a", started("a")), ("a", finished(status="waiting")), ("a", resumed("a", 2)))
    assert [(item.status, item.attempts) for item in journal.runs(limit=1)] == [("unfinished", 2)]
    assert journal.reports("s") == []
    fill(journal, ("a", finished(status="waiting")), ("a", finished("done")))
    assert [(item.status, item.attempts) for item in journal.runs(limit=9)] == [("answered", 2)]
    assert [report["message"] for report in journal.reports("s")] == ["done"]


def test_a_run_without_an_end_is_listed_as_it_stands_in_the_queue(database: Database) -> None:
    """Running under its lease, unfinished after it, waiting, cancelled."""
    clock = [NOW]
    journal, queue = StoredJournal(database, clock=lambda: clock[0]), StoredQueue(database)

    def status() -> str:
        return journal.runs(limit=1)[0].status

    journal.append("a", started("a"))
    queue.request(RunRequest(run="a", kind="ask", body={}, by="local:ann"), now=NOW)
    assert status() == "queued"
    queue.claim("e1", now=NOW, lease_s=60)
    assert status() == "running"
    clock[0] = NOW + timedelta(minutes=2)
    assert status() == "unfinished"
    queue.park("a", executor="e1", waiting_for="approval:A-1")
    assert status() == "waiting"
    queue.request_cancel("a", by="local:ben", now=NOW)
    assert status() == "cancelled"


def test_a_session_has_its_reports(journal: StoredJournal) -> None:
    """Only finished runs of that session count."""
    fill(journal, ("a", started("a")), ("a", finished("1")), ("b", started("b", session="t")), ("b", finished("2")))
    assert [report["message"] for report in journal.reports("s")] == ["1"]


def test_sessions_are_listed_newest_first(database: Database) -> None:
    """Each once, also one whose run has no end."""
    times = iter(NOW + timedelta(minutes=number) for number in range(3))
    journal = StoredJournal(database, clock=lambda: next(times))
    fill(journal, *((run, started(run, session=session)) for run, session in (("a", "s"), ("b", "t"), ("c", "s"))))
    assert journal.sessions(limit=5) == ["s", "t"]


def test_a_secret_is_not_stored(journal: StoredJournal) -> None:
    """What is appended is redacted first."""
    journal.append("a", started("a", message="AccountKey=abcdefgh fails"))
    assert journal.events("a")[0]["message"] == "AccountKey=[redacted key] fails"


def test_two_journals_share_a_store(journal: StoredJournal, open_again: Opener) -> None:
    """Appends of two connections interleave without loss."""
    other = StoredJournal(open_again())
    for number in range(50):
        (journal if number % 2 else other).append("a", step(str(number)))
    assert [item.seq for item in journal.all_events("a")] == list(range(1, 51))


def test_any_text_can_be_stored(journal: StoredJournal) -> None:
    """Also a NUL, and half a surrogate pair, as JSON writes them."""
    journal.append("a", started("a", message="a\0b \ud83d c"))
    assert journal.events("a")[0]["message"] == "a\0b \ud83d c"
