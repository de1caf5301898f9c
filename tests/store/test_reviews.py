"""Reviews, samples and disputes, in both stores."""

import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from orchestrator.core.conversations.reviews import Dispute, DisputeState, Review, Sampled
from orchestrator.core.errors import InputError
from orchestrator.core.purging import Subject
from orchestrator.store.database import FILE, Database, SqliteDatabase
from orchestrator.store.purging import purge_before, purge_subject
from orchestrator.store.reviews import StoredReviews

NOW = datetime(2026, 5, 4, 10, 50, tzinfo=UTC)


def reviews_of(database: Database) -> StoredReviews:
    """The reviews of a store, at a fixed time."""
    return StoredReviews(database, clock=lambda: NOW)


def review(conversation: str = "c1", value: float | None = 4.0, *, reviewer: str = "ann", note: str = "") -> Review:
    """An answer about satisfaction."""
    return Review(conversation=conversation, question="satisfaction", value=value, reviewer=reviewer, note=note)


def test_revisions_are_kept_and_repetitions_are_not_stored(database: Database) -> None:
    """The same sheet read twice changes nothing; another answer is a further row."""
    stored = reviews_of(database)
    assert [one.number for one in stored.add([review(), review("c2", 2.0)])] == [1, 2]
    assert stored.add([review(), review("c2", 2.0)]) == ()
    (revision,) = stored.add([review(value=5.0)])
    assert [(one.number, one.value) for one in stored.reviews()] == [(1, 4.0), (2, 2.0), (3, 5.0)]
    assert revision.at == NOW


def test_two_people_at_once_lose_nothing(database: Database, open_again: Callable[[], Database]) -> None:
    """Two processes' connections write at the same time; every answer has a number of its own."""
    stores = {"ann": reviews_of(database), "bo": reviews_of(open_again())}

    def work(reviewer: str) -> None:
        for at in range(15):
            stores[reviewer].add([review(f"c{at}", reviewer=reviewer)])

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, stores))
    found = stores["ann"].reviews()
    assert [one.number for one in found] == list(range(1, 31))
    assert {(one.conversation, one.reviewer) for one in found} == {
        (f"c{at}", who) for at in range(15) for who in stores
    }


def test_what_was_told_to_be_stored_outlives_a_kill(tmp_path: Path) -> None:
    """Killed after one sheet and in the middle of another: the first is whole, the other absent."""
    pid = os.fork()
    if not pid:
        with SqliteDatabase(tmp_path / FILE) as database:
            stored = reviews_of(database)
            stored.add([review("c1"), review("c2")])

            def half() -> list[Review]:
                os.kill(os.getpid(), signal.SIGKILL)
                return []

            with database.transaction(alone="reviews") as connection:
                stored._add(connection, review("c3"))
                half()
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL
    with SqliteDatabase(tmp_path / FILE) as database:
        assert [one.conversation for one in reviews_of(database).reviews()] == ["c1", "c2"]


def test_a_sample_is_stored_once(database: Database) -> None:
    """Its automatic scores and probabilities come back as they were."""
    item = Sampled(
        sample="R-1",
        conversation="c1",
        stratum="satisfaction 2",
        probability=0.25,
        scorer_version="1",
        started_at="2026-04-01T00:00:00Z",
        automatic={"satisfaction": 2.5, "turn_quality.3": 4.0},
    )
    stored = reviews_of(database)
    assert (stored.add_sample([item]), stored.add_sample([item])) == (1, 0)
    (found,) = stored.samples()
    assert found == stored.drawn("c1")
    assert (found.score("satisfaction", None), found.score("turn_quality", 3), found.at) == (2.5, 4.0, NOW)
    assert stored.drawn("c2") is None


def test_another_person_settles_a_dispute_once(database: Database) -> None:
    """Not the one who opened it, and not a second time."""
    stored = reviews_of(database)
    opened = stored.dispute(
        Dispute(conversation="c1", question="satisfaction", by="ann", reason="password: hunter2hunter2", value=2.0)
    )
    assert (opened.id, opened.state, "hunter2" in opened.reason) == ("D-1", DisputeState.OPEN, False)
    with pytest.raises(InputError, match="'ann', who may not settle it: another person must"):
        stored.end_dispute(1, by="Ann", state=DisputeState.UPHELD, note="")
    with pytest.raises(InputError, match="there is no dispute 'D-7'"):
        stored.end_dispute(7, by="bo", state=DisputeState.UPHELD, note="")
    ended = stored.end_dispute(1, by="bo", state=DisputeState.UPHELD, note="heard the call")
    assert stored.disputes() == (ended,)
    assert (ended.state, ended.ended_by, ended.value) == (DisputeState.UPHELD, "bo", 2.0)
    with pytest.raises(InputError, match="D-1 was upheld by 'bo'"):
        stored.end_dispute(1, by="cy", state=DisputeState.REJECTED, note="")


def test_reviews_are_purged_by_age_and_by_name(database: Database) -> None:
    """A reviewer's name goes on request; an open dispute stays until it is settled."""
    stored = reviews_of(database)
    stored.add([review(reviewer="ann.lee@shop.example")])
    stored.dispute(Dispute(conversation="c1", question="satisfaction", by="bo", reason="no"))
    purge_subject(database, Subject("ann.lee@shop.example"))
    assert [one.reviewer for one in stored.reviews()] == ["[purged]"]
    purge_before(database, NOW + timedelta(days=1))
    assert (stored.reviews(), len(stored.disputes())) == ((), 1)
    stored.end_dispute(1, by="cy", state=DisputeState.REJECTED, note="")
    purge_before(database, NOW + timedelta(days=1))
    assert stored.disputes() == ()
