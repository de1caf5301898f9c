"""A procedure that cannot go on ends with a person or a clear word, and a label is given back on its own fact."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from agents.shipment.procedure.following import Ended, Known, Proposal, follow
from agents.shipment.tools import proposed_before
from agents.shipment.works.names import WORKS
from orchestrator.core.rendering import render
from playbooks.procedure import load_procedure

PROCEDURES = Path(__file__).parents[4] / "playbooks/procedures"
NOW = "2026-11-25T10:00:00Z"
ITEM = {"item_id": "a1", "product_id": "p1", "name": "Lamp", "options": {}, "price": 10.0, "quantity": 1}
ORDER = {
    "id": "#1",
    "customer_id": "ada_1",
    "status": "pending",
    "currency": "USD",
    "version": 3,
    "items": [ITEM],
    "payments": [{"kind": "payment", "amount": None, "payment_method_id": "card_1"}],
}
CUSTOMER = Known(document={"customer": {"id": "ada_1", "payment_methods": []}}, evidence="E1")


class Shop:
    """Answers every question with one document."""

    def __init__(self, answer: Mapping[str, Any]) -> None:
        self._answer = dict(answer)

    async def read(self, step: str, workflow: str, body: dict[str, object], *, purpose: str) -> Known:
        return Known(document=self._answer, evidence="E2")

    async def note(self, step: str, document: dict[str, object], *, source: str, purpose: str) -> Known:
        return Known(document=document, evidence="E3")


async def end_of(name: str, wanted: dict[str, object], *, given: Mapping[str, Known] | None = None, **shop: Any) -> Any:
    """How a shipped procedure ends, with what was found on the way."""
    procedure = load_procedure(PROCEDURES / f"{name}.yaml")
    answer = {"found": True, "order": ORDER, "shipments": [], **shop}
    return await follow(procedure, wanted, reading=Shop(answer), works=WORKS, now=NOW, given=given)


async def test_what_a_procedure_begins_with_is_not_there():
    """One for a customer, followed where nobody was identified, is a person's."""
    found = await end_of("cancel_order", {"order_id": "#1", "reason": "no longer needed"})
    assert found.end == Ended(
        ending="person", text="cancel_order begins with the customer, and none is known here", check="customer"
    )


async def test_a_document_that_lacks_something():
    """What cannot be worked out of the shop's answer is a person's, with the reason."""
    wanted: dict[str, object] = {"order_id": "#1", "reason": "no longer needed"}
    found = await end_of("cancel_order", wanted, given={"customer": CUSTOMER})
    assert isinstance(found.end, Ended)
    assert found.end.ending == "person"
    assert "refunds cannot be worked out: amount is None" in found.end.text


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        ({"is_return": True}, "#1.return"),
        ({}, "#1"),
        ({"test_mode": True}, "#1.test"),
        ({"is_return": True, "test_mode": True}, "#1.return.test"),
    ],
)
async def test_a_label_is_given_back_on_its_own_fact(kind: dict[str, bool], subject: str):
    """Giving back a return's label frees another return's label, and no second shipment of the order."""
    told = {"is_return": False, "test_mode": False, **kind}
    sent = {"number": "SH-1", "tracking_numbers": ["1Z"], "status": "pending", "voided": False, **told}
    is_return = told["is_return"]
    found = await end_of("cancel_shipment", {"order_id": "#1"}, shipments=[sent])
    buying = load_procedure(PROCEDURES / ("return_label.yaml" if is_return else "ship_order.yaml")).propose
    assert isinstance(found.end, Proposal)
    assert (found.end.workflow, found.end.subject) == ("void_shipment", subject)
    assert buying is not None
    scope = {"order": {"order": {"id": "#1"}}, "wanted": {"test_mode": told["test_mode"]}}
    assert render(buying.subject, scope) == subject
    assert buying.once_until == found.end.workflow


async def test_what_would_be_done_is_no_finding():
    """What a proposal says stands apart from what was found on the way to it."""
    sent = {
        "number": "SH-1",
        "tracking_numbers": ["1Z"],
        "status": "pending",
        "is_return": False,
        "test_mode": False,
        "voided": False,
    }
    found = await end_of("cancel_shipment", {"order_id": "#1"}, shipments=[sent])
    assert [one.template for one in found.found] == ["shipment {live.shipments[0].number} waits for the carrier"]
    assert len(found.statements) == 2


def test_a_yes_is_for_the_last_answer():
    """In any of its turns; an answer in between that proposed nothing ends what was asked before."""
    action = {"id": "A-1", "requester": {"name": "customer:ada_1"}}
    assert proposed_before({"actions": [action]}) == [action]
    assert proposed_before({"actions": [], "turns": [{"actions": []}, {"actions": [action]}]}) == [action]
    assert proposed_before({"actions": [{"id": "A-2"}]}) == []
    assert proposed_before({"message": "Which one?"}) == proposed_before(None) == []
