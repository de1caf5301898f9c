"""Plain requests about one order are read as a whole, or not at all."""

from decimal import Decimal

import pytest

from agents.shipment.conversation.direct import read_direct
from agents.shipment.requests.wanted import (
    Asked,
    Cancel,
    CancelShipment,
    ModifyAddress,
    NotUnderstood,
    ReportDamaged,
    ReportLost,
    Ship,
    Track,
    Understood,
    Wanted,
)
from orchestrator.core.orders.order import Customer, Fulfillment, Order, OrderItem
from orchestrator.core.shipping.address import Address

HOME = Address(address_line1="1 Elm Row", city="Denver", state_code="CO", postal_code="80202", country_code="US")
CUSTOMER = Customer(id="kit_1", first_name="Kit", last_name="Moss", email="kit@example.com", address=HOME)


def order(order_id: str, status: str, *, sent: bool = False) -> Order:
    """An order of Kit's with one lamp."""
    lamp = OrderItem(item_id="1", product_id="2", name="Lamp", options={}, price=Decimal(10))
    gone = (Fulfillment(tracking_numbers=("N1",), item_ids=("1",)),) if sent else ()
    return Order(id=order_id, customer_id="kit_1", address=HOME, items=(lamp,), status=status, fulfillments=gone)


PENDING, SENT, DONE = (
    order("#W11", "pending"),
    order("#W12", "processed", sent=True),
    order("#W13", "delivered", sent=True),
)
ORDERS = (PENDING, SENT, DONE)


def wanted(text: str, orders: tuple[Order, ...] = ORDERS) -> object:
    """What is read: the one wish, the one question, or what is not understood."""
    found = read_direct(text, customer=CUSTOMER, orders=orders)
    match found:
        case Understood(wanted=(one,), questions=()):
            return one
        case Understood(wanted=(), questions=(one,)):
            return one
        case _:
            return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Where is my order #W12?", Track(order_id="#W12")),
        ("track w12 please", Track(order_id="#W12")),
        ("Hi, could you tell me when will order 12 arrive?", Track(order_id="#W12")),
        ("what is the status of my parcel for order 12?", Track(order_id="#W12")),
        ("please ship order W11", Ship(order_id="#W11")),
        ("Ship my order 11 by express", Ship(order_id="#W11", wishes=("express",))),
        ("cancel the shipment of order 12", CancelShipment(order_id="#W12")),
        ("Cancel order W11, I no longer need it.", Cancel(order_id="#W11", reason="no longer needed")),
        (
            "I want to cancel order 11 because I ordered it by mistake",
            Cancel(order_id="#W11", reason="ordered by mistake"),
        ),
        ("cancel order 11", Cancel(order_id="#W11", reason="")),
        ("My order W13 never arrived", ReportLost(order_id="#W13")),
        ("order 13 arrived damaged!", ReportDamaged(order_id="#W13")),
    ],
)
def test_read(text: str, expected: Wanted):
    """However politely, and however the number is written."""
    assert wanted(text) == expected


def test_an_order_that_has_not_left_is_told():
    """There is nothing to track yet."""
    assert wanted("where is order 11?") == Asked(text="how it stands", order_id="#W11")


def test_the_only_order_that_it_can_mean():
    """Without a number it is the one that fits; of several it is asked."""
    assert wanted("please ship my order") == Ship(order_id="#W11")
    found = wanted("where is my order?")
    assert isinstance(found, NotUnderstood)
    assert found.choices == ("#W11", "#W12")


def test_an_order_of_somebody_else():
    """It is not told whether there is one."""
    found = wanted("where is order 99?")
    assert isinstance(found, NotUnderstood)
    assert "#W11" in found.question
    assert found.choices == ()


def test_another_address():
    """Read as a whole, and asked where it cannot be."""
    found = wanted("Please send order 11 to 101 Highway, New York, NY 10001 instead.")
    assert isinstance(found, ModifyAddress)
    assert (found.order_id, found.address.address_line1, found.address.postal_code) == ("#W11", "101 Highway", "10001")
    unread = wanted("send order 11 to my sister's place")
    assert isinstance(unread, NotUnderstood)
    assert unread.missing == "address"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "Where is the nearest shop?",
        "cancel order 11 and return order 13",
        "cancel order 11 unless it ships today",
        "do not cancel order 11",
        "I want to exchange the lamp of order 13",
        "cancel order 11 because my neighbour has one; also W12",
        "ship " * 200,
        "cancel order 11'; DROP TABLE orders;--",
        "\u202ecancel order 11",
    ],
)
def test_not_plain(text: str):
    """What says more, or something else, is left to those who read finer."""
    assert wanted(text) is None
