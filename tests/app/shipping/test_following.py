"""Asking carriers, taking in what they push, and telling persons of what is late or in trouble."""

import json
from datetime import timedelta
from typing import Any

import pytest
from carrier import Carrier
from shipped import HOUR, NOW, TRACKING, bought, buying, event

from orchestrator.app.shipping.following import LEASE, ask_carrier, follow_due, watch
from orchestrator.app.shipping.pushing import push
from orchestrator.app.shipping.recording import open_shipments
from orchestrator.app.shipping.shipping_jobs import shipping_jobs
from orchestrator.app.worker.jobs import do_once
from orchestrator.core.errors import InputError
from orchestrator.core.handoffs import Item, ItemKind, ItemState, Resolved
from orchestrator.core.report import Json
from orchestrator.core.table import iso_utc
from orchestrator.store.actions import StoredActions
from orchestrator.store.database import Database
from orchestrator.store.handoffs import StoredHandoffs
from orchestrator.store.shipments import StoredShipments

LATER = NOW + timedelta(days=4)


@pytest.fixture
def shipments(database: Database) -> StoredShipments:
    """S-1 of two parcels."""
    bought(StoredActions(database), buying(), tracking_numbers=["1Z1", "1Z2"])
    opened = open_shipments(database)
    opened.refresh("A-1", now=NOW)
    return opened


def told(*events: Any, **more: object) -> Json:
    """The answer of `track_shipment`."""
    return {"found": True, "carrier": "ups", "events": [one.document() for one in events], **more}


def items(database: Database, *states: ItemState) -> tuple[Item, ...]:
    """What waits for a person."""
    return StoredHandoffs(database).listed(states=states or (ItemState.OPEN,), limit=9)


async def test_each_parcel_is_asked_about(shipments: StoredShipments):
    """What is new is counted; asked again nothing is."""
    carrier = Carrier(told={"1Z1": told(event("delivered")), "1Z2": told(event("in_transit"))})
    found = await ask_carrier(shipments, carrier, shipments.find("S-1"), now=NOW + 2 * HOUR)
    assert (carrier.asked, found.new, found.record.status, found.troubles) == (["1Z1", "1Z2"], 2, "in_transit", ())
    again = await ask_carrier(shipments, carrier, shipments.find("S-1"), now=NOW + 2 * HOUR)
    assert (again.new, again.record.status) == (0, "in_transit")


async def test_a_parcel_that_nobody_tells_of_holds_up_no_other(shipments: StoredShipments):
    """A carrier that does not answer, a number it does not know, an event that cannot be read: each is said."""
    broken = told(event("in_transit"))
    broken["events"] = [*broken["events"], {"status": "flying"}]  # type: ignore[misc]  # a list
    carrier = Carrier(told={"1Z1": "it gave no answer: 503", "1Z2": broken})
    found = await ask_carrier(shipments, carrier, shipments.find("S-1"), now=NOW + 2 * HOUR)
    assert found.new == 1
    assert found.troubles[0] == "1Z1: it gave no answer: 503"
    assert found.troubles[1].startswith("1Z2: an event of the carrier cannot be read")
    carrier.told["1Z1"] = {"found": False, "events": []}
    found = await ask_carrier(shipments, carrier, found.record, now=NOW + 2 * HOUR)
    assert found.troubles[0] == "1Z1: ups does not know it yet"


async def test_when_it_is_expected_is_taken_from_the_answer(shipments: StoredShipments):
    """Where no event tells it; what is no time is said."""
    expected = told(event("in_transit"), estimated_at="2026-11-27T12:00:00Z")
    carrier = Carrier(told={"1Z1": expected, "1Z2": told(event("in_transit"), estimated_at="soon")})
    found = await ask_carrier(shipments, carrier, shipments.find("S-1"), now=NOW + 2 * HOUR)
    assert found.record.body["estimated_at"] == "2026-11-27T12:00:00Z"
    assert "estimated_at is 'soon'" in found.troubles[0]


async def test_those_that_are_due_are_asked_about_once(shipments: StoredShipments):
    """By one worker; one whose carrier does not answer is asked about again after the lease."""
    carrier = Carrier(told={"1Z1": told(event("in_transit")), "1Z2": told(event("in_transit"))})
    assert await follow_due(shipments, carrier, now=NOW) == ()
    due = NOW + 2 * HOUR
    assert [one.record.id for one in await follow_due(shipments, carrier, now=due)] == ["S-1"]
    assert await follow_due(shipments, carrier, now=due + LEASE) == ()
    carrier.told.update({"1Z1": "503", "1Z2": "503"})
    assert [one.new for one in await follow_due(shipments, carrier, now=due + HOUR)] == [0]
    carrier.asked.clear()
    await follow_due(shipments, carrier, now=due + HOUR + LEASE)
    assert carrier.asked == ["1Z1", "1Z2"]


