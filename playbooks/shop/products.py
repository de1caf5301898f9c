"""Products in the shop's tables, and how many pieces of an article are free.

`stock` counts the pieces on hand. A change of an order may set pieces aside for it (a reservation); shipping takes
pieces. An order as it is placed sets none aside: who ships first gets them.
"""

import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from orchestrator.core.orders.order import Product, Variant
from orchestrator.core.orders.reading import read_goods
from playbooks.shop.tables import decoded, rows_of, texts, written


def read_product(connection: sqlite3.Connection, product_id: str) -> Product | None:
    """A product with its articles, each with the pieces that nobody has set aside."""
    found = rows_of(connection, "SELECT * FROM shop_products WHERE id = ?", product_id.strip())
    if not found:
        return None
    rows = rows_of(connection, "SELECT * FROM shop_variants WHERE product_id = ? ORDER BY position", found[0]["id"])
    held = reserved(connection, [row["item_id"] for row in rows])
    variants = tuple(_less(_variant(row), held[row["item_id"]]) for row in rows)
    return Product(id=found[0]["id"], name=found[0]["name"], variants=variants)


def read_variant(connection: sqlite3.Connection, item_id: str, *, order_id: str = "") -> Variant | None:
    """An article with the pieces that are free for an order: those on hand less what is set aside for others."""
    rows = rows_of(connection, "SELECT * FROM shop_variants WHERE item_id = ?", item_id)
    if not rows:
        return None
    return _less(_variant(rows[0]), reserved(connection, [item_id], but_for=order_id)[item_id])


def save_product(connection: sqlite3.Connection, product: Product, *, position: int = 0, sample: bool = False) -> None:
    """Write a product and its articles, in place of those of that id."""
    connection.execute(
        "REPLACE INTO shop_products VALUES (?, ?, ?, ?)", (product.id, position, product.name, int(sample))
    )
    connection.execute("DELETE FROM shop_variants WHERE product_id = ?", (product.id,))
    for place, variant in enumerate(product.variants):
        _save_variant(connection, replace(variant, product_id=product.id), position=place)


def add_variant(connection: sqlite3.Connection, variant: Variant) -> None:
    """Make an article known that the shop does not have, at the end of its product; the product, too, if need be."""
    connection.execute("INSERT OR IGNORE INTO shop_products VALUES (?, 0, ?, 0)", (variant.product_id, variant.name))
    row = connection.execute(
        "SELECT coalesce(max(position) + 1, 0) FROM shop_variants WHERE product_id = ?", (variant.product_id,)
    ).fetchone()
    _save_variant(connection, variant, position=int(row[0]))


def reserved(connection: sqlite3.Connection, item_ids: list[str], *, but_for: str = "") -> Counter[str]:
    """How many pieces of each article are set aside for orders other than `but_for`."""
    held: Counter[str] = Counter()
    for item_id in dict.fromkeys(item_ids):
        row = connection.execute(
            "SELECT coalesce(sum(quantity), 0) FROM shop_reservations WHERE item_id = ? AND order_id <> ?",
            (item_id, but_for),
        ).fetchone()
        held[item_id] = int(row[0])
    return held


def reserve(connection: sqlite3.Connection, order_id: str, pieces: Mapping[str, int]) -> None:
    """Set pieces aside for an order; a negative number frees as many of those that were."""
    for item_id, count in pieces.items():
        connection.execute(
            "INSERT INTO shop_reservations VALUES (?1, ?2, max(?3, 0)) "
            "ON CONFLICT (order_id, item_id) DO UPDATE SET quantity = max(quantity + ?3, 0)",
            (order_id, item_id, count),
        )
    connection.execute("DELETE FROM shop_reservations WHERE order_id = ? AND quantity = 0", (order_id,))


def free_reservations(connection: sqlite3.Connection, order_id: str) -> None:
    """Let go of everything that is set aside for an order."""
    connection.execute("DELETE FROM shop_reservations WHERE order_id = ?", (order_id,))


def take_stock(connection: sqlite3.Connection, pieces: Mapping[str, int]) -> None:
    """Take pieces from those on hand as they leave; negative numbers put them back. Uncounted articles stay so."""
    connection.executemany(
        "UPDATE shop_variants SET stock = stock - ? WHERE item_id = ? AND stock IS NOT NULL",
        [(count, item_id) for item_id, count in pieces.items()],
    )


def _save_variant(connection: sqlite3.Connection, one: Variant, *, position: int) -> None:
    connection.execute(
        "REPLACE INTO shop_variants VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(one.item_id, one.product_id, position, one.name, written(one.options), str(one.price)),
            *(int(one.available), one.stock, written(one.goods)),
        ),
    )


def _less(variant: Variant, held: int) -> Variant:
    if variant.stock is None:
        return variant
    free = max(variant.stock - held, 0)
    return replace(variant, stock=free, available=variant.available and free > 0)


def _variant(row: Mapping[str, Any]) -> Variant:
    return Variant(
        item_id=row["item_id"],
        product_id=row["product_id"],
        name=row["name"],
        options=texts(row["options"]),
        price=Decimal(row["price"]),
        available=bool(row["available"]),
        stock=row["stock"],
        goods=read_goods(decoded(row["goods"])),
    )
