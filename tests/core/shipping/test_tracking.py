"""The state machine of parcels: rules one by one, and its laws over all orders and repetitions of events."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.core.shipping.address import Address
from orchestrator.core.shipping.incidents import Actor, Cause, IncidentReason, next_step
from orchestrator.core.shipping.reading import read_tracking_event
from orchestrator.core.shipping.shipment import Rate, RefundStatus, Shipment, TrackingEvent, TrackingStatus
from orchestrator.core.shipping.tracking import (
    RETURN_COMPLETED,
    Doubt,
    fold,
    identity,
    is_exception,
    is_late,
    merge,
    track,
)

START = datetime(2026, 11, 25, 8, tzinfo=UTC)
S = TrackingStatus
FURTHEST = st.integers(0, 6)


def event(status: TrackingStatus, hour: float = 0, *, due: float | None = None, **more: str) -> TrackingEvent:
    """An event some hours after the start; `due` is when it expects the delivery."""
    fields = {"carrier_code": status.value[:2].upper(), "location": "Oslo", **more}
    estimate = None if due is None else START + timedelta(hours=due)
    return TrackingEvent(status=status, occurred_at=START + timedelta(hours=hour), estimated_at=estimate, **fields)


def shipment(*numbers: str, **more: object) -> Shipment:
    """A bought shipment of one parcel, or of these."""
    made = Shipment(
        id="S-1",
        order_id="#W1",
        reference="W1-1",
        ship_from=Address(),
        ship_to=Address(),
        parcels=(),
        carrier="ups",
        service="03",
        idempotency_key="k",
        action="A-1",
        rate=Rate(carrier="ups", service="03", amount=Decimal(9), currency="USD"),
        tracking_numbers=numbers or ("1Z999AA10123456784",),
    )
    return replace(made, **more)  # type: ignore[arg-type]  # fields of a shipment


EVENTS = st.lists(
    st.builds(
        event,
        st.sampled_from(list(S)),
        FURTHEST,
        due=st.none() | FURTHEST,
        carrier_code=st.sampled_from(["IT", "it", "DL"]),
        location=st.sampled_from(["Oslo", "Oslo, NO", "oslo no"]),
        source=st.sampled_from(["push", "poll"]),
        reason=st.sampled_from(["", "carrier_parcel_lost", "carrier_damaged_parcel", "consignee_not_home"]),
        signed_by=st.sampled_from(["", "Noor", "N."]),
        description=st.sampled_from(["", "left", "kept"]),
        tracking_number=st.sampled_from(["", "N1", "n2"]),
    ),
    max_size=8,
)


@given(EVENTS, st.randoms(use_true_random=False), st.integers(0, 8))
def test_order_and_repetition_do_not_matter(events: list[TrackingEvent], random: Random, cut: int):
    """Any order, any split into deliveries and any repetition gives the same shipment."""
    start, now = shipment("N1", "N2", estimated_at=START + timedelta(days=9)), START + timedelta(hours=3)
    expected = fold(start, events, now=now)
    shuffled = [*events, *events[:cut]]
    random.shuffle(shuffled)
    piecewise = fold(fold(start, shuffled[:cut], now=now), shuffled[cut:], now=now)
    assert piecewise == expected
    assert fold(expected, events, now=now) == expected


@given(EVENTS, EVENTS, EVENTS)
def test_merging_is_a_union(first: list[TrackingEvent], second: list[TrackingEvent], third: list[TrackingEvent]):
    """Merging is commutative, associative and idempotent."""
    assert merge(first, second) == merge(second, first)
    assert merge(merge(first, second), third) == merge(first, merge(second, third))
    assert merge(merge(first)) == merge(first, first)


@given(EVENTS)
def test_nothing_is_delivered_on_a_guess(events: list[TrackingEvent]):
    """A shipment is delivered only where a carrier said so of each of its parcels that was not cancelled."""
    found = track(events, numbers=("N1", "N2"))
    said = {(item.tracking_number.upper() or "N1", item.status) for item in events}
    over = {number for number, status in said if status in {S.DELIVERED, S.CANCELLED}}
    assert found.status is not S.DELIVERED or (over == {"N1", "N2"} and S.DELIVERED in {status for _, status in said})
    assert (found.delivered_at is not None) == (found.status is S.DELIVERED)


@given(EVENTS)
def test_every_event_is_kept(events: list[TrackingEvent]):
    """Nothing is lost: each identity is among the events, and what moved nothing is listed with its reason."""
    found = track(events, now=START, numbers=("N1",))
    assert {identity(item, number="N1") for item in events} == {identity(item, number="N1") for item in found.events}
    assert {item for item, _ in found.doubts} <= set(found.events)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([], S.PENDING),
        ([event(S.PENDING), event(S.PICKED_UP, 1), event(S.IN_TRANSIT, 2)], S.IN_TRANSIT),
        ([event(S.OUT_FOR_DELIVERY, 2), event(S.IN_TRANSIT, 3)], S.IN_TRANSIT),
        ([event(S.IN_TRANSIT, 2), event(S.OUT_FOR_DELIVERY, 2)], S.OUT_FOR_DELIVERY),
        ([event(S.PICKED_UP, 1), event(S.PENDING, 2)], S.PICKED_UP),
        ([event(S.DELIVERED, 2), event(S.IN_TRANSIT, 3)], S.DELIVERED),
        ([event(S.DELIVERED, 2), event(S.RETURN_TO_SENDER, 3)], S.RETURN_TO_SENDER),
        ([event(S.DELIVERED, 2), event(S.DELIVERY_FAILED, 3)], S.DELIVERY_FAILED),
        ([event(S.DELIVERED, 2), event(S.DELIVERY_FAILED, 2)], S.DELIVERY_FAILED),
        ([event(S.DELIVERED, 2), event(S.UNKNOWN, 3, reason="carrier_parcel_lost")], S.UNKNOWN),
        ([event(S.DELIVERY_FAILED, 2), event(S.DELIVERED, 3)], S.DELIVERED),
        ([event(S.CANCELLED, 1), event(S.PENDING, 2)], S.CANCELLED),
        ([event(S.CANCELLED, 1), event(S.PICKED_UP, 2)], S.PICKED_UP),
        ([event(S.RETURN_TO_SENDER, 1), event(S.IN_TRANSIT, 2)], S.RETURN_TO_SENDER),
        ([event(S.RETURN_TO_SENDER, 1), event(S.DELIVERED, 2)], S.RETURN_TO_SENDER),
        ([event(S.UNKNOWN, 1)], S.UNKNOWN),
        ([event(S.IN_TRANSIT, 1), event(S.UNKNOWN, 2)], S.IN_TRANSIT),
        ([event(S.PENDING, 1), event(S.UNKNOWN, 2)], S.PENDING),
    ],
)
def test_rules(told: list[TrackingEvent], expected: TrackingStatus):
    """Each rule of the machine, on the fewest events that show it."""
    assert track(told).status is expected


def test_a_return_is_completed_when_the_sender_has_it():
    """Delivered after a return began is not a delivery: no time, no signature of the recipient, and the end of it."""
    back = [event(S.RETURN_TO_SENDER, 1), event(S.DELIVERED, 2, signed_by="Dock")]
    found = track([*back, event(S.RETURN_TO_SENDER, 3)])
    assert (found.status, found.substatus, found.delivered_at, found.signed_by) == (
        S.RETURN_TO_SENDER,
        RETURN_COMPLETED,
        None,
        "",
    )
    assert found.action.actor is Actor.SENDER
    assert [doubt for _, doubt in found.doubts] == [Doubt.OVERTAKEN]


def test_estimates():
    """The newest that is told counts, also by an event that moves nothing; the record's own stays until one is."""
    told = [event(S.IN_TRANSIT, 1, due=30), event(S.UNKNOWN, 2, due=40), event(S.IN_TRANSIT, 9, due=50)]
    assert track(told, now=START + timedelta(hours=3)).estimated_at == START + timedelta(hours=40)
    start = shipment(estimated_at=START)
    assert fold(start, [event(S.IN_TRANSIT)]).estimated_at == START
    late = [event(S.DELIVERED, 1), event(S.IN_TRANSIT, 2, due=7)]
    assert fold(start, late).estimated_at == START + timedelta(hours=7)


