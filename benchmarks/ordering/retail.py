"""A retail database and its tasks, in the form of tau2-bench's retail domain, as values of ours.

Read here a second time, apart from the shop's own adapter, so that a fault of one does not hide in the other.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from agents.shipment.conduct.shop_state import ShopState
from orchestrator.core.orders.order import (
    Customer,
    Fulfillment,
    Order,
    OrderItem,
    Payment,
    PaymentKind,
    PaymentMethod,
    Product,
    Variant,
)
from orchestrator.core.shipping.address import Address

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "orders"
DATABASE = "retail_db.json"
Raw = Mapping[str, Any]
WRITES = {
    "cancel_pending_order": "cancel",
    "modify_pending_order_address": "modify_address",
    "modify_pending_order_items": "modify_items",
    "modify_pending_order_payment": "modify_payment",
    "return_delivered_order_items": "return",
    "exchange_delivered_order_items": "exchange",
    "modify_user_address": "update_customer",
}
"""The writes of the source in our names."""
_ADDRESS = {
    "address1": "address_line1",
    "address2": "address_line2",
    "city": "city",
    "state": "state_code",
    "country": "country_code",
    "zip": "postal_code",
}
_COUNTRIES = {"USA": "US"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """A change in our names: an operation and the arguments that the workflow takes."""

    action: str
    arguments: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What a customer wants, and what a correct agent calls.

    Attributes:
        actions: All calls, as the source has them.
        raw: The whole task.
    """

    id: str
    actions: Sequence[Raw]
    raw: Raw

    @property
    def writes(self) -> tuple[Write, ...]:
        """The calls that change something, in our names."""
        return tuple(write_of(call) for call in self.actions if call["name"] in WRITES)


def load_database(data: Path) -> dict[str, Any]:
    """The database of a folder, or of the folder of a tasks file; SystemExit with what to do where there is none."""
    folder = data if data.is_dir() else data.parent
    for path in (folder / DATABASE, DATA / DATABASE):
        if path.is_file():
            found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            return found
    raise SystemExit(f"no {DATABASE} in {folder}: give a folder that has it with --data")


def load_tasks(data: Path) -> tuple[Task, ...]:
    """The tasks of a file, or of the `*tasks*.jsonl` of a folder."""
    found = sorted(data.glob("*tasks*.jsonl")) if data.is_dir() else [data]
    if not found or not found[0].is_file():
        raise SystemExit(f"no tasks in {data}: give a *.jsonl file of tasks, or a folder that has one, with --data")
    rows = [json.loads(line) for path in found for line in path.read_text(encoding="utf-8").splitlines() if line]
    return tuple(Task(id=row["id"], actions=row["actions"], raw=row) for row in rows)


def write_of(call: Raw) -> Write:
    """A write of the source in our names."""
    given = call["arguments"]
    kept = {name: given[name] for name in _KEPT if name in given}
    if "address1" in given:
        kept["address"] = {name: value for name, value in address_of(given).document().items() if value}
    if "user_id" in given:
        kept["customer_id"] = given["user_id"]
    return Write(action=WRITES[call["name"]], arguments=kept)


_KEPT = ("order_id", "reason", "item_ids", "new_item_ids", "payment_method_id")


def address_of(given: Raw) -> Address:
    """An address of the source."""
    parts = {ours: str(given.get(theirs) or "") for theirs, ours in _ADDRESS.items()}
    return Address(**{**parts, "country_code": _COUNTRIES.get(parts["country_code"], parts["country_code"])})


def shop_state(database: Raw) -> ShopState:
    """All of a database."""
    return ShopState(
        customers={name: _customer(raw) for name, raw in database["users"].items()},
        products={name: _product(raw) for name, raw in database["products"].items()},
        orders={name: _order(raw) for name, raw in database["orders"].items()},
    )


def _customer(raw: Raw) -> Customer:
    return Customer(
        id=raw["user_id"],
        first_name=raw["name"]["first_name"],
        last_name=raw["name"]["last_name"],
        email=raw["email"],
        address=address_of(raw["address"]),
        payment_methods=tuple(
            PaymentMethod(
                id=one["id"],
                kind=PaymentKind(one["source"]),
                brand=one.get("brand", ""),
                last_four=one.get("last_four", ""),
                balance=Decimal(str(one["balance"])) if "balance" in one else None,
            )
            for one in raw["payment_methods"].values()
        ),
        orders=tuple(raw["orders"]),
    )


def _product(raw: Raw) -> Product:
    variants = tuple(
        Variant(
            item_id=one["item_id"],
            product_id=raw["product_id"],
            name=raw["name"],
            options=one["options"],
            price=Decimal(str(one["price"])),
            available=one["available"],
        )
        for one in raw["variants"].values()
    )
    return Product(id=raw["product_id"], name=raw["name"], variants=variants)


def _order(raw: Raw) -> Order:
    return Order(
        id=raw["order_id"],
        customer_id=raw["user_id"],
        address=address_of(raw["address"]),
        items=tuple(
            OrderItem(
                item_id=one["item_id"],
                product_id=one["product_id"],
                name=one["name"],
                options=one["options"],
                price=Decimal(str(one["price"])),
            )
            for one in raw["items"]
        ),
        status=raw["status"],
        payments=tuple(
            Payment(
                kind=one["transaction_type"],
                amount=Decimal(str(one["amount"])),
                payment_method_id=one["payment_method_id"],
            )
            for one in raw["payment_history"]
        ),
        fulfillments=tuple(
            Fulfillment(tracking_numbers=tuple(one["tracking_id"]), item_ids=tuple(one["item_ids"]))
            for one in raw["fulfillments"]
        ),
    )
