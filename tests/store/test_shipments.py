"""Shipments as rows, in both stores."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from shipped import (
    ALLOWED,
    BYTES,
    HOUR,
    NOW,
    RULED,
    TRACKING,
    answer,
    attested,
    bought,
    buying,
    called,
    denied,
    event,
    filed,
    refused,
    voiding,
)

from orchestrator.core.actions.attachments import attachment_of
from orchestrator.core.errors import InputError, StoreError
from orchestrator.core.purging import Subject
from orchestrator.core.redaction import redact
from orchestrator.core.workflows import Done, Unknown
from orchestrator.store.actions import StoredActions
from orchestrator.store.database import Database
from orchestrator.store.purging import purge_before, purge_subject
from orchestrator.store.shipments import StoredShipments


@pytest.fixture
def actions(database: Database) -> StoredActions:
    """The actions of an empty store."""
    return StoredActions(database)


@pytest.fixture
def shipments(database: Database) -> StoredShipments:
    """The shipments of it."""
    return StoredShipments(database)


def test_a_shipment_has_a_number_from_the_filing_on(actions: StoredActions, shipments: StoredShipments) -> None:
    """One, however often its action is looked at."""
    action = filed(actions, buying(), ruled=RULED)
    first = shipments.refresh(action.id, now=NOW)
    again = shipments.refresh(action.id, now=NOW)
    assert first is not None
    assert first == again
    assert (first.id, first.action, first.order_id, first.stage, first.status) == (
        "S-1",
        "A-1",
        "#W100",
        "requested",
        "pending",
    )
    assert first.body["substatus"] == "awaiting_approval"
    other = shipments.refresh(filed(actions, buying("#W200"), ruled=RULED).id, now=NOW)
    assert other is not None
    assert other.id == "S-2"


def test_what_was_bought_is_recorded_whole(actions: StoredActions, shipments: StoredShipments) -> None:
    """With label, numbers, price and the time by which it can be given back; its bytes are as they came."""
    action = bought(actions, buying())
    record = shipments.refresh(action.id, now=NOW)
    assert record is not None
    body = record.body
    assert (record.stage, body["void_by"], body["promised_at"]) == (
        "bought",
        "2026-11-26T10:00:00Z",
        "2026-11-28T18:00:00Z",
    )
    assert body["tracking_numbers"] == [TRACKING]
    assert body["rate"]["amount"] == 12.5  # type: ignore[index]  # JSON
    assert body["problems"] == []
    label = shipments.label("S-1")
    assert label is not None
    assert (label.data(), label.media_type) == (BYTES, "application/zpl")


def test_the_events_hold_no_bytes_and_no_search_for_secrets_changes_them(
    database: Database, actions: StoredActions, shipments: StoredShipments
) -> None:
    """The label of this test looks like a storage key, and is stored unchanged."""
    content = answer()["label"]["content_base64"]
    assert redact(content) != content
    action = bought(actions, buying())
    stored = "".join(str(body) for (body,) in database.read("SELECT body FROM action_events"))
    assert content not in stored
    assert action == actions.find(action.id)
    assert action.done is not None
    assert action.done.answer is not None
    assert "content_base64" not in str(action.done.answer)
    shipments.refresh(action.id, now=NOW)
    label = shipments.label("S-1")
    assert label is not None
    assert label.data() == BYTES


def test_a_label_of_another_hash_than_declared_is_kept_and_told(
    actions: StoredActions, shipments: StoredShipments
) -> None:
    """What was bought is not lost because the carrier's hash is wrong."""
    told = {**answer()["label"], "sha256": "0" * 64}
    record = shipments.refresh(bought(actions, buying(), label=told).id, now=NOW)
    assert record is not None
    assert "declared as 000" in str(record.body["problems"])
    label = shipments.label("S-1")
    assert label is not None
    assert label.data() == BYTES


def test_another_label_for_the_same_shipment_is_refused(actions: StoredActions, shipments: StoredShipments) -> None:
    """Loudly; the same one again changes nothing."""
    shipments.refresh(bought(actions, buying()).id, now=NOW)
    same = attachment_of(answer()["label"])
    assert shipments.keep_label("S-1", same, now=NOW).id == "S-1"
    other = attachment_of({"media_type": "application/zpl", "content_base64": "XlhBXlha"})
    with pytest.raises(StoreError, match="is not given another"):
        shipments.keep_label("S-1", other, now=NOW)
    label = shipments.label("S-1")
    assert label is not None
    assert label.data() == BYTES


def test_a_label_that_comes_after_a_person_attested_is_kept(actions: StoredActions, shipments: StoredShipments) -> None:
    """With the numbers that the person found; the record tells of both."""
    parked = called(actions, buying(), Unknown(key="k", reason="504", owner="person"))
    later = NOW + HOUR
    shipments.refresh(attested(actions, parked, done=True, at=later).id, now=later)
    assert shipments.label("S-1") is None
    shipments.give_numbers("S-1", [TRACKING], now=later)
    record = shipments.keep_label("S-1", attachment_of(answer()["label"]), now=later)
    assert record.tracking_numbers == (TRACKING,)
    assert record.body["label"]["size"] == len(BYTES)  # type: ignore[index]  # JSON
    assert shipments.named(TRACKING.replace(" ", "").lower()) == (record,)


