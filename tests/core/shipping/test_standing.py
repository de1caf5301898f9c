"""Where a shipment stands, in every stage of its actions."""

from datetime import UTC, datetime, timedelta

import pytest
from memory_actions import MemoryActions
from shipped import (
    HOUR,
    NOW,
    RULED,
    TRACKING,
    answer,
    attested,
    bought,
    buying,
    called,
    claimed,
    denied,
    event,
    filed,
    refused,
    voiding,
)

from orchestrator.core.actions.commands import NameOwner, Report, Ruled
from orchestrator.core.actions.state import Action
from orchestrator.core.policy import Mode
from orchestrator.core.ruling import Decision, Ruling
from orchestrator.core.shipping.reading import read_shipment
from orchestrator.core.shipping.stage import ShipmentStage
from orchestrator.core.shipping.standing import Standing, stand
from orchestrator.core.workflows import Accepted, Done, Refused, Unknown

FORBIDDEN = Ruled(ruling=Ruling(decision=Decision.FORBIDDEN, reasons=("a freeze",)), mode=Mode.REVIEW)


@pytest.fixture
def actions() -> MemoryActions:
    """No actions."""
    return MemoryActions()


def standing(action: Action, *voids: Action, now: datetime = NOW, **more: object) -> Standing:
    """Of the first shipment."""
    return stand(action, number=1, voids=voids, now=now, **more)  # type: ignore[arg-type]  # by name


def told(found: Standing) -> tuple[str, str, str]:
    """Stage, status and substatus."""
    return found.stage.value, found.shipment.status.value, found.shipment.substatus


def test_each_stage_of_the_buying(actions: MemoryActions):
    """From the proposal to the label, and each way in which there is none."""
    found = {
        "forbidden": filed(actions, buying("#1"), ruled=FORBIDDEN),
        "waiting": filed(actions, buying("#2"), ruled=RULED),
        "approved": filed(actions, buying("#3")),
        "claimed": claimed(actions, buying("#4")),
        "accepted": called(actions, buying("#5"), Accepted(key="k")),
        "unknown": called(actions, buying("#6"), Unknown(key="k", reason="504 after the call")),
        "denied": denied(actions, filed(actions, buying("#7"), ruled=RULED)),
        "failed": refused(actions, buying("#8")),
        "done": bought(actions, buying("#9")),
    }
    assert {name: told(standing(action)) for name, action in found.items()} == {
        "forbidden": ("requested", "pending", "forbidden"),
        "waiting": ("requested", "pending", "awaiting_approval"),
        "approved": ("buying", "pending", "approved"),
        "claimed": ("buying", "pending", "being_bought"),
        "accepted": ("buying", "pending", "being_bought"),
        "unknown": ("parked", "pending", "outcome_unknown"),
        "denied": ("cancelled", "cancelled", "denied"),
        "failed": ("refused", "cancelled", "NoStock"),
        "done": ("bought", "pending", ""),
    }
    open_ones = [name for name, action in found.items() if standing(action).is_open]
    assert open_ones == ["forbidden", "waiting", "approved", "claimed", "accepted", "unknown", "done"]
    assert {name for name, action in found.items() if standing(action).is_followed} == {"done"}


def test_a_wish_whose_time_ran_out_is_cancelled(actions: MemoryActions):
    """On the clock, though nobody wrote it down."""
    found = standing(filed(actions, buying(), ruled=RULED), now=NOW + 2 * HOUR)
    assert told(found) == ("cancelled", "cancelled", "expired")
    assert "nobody said yes" in found.reason


def test_the_record_is_that_of_the_request_before_anything_is_bought(actions: MemoryActions):
    """Addresses, parcels and price as asked for; no label and no number."""
    found = standing(filed(actions, buying(), ruled=RULED)).shipment
    assert (found.id, found.order_id, found.action, found.reference) == ("S-1", "#W100", "A-1", "#W100-1")
    assert (found.ship_to.person_name, found.parcels[0].items) == ("Ann Lee", ("i-1",))
    assert (float(found.rate.amount), found.rate.currency, found.rate.carrier) == (12.5, "USD", "ups")
    assert (found.label, found.tracking_numbers, found.void_by) == (None, (), None)
    assert found.action_required == "approve or deny it: switchboard approvals show A-1"


def test_the_record_is_that_of_the_answer_once_it_is_bought(actions: MemoryActions):
    """What the carrier says counts: another service, another price."""
    rate = {"carrier": "ups", "service": "ups_air", "amount": 14, "currency": "USD"}
    found = standing(bought(actions, buying(), service="ups_air", rate=rate))
    shipment = found.shipment
    assert (shipment.service, shipment.rate.amount, shipment.tracking_numbers) == ("ups_air", 14, (TRACKING,))
    assert shipment.label is not None
    assert found.late_from == datetime(2026, 11, 28, 18, tzinfo=UTC)
    assert found.problems == ()
    assert read_shipment(shipment.document()) == shipment


def test_what_of_an_answer_cannot_be_read_is_told(actions: MemoryActions):
    """The rest of it stands."""
    found = standing(bought(actions, buying(), tracking_numbers="1Z", void_by="tomorrow", label={"size": "x"}))
    assert (found.stage, found.shipment.tracking_numbers, found.shipment.label) == (ShipmentStage.BOUGHT, (), None)
    assert len(found.problems) == 3


