"""Buying a planned shipment, and giving it back: at most once, whatever happens."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from carrier import Carrier, Planning, planned, shipping
from jsonschema import Draft202012Validator
from shipped import ALLOWED, RULED, buying

from orchestrator.app.application import App
from orchestrator.app.identity import this_user
from orchestrator.app.shipping.buying import buy, give_back, plan
from orchestrator.core.actions.commands import Ruled
from orchestrator.core.handoffs import ItemKind, ItemState
from orchestrator.core.policy import Mode
from orchestrator.core.ruling import Decision, Ruling
from orchestrator.core.shipping.planning import NotPlanned, Reason, Wishes, plan_document
from orchestrator.settings import Settings
from orchestrator.store.database import Database
from orchestrator.store.handoffs import StoredHandoffs
from orchestrator.surfaces.shipping_application import LabelFile

FORBIDDEN = Ruled(ruling=Ruling(decision=Decision.FORBIDDEN, reasons=("a freeze",)), mode=Mode.REVIEW)
REFUSAL = NotPlanned(reasons=(Reason(code="AlreadyPickedUp", text="the carrier has it"),))


async def bought(database: Database, carrier: Carrier, order: str = "#W100", *, ruled: Ruled = ALLOWED) -> Any:
    """What the wish comes to."""
    opened = shipping(database, carrier, ruled=ruled)
    return await buy(Settings(), opened, planned(buying(order)), tell=lambda _: None)


async def test_a_shipment_is_bought_and_recorded(database: Database):
    """With its label, in one call."""
    carrier = Carrier()
    found = await bought(database, carrier)
    assert (found["status"], found["shipment"]["id"], found["shipment"]["stage"]) == ("done", "S-1", "bought")
    assert found["message"] == "S-1 is bought: ups ups_ground, 1Z1"
    assert found["next"] == "switchboard shipments track S-1"
    assert len(carrier.calls) == 1
    assert shipping(database, carrier, ruled=ALLOWED).shipments.label("S-1") is not None


async def test_the_same_again_buys_nothing(database: Database):
    """Neither later nor at once by several: each is told of the one shipment."""
    carrier = Carrier()
    found = [*await asyncio.gather(*(bought(database, carrier) for _ in range(4))), await bought(database, carrier)]
    assert len(carrier.calls) == 1
    assert {one["shipment"]["id"] for one in found} == {"S-1"}
    assert found[-1]["status"] == "done"


async def test_another_shipment_of_the_order_is_refused(database: Database):
    """While the first stands: the refusal says what would take it back."""
    carrier = Carrier()
    await bought(database, carrier)
    other = planned(buying(service="ups_air"))
    found = await buy(Settings(), shipping(database, carrier, ruled=ALLOWED), other, tell=lambda _: None)
    assert (found["status"], len(carrier.calls)) == ("refused", 1)
    assert "void_shipment takes it back first" in str(found["message"])
    assert found["shipment"]["id"] == "S-1"  # type: ignore[index]  # JSON


async def test_what_the_policy_forbids_is_not_bought(database: Database):
    """It has a record all the same, and says why."""
    carrier = Carrier()
    found = await bought(database, carrier, ruled=FORBIDDEN)
    assert (found["status"], found["shipment"]["substatus"], carrier.calls) == ("refused", "forbidden", [])
    assert "a freeze" in found["message"]


async def test_a_wish_of_somebody_who_may_not_approve_waits(database: Database):
    """For one who may; the record says for whom, and where to go."""
    carrier = Carrier()
    found = await bought(database, carrier, ruled=RULED)
    assert (found["status"], carrier.calls) == ("waiting", [])
    assert f"{this_user()} may not approve A-1" in found["message"]
    assert found["next"] == "switchboard approvals show A-1"
    assert found["shipment"]["stage"] == "requested"


async def test_a_refused_one_is_told(database: Database):
    """By the shop's own word; it may be bought once that is mended."""
    carrier = Carrier(next=["refused"])
    found = await bought(database, carrier)
    assert (found["status"], found["shipment"]["stage"]) == ("failed", "refused")
    assert "none is left" in found["message"]
    again = await bought(database, carrier)
    assert (again["status"], again["shipment"]["id"], len(carrier.calls)) == ("done", "S-2", 2)


async def test_a_lost_reply_is_settled_by_reading(database: Database):
    """The next wish reads what became of the first, and buys nothing."""
    carrier = Carrier(next=["lost"])
    first = await bought(database, carrier)
    assert (first["status"], first["shipment"]["stage"]) == ("unknown", "parked")
    assert "shipments resolve S-1" in first["next"]
    (item,) = StoredHandoffs(database).listed(states=(ItemState.OPEN,), limit=9)
    assert (item.parked.kind, first["shipment"]["owner"]) == (ItemKind.UNKNOWN_ACTION, item.id)
    second = await bought(database, carrier)
    assert (second["status"], second["shipment"]["id"], len(carrier.calls)) == ("done", "S-1", 1)
    assert StoredHandoffs(database).listed(states=(ItemState.OPEN,), limit=9) == ()


async def test_a_call_that_provably_never_arrived_is_made_by_the_next_wish(database: Database):
    """It reads first, and does not end with a promise that nobody keeps."""
    carrier = Carrier(next=["never"], readable=False)
    assert (await bought(database, carrier))["status"] == "unknown"
    carrier.readable = True
    opened = shipping(database, carrier, ruled=ALLOWED)
    later = replace(opened, acting=replace(opened.acting, process="q", is_gone=lambda _: True))
    second: Any = await buy(Settings(), later, planned(buying("#W100")), tell=lambda _: None)
    assert (second["status"], second["shipment"]["id"], len(carrier.calls)) == ("done", "S-1", 2)


