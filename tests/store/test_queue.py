"""The queue of runs, in both stores."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.core.queueing import Beat, Process, RunRequest, RunState
from orchestrator.store.database import Database
from orchestrator.store.queue import StoredQueue

NOW = datetime(2026, 5, 4, 10, 50, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
LEASE_S = 60.0


def wanted(run: str, *, key: str | None = None, priority: int = 0, not_before: datetime | None = None) -> RunRequest:
    """A request."""
    body: dict[str, object] = {"message": f"why {run}?", "options": {"logs": ["x"]}}
    return RunRequest(run=run, kind="ask", body=body, by="local:ann", key=key, priority=priority, not_before=not_before)


@pytest.fixture
def queue(database: Database) -> StoredQueue:
    """An empty queue."""
    return StoredQueue(database)


def test_a_request_comes_back_as_it_was(queue: StoredQueue) -> None:
    """Every field, and nobody holds it."""
    request = wanted("r1", key="k", priority=3, not_before=LATER)
    made = queue.request(request, now=NOW)
    assert made.new
    assert made.run.request == request
    assert queue.find("r1") == made.run
    assert (made.run.state, made.run.requested_at, made.run.attempt) == (RunState.QUEUED, NOW, 0)
    assert queue.find("nobody") is None


def test_a_secret_is_not_stored(queue: StoredQueue) -> None:
    """What another process carries out was redacted first."""
    body: dict[str, object] = {"message": "AccountKey=abcdefgh fails", "started": {"api_key": "hunter2"}}
    made = queue.request(RunRequest(run="r1", kind="ask", body=body, by="local:ann"), now=NOW)
    kept = {"message": "AccountKey=[redacted key] fails", "started": {"api_key": "[redacted key]"}}
    assert made.run.request.body == kept


def test_one_key_is_one_run(queue: StoredQueue) -> None:
    """A second request with a key gets the first one's run, also once that is over; without a key each is its own."""
    queue.request(wanted("r1", key="k"), now=NOW)
    queue.claim("one", now=NOW, lease_s=LEASE_S)
    queue.end("r1", executor="one", outcome="answered", now=NOW)
    again = queue.request(wanted("r2", key="k"), now=LATER)
    assert (again.new, again.run.run, again.run.outcome) == (False, "r1", "answered")
    assert queue.request(wanted("r2"), now=NOW).new
    assert queue.request(wanted("r3"), now=NOW).new
    assert not queue.request(wanted("r3", key="other"), now=NOW).new


def test_runs_are_taken_by_priority_then_by_age(queue: StoredQueue) -> None:
    """And none twice; one that is not due stays."""
    queue.request(wanted("old"), now=NOW)
    queue.request(wanted("new"), now=NOW + timedelta(milliseconds=1))
    queue.request(wanted("urgent", priority=5), now=LATER)
    queue.request(wanted("later", not_before=LATER + timedelta(hours=1)), now=NOW)
    taken = [queue.claim("one", now=LATER, lease_s=LEASE_S) for _ in range(4)]
    assert [item.run if item else None for item in taken] == ["urgent", "old", "new", None]
    assert [item.run for item in queue.listed(RunState.RUNNING, RunState.QUEUED, limit=9)] == [
        *("urgent", "later", "old", "new")
    ]


def test_a_named_run_is_taken_alone(queue: StoredQueue) -> None:
    """Once: it is held then."""
    for run in ("r1", "r2"):
        queue.request(wanted(run), now=NOW)
    taken = queue.claim("one", now=NOW, lease_s=LEASE_S, run="r2")
    assert taken is not None
    assert (taken.run, taken.attempt, taken.executor, taken.lease_until) == (
        *("r2", 1, "one"),
        NOW + timedelta(seconds=LEASE_S),
    )
    assert queue.claim("two", now=NOW, lease_s=LEASE_S, run="r2") is None


def test_a_lease_that_is_over_is_anothers(queue: StoredQueue) -> None:
    """The first executor's late words count no more."""
    queue.request(wanted("r1"), now=NOW)
    queue.claim("one", now=NOW, lease_s=LEASE_S)
    assert queue.expired(now=NOW) == ()
    assert [item.run for item in queue.expired(now=LATER)] == ["r1"]
    taken = queue.claim("two", now=LATER, lease_s=LEASE_S)
    assert taken is not None
    assert (taken.run, taken.attempt, taken.executor) == ("r1", 2, "two")
    assert queue.heartbeat("one", now=LATER, lease_s=LEASE_S) == Beat(held=frozenset(), cancelled=frozenset())
    assert not queue.end("r1", executor="one", outcome="answered", now=LATER)
    assert not queue.give_back("r1", executor="one")
    assert not queue.park("r1", executor="one", waiting_for="approval:A-1")
    assert queue.end("r1", executor="two", outcome="answered", now=LATER)
    assert not queue.end("r1", executor="two", outcome="failed", now=LATER)


def test_a_process_does_not_take_a_run_from_itself(queue: StoredQueue) -> None:
    """One that slept past its lease is still at work on it, and its heartbeat makes the lease last again."""
    queue.request(wanted("r1"), now=NOW)
    queue.claim("one", now=NOW, lease_s=LEASE_S)
    assert queue.claim("one", now=LATER, lease_s=LEASE_S) is None
    assert queue.claim("one", now=LATER, lease_s=LEASE_S, run="r1") is None
    assert queue.heartbeat("one", now=LATER, lease_s=LEASE_S).held == {"r1"}
    assert queue.claim("two", now=LATER, lease_s=LEASE_S) is None