def test_the_same_event_by_push_and_by_poll_is_one():
    """Another channel, another zone, another spelling of the place: one event, with the words of both."""
    oslo = timezone(timedelta(hours=1))
    pushed = replace(event(S.DELIVERED, 2, source="push", location="OSLO,  NO"), signed_by="Noor")
    polled = replace(
        event(S.DELIVERED, 2, location="Oslo NO", description="Left at the door"),
        occurred_at=pushed.occurred_at.astimezone(oslo) + timedelta(microseconds=5),
    )
    (one,) = merge([pushed], [polled])
    assert (one.signed_by, one.description) == ("Noor", "Left at the door")
    assert merge([polled], [pushed]) == (one,)
    assert identity(pushed, carrier="ups") != identity(pushed, carrier="dhl")


def test_a_time_in_the_future_waits():
    """An event from the future is kept and listed, and counts when its time has come."""
    told = [event(S.IN_TRANSIT, 1), event(S.DELIVERED, 30)]
    early, later = track(told, now=START + timedelta(hours=2)), track(told, now=START + timedelta(hours=29, minutes=30))
    assert (early.status, [doubt for _, doubt in early.doubts]) == (S.IN_TRANSIT, [Doubt.IN_THE_FUTURE])
    assert (later.status, later.doubts) == (S.DELIVERED, ())
    assert len(early.events) == 2


