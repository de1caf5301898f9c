"""In one process a key whose outcome is open is read before it is sent again, and one that is done is not sent."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from orchestrator.core.workflows import Absent, Accepted, Done, Refused, Unknown, action_key
from plugins.logicapps.attempts import Attempt, Attempts
from plugins.logicapps.host.faults import Fault, FaultKind
from plugins.logicapps.settling import Lookup, settle

KEY = action_key("open_ticket", "INC-7")
TICKET = {"title": "t"}
NOW = datetime(2026, 11, 22, 10, 45, tzinfo=UTC)
DONE = Done(key=KEY, status=200)


def trigger_runs(bench: Any) -> int:
    """How many runs of the workflow there have been."""
    return len(bench.store.runs("open_ticket", tracking_id=KEY, status=None))


async def test_an_unknown_outcome_is_read_before_anything_is_sent(opened: Callable[..., Any]) -> None:
    """The second call finds by reading what the first did, and sends nothing."""
    async with opened(faults=[Fault(kind=FaultKind.LOST_REPLY)]) as bench:
        first = await bench.client.call("open_ticket", TICKET, key=KEY)
        second = await bench.client.call("open_ticket", TICKET, key=KEY)
        third = await bench.client.call("open_ticket", TICKET, key=KEY)
        assert [outcome.kind for outcome in (first, second, third)] == ["unknown", "done", "done"]
        assert trigger_runs(bench) == 1


async def test_an_open_outcome_is_sent_again_only_when_it_is_absent(opened: Callable[..., Any]) -> None:
    """Too early it stays unknown; when the time has shown that nothing was done, it is sent."""
    async with opened(faults=[Fault(kind=FaultKind.LOST_REPLY, after_work=False)]) as bench:
        kinds = [(await bench.client.call("open_ticket", TICKET, key=KEY)).kind for _ in range(3)]
        assert (kinds, trigger_runs(bench)) == (["unknown"] * 3, 0)
        bench.time.advance(400)
        assert (await bench.client.call("open_ticket", TICKET, key=KEY)).kind == "done"
        assert trigger_runs(bench) == 1


async def test_a_done_key_is_not_sent_again(bench: Any) -> None:
    """A workflow that keeps no keys itself is called once all the same, also by ten at the same time."""
    key = action_key("careless", "O-1")
    outcomes = await asyncio.gather(*[bench.client.call("careless", {}, key=key) for _ in range(10)])
    assert {outcome.kind for outcome in outcomes} == {"done"}
    assert bench.store.count("charge") == 1


async def test_another_payload_under_the_key_is_refused_here(bench: Any) -> None:
    """It is a mistake of the caller, told before anything is sent."""
    await bench.client.call("open_ticket", TICKET, key=KEY)
    outcome = await bench.client.call("open_ticket", {"title": "other"}, key=KEY)
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.by) == ("IdempotencyKeyReused", "caller")


async def test_a_cancelled_call_is_an_open_one(opened: Callable[..., Any]) -> None:
    """Who gave up waiting does not know, and the next call reads first."""
    async with opened(faults=[Fault(kind=FaultKind.DELAY, seconds=1.5)]) as bench:
        task = asyncio.create_task(bench.client.call("open_ticket", TICKET, key=KEY))
        await bench.began("open_ticket", KEY)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert isinstance(await bench.client.call("open_ticket", TICKET, key=KEY), Accepted)
        await bench.ended("open_ticket", KEY)
        assert isinstance(await bench.client.call("open_ticket", TICKET, key=KEY), Done)
        assert trigger_runs(bench) == 1


async def test_a_refused_call_may_be_made_again(opened: Callable[..., Any]) -> None:
    """It did nothing, so that neither a read nor the same payload is asked for."""
    async with opened(faults=[Fault(kind=FaultKind.THROTTLE, retry_after_s=9_000)]) as bench:
        assert isinstance(await bench.client.call("open_ticket", TICKET, key=KEY), Refused)
        assert isinstance(await bench.client.call("open_ticket", {"title": "other"}, key=KEY), Done)


def test_what_is_remembered_has_a_bound() -> None:
    """Done ones go first, the oldest before others; open ones go last."""
    attempts = Attempts(remembered=2)
    attempt = Attempt(payload="p", sent_at=NOW)
    for key in ("open", "done", "new"):
        attempts.begin(key, attempt)
        if key == "done":
            attempts.end(key, attempt, DONE)
    assert [attempts.last(key) is not None for key in ("open", "done", "new")] == [True, False, True]
    attempts.begin("newer", attempt)
    assert [attempts.last(key) is not None for key in ("open", "new", "newer")] == [False, True, True]


def test_what_a_read_teaches() -> None:
    """Absent is forgotten, an answer is kept, and a done one stays done."""
    attempts = Attempts()
    attempt = Attempt(payload="p", sent_at=NOW)
    attempts.begin(KEY, attempt)
    attempts.learn(KEY, DONE)
    attempts.learn(KEY, Unknown(key=KEY, reason="later"))
    last = attempts.last(KEY)
    assert last is not None
    assert last.outcome is DONE
    attempts.learn(KEY, Absent(key=KEY, source="lookup"))
    assert attempts.last(KEY) is None


@pytest.mark.parametrize(
    "outcome", [Accepted(key=KEY, run_id="r"), Unknown(key=KEY, reason="504", status=504, run_id="r")]
)
def test_a_call_that_was_taken_is_not_absent_by_a_lookup_alone(outcome: Accepted | Unknown) -> None:
    """Its run may wait for hours: without a history that shows its end a person decides, also after later reads."""
    attempts = Attempts()
    attempt = Attempt(payload="p", sent_at=NOW)
    attempts.begin(KEY, attempt)
    attempts.end(KEY, attempt, outcome)
    attempts.learn(KEY, Unknown(key=KEY, reason="nothing yet"))
    last = attempts.last(KEY)
    assert last is not None
    assert last.taken
    late = NOW + timedelta(hours=5)
    nothing = Lookup(state="absent")
    reading = settle(KEY, lookup=nothing, runs=None, now=late, sent_at=NOW, taken=last.taken)
    assert isinstance(reading, Unknown)
    assert reading.owner == "person"
    assert isinstance(settle(KEY, lookup=nothing, runs=None, now=late, sent_at=NOW, taken=False), Absent)