def test_a_heartbeat_makes_leases_last(queue: StoredQueue) -> None:
    """And tells which runs are to be stopped."""
    queue.join("one", kind="worker", host="h", pid=7, now=NOW)
    for run in ("r1", "r2"):
        queue.request(wanted(run), now=NOW)
        queue.claim("one", now=NOW, lease_s=LEASE_S)
    queue.request_cancel("r2", by="local:ben", now=NOW)
    beat = queue.heartbeat("one", now=LATER, lease_s=LEASE_S)
    assert beat == Beat(held=frozenset({"r1", "r2"}), cancelled=frozenset({"r2"}))
    assert queue.expired(now=LATER + timedelta(seconds=LEASE_S - 1)) == ()
    assert queue.known() == (
        Process(executor="one", kind="worker", host="h", pid=7, started_at=NOW, heartbeat_at=LATER),
    )


def test_a_process_that_leaves_gives_its_runs_back(queue: StoredQueue) -> None:
    """Another takes them at once."""
    queue.join("one", kind="worker", host="h", pid=7, now=NOW)
    queue.request(wanted("r1"), now=NOW)
    queue.claim("one", now=NOW, lease_s=LEASE_S)
    assert queue.leave("one") == ("r1",)
    assert queue.known() == ()
    taken = queue.claim("two", now=NOW, lease_s=LEASE_S)
    assert taken is not None
    assert taken.attempt == 2


def test_what_waits_is_held_by_nobody_until_it_is_woken(queue: StoredQueue) -> None:
    """It is taken neither by age nor by name."""
    queue.request(wanted("r1"), now=NOW)
    queue.claim("one", now=NOW, lease_s=LEASE_S)
    assert queue.park("r1", executor="one", waiting_for="approval:A-1")
    assert queue.claim("one", now=LATER, lease_s=LEASE_S, run="r1") is None
    assert queue.expired(now=LATER) == ()
    assert queue.wake("approval:A-2", now=LATER) == ()
    assert queue.wake("approval:A-1", now=LATER) == ("r1",)
    taken = queue.claim("two", now=LATER, lease_s=LEASE_S)
    assert taken is not None
    assert (taken.run, taken.waiting_for, taken.attempt) == ("r1", None, 2)


def test_what_is_given_back_may_have_to_wait(queue: StoredQueue) -> None:
    """Until the time that is named."""
    queue.request(wanted("r1"), now=NOW)
    queue.claim("one", now=NOW, lease_s=LEASE_S)
    assert queue.give_back("r1", executor="one", not_before=LATER)
    assert queue.claim("one", now=NOW, lease_s=LEASE_S) is None
    assert queue.claim("one", now=LATER, lease_s=LEASE_S) is not None


@pytest.mark.parametrize("parked", [False, True])
def test_what_nobody_holds_is_cancelled_at_once(queue: StoredQueue, *, parked: bool) -> None:
    """Be it queued or waiting; it is final."""
    queue.request(wanted("r1"), now=NOW)
    if parked:
        queue.claim("one", now=NOW, lease_s=LEASE_S)
        queue.park("r1", executor="one", waiting_for="approval:A-1")
    found = queue.request_cancel("r1", by="local:ben", now=LATER)
    assert found is not None
    assert (found.state, found.cancelled_by, found.ended_at, found.outcome) == (
        *(RunState.CANCELLED, "local:ben", LATER),
        "cancelled",
    )
    assert queue.wake("approval:A-1", now=LATER) == ()
    assert queue.claim("one", now=LATER, lease_s=LEASE_S) is None
    assert queue.request_cancel("r1", by="local:eve", now=LATER) == found


def test_what_is_held_is_cancelled_by_its_process(queue: StoredQueue) -> None:
    """It is not parked any more; one whose process is gone is taken by another, which records its end."""
    queue.request(wanted("r1"), now=NOW)
    queue.claim("one", now=NOW, lease_s=LEASE_S)
    found = queue.request_cancel("r1", by="local:ben", now=NOW)
    assert found is not None
    assert found.state is RunState.RUNNING
    assert queue.is_cancelled("r1")
    assert not queue.park("r1", executor="one", waiting_for="approval:A-1")
    assert queue.claim("two", now=LATER, lease_s=LEASE_S) is not None
    assert queue.end("r1", executor="two", outcome="cancelled", now=LATER)
    ended = queue.find("r1")
    assert ended is not None
    assert (ended.state, ended.outcome) == (RunState.CANCELLED, "cancelled")
    assert not queue.is_cancelled("nobody")
    assert queue.request_cancel("nobody", by="local:ben", now=NOW) is None


def test_many_processes_take_each_run_once(open_again: Callable[[], Database]) -> None:
    """Four connections at once, forty runs: each is taken by one of them."""
    first = StoredQueue(open_again())
    runs = {f"r{number}" for number in range(40)}
    for run in runs:
        first.request(wanted(run), now=NOW)
    taken: list[str] = []

    def work(name: str, queue: StoredQueue) -> None:
        while found := queue.claim(name, now=NOW, lease_s=LEASE_S):
            taken.append(found.run)

    queues = [StoredQueue(open_again()) for _ in range(4)]
    threads = [threading.Thread(target=work, args=(f"e{number}", queue)) for number, queue in enumerate(queues)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 40
    assert set(taken) == runs


def test_one_key_asked_by_many_at_once_is_one_run(open_again: Callable[[], Database]) -> None:
    """A double click in two processes begins one run."""
    answers: list[tuple[bool, str]] = []
    barrier = threading.Barrier(4)

    def ask(name: str, queue: StoredQueue) -> None:
        barrier.wait()
        found = queue.request(wanted(name, key="k"), now=NOW)
        answers.append((found.new, found.run.run))

    queues = [StoredQueue(open_again()) for _ in range(4)]
    threads = [threading.Thread(target=ask, args=(f"r{number}", queue)) for number, queue in enumerate(queues)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(new for new, _ in answers) == 1
    assert len({run for _, run in answers}) == 1