def test_events_are_kept_once(actions: StoredActions, shipments: StoredShipments) -> None:
    """Whoever brings them and however often; the record follows them."""
    shipments.refresh(bought(actions, buying()).id, now=NOW)
    moving = event("in_transit", at=NOW + HOUR)
    shipments.tell("S-1", [moving], parcel=TRACKING, now=NOW)
    pushed = event("in_transit", at=NOW + HOUR, source="push")
    out = event("out_for_delivery", at=NOW + 2 * HOUR)
    record = shipments.tell("S-1", [pushed, out, out], parcel=TRACKING, now=NOW + 3 * HOUR)
    assert record.status == "out_for_delivery"
    assert len(record.body["events"]) == 2  # type: ignore[arg-type]  # JSON


def test_several_parcels_are_delivered_once_each_is(actions: StoredActions, shipments: StoredShipments) -> None:
    """However their numbers are written; the same minute and place of two parcels are two events."""
    shipments.refresh(bought(actions, buying(), tracking_numbers=["1Z 1", "1Z 2"]).id, now=NOW)
    arrived, later = event("delivered"), NOW + 3 * HOUR
    assert shipments.tell("S-1", [arrived], parcel="1z1", now=later).status == "pending"
    record = shipments.tell("S-1", [arrived], parcel="1Z2", now=later)
    assert (record.status, len(record.body["events"])) == ("delivered", 2)  # type: ignore[arg-type]  # JSON


def test_a_later_report_may_say_more(actions: StoredActions, shipments: StoredShipments) -> None:
    """Of the same event: when the parcel is expected."""
    shipments.refresh(bought(actions, buying()).id, now=NOW)
    shipments.tell("S-1", [event()], parcel=TRACKING, now=NOW)
    expected = NOW + timedelta(days=2)
    record = shipments.tell("S-1", [event(estimated_at=expected)], parcel=TRACKING, now=NOW)
    assert record.body["estimated_at"] == "2026-11-27T10:00:00Z"


def test_a_void_ends_the_shipment_of_its_number(actions: StoredActions, shipments: StoredShipments) -> None:
    """However the number is written; the next shipment of the order is another."""
    shipments.refresh(bought(actions, buying()).id, now=NOW)
    void = called(
        actions, voiding(number="1z999aa10123456784"), Done(key="v", status=200, body={"refund_status": "refunded"})
    )
    record = shipments.refresh(void.id, now=NOW)
    assert record is not None
    assert (record.id, record.stage, record.status) == ("S-1", "voided", "cancelled")
    assert (record.body["refund_status"], record.body["voided_by"]) == ("refunded", void.id)
    second = shipments.refresh(bought(actions, buying(), tracking_numbers=["1Z2"]).id, now=NOW)
    assert second is not None
    assert second.id == "S-2"


def test_a_void_of_a_number_that_nobody_knows_is_no_shipment(
    actions: StoredActions, shipments: StoredShipments
) -> None:
    """It was bought elsewhere; it is not looked for again and again."""
    void = filed(actions, voiding(number="999"))
    assert shipments.refresh(void.id, now=NOW) is None
    assert shipments.behind() == ()


def test_what_happened_and_is_in_no_record_is_found(actions: StoredActions, shipments: StoredShipments) -> None:
    """After each change of an action, however long ago; an action of another kind is none of it."""
    filed(actions, buying(), ruled=RULED)
    filed(actions, replace(buying(), workflow="restart_service"))
    assert shipments.behind() == ("A-1",)
    shipments.refresh("A-1", now=NOW)
    assert shipments.behind() == ()
    denied(actions, actions.find("A-1"))
    assert shipments.behind() == ("A-1",)
    shipments.refresh("A-1", now=NOW)
    assert shipments.find("S-1").stage == "cancelled"


def test_states_choose_what_is_listed(actions: StoredActions, shipments: StoredShipments) -> None:
    """By stage, by where the parcel is, by lateness on the clock, by exception; an order's with or without its mark."""
    filed(actions, buying("#W1"), ruled=RULED)
    refused(actions, buying("#W2"))
    called(actions, buying("#W3"), Unknown(key="k", reason="504"))
    bought(actions, buying("#W4"), tracking_numbers=["T4"])
    bought(actions, buying("#W5"), tracking_numbers=["T5"])
    for action in shipments.behind():
        shipments.refresh(action, now=NOW)
    shipments.tell("S-5", [event("on_hold")], parcel="T5", now=NOW)

    def found(*states: str, at: datetime = NOW) -> list[str]:
        return [record.id for record in shipments.listed(now=at, states=states)]

    assert found() == ["S-5", "S-4", "S-3", "S-2", "S-1"]
    assert (found("requested"), found("refused"), found("parked")) == (["S-1"], ["S-2"], ["S-3"])
    assert (found("pending"), found("exception"), found("on_hold")) == (["S-4"], ["S-5"], ["S-5"])
    assert (found("cancelled"), found("parked", "requested")) == (["S-2"], ["S-3", "S-1"])
    assert found("late") == []
    assert found("late", at=datetime(2026, 11, 28, 18, tzinfo=UTC)) == ["S-5", "S-4"]
    assert [record.id for record in shipments.listed(now=NOW, order_id="W4")] == ["S-4"]
    assert [record.id for record in shipments.named("#W4")] == ["S-4"]
    assert [record.id for record in shipments.named("W4")] == ["S-4"]
    assert shipments.named("nothing") == ()
    with pytest.raises(InputError, match="S-99"):
        shipments.find("S-99")


