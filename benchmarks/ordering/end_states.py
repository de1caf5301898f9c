"""Where a shop stands in the end: ours as its tables tell it, and the reference's, in one form to be compared."""

import sqlite3
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ordering.hosting import Shop
from ordering.reference import Reference
from ordering.retail import address_of

from orchestrator.core.orders.order import Customer, Order
from orchestrator.core.shipping.address import Address
from playbooks.shop.customers import read_customer_row
from playbooks.shop.orders import read_order

Snapshot = Mapping[str, Mapping[str, tuple[Any, ...]]]
_ROWS = {
    "orders": ("shop_orders", "shop_order_items", "shop_payments", "shop_fulfillments"),
    "customers": ("shop_customers", "shop_payment_methods"),
    "products": ("shop_products", "shop_variants"),
}
_OWNER = {"shop_orders": "id", "shop_customers": "id", "shop_products": "id", "shop_payment_methods": "customer_id"}
_NOTED = {
    "cancel_reason": "reason",
    "return_items": "items",
    "exchange_items": "items",
    "exchange_new_items": "new_items",
    "return_payment_method_id": "method",
    "exchange_payment_method_id": "method",
    "exchange_price_difference": "difference",
}


def snapshot(shop: Shop) -> Snapshot:
    """Every row of the shop's tables, by kind and id of what it is of."""
    return shop.store.look(_rows)


def _rows(connection: sqlite3.Connection) -> Snapshot:
    found: dict[str, dict[str, tuple[Any, ...]]] = {}
    for kind, tables in _ROWS.items():
        for table in tables:
            cursor = connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2")
            names = [column[0] for column in cursor.description]
            owner = _OWNER.get(table, f"{kind.removesuffix('s')}_id")
            place = names.index(owner)
            for row in cursor.fetchall():
                by_id = found.setdefault(kind, {})
                by_id[str(row[place])] = (*by_id.get(str(row[place]), ()), (table, *tuple(row)))
    return found


def differences(shop: Shop, before: Snapshot, reference: Reference) -> list[str]:
    """Where the shop is not as the reference says, in words; what neither touched is as it was."""
    after = snapshot(shop)
    changed = {
        (kind, name)
        for kind in _ROWS
        for name in before[kind].keys() | after[kind].keys()
        if before[kind].get(name) != after[kind].get(name)
    }
    wrong = [f"{name} of the {kind} was changed" for kind, name in sorted(changed) if name not in reference.touched]
    for name in sorted(reference.touched):
        ours, expected = _both(shop, reference, name)
        wrong += [
            f"{name}: {part} is {ours[part]!r}, not {expected[part]!r}"
            for part in expected
            if ours[part] != expected[part]
        ]
    return wrong


def _both(shop: Shop, reference: Reference, name: str) -> tuple[dict[str, object], dict[str, object]]:
    if name.startswith("#"):
        order = shop.store.look(lambda connection: read_order(connection, name))
        assert order is not None
        return of_order(order), of_raw_order(reference.order(name))
    customer = shop.store.look(lambda connection: read_customer_row(connection, name))
    assert customer is not None
    return of_customer(customer), of_raw_user(reference.user(name))


def of_order(order: Order) -> dict[str, object]:
    """What counts of an order."""
    noted = {_NOTED[name]: _plain(value) for name, value in order.details.items() if name in _NOTED}
    return {
        "status": str(order.status),
        "address": _place(order.address),
        "items": [(one.item_id, one.price, dict(one.options)) for one in order.items],
        "payments": [(one.kind, one.amount, one.payment_method_id) for one in order.payments if one.amount],
        "noted": noted,
    }


def of_raw_order(raw: Mapping[str, Any]) -> dict[str, object]:
    """The same of the reference's."""
    payments = [
        (one["transaction_type"], _exact(one["amount"]), one["payment_method_id"]) for one in raw["payment_history"]
    ]
    return {
        "status": raw["status"],
        "address": _place(address_of(raw["address"])),
        "items": [(one["item_id"], _exact(one["price"]), dict(one["options"])) for one in raw["items"]],
        "payments": [one for one in payments if one[1]],
        "noted": {name: _plain(value) for name, value in raw.get("noted", {}).items()},
    }


def of_customer(customer: Customer) -> dict[str, object]:
    """What counts of a customer."""
    balances = {one.id: one.balance for one in customer.payment_methods if one.balance is not None}
    return {"address": _place(customer.address), "balances": balances}


def of_raw_user(raw: Mapping[str, Any]) -> dict[str, object]:
    """The same of the reference's."""
    methods = raw["payment_methods"].values()
    balances = {one["id"]: _exact(one["balance"]) for one in methods if "balance" in one}
    return {"address": _place(address_of(raw["address"])), "balances": balances}


def _place(address: Address) -> Address:
    return address.place


def _exact(amount: object) -> Decimal:
    return Decimal(str(amount))


def _plain(value: object) -> object:
    match value:
        case list() | tuple():
            return sorted(map(str, value))
        case float() | int() | Decimal():
            return _exact(value)
        case _:
            return value
