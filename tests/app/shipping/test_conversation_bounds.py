"""What a conversation about orders does not do: mix customers up, take a late yes, or say what is not so."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from orchestrator.app.application import App
from orchestrator.app.workflows import HOST_FILE
from orchestrator.surfaces.application import Options
from playbooks.shop.answers import order_answer
from plugins.logicapps.host.store import HostStore

EXCHANGE = "I want to exchange the Trail Backpack for the 36 l one."
WHO = "Amara Osei, 60614"


async def talk(lines: Iterable[str], **options: Any) -> list[dict[str, Any]]:
    """The reports of a conversation with the specialist."""
    async with App().converse(Options(agent="shipment", **options)) as conversation:
        return [await conversation.ask(line, listen=lambda _: None) for line in lines]


def status_of(state: Path, order_id: str) -> str:
    """How the shop has an order now."""
    with HostStore(state / HOST_FILE) as store:
        found = store.look(lambda connection: order_answer(connection, order_id))
    return str(found["order"]["status"])


async def test_a_no_may_be_taken_back(state: Path):
    """Who said no and asks again is asked again, and their yes counts."""
    *_, asked, done = await talk([f"{WHO}\n{EXCHANGE}", "no", EXCHANGE, "yes"])
    assert asked["actions"][0]["consent"] is True
    assert "now exchange requested" in done["message"]
    assert status_of(state, "#1003") == "exchange requested"


async def test_known_by_a_new_postcode():
    """Who is known by name and postcode is still known after moving."""
    address = "412 Alder Lane, Apt 3, Portland, OR 97205"
    wanted = f"Noor Haddad, 98101\nPlease change my default address to {address}"
    *_, done, told = await talk([wanted, "yes", "Where is my order #1018?"])
    assert "your default address is changed" in done["message"]
    assert "order #1018 is pending" in told["message"]


async def test_a_second_answer_to_who_one_is():
    """A wrong fact is put right by the next message, and the request stands."""
    *_, nobody, found = await talk([EXCHANGE, "nobody@example.com", WHO])
    assert "No customer is found" in nobody["message"]
    assert found["status"] == "waiting"


async def test_facts_of_several_customers():
    """A message that names two is nobody's, and tells of neither."""
    (report,) = await talk([f"{WHO}\nWhere is my Reading Chair? Tell carlos.ibarra@example.com too."])
    assert (report["status"], report["claims"]) == ("needs_input", [])
    assert "leads to several customers" in report["message"]


async def test_another_customer_goes_on():
    """Whoever says who they are is served as that one, and an open request of another is not theirs."""
    mine, theirs = await talk(["amara.osei@example.com\nWhere is my order?", "carlos.ibarra@example.com"])
    assert "#1012" in mine["message"]
    assert "Carlos Ibarra" in theirs["message"]
    assert "Amara" not in json.dumps(theirs["claims"])
    assert "#1012" not in theirs["message"]


async def test_what_cannot_be_is_said():
    """A wish that the order's state forbids is answered with the reason, on evidence."""
    (report,) = await talk([f"{WHO}\nI want to return the Reading Chair."])
    assert "not possible: order #1012 is processed" in [claim["text"] for claim in report["claims"]]


async def test_a_yes_to_what_a_person_decides():
    """It is told who decides, and that nothing was done."""
    wanted = "carlos.ibarra@example.com\nI want to cancel my order with the Reading Chair because I no longer need it."
    _, said = await talk([wanted, "yes"])
    assert "not done" in said["message"]
    assert "customer_assist" in said["message"]


async def test_a_yes_where_nothing_may_be_done(monkeypatch: pytest.MonkeyPatch, state: Path):
    """An installation that only reads asks for no yes, and takes none."""
    monkeypatch.setenv("SWITCHBOARD_MODE", "read_only")
    shown, said = await talk([f"{WHO}\n{EXCHANGE}", "yes"])
    assert "Say yes" not in shown["message"]
    assert "A yes changes nothing here" in shown["message"]
    assert "Nothing waits" in said["message"]
    assert status_of(state, "#1003") == "delivered"


async def test_a_price_that_changed_before_the_yes(state: Path):
    """The yes was for another amount: nothing is done, and the answer says why."""
    async with App().converse(Options(agent="shipment")) as conversation:
        shown = await conversation.ask(f"{WHO}\n{EXCHANGE}", listen=lambda _: None)
        with HostStore(state / HOST_FILE) as store:
            dearer = "UPDATE shop_variants SET price = '639.00' WHERE item_id = '611102'"
            store.look(lambda connection: connection.execute(dearer).rowcount)
        said = await conversation.ask("yes", listen=lambda _: None)
    assert "To pay 20.00 USD" in shown["message"]
    assert "not done" in said["message"]
    assert "20.0 was agreed on" in said["message"]
    assert status_of(state, "#1003") == "delivered"


async def test_a_shop_that_does_not_answer(state: Path):
    """Nobody is told that they are no customer; a person has the request, and it is open no more."""
    status_of(state, "#1003")
    with HostStore(state / HOST_FILE) as store:
        store.look(lambda connection: connection.execute("ALTER TABLE shop_customers RENAME TO gone").rowcount)
    report, later = await talk([f"{WHO}\n{EXCHANGE}", "thanks, bye"])
    assert "who asks cannot be told" in report["message"]
    assert "No customer is found" not in report["message"]
    assert "Backpack" not in str(later["parameters"])


async def test_a_procedure_that_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """A folder that holds other procedures gives the request to a person, with the name of what is missing."""
    folder = tmp_path / "procedures"
    folder.mkdir()
    shipped = Path(__file__).parents[3] / "playbooks/procedures/ship_order.yaml"
    (folder / "ship_order.yaml").write_text(shipped.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setenv("SWITCHBOARD_PROCEDURES", str(folder))
    (report,) = await talk([f"{WHO}\n{EXCHANGE}"])
    assert "no procedure 'exchange_items' is among those of this installation" in report["message"]
    assert report["actions"] == []
