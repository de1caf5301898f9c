"""Orders in the shop's tables: read whole, written whole, each writing of a change a new version."""

import re
import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from orchestrator.core.orders.order import Fulfillment, Order, OrderItem, Payment
from orchestrator.core.orders.reading import read_goods
from orchestrator.core.shipping.address import read_address
from orchestrator.core.table import iso_utc
from playbooks.shop.tables import decoded, rows_of, texts, written


def bare_id(order_id: str) -> str:
    """An order's id as people say it: capitals, without the `#` in front."""
    return re.sub(r"\s+", "", order_id).lstrip("#").upper()


def find_order_id(connection: sqlite3.Connection, order_id: str) -> str | None:
    """The id of the one order that is meant, its `#` and its `W` given or not; None where none is, or several are."""
    wanted = order_id.strip()
    if connection.execute("SELECT 1 FROM shop_orders WHERE id = ?", (wanted,)).fetchone():
        return wanted
    bare = bare_id(wanted)
    for forms in ((bare,), (f"W{bare}", bare.removeprefix("W"))):
        marks = ", ".join("?" * len(forms))
        rows = connection.execute(f"SELECT id FROM shop_orders WHERE bare IN ({marks})", forms).fetchall()  # noqa: S608  # question marks
        if bare and rows:
            return str(rows[0][0]) if len(rows) == 1 else None
    return None


def read_order(connection: sqlite3.Connection, order_id: str) -> Order | None:
    """The order of an id as `find_order_id` understands it."""
    found = find_order_id(connection, order_id)
    if found is None:
        return None
    row = rows_of(connection, "SELECT * FROM shop_orders WHERE id = ?", found)[0]
    items = rows_of(connection, "SELECT * FROM shop_order_items WHERE order_id = ? ORDER BY line", found)
    payments = rows_of(connection, "SELECT * FROM shop_payments WHERE order_id = ? ORDER BY line", found)
    left = rows_of(connection, "SELECT * FROM shop_fulfillments WHERE order_id = ? ORDER BY line", found)
    return Order(
        id=row["id"],
        customer_id=row["customer_id"],
        address=read_address(decoded(row["address"])),
        items=tuple(_item(one) for one in items),
        status=row["status"],
        currency=row["currency"],
        payments=tuple(_payment(one) for one in payments),
        fulfillments=tuple(_fulfillment(one) for one in left),
        paid=None if row["paid"] is None else bool(row["paid"]),
        placed_at=datetime.fromisoformat(row["placed_at"]) if row["placed_at"] else None,
        holds=tuple(decoded(row["holds"])),
        version=row["version"],
        details=decoded(row["details"]),
    )


def add_order(
    connection: sqlite3.Connection,
    order: Order,
    *,
    position: int = 0,
    sample: bool = False,
    imported_sha256: str | None = None,
) -> None:
    """Write an order as it stands, in place of the one of that id; `position` is its place in its customer's list.

    `imported_sha256` is the fingerprint of the rows that it was imported from.
    """
    connection.execute(
        "REPLACE INTO shop_orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(order.id, bare_id(order.id), position, order.customer_id, written(order.address), order.status),
            *(order.currency, None if order.paid is None else int(order.paid)),
            iso_utc(order.placed_at) if order.placed_at else None,
            *(written(order.holds), order.version, written(order.details), imported_sha256),
            *(order.version if imported_sha256 else None, int(sample)),
        ),
    )
    _save_lines(connection, order)


def save_order(connection: sqlite3.Connection, order: Order) -> Order:
    """Write a changed order as its next version; that is what comes back."""
    saved = replace(order, version=order.version + 1)
    connection.execute(
        "UPDATE shop_orders SET address = ?, status = ?, paid = ?, holds = ?, version = ?, details = ? WHERE id = ?",
        (
            *(written(saved.address), saved.status, None if saved.paid is None else int(saved.paid)),
            *(written(saved.holds), saved.version, written(saved.details), saved.id),
        ),
    )
    _save_lines(connection, saved)
    return saved


def _save_lines(connection: sqlite3.Connection, order: Order) -> None:
    for table in ("shop_order_items", "shop_payments", "shop_fulfillments"):
        connection.execute(f"DELETE FROM {table} WHERE order_id = ?", (order.id,))  # noqa: S608  # the names above
    connection.executemany(
        "INSERT INTO shop_order_items VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                *(order.id, line, one.item_id, one.product_id, one.name, written(one.options), str(one.price)),
                *(one.quantity, written(one.goods)),
            )
            for line, one in enumerate(order.items)
        ],
    )
    connection.executemany(
        "INSERT INTO shop_payments VALUES (?, ?, ?, ?, ?)",
        [(order.id, line, one.kind, str(one.amount), one.payment_method_id) for line, one in enumerate(order.payments)],
    )
    connection.executemany(
        "INSERT INTO shop_fulfillments VALUES (?, ?, ?, ?, ?)",
        [
            (order.id, line, written(one.tracking_numbers), written(one.item_ids), one.shipment)
            for line, one in enumerate(order.fulfillments)
        ],
    )


def _item(row: Mapping[str, Any]) -> OrderItem:
    return OrderItem(
        item_id=row["item_id"],
        product_id=row["product_id"],
        name=row["name"],
        options=texts(row["options"]),
        price=Decimal(row["price"]),
        quantity=row["quantity"],
        goods=read_goods(decoded(row["goods"])),
    )


def _payment(row: Mapping[str, Any]) -> Payment:
    return Payment(kind=row["kind"], amount=Decimal(row["amount"]), payment_method_id=row["payment_method_id"])


def _fulfillment(row: Mapping[str, Any]) -> Fulfillment:
    return Fulfillment(
        tracking_numbers=tuple(decoded(row["tracking_numbers"])),
        item_ids=tuple(decoded(row["item_ids"])),
        shipment=row["shipment"],
    )
