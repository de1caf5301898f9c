"""What of a customer is read, and what an answer that is none is taken for."""

from typing import Any

import pytest

from agents.shipment.conversation.holdings import MOST_ORDERS, find_customer, read_holdings
from agents.shipment.procedure.following import Known
from orchestrator.core.errors import QueryError
from orchestrator.core.orders.order import Customer
from orchestrator.core.shipping.address import Address

ADDRESS = Address(address_line1="1 Elm Row", city="Salem", country_code="US")
ORDERS = tuple(f"#{number}" for number in range(1, MOST_ORDERS + 3))
ADA = Customer(id="ada_1", first_name="Ada", last_name="Quo", email="", address=ADDRESS, orders=ORDERS)


class Shop:
    """Answers with an order of the id that is asked for, unless it is told something else."""

    def __init__(self, **answer: Any) -> None:
        self._answer = answer

    async def read(self, step: str, workflow: str, body: dict[str, object], *, purpose: str) -> Known:
        order = {"id": body.get("order_id"), "customer_id": "ada_1", "address": ADDRESS.document(), "items": []}
        answer = {"found": True, "order": {**order, "status": "pending", "currency": "USD"}, **self._answer}
        return Known(document=answer if answer["found"] is not None else None, evidence="E1", reason="it is down")

    async def note(self, step: str, document: dict[str, object], *, source: str, purpose: str) -> Known:
        return Known(document=document, evidence="E2")


async def test_the_newest_orders_are_read():
    """Of a customer with very many, those that a message is most likely about."""
    found = await read_holdings(ADA, Known(document={}, evidence="E0"), reading=Shop())
    assert tuple(order.id for order in found.orders) == ORDERS[-MOST_ORDERS:]


async def test_a_shop_that_is_down_knows_nobody():
    """That is no word on who asks."""
    with pytest.raises(QueryError, match="who asks cannot be told: it is down"):
        await find_customer({"email": "ada@example.com"}, reading=Shop(found=None))


async def test_an_answer_without_what_it_promises():
    """It is said which workflow gave it."""
    with pytest.raises(QueryError, match="'analyse_order' answered what it may not"):
        await read_holdings(ADA, Known(document={}, evidence="E0"), reading=Shop(order=None))
