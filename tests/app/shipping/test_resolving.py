"""Settling a shipment of which nobody knows whether it was bought, or given back."""

from datetime import timedelta
from typing import Any

import pytest
from carrier import Carrier, planned, shipping
from shipped import ALLOWED, BYTES, buying

from orchestrator.app.shipping.buying import buy, give_back
from orchestrator.app.shipping.opening import Shipping
from orchestrator.app.shipping.resolving import resolve
from orchestrator.core.errors import InputError
from orchestrator.core.handoffs import ItemState
from orchestrator.settings import Settings
from orchestrator.store.database import Database
from orchestrator.store.handoffs import StoredHandoffs


async def parked(database: Database, carrier: Carrier) -> Shipping:
    """S-1, of which nobody knows whether it was bought."""
    opened = shipping(database, carrier, ruled=ALLOWED)
    done = await buy(Settings(), opened, planned(buying()), tell=lambda _: None)
    assert done["status"] == "unknown"
    return opened


async def settled(opened: Shipping, found: Any, *numbers: str, late: bool = True) -> Any:
    """What the person's word comes to, once the call cannot arrive any more."""
    action = opened.actions.find(opened.shipments.find("S-1").action)
    assert action.claim is not None
    now = action.claim.until + timedelta(seconds=1) if late else action.claim.at
    return await resolve(opened, "S-1", found=found, numbers=numbers, note="seen in the portal", now=now)


async def test_a_person_found_it_shipped(database: Database):
    """Where the target cannot be read: the numbers are theirs, the handoff item is resolved, nothing is bought."""
    carrier = Carrier(next=["lost"], readable=False)
    opened = await parked(database, carrier)
    found = await settled(opened, "shipped", "1Z 9")
    shipment = found["shipment"]
    assert (found["status"], shipment["stage"], shipment["tracking_numbers"]) == ("done", "bought", ["1Z 9"])
    assert found["message"].endswith("shipped")
    assert StoredHandoffs(database).listed(states=(ItemState.OPEN,), limit=9) == ()
    assert (len(carrier.calls), opened.shipments.named("1z9")[0].id) == (1, "S-1")
    carrier.readable = True
    label = await resolve(opened, "S-1", found="shipped", numbers=["x"], note="y")
    assert label["status"] == "refused"


async def test_a_person_found_nothing(database: Database):
    """It may be bought again then, under another key."""
    carrier = Carrier(next=["never"], readable=False)
    opened = await parked(database, carrier)
    found = await settled(opened, "not_shipped")
    assert (found["status"], found["shipment"]["stage"]) == ("done", "refused")
    again = await buy(Settings(), opened, planned(buying()), tell=lambda _: None)
    assert (again["status"], again["shipment"]["id"]) == ("done", "S-2")  # type: ignore[index]  # JSON
    assert len(set(carrier.calls)) == 2


async def test_nothing_is_settled_as_not_shipped_while_its_call_may_arrive(database: Database):
    """A person who looks too early sees nothing of what is still under way."""
    opened = await parked(database, Carrier(next=["never"], readable=False))
    found = await settled(opened, "not_shipped", late=False)
    assert (found["status"], found["shipment"]["stage"]) == ("refused", "parked")
    assert "may be under way until" in found["message"]


async def test_a_read_counts_more_than_a_persons_word(database: Database):
    """The target is read first: what it tells is what is so, with its label."""
    carrier = Carrier(next=["lost"])
    opened = await parked(database, carrier)
    found = await settled(opened, "not_shipped")
    assert (found["status"], found["shipment"]["stage"]) == ("done", "bought")
    assert found["message"] == "S-1 is settled, its target was read: shipped"
    label = opened.shipments.label("S-1")
    assert label is not None
    assert label.data() == BYTES


async def test_a_void_of_which_nobody_knows_is_settled_too(database: Database):
    """Not shipped means given back."""
    carrier = Carrier()
    opened = shipping(database, carrier, ruled=ALLOWED)
    await buy(Settings(), opened, planned(buying()), tell=lambda _: None)
    carrier.next, carrier.readable = ["lost"], False
    lost = await give_back(Settings(), opened, "S-1", reason="wrong size", tell=lambda _: None)
    assert lost["status"] == "unknown"
    found = await resolve(opened, "S-1", found="not_shipped", numbers=(), note="the carrier's portal says void")
    assert (found["status"], found["shipment"]["stage"]) == ("done", "voided")  # type: ignore[index]  # JSON
    assert len(carrier.calls) == 2


async def test_there_must_be_something_to_settle(database: Database):
    """A number belongs to what was shipped; a shipment that stands is left as it is."""
    carrier = Carrier(next=["never"], readable=False)
    opened = await parked(database, carrier)
    with pytest.raises(InputError, match="give --found shipped"):
        await settled(opened, "not_shipped", "1Z")
    await settled(opened, "shipped", "1Z")
    again = await settled(opened, "not_shipped")
    assert (again["status"], again["shipment"]["stage"]) == ("refused", "bought")