def test_a_parked_shipment_has_a_reason_an_owner_and_a_deadline(actions: MemoryActions):
    """The deadline is counted from the call on, where the carrier is known."""
    parked = called(actions, buying(), Unknown(key="k", reason="504"))
    named = actions.handle(parked.id, NameOwner(item="H-3"), now=NOW).action
    found = standing(named, void_days={"ups": 28}.get)
    assert (found.owner, found.shipment.void_by) == ("H-3", NOW + timedelta(days=28))
    assert "504" in found.reason
    assert "shipments resolve" in found.shipment.action_required
    assert standing(named).shipment.void_by is None


def test_a_parked_one_that_a_person_settled(actions: MemoryActions):
    """Shipped it has the numbers that the person found; not shipped it is refused."""
    later = NOW + HOUR
    parked = called(actions, buying("#1"), Unknown(key="k", reason="504"))
    shipped = standing(attested(actions, parked, done=True, at=later), numbers=["1Z1"])
    assert (shipped.stage, shipped.shipment.tracking_numbers) == (ShipmentStage.BOUGHT, ("1Z1",))
    other = called(actions, buying("#2"), Unknown(key="k", reason="504"))
    assert told(standing(attested(actions, other, done=False, at=later))) == ("refused", "cancelled", "NotDone")


def test_each_stage_of_a_void(actions: MemoryActions):
    """Asked for, under way, unknown, refused, done."""
    action = bought(actions, buying())
    asked = filed(actions, voiding("#1"), ruled=RULED)
    assert told(standing(action, asked)) == ("bought", "pending", "void_requested")
    assert told(standing(action, claimed(actions, voiding("#2")))) == ("voiding", "pending", "being_voided")
    lost = called(actions, voiding("#3"), Unknown(key="v", reason="no answer"))
    found = standing(action, lost)
    assert told(found) == ("parked", "pending", "void_unknown")
    assert "no answer" in found.reason
    assert found.is_followed
    late = Refused(key="v", code="AlreadyPickedUp", message="the carrier has it", by="workflow")
    kept = standing(action, called(actions, voiding("#4"), late))
    assert told(kept) == ("bought", "pending", "")
    assert kept.reason.endswith("the carrier has it")
    done = called(actions, voiding("#5"), Done(key="v", status=200, body={"refund_status": "refunded"}))
    gone = standing(action, lost, done)
    assert told(gone) == ("voided", "cancelled", "voided")
    assert (gone.shipment.refund_status, gone.voided_by, gone.late_from) == ("refunded", done.id, None)
    assert not gone.is_open


def test_a_void_is_done_though_a_later_one_was_refused(actions: MemoryActions):
    """The second asks for what is done already."""
    action = bought(actions, buying())
    done = called(actions, voiding("#1"), Done(key="v", status=200, body={}))
    again = called(actions, voiding("#2"), Refused(key="v", code="ShipmentNotFound", message="none", by="workflow"))
    found = standing(action, done, again)
    assert (found.stage, found.voided_by, found.shipment.refund_status) == ("voided", done.id, "submitted")


def test_a_voided_parcel_that_moves_is_told(actions: MemoryActions):
    """Its label was used all the same: where it is counts more than that it should not be."""
    action = bought(actions, buying())
    done = called(actions, voiding(), Done(key="v", status=200, body={}))
    found = standing(action, done, events=[event("in_transit")], now=NOW + 2 * HOUR)
    assert told(found) == ("voided", "in_transit", "")


def test_the_carriers_words_are_followed(actions: MemoryActions):
    """Its status, who must act, when it is expected; delivered it is late no more."""
    action = bought(actions, buying())
    held = event("on_hold", reason="customs_documentation", description="papers are missing")
    found = standing(action, events=[held], now=NOW + 2 * HOUR)
    assert (found.is_exception, found.exception_at, found.reason) == (True, NOW + HOUR, "papers are missing")
    assert found.shipment.action_required.startswith("sender: ")
    late = NOW + timedelta(days=5)
    assert found.is_late(late)
    there = standing(action, events=[held, event("delivered", at=NOW + 3 * HOUR, signed_by="Lee")], now=late)
    assert (there.is_late(late), there.is_exception, there.shipment.signed_by) == (False, False, "Lee")
    assert not there.is_open


def test_several_parcels_are_one_shipment(actions: MemoryActions):
    """Delivered once both are, however the carrier writes their numbers."""
    action = bought(actions, buying(), tracking_numbers=["1Z 1", "1Z 2"])
    first, second = event("delivered", tracking_number="1z1"), event("delivered", tracking_number="1Z2")
    later = NOW + 2 * HOUR
    assert standing(action, events=[first], now=later).shipment.status == "pending"
    assert standing(action, events=[first, second], now=later).shipment.status == "delivered"


def test_a_call_that_is_answered_late_makes_a_parked_shipment_bought(actions: MemoryActions):
    """And its label is there."""
    parked = called(actions, buying(), Unknown(key="k", reason="504"))
    late = Report(attempt=1, outcome=Done(key="k", status=200, body=answer()))
    found = standing(actions.handle(parked.id, late, now=NOW + HOUR).action)
    assert (found.stage, found.owner) == (ShipmentStage.BOUGHT, None)
    assert found.shipment.label is not None
