"""What changes make of the shop, as the checker of conduct follows them."""

from decimal import Decimal

import pytest

from agents.shipment.conduct.said_facts import Fact, facts_in, money
from agents.shipment.conduct.shop_state import ShopState
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

GIFT = "gift_card_1"


def shop() -> ShopState:
    """One order of 30.00, paid by a gift card that holds 12.50."""
    variants = tuple(
        Variant(item_id=name, product_id="p", name="p", options={"size": name}, price=Decimal(price), available=True)
        for name, price in (("a", "30.00"), ("b", "41.25"))
    )
    gift = PaymentMethod(id=GIFT, kind=PaymentKind.GIFT_CARD, balance=Decimal("12.50"))
    return ShopState(
        customers={
            "ada": Customer(
                id="ada", first_name="A", last_name="B", email="", address=Address(), payment_methods=(gift,)
            )
        },
        products={"p": Product(id="p", name="p", variants=variants)},
        orders={
            "#1": Order(
                id="#1",
                customer_id="ada",
                address=Address(),
                items=(OrderItem(item_id="a", product_id="p", name="p", options={}, price=Decimal("30.00")),),
                status="pending",
                payments=(Payment(kind="payment", amount=Decimal("30.00"), payment_method_id=GIFT),),
            )
        },
    )


def balance(state: ShopState) -> Decimal | None:
    """On the gift card."""
    return state.customers["ada"].payment_methods[0].balance


def test_a_cancelled_order_is_paid_back() -> None:
    """The card holds the price again, and what was given is left alone."""
    before = shop()
    after = before.after("cancel", {"order_id": "#1", "reason": "no longer needed"})
    assert (after.orders["#1"].status, balance(after), balance(before)) == (
        "cancelled",
        Decimal("42.50"),
        Decimal("12.50"),
    )


def test_another_article_costs_the_difference() -> None:
    """Its price and options are those of the new one."""
    arguments = {"order_id": "#1", "item_ids": ["a"], "new_item_ids": ["b"], "payment_method_id": GIFT}
    after = shop().after("modify_items", arguments)
    (line,) = after.orders["#1"].items
    assert (line.item_id, line.price, line.options) == ("b", Decimal("41.25"), {"size": "b"})
    assert (after.orders["#1"].status, balance(after)) == ("pending (items modified)", Decimal("1.25"))


def test_what_cannot_be_followed_changes_nothing() -> None:
    """An unknown action, an unknown order."""
    before = shop()
    assert before.after("paint", {"order_id": "#1"}) == before == before.after("cancel", {"order_id": "#2"})


def test_facts_are_found_in_words() -> None:
    """Money in cents, numbers with or without their sign, a status with what it is of."""
    found = facts_in("Order #W2378156 is delivered, $1,024.50 in all; parcel 357962501027, 3 items, 5 to 7 days.")
    assert found == {
        *money(Decimal("1024.50")),
        Fact("number", "W2378156"),
        Fact("number", "357962501027"),
        Fact("status", "W2378156 delivered"),
    }


@pytest.mark.parametrize(
    "words",
    [
        "I return in 5 to 7 days, at 10:30, with 20.5 % off for 2 items of version 1.2.",
        "It will be delivered on Friday, and can be cancelled now.",
        "An order is cancelled only while it is pending.",
        "Once it is delivered, tell me. If it is out for delivery, wait.",
    ],
)
def test_plain_words_are_no_facts(words: str) -> None:
    """Days, counts, times and percentages, what will be, and what would be if."""
    assert facts_in(words) == frozenset()


def test_where_a_parcel_is_is_a_fact() -> None:
    """A statement after a condition in another sentence, too."""
    found = facts_in("If you like, I look. Parcel 357962501027 is out for delivery.")
    assert found == {Fact("number", "357962501027"), Fact("status", "357962501027 out for delivery")}
