"""The port `Workflows` over a host in process and one on a port: the same suite for both."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from orchestrator.core.errors import InputError
from orchestrator.core.workflows import Absent, Accepted, Done, Refused, Unknown, action_key
from plugins.logicapps.client import CallLimits
from plugins.logicapps.host.faults import Fault, FaultKind
from plugins.logicapps.host.work import HostLimits

KEY = action_key("open_ticket", "INC-7")
TICKET = {"title": "checkout fails"}


async def test_a_changing_workflow_is_done(bench: Any) -> None:
    """Its answer comes back with the run's headers, and the system was changed once."""
    outcome = await bench.client.call("open_ticket", TICKET, key=KEY)
    assert isinstance(outcome, Done)
    assert (outcome.status, outcome.body["title"]) == (200, "checkout fails")
    assert outcome.run_id == dict(outcome.headers)["x-ms-workflow-run-id"]
    assert bench.store.count("ticket", key=KEY) == 1


async def test_a_repetition_gets_the_first_answer(bench: Any) -> None:
    """The same key and payload give the same run's answer and no second ticket."""
    first = await bench.client.call("open_ticket", TICKET, key=KEY)
    again = await bench.client.call("open_ticket", TICKET, key=KEY)
    assert (again.body, again.run_id) == (first.body, first.run_id)
    assert bench.store.count("ticket") == 1


async def test_calls_at_the_same_time_act_once(bench: Any) -> None:
    """Ten at once with one key: one ticket, and every outcome is done or still at work."""
    outcomes = await asyncio.gather(*[bench.client.call("open_ticket", TICKET, key=KEY) for _ in range(10)])
    assert {type(outcome) for outcome in outcomes} <= {Done, Accepted}
    assert any(isinstance(outcome, Done) for outcome in outcomes)
    assert bench.store.count("ticket") == 1


async def test_without_a_response_action_it_is_accepted(bench: Any) -> None:
    """202 at once is all that such a workflow says; the history tells that it ran."""
    outcome = await bench.client.call("notify", {"channel": "ops", "text": "hi"}, key=action_key("notify", "INC-7"))
    assert isinstance(outcome, Accepted)
    assert outcome.location is None
    assert (await bench.settled(action_key("notify", "INC-7"))).run_id == outcome.run_id


async def test_the_asynchronous_pattern_is_polled_to_its_answer(bench: Any) -> None:
    """202 with a location, then the Response action's own status and body."""
    outcome = await bench.client.call("export_orders", {}, key=action_key("export_orders", "day-1"))
    assert isinstance(outcome, Done)
    assert outcome.body == {"file": "orders-1.csv"}


@pytest.mark.parametrize("kind", [FaultKind.LOST_REPLY, FaultKind.LATE_REPLY, FaultKind.LOST_LOCATION, FaultKind.ERROR])
async def test_a_lost_reply_is_unknown_and_a_read_finds_it_done(
    place: str, opened: Callable[..., Any], kind: Any
) -> None:
    """The work was done; nothing is repeated, and `lookup_by_key` tells."""
    async with opened(place=place, faults=[Fault(kind=kind, after_work=True)]) as bench:
        outcome = await bench.client.call("open_ticket", TICKET, key=KEY)
        assert isinstance(outcome, Unknown)
        assert outcome.owner == "read"
        reading = await bench.settled(KEY)
        assert isinstance(reading, Done)
        assert reading.body["number"] == "#1"
        assert bench.store.count("ticket") == 1


async def test_a_request_that_was_cut_before_the_work_is_absent_in_time(place: str, opened: Callable[..., Any]) -> None:
    """Early it is not believed that nothing was done; later it is, and the repetition acts once."""
    async with opened(place=place, faults=[Fault(kind=FaultKind.LOST_REPLY, after_work=False)]) as bench:
        assert isinstance(await bench.client.call("open_ticket", TICKET, key=KEY), Unknown)
        early = await bench.client.read(KEY)
        bench.time.advance(400)
        late = await bench.client.read(KEY)
        assert (type(early), type(late)) == (Unknown, Absent)
        assert isinstance(await bench.client.call("open_ticket", TICKET, key=KEY), Done)
        assert bench.store.count("ticket") == 1


