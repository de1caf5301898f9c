"""What of a shipment a person must see to."""

from datetime import timedelta
from typing import Any

from memory_actions import MemoryActions
from shipped import HOUR, NOW, bought, buying, event

from orchestrator.core.handoffs import ItemKind
from orchestrator.core.shipping.parking import concern_of, gone
from orchestrator.core.shipping.standing import stand

LATER = NOW + timedelta(days=4)


def body(*events: Any, now: Any = LATER) -> dict[str, object]:
    """The document of a shipment of which that was told."""
    return stand(bought(MemoryActions(), buying()), number=1, now=now, events=events).document()


def test_a_late_shipment_is_one_item_by_its_promise():
    """Not before the promise has passed; with what is known."""
    found = body(event("in_transit", description="Departed"))
    assert concern_of(found, "late", at=NOW) is None
    item = concern_of(found, "late", at=LATER)
    assert item is not None
    assert (item.kind, item.cause) == (ItemKind.LATE_SHIPMENT, "shipment:S-1:late:2026-11-28T18:00:00Z")
    assert item.title == "S-1 of order #W100 was promised for 2026-11-28T18:00:00Z and is in transit"
    assert item.action == "A-1"
    facts = " | ".join(fact.text for fact in item.facts)
    for words in ("ups ups_ground, tracking 1Z 999", "promised: 2026-11-28", "in_transit, Reno, NV: Departed (X)"):
        assert words in facts
    assert concern_of(found, "exception", at=LATER) is None


def test_an_incident_is_one_item_and_the_next_is_another():
    """Told by its status and time; who must act is the question."""
    held = event("on_hold", reason="customs_documentation")
    first = concern_of(body(held), "exception", at=LATER)
    assert first is not None
    assert first.kind is ItemKind.SHIPMENT_EXCEPTION
    assert first.title == "S-1 of order #W100 is on hold (customs documentation)"
    assert first.question.startswith("sender: send the papers")
    more = concern_of(body(held, event("delivery_failed", at=NOW + 2 * HOUR)), "exception", at=LATER)
    assert more is not None
    assert more.cause != first.cause


def test_what_arrived_is_of_no_concern():
    """And it is said why."""
    found = body(event("on_hold"), event("delivered", at=NOW + 3 * HOUR))
    assert concern_of(found, "late", at=LATER) is None
    assert concern_of(found, "exception", at=LATER) is None
    assert gone(found, "late") == "S-1 is not late any more: it is delivered since 2026-11-25T13:00:00Z"
    assert gone(found, "exception").startswith("S-1 is not in trouble any more")