async def test_a_label_is_given_back_once(database: Database):
    """The refund is told; the same again tells the same, and the next shipment is another."""
    carrier = Carrier()
    await bought(database, carrier)
    opened = shipping(database, carrier, ruled=ALLOWED)
    found = await give_back(Settings(), opened, "S-1", reason="wrong size", tell=lambda _: None)
    again = await give_back(Settings(), opened, "S-1", reason="wrong size", tell=lambda _: None)
    assert (found["status"], again["status"], len(carrier.calls)) == ("done", "done", 2)
    assert found["message"] == again["message"] == "S-1 is given back; refund submitted"
    next_one = await bought(database, carrier)
    assert (next_one["shipment"]["id"], next_one["shipment"]["stage"]) == ("S-2", "bought")


async def test_a_wish_that_waits_is_taken_back(database: Database):
    """Nothing was bought, and nobody can approve it any more."""
    carrier = Carrier()
    await bought(database, carrier, ruled=RULED)
    opened = shipping(database, carrier, ruled=RULED)
    found = await give_back(Settings(), opened, "S-1", reason="too dear", tell=lambda _: None)
    assert (found["status"], found["shipment"]["stage"], carrier.calls) == ("done", "cancelled", [])  # type: ignore[index]  # JSON


async def test_what_cannot_be_given_back_stays(database: Database):
    """The procedure's reason is told; nothing is called."""
    carrier = Carrier()
    await bought(database, carrier)
    opened = shipping(database, carrier, ruled=ALLOWED, planning=Planning(refusal=REFUSAL))
    found = await give_back(Settings(), opened, "S-1", reason="x", tell=lambda _: None)
    assert (found["status"], found["message"], len(carrier.calls)) == ("refused", "the carrier has it", 1)


async def test_a_void_that_the_policy_forbids_is_refused(database: Database):
    """It waits for nobody: the policy's reason is told, and nothing is called."""
    carrier = Carrier()
    await bought(database, carrier)
    opened = shipping(database, carrier, ruled=FORBIDDEN)
    found = await give_back(Settings(), opened, "S-1", reason="x", tell=lambda _: None)
    told = "S-1 may not be given back: a freeze"
    assert (found["status"], found["message"], len(carrier.calls)) == ("refused", told, 1)


async def test_a_parked_one_is_not_given_back(database: Database):
    """First somebody finds out whether there is anything to give back."""
    carrier = Carrier(next=["never"], readable=False)
    await bought(database, carrier)
    opened = shipping(database, carrier, ruled=ALLOWED)
    found = await give_back(Settings(), opened, "S-1", reason="x", tell=lambda _: None)
    assert (found["status"], len(carrier.calls)) == ("unknown", 1)


async def test_an_order_that_has_a_shipment_names_it(database: Database):
    """Where the procedure refuses to plan another."""
    carrier = Carrier()
    await bought(database, carrier)
    opened = shipping(database, carrier, ruled=ALLOWED, planning=Planning(refusal=REFUSAL))
    found = await plan(opened, "W100", Wishes())
    assert isinstance(found, NotPlanned)
    assert found.notices == ("S-1 of this order is bought: switchboard shipments show S-1",)


def faults(schema: str, document: object) -> list[str]:
    """What of a document is not as its schema says."""
    text = (Path(__file__).parents[3] / "docs" / "schemas" / f"{schema}.schema.json").read_text(encoding="utf-8")
    plain = json.loads(json.dumps(document))
    return [error.message for error in Draft202012Validator(json.loads(text)).iter_errors(plain)]


@pytest.fixture
def app() -> App:
    """The application on a fresh laptop."""
    return App()


async def test_a_fresh_laptop_ships_an_order_of_the_sample_shop(app: App):
    """From the order to a label that is printed again unchanged, then on a manifest, then given back."""
    found = await app.plan_shipment("1030", Wishes())
    assert not isinstance(found, NotPlanned)
    done = await app.buy_shipment(found, tell=lambda _: None)
    assert (done["status"], done["shipment"]["stage"]) == ("done", "bought")  # type: ignore[index]  # JSON
    first, again = await app.shipment_label("S-1"), await app.shipment_label("1030")
    assert isinstance(first, LabelFile)
    assert first == again
    assert first.data.startswith(b"%PDF")
    assert isinstance(await app.plan_shipment("1030", Wishes()), NotPlanned)
    tracked = await app.track_shipment("S-1")
    assert (tracked["new"], tracked["troubles"]) == (1, [])
    listed = app.list_shipments(states=["pending"], order="1030", limit=9)
    shown = app.show_shipments("S-1")
    made = app.make_manifests(day=datetime.now(UTC).date(), carrier=None)
    assert ([one["id"] for one in listed], [one["id"] for one in made]) == (["S-1"], ["M-1"])
    voided = await app.cancel_shipment("S-1", reason="wrong size", tell=lambda _: None)
    assert (voided["status"], voided["shipment"]["refund_status"]) == ("done", "submitted")  # type: ignore[index]  # JSON
    assert app.show_manifest("M-1") == made[0]
    assert faults("shipment_outcome", {**done, "plan": plan_document(found)}) == []
    assert faults("shipment_outcome", voided) == []
    assert faults("shipments", {"shipments": [*listed, *shown], "more": False}) == []
    assert faults("tracked", tracked) == []
    assert faults("manifests", {"manifests": list(made)}) == []
    assert faults("shipment", listed[0]) == []
