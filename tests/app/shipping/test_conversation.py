"""A customer talks to the shipment specialist: identified, served, asked for a yes, and served once."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from orchestrator.app.application import App
from orchestrator.app.workflows import HOST_FILE
from orchestrator.core.orders.order import Customer, Order
from orchestrator.core.orders.reading import read_customer, read_order
from orchestrator.surfaces.application import Options
from playbooks.shop.answers import customer_answer, order_answer
from plugins.logicapps.host.store import HostStore

SCHEMA = json.loads((Path(__file__).parents[3] / "docs/schemas/ask.schema.json").read_text(encoding="utf-8"))
EXCHANGE = "I want to exchange the Trail Backpack for the 36 l one."
WHO = "Amara Osei, 60614"


async def talk(lines: Iterable[str], **options: Any) -> list[dict[str, Any]]:
    """The reports of a conversation with the specialist, each of the documented form."""
    reports = []
    async with App().converse(Options(agent="shipment", **options)) as conversation:
        for line in lines:
            report = await conversation.ask(line, listen=lambda _: None)
            jsonschema.validate(report, SCHEMA)
            reports.append(report)
    return reports


@pytest.fixture
def order_of(state: Path) -> Callable[[str], dict[str, Any]]:
    """An order as the shop has it now."""

    def found(order_id: str) -> dict[str, Any]:
        with HostStore(state / HOST_FILE) as store:
            return dict(store.look(lambda connection: order_answer(connection, order_id))["order"])

    return found


async def test_exchanged_after_a_question_and_a_yes(order_of: Callable[[str], dict[str, Any]]):
    """Nothing is changed before the yes, and a second yes changes nothing more."""
    asked, proposed = await talk([EXCHANGE, WHO])
    assert (asked["status"], len(asked["questions"])) == ("needs_input", 1)
    assert (proposed["status"], proposed["actions"][0]["state"]) == ("waiting", "waiting")
    assert proposed["message"].endswith("Say yes to have exactly this done, or no.")
    assert order_of("#1003")["status"] == "delivered"
    first, second = await talk(["yes please", "yes"], session=proposed["session"])
    assert "order #1003 is now exchange requested" in first["message"]
    assert second["message"] == first["message"]
    assert (order_of("#1003")["status"], order_of("#1003")["version"]) == ("exchange requested", 2)


async def test_every_sentence_has_a_receipt():
    """Each claim cites evidence of the report, and holds when the shop is asked again."""
    proposed = (await talk([f"{WHO}\n{EXCHANGE}"]))[0]
    known = {evidence["id"] for evidence in proposed["evidence"]}
    assert proposed["claims"]
    assert all(claim["evidence"] and set(claim["evidence"]) <= known for claim in proposed["claims"])
    again = await App().verify_run(proposed["run"])
    assert [one.outcome for one in again] == ["holds"] * len(proposed["claims"])


async def test_two_windows_and_one_change(order_of: Callable[[str], dict[str, Any]]):
    """Whoever says yes first has it done; the other window is told the same, and nothing is done again."""
    (first,) = await talk([f"{WHO}\n{EXCHANGE}"])
    (second,) = await talk([f"{WHO}\n{EXCHANGE}"])
    assert first["actions"][0]["id"] == second["actions"][0]["id"]
    said = [(await talk(["yes"], session=report["session"]))[0]["message"] for report in (first, second)]
    assert said[0] == said[1]
    assert order_of("#1003")["version"] == 2


async def test_a_no_withdraws_it(order_of: Callable[[str], dict[str, Any]]):
    """And a later yes finds nothing to do."""
    *_, no, late = await talk([f"{WHO}\n{EXCHANGE}", "no thanks", "yes"])
    assert "denied" in no["message"]
    assert "not done" in late["message"]
    assert order_of("#1003")["status"] == "delivered"


async def test_a_yes_with_a_condition_is_no_yes(order_of: Callable[[str], dict[str, Any]]):
    """It is read as a message of its own, and what waited for a yes is withdrawn: nobody else approves it."""
    proposed, last = await talk([f"{WHO}\n{EXCHANGE}", "yes, but send it to my office"])
    assert order_of("#1003")["status"] == "delivered"
    assert "now exchange requested" not in last["message"]
    assert App().show_approval(proposed["actions"][0]["id"])["state"] == "denied"
    assert any("is withdrawn" in note for note in last["notes"])


async def test_nobody_is_known_by_a_number_alone():
    """An id without a second fact, or a wrong postcode, identifies nobody, and no order is told."""
    for who in ("amara_osei_1003", "Amara Osei, 10001", "nobody@example.com"):
        (report,) = await talk([f"{who}\n{EXCHANGE}"])
        assert report["status"] == "needs_input"
        assert "1003 is" not in json.dumps(report["claims"])


async def test_what_is_not_understood_goes_to_a_person_as_a_whole(order_of: Callable[[str], dict[str, Any]]):
    """With what is known, and nothing half done."""
    (report,) = await talk([f"{WHO}\n{EXCHANGE} And have my neighbour's fence painted."])
    assert report["actions"] == []
    (item,) = App().list_handoffs(states=[], limit=9)
    assert item["kind"] == "customer_request"
    assert item["id"] in report["message"]
    assert any("Amara Osei" in fact["text"] for fact in App().show_handoff(item["id"])["facts"])
    assert order_of("#1003")["status"] == "delivered"


async def test_a_policy_question_is_answered_from_the_policy():
    """With its passage; nobody need say who they are."""
    (report,) = await talk(["How long does standard delivery take?"])
    assert report["status"] == "answered"
    assert "3 to 5 working days" in report["message"]


async def test_above_the_limit_a_person_decides(order_of: Callable[[str], dict[str, Any]]):
    """The requester's yes does not count there, and the answer says so before and after it."""
    wanted = "carlos.ibarra@example.com\nI want to cancel my order with the Reading Chair because I no longer need it."
    proposed, said = await talk([wanted, "yes"])
    assert proposed["actions"][0]["consent"] is False
    assert proposed["message"].endswith("A person must approve this; your yes alone does not count here.")
    assert "not done" in said["message"] or said["status"] == "needs_input"
    assert order_of("#1039")["status"] == "pending"


def test_values_of_the_shop_are_read(state: Path):
    """What the host answers is what the values of orders take."""
    with HostStore(state / HOST_FILE) as store:
        found = store.look(lambda connection: customer_answer(connection, {"email": "amara.osei@example.com"}))
        answer = store.look(lambda connection: order_answer(connection, "#1003"))
    assert isinstance(read_order(answer["order"]), Order)
    assert isinstance(read_customer(found["customer"]), Customer)


async def test_a_message_of_several_subjects_changes_no_order(order_of: Callable[[str], dict[str, Any]]):
    """What others read may say more of what is wanted; who asks is taken from all of it."""
    said = f"I am {WHO}. {EXCHANGE} Also, checkout returns 502 since 10:20. But exchange nothing before I call."
    async with App().converse(Options()) as conversation:
        report = await conversation.ask(said, listen=lambda _: None)
    turns = [turn for turn in report["turns"] if turn["agent"] == "shipment"]
    assert turns or report["agent"] == "shipment"
    assert all(not turn["actions"] for turn in turns)
    assert order_of("#1003")["status"] == "delivered"