def test_what_is_late_is_an_item_once_and_resolves_itself(database: Database, shipments: StoredShipments):
    """However often it is looked at; once it arrives nobody is asked any more."""
    watch(database, NOW)
    assert items(database) == ()
    for _ in range(3):
        watch(database, LATER)
    (item,) = items(database)
    assert (item.parked.kind, shipments.find("S-1").late_item) == (ItemKind.LATE_SHIPMENT, item.id)
    for parcel in ("1Z1", "1Z2"):
        shipments.tell("S-1", [event("delivered")], parcel=parcel, now=LATER)
    for _ in range(2):
        watch(database, LATER)
    (done,) = items(database, ItemState.RESOLVED)
    last = StoredHandoffs(database).find(done.id)
    assert last is not None
    assert last.changes[-1] == Resolved(
        who="switchboard", at=LATER, note="S-1 is not late any more: it is delivered since 2026-11-25T11:00:00Z"
    )
    assert shipments.find("S-1").late_item is None


def test_each_incident_is_an_item_of_its_own(database: Database, shipments: StoredShipments):
    """The next one takes the place of the last; one that a person settled stays settled while it is the same."""
    shipments.tell("S-1", [event("on_hold")], parcel="1Z1", now=LATER - 2 * HOUR)
    now = NOW + 2 * HOUR
    watch(database, now)
    (first,) = items(database)
    StoredHandoffs(database).change(first.id, Resolved(who="local:ann", at=now, note="papers sent"))
    watch(database, now)
    assert items(database) == ()
    failed = event("delivery_failed", at=NOW + 3 * HOUR)
    shipments.tell("S-1", [failed], parcel="1Z1", now=now + 2 * HOUR)
    watch(database, now + 2 * HOUR)
    (second,) = items(database)
    assert (second.parked.kind, second.id != first.id) == (ItemKind.SHIPMENT_EXCEPTION, True)


def test_a_killed_watch_makes_no_second_item(database: Database, shipments: StoredShipments):
    """The item was made, and the record does not know of it yet."""
    watch(database, LATER)
    shipments.name_item("S-1", "late", None)
    watch(database, LATER)
    (item,) = items(database)
    assert shipments.find("S-1").late_item == item.id


async def test_the_worker_does_all_of_it(database: Database):
    """It records what is in no record, asks about what is due, and tells of what is late."""
    bought(StoredActions(database), buying(), at=NOW)
    carrier = Carrier(told={TRACKING: told(event("in_transit"))})
    record, follow, see_to = shipping_jobs(database, carrier)
    assert await do_once(record, clock=lambda: NOW)
    assert await do_once(follow, clock=lambda: NOW + 2 * HOUR)
    assert await do_once(see_to, clock=lambda: LATER)
    shipments = open_shipments(database)
    assert (shipments.find("S-1").status, carrier.asked, len(items(database))) == ("in_transit", [TRACKING], 1)


def ours(number: str, *events: Any) -> bytes:
    """A push in our own form."""
    return json.dumps({"tracking_number": number, "events": [one.document() for one in events]}).encode()


def test_what_a_carrier_pushes_is_taken(shipments: StoredShipments):
    """Late and repeated pushes change nothing; its source is told."""
    moving, out = event("in_transit"), event("out_for_delivery", at=NOW + 2 * HOUR)
    later = NOW + 3 * HOUR
    shipments.tell("S-1", [event("in_transit")], parcel="1Z1", now=later)
    found = push(shipments, ours("1z1", out), name="", now=later)
    assert [one["source"] for one in found["shipment"]["events"]] == ["poll", "push"]  # type: ignore[index]  # JSON
    assert (found["new"], found["shipment"]["id"], found["unmapped"]) == (1, "S-1", [])  # type: ignore[index]  # JSON
    again = push(shipments, ours("1z1", moving), name="S-1", now=later)
    assert (again["new"], again["shipment"]["status"]) == (0, "pending")  # type: ignore[index]  # JSON


def test_what_lies_in_the_future_is_said(shipments: StoredShipments):
    """It is kept, and moves nothing yet: who sent it is told why."""
    found = push(shipments, ours("1z1", event("out_for_delivery", at=NOW + 2 * HOUR)), name="", now=NOW)
    at = iso_utc(NOW + 2 * HOUR)
    assert found["new"] == 1
    assert found["troubles"] == [f"out_for_delivery at {at} lies in the future: it counts from then on"]


@pytest.mark.parametrize(
    ("payload", "name", "words"),
    [
        (b"\xff", "", "is no JSON"),
        (b"{}", "", "no form that is known here"),
        (b"[" * 100_000, "", "is no JSON"),
        (b"1" * 1_000_001, "", "1,000,001 bytes"),
        (ours("1Z9", event()), "", "the number of no shipment here"),
        (ours("1Z1", event()), "S-7", "not about 'S-7'"),
    ],
)
def test_a_push_that_is_of_no_use_is_refused(shipments: StoredShipments, payload: bytes, name: str, words: str):
    """It says why, and changes nothing."""
    before = shipments.find("S-1")
    with pytest.raises(InputError) as caught:
        push(shipments, payload, name=name, now=NOW)
    assert words in caught.value.message
    assert shipments.find("S-1") == before
