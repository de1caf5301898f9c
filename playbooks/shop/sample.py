"""The sample shop: made-up customers, articles and orders in every state, filled in where there is no own shop yet.

Nobody in it exists: mails are of example.com, phone numbers of the ranges that are kept for fiction.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from orchestrator.core.orders.order import Customer, Fulfillment, Order, OrderItem, Payment, Variant
from orchestrator.core.shipping.check_digits import ups_digit
from playbooks.shop.customers import save_customer
from playbooks.shop.orders import add_order
from playbooks.shop.products import save_product
from playbooks.shop.sample_goods import PRODUCTS
from playbooks.shop.sample_orders import ORDERS, SampleOrder
from playbooks.shop.sample_people import CUSTOMERS, SHIP_FROM
from playbooks.shop.tables import write_fact, written


def fill_sample(connection: sqlite3.Connection) -> None:
    """Write the sample shop, marked as such."""
    for place, product in enumerate(PRODUCTS):
        save_product(connection, product, position=place, sample=True)
    for place, customer in enumerate(CUSTOMERS):
        save_customer(connection, customer, position=place, sample=True)
    for place, order in enumerate(sample_orders()):
        add_order(connection, order, position=place, sample=True)
    write_fact(connection, "ship_from", written(SHIP_FROM))


def sample_orders() -> tuple[Order, ...]:
    """The orders of the sample shop."""
    articles = {one.item_id: one for product in PRODUCTS for one in product.variants}
    customers = {one.id: one for one in CUSTOMERS}
    return tuple(_order(one, customers[one.customer_id], articles) for one in ORDERS)


def _order(told: SampleOrder, customer: Customer, articles: Mapping[str, Variant]) -> Order:
    items = tuple(_item(articles[item_id], count) for item_id, count in told.items.items())
    method = told.paid_by or customer.payment_methods[0].id
    total = sum((one.price * one.quantity for one in items), Decimal(0))
    paid = Payment(kind="payment", amount=total, payment_method_id=method)
    payments = (paid,) if told.paid else ()
    if told.status == "cancelled":
        payments = (*payments, *(replace(one, kind="refund") for one in payments))
    parcel = (ups_number(told.parcel),)
    left = Fulfillment(tracking_numbers=parcel, item_ids=tuple(told.items)) if told.parcel else None
    return Order(
        id=told.id,
        customer_id=customer.id,
        address=told.address or customer.address,
        items=items,
        status=told.status,
        payments=payments,
        fulfillments=(left,) if left else (),
        paid=told.paid,
        placed_at=told.placed_at,
        holds=told.holds,
        details=told.details,
    )


def ups_number(serial: int) -> str:
    """A UPS Ground number of a shipper that is nobody, with its check digit."""
    body = f"999AA103{serial:07d}"
    return f"1Z{body}{ups_digit(body)}"


def _item(article: Variant, count: int) -> OrderItem:
    return OrderItem(
        item_id=article.item_id,
        product_id=article.product_id,
        name=article.name,
        options=article.options,
        price=article.price,
        quantity=count,
        goods=article.goods,
    )