@pytest.mark.parametrize("kind", [FaultKind.DUPLICATE, FaultKind.RESUBMIT])
async def test_a_second_run_of_one_request_acts_once(place: str, opened: Callable[..., Any], kind: Any) -> None:
    """Delivered twice or resubmitted: two runs, one ticket."""
    async with opened(place=place, faults=[Fault(kind=kind)]) as bench:
        assert isinstance(await bench.client.call("open_ticket", TICKET, key=KEY), Done)
        runs = await bench.ended("open_ticket", KEY)
        assert [run.status for run in runs] == ["Succeeded", "Succeeded"]
        assert bench.store.count("ticket") == 1


async def test_a_throttled_call_is_sent_again_after_its_time(place: str, opened: Callable[..., Any]) -> None:
    """429 was before any work: the pause is the server's, and the ticket is one."""
    async with opened(place=place, faults=[Fault(kind=FaultKind.THROTTLE, retry_after_s=7, times=2)]) as bench:
        assert isinstance(await bench.client.call("open_ticket", TICKET, key=KEY), Done)
        assert bench.time.slept == [7.0, 7.0]
        assert bench.store.count("ticket") == 1


async def test_a_throttled_call_ends_politely(place: str, opened: Callable[..., Any]) -> None:
    """A pause beyond the deadline is not waited for: refused, retryable, with the time."""
    async with opened(place=place, faults=[Fault(kind=FaultKind.THROTTLE, retry_after_s=900)]) as bench:
        outcome = await bench.client.call("open_ticket", TICKET, key=KEY)
        assert isinstance(outcome, Refused)
        assert (outcome.retryable, outcome.retry_after_s, outcome.by) == (True, 900.0, "service")
        assert bench.store.count("ticket") == 0


async def test_a_late_workflow_is_unknown_then_at_work_then_done(place: str, opened: Callable[..., Any]) -> None:
    """504 while the work goes on; a read says so, and the later read has the answer."""
    delay = [Fault(kind=FaultKind.DELAY, seconds=1.5)]
    async with opened(place=place, faults=delay, limits=HostLimits(held_s=0.05)) as bench:
        outcome = await bench.client.call("open_ticket", TICKET, key=KEY)
        assert isinstance(outcome, Unknown)
        assert outcome.status == 504
        assert isinstance(await bench.client.read(KEY), Accepted)
        assert isinstance(await bench.settled(KEY), Done)


async def test_an_accepted_call_is_still_accepted_at_its_deadline(place: str, opened: Callable[..., Any]) -> None:
    """What is known is returned, and polling can go on later."""
    async with opened(place=place, faults=[Fault(kind=FaultKind.ACCEPT, polls=8)]) as bench:
        client = bench.connect(limits=CallLimits(deadline_s=100, held_s=5.0))
        outcome = await client.call("open_ticket", TICKET, key=KEY)
        assert isinstance(outcome, Accepted)
        assert bench.time.slept == [20.0] * 5
        assert isinstance(await client.resume("open_ticket", outcome), Done)


async def test_nothing_tells_what_became_of_it(place: str, opened: Callable[..., Any]) -> None:
    """Without lookup and history an unknown outcome is a person's from the start."""
    async with opened(place=place, faults=[Fault(kind=FaultKind.LOST_REPLY)]) as bench:
        client = bench.connect(history=False)
        key = action_key("careless", "O-1")
        outcome = await client.call("careless", {}, key=key)
        assert isinstance(outcome, Unknown)
        reading = await client.read(key)
        assert (outcome.owner, reading.kind, reading.owner) == ("person", "unknown", "person")


async def test_a_run_that_failed_midway_is_for_a_person(bench: Any) -> None:
    """502 without a response; the history shows a failed run, which may have acted."""
    key = action_key("crash", "O-1")
    outcome = await bench.client.call("crash", {}, key=key)
    reading = await bench.client.read(key)
    assert (outcome.kind, outcome.status, reading.kind, reading.owner) == ("unknown", 502, "unknown", "person")
    assert "abcdefgh" not in bench.store.run(outcome.run_id).error


async def test_names_and_keys_that_are_none(bench: Any) -> None:
    """They are refused with the nearest name, before anything is sent."""
    with pytest.raises(InputError, match="did you mean 'open_ticket'"):
        await bench.client.call("open_tickets", TICKET, key=KEY)
    with pytest.raises(InputError, match="make it by action_key"):
        await bench.client.call("open_ticket", TICKET, key='a "b"')
    with pytest.raises(InputError, match="changes nothing"):
        await bench.client.read("find_ticket:x:1")
    with pytest.raises(InputError, match="there is no workflow 'nonsense'"):
        await bench.client.read("nonsense")