def test_several_parcels_arrive_when_the_last_does():
    """The worst parcel speaks for the shipment; delivered means all of them, at the time of the last."""
    told = [event(S.DELIVERED, 2, tracking_number="N1", signed_by="Noor"), event(S.IN_TRANSIT, 2, tracking_number="N2")]
    open_ = fold(shipment("N1", "N2"), told)
    assert (open_.status, open_.delivered_at) == (S.IN_TRANSIT, None)
    done = fold(open_, [event(S.DELIVERED, 5, tracking_number="N2", signed_by="Dock")])
    assert (done.status, done.delivered_at, done.signed_by) == (
        S.DELIVERED,
        START + timedelta(hours=5),
        "Noor, Dock",
    )
    assert fold(shipment("N1", "N2", "N3"), done.events).status is S.PENDING
    spaced = event(S.DELIVERED, 5, tracking_number="n-2", signed_by="Dock")
    assert fold(open_, [spaced]).status is S.DELIVERED


def test_what_a_record_gets():
    """Reason, action, estimate and signature reach the record; without events it stays as it is."""
    start = shipment(substatus="awaiting_approval")
    assert fold(start, ()) == start
    failed = replace(event(S.DELIVERY_FAILED, 3, reason="consignee_not_home"), estimated_at=START + timedelta(days=1))
    found = fold(start, [event(S.OUT_FOR_DELIVERY, 2), failed])
    assert (found.status, found.substatus, found.estimated_at) == (
        S.DELIVERY_FAILED,
        "consignee_not_home",
        START + timedelta(days=1),
    )
    assert found.action_required.startswith("recipient: choose another day")
    assert is_exception(found)
    done = fold(found, [event(S.DELIVERED, 26, signed_by="Noor")])
    assert (done.action_required, done.signed_by, done.substatus, is_exception(done)) == ("", "Noor", "", False)


def test_a_label_that_was_given_back_stays_cancelled():
    """Label data after the refund changes nothing; a parcel that moves all the same does."""
    void = shipment(refund_status=RefundStatus.SUBMITTED)
    assert fold(void, [event(S.PENDING, 1)]).status is S.CANCELLED
    assert fold(void, [event(S.PENDING, 1), event(S.PICKED_UP, 2)]).status is S.PICKED_UP


@pytest.mark.parametrize(
    ("late", "status"),
    [(1, S.IN_TRANSIT), (1, S.PENDING), (0, S.DELIVERED), (0, S.CANCELLED), (0, S.RETURN_TO_SENDER)],
)
def test_late(late: int, status: TrackingStatus):
    """Late is what was promised and is not there; what is over or on its way back is not."""
    now = START + timedelta(hours=5)
    assert is_late(shipment(promised_at=START, status=status), now=now) == late
    assert not is_late(shipment(promised_at=now, status=status), now=now)
    assert not is_late(shipment(status=status), now=now)


def test_every_reason_has_a_cause_and_a_step():
    """Each reason is somebody's doing and asks somebody for something, or says that nobody must act."""
    causes = {reason.cause for reason in IncidentReason}
    assert causes == set(Cause)
    for reason in IncidentReason:
        step = next_step(S.ON_HOLD, reason)
        assert (step.actor is Actor.NONE) == (step.sentence == "")
    assert IncidentReason.NATURAL_DISASTER.cause is Cause.WEATHER
    assert str(next_step(S.DELIVERED, None)) == ""
    assert next_step(S.DELIVERED, IncidentReason.CARRIER_DAMAGED_PARCEL).actor is Actor.SENDER


def test_a_parcels_number_survives_its_document():
    """The number of a parcel is written where there is one, and read again."""
    told = event(S.IN_TRANSIT, 1, tracking_number="N2")
    assert read_tracking_event(told.document()) == told
    assert "tracking_number" not in event(S.IN_TRANSIT).document()
