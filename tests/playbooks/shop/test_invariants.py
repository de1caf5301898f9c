"""Whatever is asked of a shop in whatever order: no money and no piece is made up or lost."""

import random
import sqlite3
from decimal import Decimal
from typing import Any

import pytest

from orchestrator.core.orders.order import Order, OrderStatus
from orchestrator.core.workflows import NotPossibleError
from playbooks.shop.customers import read_customer_row
from playbooks.shop.orders import read_order
from playbooks.shop.sample_goods import PRODUCTS
from playbooks.shop.sample_people import CUSTOMERS
from playbooks.shop.tables import prepare
from playbooks.shop.updating import change_order

ITEMS = sorted(one.item_id for product in PRODUCTS for one in product.variants)
METHODS = sorted(one.id for customer in CUSTOMERS for one in customer.payment_methods)
ORDERS = ["#1001", "#1003", "#1004", "#1013", "#1014", "#1017", "#1018", "#1019", "#1034", "#1035"]
OPERATIONS = ["cancel", "modify_address", "modify_items", "modify_payment", "return", "exchange"]


def a_choice(chance: random.Random) -> dict[str, Any]:
    """A request that is often possible: items of the order, articles of their products, ways of its customer."""
    return {
        "order_id": chance.choice(ORDERS),
        "operation": chance.choice(OPERATIONS),
        "reason": chance.choice(["no longer needed", "ordered by mistake", "other"]),
        "address": {"address_line1": "1 A St", "city": "Reno"},
        "choice": [chance.randrange(40) for _ in range(chance.randint(1, 3))],
        "method": chance.randrange(40),
        "wild": chance.random() < 0.1,
    }


def told(shop: sqlite3.Connection, choice: dict[str, Any]) -> dict[str, Any]:
    """The request of a choice, by what the order has now."""
    order = read_order(shop, choice["order_id"])
    assert order
    customer = read_customer_row(shop, order.customer_id)
    assert customer
    pieces = [item.item_id for item in order.items for _ in range(item.quantity)]
    articles = {one.item_id: product for product in PRODUCTS for one in product.variants}
    old = [pieces[index % len(pieces)] for index in choice["choice"]]
    families = [[one.item_id for one in articles[item].variants] for item in old]
    new = [family[index % len(family)] for family, index in zip(families, choice["choice"], strict=True)]
    methods = METHODS if choice["wild"] else [one.id for one in customer.payment_methods]
    return {
        **{name: choice[name] for name in ("order_id", "operation", "reason", "address")},
        "item_ids": old,
        "new_item_ids": list(reversed(ITEMS))[: len(old)] if choice["wild"] else new,
        "payment_method_id": methods[choice["method"] % len(methods)],
    }


def gifts(shop: sqlite3.Connection) -> dict[str, Decimal]:
    """The balances of gift cards."""
    rows = shop.execute("SELECT id, balance FROM shop_payment_methods WHERE balance IS NOT NULL")
    return {name: Decimal(balance) for name, balance in rows}


def paid_net(order: Order, method: str = "") -> Decimal:
    """What was paid and not paid back, by any way or by one."""
    moved = [one for one in order.payments if not method or one.payment_method_id == method]
    return sum((one.amount if one.kind == "payment" else -one.amount for one in moved), Decimal(0))


def orders_of(shop: sqlite3.Connection) -> list[Order]:
    """The orders that requests are about."""
    return [order for order in (read_order(shop, one) for one in ORDERS) if order]


@pytest.mark.parametrize("seed", range(60))
def test_nothing_is_made_up_or_lost(seed: int) -> None:
    """Gift cards, payments, lines, reservations and versions agree after every row of requests."""
    chance = random.Random(seed)  # noqa: S311  # chance that repeats
    shop = sqlite3.connect(":memory:", isolation_level=None)
    prepare(shop)
    cards = {
        name: balance + sum((paid_net(one, name) for one in orders_of(shop)), Decimal(0))
        for name, balance in gifts(shop).items()
    }
    versions = dict.fromkeys(ORDERS, 1)
    for choice in (a_choice(chance) for _ in range(15)):
        body, before = told(shop, choice), list(shop.iterdump())
        try:
            done = change_order(shop, body)
        except NotPossibleError:
            assert list(shop.iterdump()) == before
            continue
        versions[body["order_id"]] += 1
        assert done["version"] == versions[body["order_id"]]
    for order in orders_of(shop):
        assert order.version == versions[order.id]
        assert paid_net(order) == _due(order), order.id
    assert cards == {
        name: balance + sum((paid_net(one, name) for one in orders_of(shop)), Decimal(0))
        for name, balance in gifts(shop).items()
    }
    assert min(gifts(shop).values()) >= 0
    assert shop.execute("SELECT count(*) FROM shop_reservations WHERE quantity < 1").fetchone() == (0,)
    overbooked = (
        "SELECT v.item_id FROM shop_variants v JOIN shop_reservations r USING (item_id) WHERE v.stock IS NOT NULL "
        "GROUP BY v.item_id, v.stock HAVING sum(r.quantity) > v.stock"
    )
    assert shop.execute(overbooked).fetchall() == []
    shop.close()


def _due(order: Order) -> Decimal:
    """What an order's customer must have paid by now."""
    if order.status == OrderStatus.CANCELLED or order.paid is False:
        return Decimal(0)
    return order.total
