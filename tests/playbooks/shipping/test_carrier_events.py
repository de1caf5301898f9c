"""Pushed payloads of carriers and shipping services, in the forms that they document."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.core.errors import InputError
from orchestrator.core.shipping.shipment import TrackingEvent, TrackingStatus
from orchestrator.core.shipping.tracking import merge, track
from playbooks.shipping.carrier_events.payload import Notice
from playbooks.shipping.carrier_events.reading import read_push

S = TrackingStatus
EASYPOST = {
    "id": "evt_1",
    "object": "Event",
    "description": "tracker.updated",
    "mode": "test",
    "result": {
        "object": "Tracker",
        "tracking_code": "1Z 999AA1 0123456784",
        "status": "delivered",
        "carrier": "UPS",
        "signed_by": "John Tester",
        "est_delivery_date": "2026-11-27T00:00:00Z",
        "tracking_details": [
            {
                "message": "Label",
                "status": "pre_transit",
                "status_detail": "label_created",
                "datetime": "2026-11-21T14:24:00Z",
                "tracking_location": {"city": None, "state": None, "country": None},
            },
            {"message": "Left", "status": "brand_new", "datetime": "2026-11-22T08:00:00Z", "tracking_location": None},
            {
                "message": "Delivered",
                "status": "delivered",
                "datetime": "2026-11-24T14:24:00Z",
                "tracking_location": {"city": "Oslo", "state": "", "country": "NO"},
            },
        ],
    },
}
SHIPPO = {
    "event": "track_updated",
    "test": True,
    "data": {
        "tracking_number": "9205590164917312751089",
        "carrier": "usps",
        "eta": "2026-11-28T00:00:00Z",
        "tracking_status": {
            "status": "TRANSIT",
            "substatus": {"code": "notice_left", "text": "Notice left.", "action_required": True},
            "status_details": "Notice left",
            "status_date": "2026-11-25T10:00:00Z",
            "location": {"city": "San Francisco", "state": "CA", "zip": "94103", "country": "US"},
        },
        "tracking_history": [
            {"status": "PRE_TRANSIT", "status_details": "", "status_date": "2026-11-24T10:00:00Z", "location": None},
            {
                "status": "TRANSIT",
                "substatus": {"code": "notice_left"},
                "status_details": "Notice left",
                "status_date": "2026-11-25T10:00:00Z",
                "location": {"city": "San Francisco", "state": "CA", "country": "US"},
            },
        ],
    },
}
KARRIO = {
    "event": "tracker_updated",
    "data": {
        "tracking_number": "7489",
        "carrier_name": "dhl_express",
        "estimated_delivery": "2026-11-28",
        "info": {"signed_by": "Noor"},
        "events": [
            {"code": "WC", "date": "2026-11-25", "time": "09:30", "location": "Oslo", "description": "With courier"},
            {
                "code": "OK",
                "status": "delivered",
                "timestamp": "2026-11-25T12:00:00+01:00",
                "location": "Oslo",
                "description": "Delivered",
            },
        ],
    },
}
UPS = {
    "trackingNumber": "1Z999AA10123456784",
    "localActivityDate": "20261125",
    "localActivityTime": "091519",
    "activityLocation": {"city": "Charlotte", "stateProvince": "NC", "postalCode": "30004", "country": "US"},
    "activityStatus": {"type": "I", "code": "OT", "description": "Out for Delivery"},
    "scheduledDeliveryDate": "20261125",
    "gmtActivityDate": "20261125",
    "gmtActivityTime": "131519",
}
OURS = {
    "found": True,
    "tracking_number": "1Z999AA10123456784",
    "carrier": "ups",
    "events": [{"carrier_code": "I", "status": "in_transit", "occurred_at": "2026-11-25T10:00:00Z"}],
    "estimated_at": None,
    "signed_by": None,
}


def changed(payload: dict[str, Any], **more: object) -> dict[str, Any]:
    """The payload with other fields; None takes one away."""
    return {name: value for name, value in {**payload, **more}.items() if value is not None}


def shown(event: TrackingEvent) -> tuple[str, str, str, str]:
    """What a test compares of an event."""
    return event.carrier_code, event.status.value, event.reason, event.location


def test_easypost():
    """Each detail is an event; the signature goes to the delivery, the estimate to the newest."""
    notice = read_push(EASYPOST)
    assert (notice.form, notice.tracking_number, notice.carrier) == ("easypost", "1Z999AA10123456784", "ups")
    assert [shown(event) for event in notice.events] == [
        ("pre_transit/label_created", "pending", "", ""),
        ("brand_new", "unknown", "", ""),
        ("delivered", "delivered", "", "Oslo, NO"),
    ]
    assert [event.signed_by for event in notice.events] == ["", "", "John Tester"]
    assert notice.unmapped == ("brand_new",)
    assert track(notice.events).status is S.DELIVERED


def test_shippo():
    """The present status and the history are one list; the same event in both is one in the end."""
    notice = read_push(SHIPPO)
    merged = merge(notice.events)
    assert [shown(event) for event in merged] == [
        ("PRE_TRANSIT", "pending", "", ""),
        ("TRANSIT/notice_left", "delivery_failed", "consignee_not_home", "San Francisco, CA, US"),
    ]
    assert track(merged).estimated_at == datetime(2026, 11, 28, tzinfo=UTC)


def test_karrio():
    """An event with karrio's status takes it, one without takes the carrier's code; a bare time is of the zone."""
    zone = timezone(timedelta(hours=1))
    notice = read_push(KARRIO, zone=zone)
    assert notice.carrier == "dhl"
    assert [(event.status, event.occurred_at) for event in notice.events] == [
        (S.OUT_FOR_DELIVERY, datetime(2026, 11, 25, 8, 30, tzinfo=UTC)),
        (S.DELIVERED, datetime(2026, 11, 25, 11, tzinfo=UTC)),
    ]
    assert notice.estimated_at == datetime(2026, 11, 28, 23, 59, 59, tzinfo=zone)


@pytest.mark.parametrize(
    ("more", "hour"),
    [
        ({}, 13),
        ({"gmtActivityDate": None, "gmtOffset": "-05.00"}, 14),
        ({"gmtActivityDate": None}, 9),
    ],
)
def test_ups(more: dict[str, object], hour: int):
    """Greenwich time goes before local time with its offset, and that before the zone given."""
    notice = read_push(changed(UPS, **more))
    (event,) = notice.events
    assert shown(event) == ("I/OT", "out_for_delivery", "", "Charlotte, NC, US")
    assert event.occurred_at == datetime(2026, 11, 25, hour, 15, 19, tzinfo=UTC)
    assert notice.estimated_at == datetime(2026, 11, 25, 23, 59, 59, tzinfo=UTC)


def test_ours():
    """The answer of `track_shipment` is a push too; its events name their parcel then."""
    notice = read_push(OURS)
    assert isinstance(notice, Notice)
    assert [(event.status, event.tracking_number) for event in notice.events] == [(S.IN_TRANSIT, "1Z999AA10123456784")]


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        ([], "payload is list: give a JSON object"),
        ({}, "has the fields none, which is no form that is known here"),
        ({"event": "order_paid", "data": {}}, "has the fields data, event, .*Shippo"),
        ({str(number): number for number in range(30)}, "and 18 more"),
        (changed(EASYPOST, result={"tracking_details": []}), "payload.result.tracking_code is nothing: give a text"),
        (changed(EASYPOST, result=[1]), r"payload.result is \[1\]: give an object"),
        (changed(SHIPPO, data={"tracking_number": 7}), "payload.data.tracking_number is 7: give a text"),
        (changed(SHIPPO, data={"tracking_history": "x"}), "payload.data.tracking_history is 'x': give a list"),
        (changed(SHIPPO, data={"tracking_history": [{}] * 2_001}), "has 2,001 items: give at most 2,000"),
        (
            changed(KARRIO, data={"tracking_number": "1", "events": [{"status": "delivered", "date": "soon"}]}),
            r"payload.data.events\[0\].date is 'soon': give a time",
        ),
        (changed(UPS, gmtActivityTime="9:15"), "payload.gmtActivityDate is '20261125': give a day as YYYYMMDD, and"),
        (changed(UPS, activityStatus={"type": None}), "payload.activityStatus.type is nothing"),
        (changed(OURS, more=1), "payload has no field 'more'"),
        (changed(OURS, events=[{"status": "on_fire"}]), r"payload.events\[0\]: .*"),
        (changed(OURS, tracking_number="x" * 1_001), "at most 1,000 characters"),
    ],
)
def test_what_is_wrong_is_named(payload: object, message: str):
    """A form that nobody knows and a field that is wrong are refused with path, value and what is wanted."""
    with pytest.raises(InputError, match=message):
        read_push(payload)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from([EASYPOST, SHIPPO, KARRIO, UPS, OURS]), st.data())
def test_damaged_payloads_are_refused_and_nothing_else(payload: dict[str, Any], data: st.DataObject):
    """Whatever stands in the place of a field, the payload is read or refused with a message."""
    damaged = dict(payload)
    damaged[data.draw(st.sampled_from(sorted(payload)))] = data.draw(JSON)
    inner = next((name for name in ("result", "data", "activityStatus") if isinstance(damaged.get(name), dict)), None)
    if inner and damaged[inner]:
        damaged[inner] = {**damaged[inner], data.draw(st.sampled_from(sorted(damaged[inner]))): data.draw(JSON)}
    found = outcome(damaged)
    if isinstance(found, str):
        assert 0 < len(found) < 1_000
    else:
        assert all(event.occurred_at.tzinfo is not None for event in found.events)


def outcome(payload: object) -> Notice | str:
    """What is read, or the message of the refusal; any other error is the test's failure."""
    try:
        return read_push(payload)
    except InputError as error:
        return error.message
