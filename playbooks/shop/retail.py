"""Reads and writes a shop as public retail benchmarks do: one JSON document of users, products and orders.

The form is that of sierra-research/tau2-bench (MIT, src/tau2/domains/retail/data_model.py). What the shop does not know
of a document is kept beside it, so that `dump_retail` gives back what `load_retail` took, but for what was changed.
"""

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from orchestrator.core.orders.order import Customer, Order, Product
from orchestrator.core.report import Json
from playbooks.shop.customers import read_customer_row, save_customer
from playbooks.shop.orders import add_order, read_order
from playbooks.shop.products import read_product, save_product
from playbooks.shop.retail_values import (
    address_document,
    customer_of,
    fulfillment_document,
    item_document,
    method_document,
    order_details,
    order_of,
    payment_document,
    product_of,
    status_document,
    variant_document,
)
from playbooks.shop.tables import is_sample, prepare, remove_sample, rows_of

T = TypeVar("T")
_KINDS = ("products", "users", "orders")
_LAST = 1_000_000
"""The place of an order that its customer's list does not have."""


def load_retail(connection: sqlite3.Connection, document: Mapping[str, Any]) -> None:
    """Take a whole document into the shop, in place of an earlier one and of the sample; ValueError for a wrong one."""
    parts = {kind: _part(document, kind) for kind in _KINDS}
    prepare(connection, sample=False)
    if is_sample(connection):
        remove_sample(connection)
    _forget(connection)
    _keep(connection, "", {name: value for name, value in document.items() if name not in _KINDS})
    for kind, entries in parts.items():
        _keep(connection, kind, entries)
    for place, entry in enumerate(parts["products"].values()):
        save_product(connection, product_of(entry), position=place)
    places = {}
    for place, entry in enumerate(parts["users"].values()):
        customer = customer_of(entry)
        save_customer(connection, customer, position=place)
        places.update({order_id: number for number, order_id in enumerate(customer.orders)})
    for entry in parts["orders"].values():
        order = order_of(entry)
        add_order(connection, order, position=places.get(order.id, _LAST))


def dump_retail(connection: sqlite3.Connection) -> dict[str, Any]:
    """The document that was loaded, with what has changed since; rows that came from elsewhere are not in it."""
    kept = _kept(connection)
    document: dict[str, Any] = dict(kept.get("", {}))
    document["products"] = _dumped(kept, "products", lambda one: read_product(connection, one), _product)
    document["users"] = _dumped(kept, "users", lambda one: read_customer_row(connection, one), _user)
    document["orders"] = _dumped(kept, "orders", lambda one: read_order(connection, one), _order)
    return document


def _part(document: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    found = document.get(kind)
    if not isinstance(found, Mapping):
        raise ValueError(f"{kind} is {found!r:.80}: give an object by id")  # noqa: TRY004  # it is the value
    return found


def _keep(connection: sqlite3.Connection, kind: str, entries: Mapping[str, Any]) -> None:
    connection.executemany(
        "INSERT INTO shop_documents VALUES (?, ?, ?, ?)",
        [
            (kind, name, place, json.dumps(entry, ensure_ascii=False))
            for place, (name, entry) in enumerate(entries.items())
        ],
    )


def _kept(connection: sqlite3.Connection) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for row in rows_of(connection, "SELECT * FROM shop_documents ORDER BY kind, position"):
        found.setdefault(row["kind"], {})[row["id"]] = json.loads(row["document"])
    return found


_RETAIL_ROWS = (
    ("shop_payment_methods", "customer_id", "users"),
    ("shop_customers", "id", "users"),
    ("shop_variants", "product_id", "products"),
    ("shop_products", "id", "products"),
    ("shop_order_items", "order_id", "orders"),
    ("shop_payments", "order_id", "orders"),
    ("shop_fulfillments", "order_id", "orders"),
    ("shop_reservations", "order_id", "orders"),
    ("shop_orders", "id", "orders"),
)


def _forget(connection: sqlite3.Connection) -> None:
    """Take an earlier document out."""
    for table, column, kind in _RETAIL_ROWS:
        connection.execute(
            f"DELETE FROM {table} WHERE {column} IN (SELECT id FROM shop_documents WHERE kind = ?)",  # noqa: S608  # the names above
            (kind,),
        )
    connection.execute("DELETE FROM shop_documents")


def _dumped(
    kept: Mapping[str, Mapping[str, Any]],
    kind: str,
    read: Callable[[str], T | None],
    dump: Callable[[Json, T], Json],
) -> dict[str, Any]:
    found = {}
    for name, entry in kept.get(kind, {}).items():
        value = read(name)
        found[name] = entry if value is None else dump(entry, value)
    return found


def _product(entry: Json, product: Product) -> Json:
    if product == product_of(entry):
        return entry
    before: Mapping[str, Json] = entry["variants"]  # type: ignore[assignment]  # it was read so
    variants = {one.item_id: {**before.get(one.item_id, {}), **variant_document(one)} for one in product.variants}
    return {**entry, "name": product.name, "variants": variants}


def _user(entry: Json, customer: Customer) -> Json:
    before = customer_of(entry)
    changed: Json = {}
    if customer.address != before.address:
        changed["address"] = address_document(customer.address)
    if customer.payment_methods != before.payment_methods:
        methods: Mapping[str, Json] = entry["payment_methods"]  # type: ignore[assignment]  # it was read so
        changed["payment_methods"] = {
            one.id: {**methods.get(one.id, {}), **method_document(one)} for one in customer.payment_methods
        }
    return {**entry, **changed}


def _order(entry: Json, order: Order) -> Json:
    before = order_of(entry)
    changed: Json = {}
    if order.status != before.status:
        changed["status"] = status_document(order.status)
    if order.address != before.address:
        changed["address"] = address_document(order.address)
    for name, now, then, dump in (
        ("items", order.items, before.items, item_document),
        ("payment_history", order.payments, before.payments, payment_document),
        ("fulfillments", order.fulfillments, before.fulfillments, fulfillment_document),
    ):
        if now != then:
            changed[name] = _lines(entry[name], now, then, dump)  # type: ignore[arg-type]  # the entry was read so
    if order.details != before.details:
        changed.update(order_details(order))
    return {**entry, **changed}


def _lines(entries: Sequence[Json], now: Sequence[T], then: Sequence[T], dump: Callable[[T], Json]) -> list[Json]:
    """Each line as it was, where it is as it was; else over what was at its place, if lines were only replaced."""
    replaced = len(now) == len(then)
    found = []
    for place, value in enumerate(now):
        if place < len(then) and value == then[place]:
            found.append(entries[place])
        else:
            found.append({**(entries[place] if replaced else {}), **dump(value)})
    return found
