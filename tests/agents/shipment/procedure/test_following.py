"""A procedure ends in exactly one way, and what it says rests on what was read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from agents.shipment.procedure.following import Ended, Known, Proposal, follow, without_nulls
from orchestrator.core.claims import Claim
from orchestrator.core.document_table import document_table
from orchestrator.core.table import Table
from playbooks.procedure import Procedure, read_procedure

TEXT = """
id: give_back
title: Give something back
needs: {order_id: Which order?}
takes: [note, numbers]
steps:
  - read: order
    workflow: analyse_order
    body: {order_id: "{wanted.order_id}", note: "{wanted.note}"}
  - check: Found
    expect: order.found
    refuse: "there is no order {wanted.order_id}"
  - check: Held
    expect: order.hold == ''
    person: "it is held: {order.hold}"
    shows: "order {wanted.order_id} of {order.total:.2f} is held by nothing"
  - read: tracked
    workflow: track_shipment
    when: wanted.numbers != null
    each: wanted.numbers
    body: {tracking_number: "{each}"}
  - work: sum
    by: doubled
    with: {value: "{order.total}"}
  - check: Size
    expect: sum.value < 100.0
    ask: "is {sum.value} right?"
propose:
  workflow: void_shipment
  subject: "{wanted.order_id}"
  once_until: create_shipment
  amount: sum.value
  currency: "'EUR'"
  arguments: {order_id: "{wanted.order_id}", total: "{sum.value}", note: "{wanted.note}"}
  says: ["Give back {sum.value:.2f} EUR"]
"""


@dataclass
class Shop:
    """Answers as told, and numbers what it keeps."""

    answers: Mapping[str, Mapping[str, Any] | None]
    tables: dict[str, Table] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, object]]] = field(default_factory=list)

    async def read(self, step: str, workflow: str, body: dict[str, object], *, purpose: str) -> Known:
        self.asked.append((workflow, body))
        answer = self.answers[workflow]
        if answer is None:
            return Known(document=None, evidence=f"E{len(self.tables) + 1}", reason="it is down")
        return self._kept(dict(answer))

    async def note(self, step: str, document: dict[str, object], *, source: str, purpose: str) -> Known:
        return self._kept(document)

    def _kept(self, document: dict[str, object]) -> Known:
        name = f"E{len(self.tables) + 1}"
        self.tables[name] = document_table(document)
        return Known(document=document, evidence=name)


ORDER = {"found": True, "hold": "", "total": 12.5}


async def followed(wanted: dict[str, object], *, procedure: Procedure | None = None, **answers: Any) -> Any:
    """The end of the procedure, with the shop that it asked."""
    shop = Shop({"analyse_order": ORDER, "track_shipment": {"found": True}, **answers})
    works = {"doubled": lambda found: {"value": found["value"] * 2}}
    read = procedure or read_procedure(TEXT, path="give_back.yaml")
    return shop, await follow(read, wanted, reading=shop, works=works, now="2026-11-25T10:00:00Z")


async def test_a_proposal_with_exact_arguments():
    """Typed values stay typed, and what is null is left out."""
    shop, found = await followed({"order_id": "W1"})
    assert found.end == Proposal(
        workflow="void_shipment",
        subject="W1",
        arguments={"order_id": "W1", "total": 25.0},
        amount=25.0,
        currency="EUR",
        once_until="create_shipment",
    )
    assert shop.asked == [("analyse_order", {"order_id": "W1"})]
    assert found.said == ("order W1 of 12.50 is held by nothing", "Give back 25.00 EUR")


async def test_each_sentence_is_a_claim_on_what_was_read():
    """Its check holds on the recorded rows, and it renders the same text."""
    shop, found = await followed({"order_id": "W1"})
    claims = [
        Claim(template=one.template, check=one.check, evidence=one.evidence, frame=one.frame, tables=shop.tables)
        for one in found.statements
    ]
    assert [claim.text for claim in claims] == list(found.said)


async def test_what_is_missing_is_asked_before_anything_is_read():
    """A need that nobody named ends it with the need's question."""
    shop, found = await followed({})
    assert found.end == Ended(ending="ask", text="Which order?", check="order_id")
    assert shop.asked == []


async def test_a_check_that_fails_ends_it():
    """Refused with the reason, given to a person, or asked; nothing is proposed."""
    for order, ending, text in (
        ({**ORDER, "found": False}, "refuse", "there is no order W1"),
        ({**ORDER, "hold": "fraud review"}, "person", "it is held: fraud review"),
        ({**ORDER, "total": 80.0}, "ask", "is 160 right?"),
    ):
        _, found = await followed({"order_id": "W1"}, analyse_order=order)
        assert (found.end.ending, found.end.text) == (ending, text)


async def test_a_check_that_cannot_be_told_is_a_persons():
    """A field that is not there never lets anything pass."""
    _, found = await followed({"order_id": "W1"}, analyse_order={"found": True})
    assert found.end.ending == "person"
    assert "hold" in found.end.text


async def test_a_workflow_that_does_not_answer_is_a_persons():
    """With the reason."""
    _, found = await followed({"order_id": "W1"}, analyse_order=None)
    assert (found.end.ending, found.end.text) == ("person", "analyse_order did not answer: it is down")


async def test_one_question_for_each_value():
    """In the order of the list."""
    shop, _ = await followed({"order_id": "W1", "numbers": ["N2", "N1"]})
    assert [body for name, body in shop.asked if name == "track_shipment"] == [
        {"tracking_number": "N2"},
        {"tracking_number": "N1"},
    ]


def test_nulls_are_left_out_at_any_depth():
    """But an empty text is a value."""
    assert without_nulls({"a": None, "b": [{"c": None, "d": ""}]}) == {"b": [{"d": ""}]}
