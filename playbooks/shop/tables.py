"""The shop's tables in the workflow host's file: made where they are not there, filled with the sample shop at first.

Amounts of money are decimal texts, exactly as they were given; what belongs to one row only (an address, options, the
goods of an article) is JSON in it. Nothing here commits: who calls has begun the transaction.
"""

import json
import sqlite3
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from orchestrator.core.documents import plain

_SCHEMA = (
    "CREATE TABLE shop_facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    """CREATE TABLE shop_customers (
        id TEXT PRIMARY KEY, position INTEGER NOT NULL, first_name TEXT NOT NULL, last_name TEXT NOT NULL,
        email TEXT NOT NULL, address TEXT NOT NULL, known_email TEXT NOT NULL, known_first TEXT NOT NULL,
        known_last TEXT NOT NULL, known_postal TEXT NOT NULL, sample INTEGER NOT NULL DEFAULT 0
    ) WITHOUT ROWID""",
    "CREATE INDEX shop_customers_email ON shop_customers (known_email)",
    "CREATE INDEX shop_customers_name ON shop_customers (known_last, known_first)",
    """CREATE TABLE shop_payment_methods (
        customer_id TEXT NOT NULL, id TEXT NOT NULL, position INTEGER NOT NULL, kind TEXT NOT NULL, brand TEXT NOT NULL,
        last_four TEXT NOT NULL, balance TEXT, PRIMARY KEY (customer_id, id)
    ) WITHOUT ROWID""",
    """CREATE TABLE shop_products (
        id TEXT PRIMARY KEY, position INTEGER NOT NULL, name TEXT NOT NULL, sample INTEGER NOT NULL DEFAULT 0
    ) WITHOUT ROWID""",
    """CREATE TABLE shop_variants (
        item_id TEXT PRIMARY KEY, product_id TEXT NOT NULL, position INTEGER NOT NULL, name TEXT NOT NULL,
        options TEXT NOT NULL, price TEXT NOT NULL, available INTEGER NOT NULL, stock INTEGER, goods TEXT NOT NULL
    ) WITHOUT ROWID""",
    "CREATE INDEX shop_variants_product ON shop_variants (product_id, position)",
    """CREATE TABLE shop_reservations (
        order_id TEXT NOT NULL, item_id TEXT NOT NULL, quantity INTEGER NOT NULL, PRIMARY KEY (order_id, item_id)
    ) WITHOUT ROWID""",
    "CREATE INDEX shop_reservations_item ON shop_reservations (item_id)",
    """CREATE TABLE shop_orders (
        id TEXT PRIMARY KEY, bare TEXT NOT NULL, position INTEGER NOT NULL, customer_id TEXT NOT NULL,
        address TEXT NOT NULL, status TEXT NOT NULL, currency TEXT NOT NULL, paid INTEGER, placed_at TEXT,
        holds TEXT NOT NULL, version INTEGER NOT NULL, details TEXT NOT NULL, imported_sha256 TEXT,
        imported_version INTEGER, sample INTEGER NOT NULL DEFAULT 0
    ) WITHOUT ROWID""",
    "CREATE INDEX shop_orders_bare ON shop_orders (bare)",
    "CREATE INDEX shop_orders_customer ON shop_orders (customer_id, position)",
    """CREATE TABLE shop_order_items (
        order_id TEXT NOT NULL, line INTEGER NOT NULL, item_id TEXT NOT NULL, product_id TEXT NOT NULL,
        name TEXT NOT NULL, options TEXT NOT NULL, price TEXT NOT NULL, quantity INTEGER NOT NULL, goods TEXT NOT NULL,
        PRIMARY KEY (order_id, line)
    ) WITHOUT ROWID""",
    """CREATE TABLE shop_payments (
        order_id TEXT NOT NULL, line INTEGER NOT NULL, kind TEXT NOT NULL, amount TEXT NOT NULL,
        payment_method_id TEXT NOT NULL, PRIMARY KEY (order_id, line)
    ) WITHOUT ROWID""",
    """CREATE TABLE shop_fulfillments (
        order_id TEXT NOT NULL, line INTEGER NOT NULL, tracking_numbers TEXT NOT NULL, item_ids TEXT NOT NULL,
        shipment TEXT NOT NULL, PRIMARY KEY (order_id, line)
    ) WITHOUT ROWID""",
    """CREATE TABLE shop_documents (
        kind TEXT NOT NULL, id TEXT NOT NULL, position INTEGER NOT NULL, document TEXT NOT NULL, PRIMARY KEY (kind, id)
    ) WITHOUT ROWID""",
)
_OWNED = ("shop_order_items", "shop_payments", "shop_fulfillments", "shop_reservations")
"""Tables whose rows belong to an order, by `order_id`."""


def prepare(connection: sqlite3.Connection, *, sample: bool = True) -> None:
    """Make the tables where they are not there, and fill in the sample shop as they are made, unless told not to."""
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'shop_facts'").fetchone():
        return
    for statement in _SCHEMA:
        connection.execute(statement)
    if sample:
        from playbooks.shop.sample import fill_sample  # noqa: PLC0415  # once in a file's life

        fill_sample(connection)
        write_fact(connection, "sample", "1")


def is_sample(connection: sqlite3.Connection) -> bool:
    """Whether the shop still holds the sample shop."""
    return read_fact(connection, "sample") == "1"


def remove_sample(connection: sqlite3.Connection) -> None:
    """Take the sample shop out, with whatever was changed in it; own rows stay."""
    for table in _OWNED:
        connection.execute(f"DELETE FROM {table} WHERE order_id IN (SELECT id FROM shop_orders WHERE sample = 1)")  # noqa: S608  # the names above
    connection.execute("DELETE FROM shop_orders WHERE sample = 1")
    connection.execute(
        "DELETE FROM shop_payment_methods WHERE customer_id IN (SELECT id FROM shop_customers WHERE sample = 1)"
    )
    connection.execute("DELETE FROM shop_customers WHERE sample = 1")
    connection.execute("DELETE FROM shop_variants WHERE product_id IN (SELECT id FROM shop_products WHERE sample = 1)")
    connection.execute("DELETE FROM shop_products WHERE sample = 1")
    connection.execute("DELETE FROM shop_facts WHERE name IN ('sample', 'ship_from')")


def read_fact(connection: sqlite3.Connection, name: str) -> str | None:
    """What the shop says about itself under a name, such as `ship_from`."""
    row = connection.execute("SELECT value FROM shop_facts WHERE name = ?", (name,)).fetchone()
    return None if row is None else str(row[0])


def write_fact(connection: sqlite3.Connection, name: str, value: str) -> None:
    """Say something about the shop."""
    connection.execute("REPLACE INTO shop_facts VALUES (?, ?)", (name, value))


def rows_of(connection: sqlite3.Connection, sql: str, *values: object) -> list[dict[str, Any]]:
    """The rows of a query, by the names of its columns."""
    cursor = connection.execute(sql, values)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def written(value: object) -> str:
    """A value as JSON for a column."""
    return json.dumps(plain(value), ensure_ascii=False)


def decoded(text: str) -> Any:
    """A column's JSON; numbers with a point are decimals, exactly as written."""
    return json.loads(text, parse_float=Decimal)


def texts(value: object) -> Mapping[str, str]:
    """A column's JSON object of texts."""
    return {str(name): str(item) for name, item in decoded(str(value)).items()}
