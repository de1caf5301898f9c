"""A shop's own order numbers are read, whatever their form, and no other number is taken for one."""

from decimal import Decimal

import pytest

from agents.shipment.requests.numbering import named_back, renumbered
from agents.shipment.requests.understanding import understand
from agents.shipment.requests.wanted import Cancel, Return, Understood
from orchestrator.core.orders.order import (
    Customer,
    Order,
    OrderItem,
    Payment,
    PaymentKind,
    PaymentMethod,
    Product,
    Variant,
)
from orchestrator.core.shipping.address import Address

LAMPS = Product(
    id="1",
    name="Desk Lamp",
    variants=(
        Variant(
            item_id="11", product_id="1", name="Desk Lamp", options={"color": "red"}, price=Decimal(10), available=True
        ),
    ),
)
CARD = PaymentMethod(id="card_1", kind=PaymentKind.CREDIT_CARD)


def order(order_id: str, status: str = "pending") -> Order:
    """An order of one lamp, paid by card."""
    lamp = OrderItem(item_id="11", product_id="1", name="Desk Lamp", options={"color": "red"}, price=Decimal(10))
    paid = Payment(kind="payment", amount=Decimal(10), payment_method_id="card_1")
    return Order(id=order_id, customer_id="kit", address=Address(), items=(lamp,), status=status, payments=(paid,))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("return the lamp from order #1001", "#1001"),
        ("cancel order 1001, please", "#1001"),
        ("my order W1001", "#1001"),
        ("order number 1001", "#1001"),
        ("B-1 is broken", "B-1"),
        ("purchase 2001", "2001"),
    ],
)
def test_named(text: str, named: str):
    """By its sign, by itself where it is no mere number, or after a word for orders."""
    read, _, names = renumbered(text, [order("#1001"), order("B-1"), order("2001")])
    assert [own for alias, own in names.items() if alias in read] == [named]


@pytest.mark.parametrize("text", ["I paid 1001 dollars", "2001 was a good year", "order #10012", "order 1,001", "AB-1"])
def test_not_named(text: str):
    """Another number, or a part of one."""
    assert renumbered(text, [order("#1001"), order("B-1"), order("2001")])[0] == text


def test_numbers_that_can_be_read_stay():
    """Nothing is renamed for nothing."""
    orders = (order("#W1234567"),)
    assert renumbered("order #W1234567", orders) == ("order #W1234567", orders, {})


def test_named_back_everywhere():
    """In ids, texts and tuples of any depth."""
    found = Understood(wanted=(Cancel(order_id="#W9", reason="no longer needed"),))
    assert named_back(found, {"#W9": "B-1"}) == Understood(wanted=(Cancel(order_id="B-1", reason="no longer needed"),))


def test_understood():
    """A customer of a shop with short numbers is served like any other."""
    customer = Customer(
        id="kit",
        first_name="Kit",
        last_name="Moss",
        email="kit@example.com",
        address=Address(),
        payment_methods=(CARD,),
        orders=("#1001", "B-1"),
    )
    orders = [order("#1001"), order("B-1", "delivered")]
    found = understand(
        "I want to return the desk lamp from order B-1.", customer=customer, orders=orders, products={"1": LAMPS}
    )
    assert found == Understood(wanted=(Return(order_id="B-1", item_ids=("11",), payment_method_id="card_1"),))