def test_what_is_due_is_given_to_one_asker(actions: StoredActions, shipments: StoredShipments) -> None:
    """Until the time that they took it for; what was delivered is asked about no more, two days later."""
    shipments.refresh(bought(actions, buying()).id, now=NOW)
    assert shipments.take_due(now=NOW, until=NOW + HOUR, limit=10) == ()
    later = NOW + timedelta(hours=3)
    taken = shipments.take_due(now=later, until=later + HOUR, limit=10)
    assert [record.id for record in taken] == ["S-1"]
    assert shipments.take_due(now=later, until=later + HOUR, limit=10) == ()
    shipments.tell("S-1", [event("delivered", at=later)], parcel=TRACKING, now=later)
    settled = later + timedelta(days=2)
    assert len(shipments.take_due(now=settled, until=settled + HOUR, limit=10)) == 1
    shipments.tell("S-1", [], parcel=TRACKING, now=settled)
    assert shipments.take_due(now=settled + timedelta(days=30), until=NOW, limit=10) == ()


def test_a_shipment_on_its_way_is_not_purged(
    database: Database, actions: StoredActions, shipments: StoredShipments
) -> None:
    """Nor its actions, nor its label; once it is over and old, all of it goes, and it is not made again."""
    shipments.refresh(bought(actions, buying()).id, now=NOW)
    old = NOW + timedelta(days=400)
    purge_before(database, old)
    assert shipments.label("S-1") is not None
    shipments.tell("S-1", [event("delivered")], parcel=TRACKING, now=NOW)
    purge_before(database, NOW)
    assert shipments.label("S-1") is not None
    purge_before(database, old)
    assert shipments.listed(now=NOW) == ()
    for table in ("actions", "action_events", "action_files", "shipment_events", "shipment_numbers"):
        assert database.read(f"SELECT count(*) FROM {table}") == [(0,)]  # noqa: S608  # ours
    assert shipments.behind() == ()


def test_the_action_of_a_shipment_that_stays_stays(
    database: Database, actions: StoredActions, shipments: StoredShipments
) -> None:
    """A record of last week is written anew from an action of last year."""
    shipments.refresh(bought(actions, buying()).id, now=NOW)
    later = NOW + timedelta(days=300)
    shipments.tell("S-1", [event("delivered")], parcel=TRACKING, now=later)
    purge_before(database, later - timedelta(days=1))
    assert shipments.refresh("A-1", now=later) == shipments.find("S-1")


def test_a_person_is_taken_out_of_a_shipment_and_the_label_goes(
    database: Database, actions: StoredActions, shipments: StoredShipments
) -> None:
    """Once it is over; the record keeps its shape."""
    shipments.refresh(bought(actions, buying()).id, now=NOW)
    counts = {item.table: (item.rows, item.kept) for item in purge_subject(database, Subject("Ann Lee"))}
    assert counts["shipments"] == counts["action_files"] == (0, 1)
    shipments.tell("S-1", [event("delivered", signed_by="Ann Lee")], parcel=TRACKING, now=NOW)
    purge_subject(database, Subject("Ann Lee"))
    assert shipments.label("S-1") is None
    record = shipments.refresh("A-1", now=NOW)
    assert record is not None
    assert record.body["ship_to"]["person_name"] == "[purged]"  # type: ignore[index]  # JSON
    assert record.body["signed_by"] == "[purged]"
    assert "Ann Lee" not in "".join(str(database.read(f"SELECT * FROM {table}")) for table in ("shipments", "actions"))  # noqa: S608  # ours


def test_what_cannot_be_read_of_a_request_does_not_lose_the_shipment(
    actions: StoredActions, shipments: StoredShipments
) -> None:
    """The fields that can be read are there, and the record says which could not."""
    action = filed(actions, buying(parcels=[{"weight": "heavy"}], promised_at="soon"), ruled=ALLOWED)
    record = shipments.refresh(action.id, now=NOW)
    assert record is not None
    assert (record.carrier, record.body["parcels"]) == ("ups", [])
    assert "heavy" in str(record.body["problems"])
    assert "soon" in str(record.body["problems"])
