"""The sample shop: whole, consistent, made up, and with a case of everything."""

import sqlite3
from decimal import Decimal

from orchestrator.core.orders.order import OrderStatus
from playbooks.shop.orders import read_order
from playbooks.shop.sample import sample_orders, ups_number
from playbooks.shop.sample_goods import PRODUCTS
from playbooks.shop.sample_people import CUSTOMERS, SHIP_FROM


def test_every_order_is_whole() -> None:
    """Of a customer with a way to pay that is theirs, for what its items cost."""
    methods = {one.id: {method.id for method in one.payment_methods} for one in CUSTOMERS}
    for order in sample_orders():
        assert {one.payment_method_id for one in order.payments} <= methods[order.customer_id], order.id
        assert {one.amount for one in order.payments} <= {order.total}, order.id
        assert order.total > Decimal(0)
        assert order.paid == bool(order.payments)


def test_every_state_occurs() -> None:
    """And what keeps an order from shipping."""
    orders = sample_orders()
    assert {order.status for order in orders} == set(OrderStatus)
    assert [order.id for order in orders if order.holds] == ["#1035"]
    assert [order.id for order in orders if not order.paid] == ["#1009", "#1034"]
    assert {"CA", "DE", "GB", "JP", "US"} == {order.address.country_code for order in orders}
    assert len({order.id for order in orders}) == len(orders) == 42


def test_goods_of_every_kind_occur() -> None:
    """Dangerous, restricted, heavy, bulky, unmeasured, uncounted, out of stock."""
    articles = [one for product in PRODUCTS for one in product.variants]
    assert {one.goods.hazard for one in articles} == {"none", "lithium_battery", "flammable"}
    assert {one.goods.restricted for one in articles} == {"", "alcohol", "knife"}
    assert max(one.goods.weight_g or 0 for one in articles) > 30_000
    assert max(one.goods.length_mm or 0 for one in articles) > 900
    assert any(one.goods.weight_g is None for one in articles)
    assert {one.stock for one in articles} >= {None, 0}
    assert len({one.item_id for one in articles}) == len(articles)
    assert len(PRODUCTS) == 15


def test_nobody_in_it_exists() -> None:
    """Mails of a domain kept for examples, numbers of ranges kept for fiction."""
    fictional = ("+1 ", "+49 30 23125", "+44 20 7946 0")
    for one in CUSTOMERS:
        assert one.email.endswith("@example.com")
        phone = one.address.phone_number
        assert not phone or phone.startswith(fictional)
        assert not phone.startswith("+1 ") or "-555-01" in phone
    assert SHIP_FROM.email.endswith("@example.com")
    assert len(CUSTOMERS) == 12


def test_what_was_sold_is_what_is_kept(shop: sqlite3.Connection) -> None:
    """Each order reads from the tables as it was told."""
    for order in sample_orders():
        assert read_order(shop, order.id) == order


def test_a_parcel_s_number_has_its_check_digit() -> None:
    """The digit of 1Z999AA1030000001 by UPS's rule, worked out by hand: 51, up to the next ten."""
    assert ups_number(1) == "1Z999AA10300000019"
