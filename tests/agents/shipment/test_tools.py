"""What a customer's yes does to several proposals, and what is remembered of it."""

import json
from datetime import UTC, datetime
from typing import Any

from agents.shipment.tools import OrderTools
from orchestrator.core.recording import Recorder
from orchestrator.core.report import Json
from orchestrator.core.runs import RunContext

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
NAMED = {"first_name": "Noor", "last_name": "Haddad", "postal_code": "98101"}


class Ledger:
    """Says yes to what it is told to, and keeps what it was asked."""

    def __init__(self, **stages: str) -> None:
        self.stages = stages
        self.asked: list[str] = []

    async def yes(self, action_id: str, *, by: str, fingerprint: str) -> Json:
        return self._told(action_id)

    async def no(self, action_id: str, *, by: str) -> Json:
        return self._told(action_id)

    def _told(self, action_id: str) -> Json:
        self.asked.append(action_id)
        stage = self.stages.get(action_id.replace("-", "_"), "untold")
        return {"id": action_id, "workflow": "update_order", "stage": stage, "standing": stage, "answer": {}}


def proposed(name: str, order_id: str | None, *, workflow: str = "update_order", **arguments: Any) -> Json:
    """An action of the last report."""
    return {
        "id": name,
        "workflow": workflow,
        "fingerprint": "f",
        "requester": {"name": "customer:noor_1", "authenticated": True},
        "arguments": {**({"order_id": order_id} if order_id else {}), **arguments},
    }


async def confirmed(ledger: Ledger, *actions: Json, said: str = "yes", remembered: Json | None = None) -> RunContext:
    """The turn after a yes or no to these."""
    context = RunContext(
        run="r-2",
        session="s-1",
        asked=said,
        alert=None,
        now=NOW,
        zone="UTC",
        source="sample",
        given={},
        remembered=remembered or {},
        previous=None,
        last={"actions": list(actions)},
        recorder=Recorder(logs=None, index=None, source="sample", found=lambda _: None),  # type: ignore[arg-type]  # nothing is asked
        emit=lambda _: None,
    )
    tools = OrderTools(procedures=dict, works={}, consent=lambda: ledger, park=None, environment=lambda _: "sample")
    json.loads(await tools.confirm(context))
    return context


async def test_what_was_to_follow_is_not_begun():
    """A later proposal of an order rests on the earlier one: where that was not done it waits, and it is said."""
    ledger = Ledger(A_1="waiting", A_3="untold")
    context = await confirmed(ledger, proposed("A-1", "#1"), proposed("A-2", "#1"), proposed("A-3", "#2"))
    assert ledger.asked == ["A-1", "A-3"]
    assert [one.text for one in context.unknown] == ["A-2 is not begun: it was to follow A-1, which is not done"]


async def test_a_second_yes_goes_on_no_further():
    """What is remembered of the first keeps the orders apart, too."""
    ledger = Ledger(A_1="waiting")
    context = await confirmed(ledger, proposed("A-1", "#1"), proposed("A-2", "#1"))
    again = Ledger(A_1="waiting")
    await confirmed(again, *context.values["decided"])  # type: ignore[misc]  # a list of documents
    assert again.asked == ledger.asked == ["A-1"]


async def test_a_no_is_for_all():
    """Each is withdrawn, whatever became of another."""
    ledger = Ledger(A_1="denied", A_2="denied")
    await confirmed(ledger, proposed("A-1", "#1"), proposed("A-2", "#1"), said="no")
    assert ledger.asked == ["A-1", "A-2"]


async def test_the_new_postcode_is_remembered():
    """Only once the change was done; what else is known of who asks stays."""
    moving = proposed("A-1", None, workflow="update_customer", address={"postal_code": "97205"})
    who: Json = {"identity": NAMED, "customer": "noor_1"}
    for stage, code in (("untold", "97205"), ("unknown", "98101")):
        context = await confirmed(Ledger(A_1=stage), moving, remembered=who)
        assert context.values["identity"] == {**NAMED, "postal_code": code}
        assert context.values["customer"] == "noor_1"
