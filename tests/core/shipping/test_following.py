"""When carriers are asked, and how numbers are compared."""

from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.core.shipping.following import next_poll, of_parcels, plain_number
from orchestrator.core.shipping.shipment import TrackingEvent, TrackingStatus

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def asked_in(status: str, *, quiet: timedelta = HOUR, substatus: str = "") -> timedelta | None:
    """How long after now it is asked again, of one whose newest event is so old."""
    found = next_poll(TrackingStatus(status), substatus=substatus, now=NOW, told_at=NOW - quiet, since=NOW - 200 * DAY)
    return found - NOW if found is not None else None


@pytest.mark.parametrize(
    ("status", "quiet", "expected"),
    [
        ("out_for_delivery", HOUR, timedelta(minutes=15)),
        ("in_transit", HOUR, HOUR),
        ("on_hold", HOUR, HOUR),
        ("pending", HOUR, 2 * HOUR),
        ("ready_for_pickup", HOUR, 6 * HOUR),
        ("in_transit", 4 * DAY, 6 * HOUR),
        ("in_transit", 20 * DAY, DAY),
        ("in_transit", 119 * DAY, DAY),
        ("in_transit", 120 * DAY, None),
        ("delivered", HOUR, DAY),
        ("delivered", 2 * DAY, None),
        ("cancelled", 2 * DAY, None),
        ("return_to_sender", 2 * DAY, 6 * HOUR),
    ],
)
def test_the_longer_nothing_is_told_the_seldomer_it_is_asked(status: str, quiet: timedelta, expected: timedelta | None):
    """Often at the door, hourly on its way, daily once it is old, and no more once it is there for two days."""
    assert asked_in(status, quiet=quiet) == expected


def test_a_parcel_that_is_back_is_asked_about_no_more():
    """The return is completed."""
    assert asked_in("return_to_sender", quiet=2 * DAY, substatus="return_completed") is None


def test_before_any_event_the_purchase_counts():
    """A label that was never used is given up like a parcel that was never heard of."""
    poll = next_poll(TrackingStatus.PENDING, now=NOW, told_at=None, since=NOW - HOUR)
    assert poll == NOW + 2 * HOUR
    assert next_poll(TrackingStatus.PENDING, now=NOW, told_at=None, since=NOW - 120 * DAY) is None


def test_numbers_are_compared_without_their_marks():
    """Spaces, dashes and small letters are people's."""
    assert plain_number(" 1z-999 aa1 ") == "1Z999AA1"


def test_events_get_the_number_of_their_parcel_as_the_shipment_writes_it():
    """That of the event, else that which was asked about; one that the shipment has not stays."""
    event = TrackingEvent(carrier_code="X", status=TrackingStatus.PENDING, occurred_at=NOW)
    numbers = ["1Z 1", "1Z 2"]
    assert [one.tracking_number for one in of_parcels([event], numbers, parcel="1z1")] == ["1Z 1"]
    named = TrackingEvent(carrier_code="X", status=TrackingStatus.PENDING, occurred_at=NOW, tracking_number="1Z2")
    assert [one.tracking_number for one in of_parcels([named], numbers, parcel="1z1")] == ["1Z 2"]
    other = TrackingEvent(carrier_code="X", status=TrackingStatus.PENDING, occurred_at=NOW, tracking_number="9")
    assert [one.tracking_number for one in of_parcels([other], numbers)] == ["9"]
