"""What the shop's reading workflows answer, as documents."""

import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime

from orchestrator.core.orders.order import Order
from orchestrator.core.report import Json
from playbooks.shop.arriving import taken_over
from playbooks.shop.customers import find_customer
from playbooks.shop.following import shipments_of
from playbooks.shop.orders import read_order
from playbooks.shop.pieces import pieces_of
from playbooks.shop.products import read_product, read_variant
from playbooks.shop.tables import decoded, is_sample, prepare, read_fact

SHIP_FROM = "ship_from"
"""The fact that holds the address from which the shop ships."""


def customer_answer(connection: sqlite3.Connection, facts: Mapping[str, object]) -> Json:
    """The one whom the facts prove to be a customer."""
    prepare(connection)
    return {**find_customer(connection, facts).document(), "sample": is_sample(connection)}


def order_answer(connection: sqlite3.Connection, order_id: str, *, now: datetime | None = None) -> Json:
    """An order with what shipping or changing it must know, as of `now`, or of this moment.

    Reading it takes over what its carriers know: that all of it was delivered.
    """
    prepare(connection)
    found = read_order(connection, order_id)
    order = taken_over(connection, found, now=now or datetime.now(UTC)) if found else None
    ship_from = read_fact(connection, SHIP_FROM)
    return {
        "found": order is not None,
        "order": order.document() if order else None,
        "stock": _stock(connection, order) if order else [],
        "ship_from": decoded(ship_from) if ship_from else None,
        "shipments": list(shipments_of(connection, order.id, now=now)) if order else [],
        "sample": is_sample(connection),
    }


def product_answer(connection: sqlite3.Connection, product_id: str) -> Json:
    """A product with its articles."""
    prepare(connection)
    product = read_product(connection, product_id)
    found = {"found": product is not None, "product": product.document() if product else None}
    return {**found, "sample": is_sample(connection)}


def _stock(connection: sqlite3.Connection, order: Order) -> list[Json]:
    """For each article of an order whether there are enough free pieces of it, and how many where they are counted."""
    found = []
    for item_id, count in pieces_of(order).items():
        variant = read_variant(connection, item_id, order_id=order.id)
        stock = variant.stock if variant else None
        enough = variant is not None and (variant.available if stock is None else stock >= count)
        found.append({"item_id": item_id, "available": enough, "stock": stock})
    return found
