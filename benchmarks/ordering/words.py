"""From customers' own words to writes: each task ends right, handed over, or wrong.

    python benchmarks/ordering/words.py [--data TASKS.jsonl] [--shop DB.json] [--half even|odd] [--verbose] [--json]

The agent sees `user_reason` and `known_info`. The customer says yes to whatever is proposed, so every write that the
gold does not have makes the task wrong. Judged by what the writes leave in each order, not by their sequence.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from agents.shipment.requests.identity import Identity, read_identity  # noqa: E402  # the script runs from anywhere
from agents.shipment.requests.understanding import understand  # noqa: E402
from agents.shipment.requests.wanted import (  # noqa: E402
    Cancel,
    ChangeCustomerAddress,
    Exchange,
    ModifyAddress,
    ModifyItems,
    ModifyPayment,
    NotUnderstood,
    Return,
    Track,
    Wanted,
)
from orchestrator.core.orders.order import (  # noqa: E402
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
from orchestrator.core.shipping.address import Address  # noqa: E402

DATA = ROOT.parent / "shared" / "data" / "orders"
_NO_WRITES = {"transfer_to_human_agents", "calculate", "think"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a task ended; `proposed` and `gold` are the writes in one form, sorted."""

    task_id: str
    outcome: str
    proposed: tuple[str, ...]
    gold: tuple[str, ...]
    reason: str


def run_words(db: Mapping[str, Any], tasks: Sequence[Mapping[str, Any]]) -> list[Outcome]:
    """Every task's outcome, in order."""
    shop = _Shop(db)
    return [_run(task, shop) for task in tasks]


class _Shop:
    """The database as values."""

    def __init__(self, db: Mapping[str, Any]) -> None:
        self.products = {one["product_id"]: _product(one) for one in db["products"].values()}
        self.customers = {one["user_id"]: _customer(one) for one in db["users"].values()}
        self.orders = {one["order_id"]: _order(one) for one in db["orders"].values()}

    def find(self, identity: Identity) -> tuple[Customer | None, str]:
        """The customer that an identity verifies: by mail, by name and postal code, by id with one of them."""
        found = {one.id: one for one in self.customers.values() if _is(one, identity)}
        if len(found) == 1:
            return next(iter(found.values())), ""
        return None, f"{len(found)} customers are {identity}"


def _is(customer: Customer, identity: Identity) -> bool:
    if customer.email.lower() in {one.lower() for one in identity.emails}:
        return True
    same_code = bool(identity.postal_code) and customer.address.postal_code == identity.postal_code
    full = f"{customer.first_name} {customer.last_name}".lower()
    named = full in {name.lower() for name in identity.names} or customer.id == identity.customer_id
    return same_code and named


def _run(task: Mapping[str, Any], shop: _Shop) -> Outcome:
    gold = tuple(sorted(filter(None, (_gold(one, shop) for one in task["write_actions"]))))
    known, text = str(task["known_info"] or ""), str(task["user_reason"] or "")
    customer, why = shop.find(read_identity(f"{known}\n\n{text}"))
    if customer is None:
        return Outcome(task_id=task["id"], outcome="handed_over", proposed=(), gold=gold, reason=why)
    orders = [shop.orders[one] for one in customer.orders]
    found = understand(f"{known}\n\n{text}", customer=customer, orders=orders, products=shop.products)
    if isinstance(found, NotUnderstood):
        return Outcome(
            task_id=task["id"], outcome="handed_over", proposed=(), gold=gold, reason=f"{found.missing}: {found.reason}"
        )
    proposed = tuple(sorted(filter(None, map(_said, found.wanted))))
    reason = "; ".join(one.reason for one in found.declined)
    if proposed == gold:
        outcome = "right"
    elif not proposed:
        outcome = "handed_over"  # nothing is written; what is declined or answered goes to a person when asked for more
    else:
        outcome = "wrong" if set(proposed) - set(gold) else "incomplete"
    return Outcome(task_id=task["id"], outcome=outcome, proposed=proposed, gold=gold, reason=reason)


def _said(write: Wanted) -> str:  # noqa: PLR0911  # one line for each kind
    match write:
        case Cancel():
            return f"cancel {write.order_id} {write.reason}"
        case Return():
            return f"return {write.order_id} {sorted(write.item_ids)} {write.payment_method_id}"
        case Exchange() | ModifyItems():
            kind = "exchange" if isinstance(write, Exchange) else "modify"
            swaps = sorted((one.item_id, one.new_item_id) for one in write.swaps)
            return f"{kind} {write.order_id} {swaps} {write.payment_method_id}"
        case ModifyPayment():
            return f"pay {write.order_id} {write.payment_method_id}"
        case ModifyAddress():
            return f"address {write.order_id} {_place(write.address)}"
        case ChangeCustomerAddress():
            return f"customer {_place(write.address)}"
        case Track():
            return ""  # it reads
        case _:
            return repr(write)


def _place(address: Address) -> str:
    parts = (address.address_line1, address.address_line2, address.city, address.state_code, address.postal_code)
    return ", ".join(parts).lower()


def _gold(action: Mapping[str, Any], shop: _Shop) -> str:  # noqa: PLR0911  # one line for each kind
    """A gold action in the same form; empty for one that writes nothing."""
    given = action["arguments"]
    order = given.get("order_id", "")
    match action["name"]:
        case "cancel_pending_order":
            return f"cancel {order} {given['reason']}"
        case "return_delivered_order_items":
            return f"return {order} {sorted(given['item_ids'])} {given['payment_method_id']}"
        case "exchange_delivered_order_items" | "modify_pending_order_items":
            kind = action["name"].split("_")[0]
            swaps = sorted(zip(given["item_ids"], given["new_item_ids"], strict=True))
            return f"{kind} {order} {swaps} {given['payment_method_id']}"
        case "modify_pending_order_payment":
            return f"pay {order} {given['payment_method_id']}"
        case "modify_pending_order_address" | "modify_user_address":
            place = _place(_address(given))
            before = shop.orders[order].address if order else shop.customers[given["user_id"]].address
            if place == _place(before):
                return ""  # nothing changes
            return f"address {order} {place}" if order else f"customer {place}"
        case name if name in _NO_WRITES:
            return ""
        case name:
            raise ValueError(f"{name!r} is no action that this benchmark knows")


def _address(one: Mapping[str, Any]) -> Address:
    return Address(
        address_line1=one["address1"],
        address_line2=one["address2"],
        city=one["city"],
        state_code=one["state"],
        postal_code=one["zip"],
        country_code="US" if one["country"] == "USA" else one["country"],
    )


def _product(one: Mapping[str, Any]) -> Product:
    variants = tuple(
        Variant(
            item_id=item["item_id"],
            product_id=one["product_id"],
            name=one["name"],
            options=item["options"],
            price=Decimal(str(item["price"])),
            available=item["available"],
        )
        for item in one["variants"].values()
    )
    return Product(id=one["product_id"], name=one["name"], variants=variants)


def _customer(one: Mapping[str, Any]) -> Customer:
    methods = tuple(
        PaymentMethod(
            id=item["id"],
            kind=PaymentKind(item["source"]),
            brand=item.get("brand", ""),
            last_four=item.get("last_four", ""),
            balance=Decimal(str(item["balance"])) if "balance" in item else None,
        )
        for item in one["payment_methods"].values()
    )
    return Customer(
        id=one["user_id"],
        first_name=one["name"]["first_name"],
        last_name=one["name"]["last_name"],
        email=one["email"],
        address=_address(one["address"]),
        payment_methods=methods,
        orders=tuple(one["orders"]),
    )


def _order(one: Mapping[str, Any]) -> Order:
    items = tuple(
        OrderItem(
            item_id=item["item_id"],
            product_id=item["product_id"],
            name=item["name"],
            options=item["options"],
            price=Decimal(str(item["price"])),
        )
        for item in one["items"]
    )
    payments = tuple(
        Payment(
            kind=item["transaction_type"],
            amount=Decimal(str(item["amount"])),
            payment_method_id=item["payment_method_id"],
        )
        for item in one["payment_history"]
    )
    sent = tuple(
        Fulfillment(tracking_numbers=tuple(item["tracking_id"]), item_ids=tuple(item["item_ids"]))
        for item in one["fulfillments"]
    )
    return Order(
        id=one["order_id"],
        customer_id=one["user_id"],
        address=_address(one["address"]),
        items=items,
        status=one["status"],
        payments=payments,
        fulfillments=sent,
    )


def main() -> int:
    """Prints the figures; 1 where a task is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--data", type=Path, default=DATA / "tau2_retail_tasks.dev.jsonl")
    parser.add_argument("--shop", type=Path, default=DATA / "retail_db.json")
    parser.add_argument("--half", choices=("even", "odd"))
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if not given.data.is_file() or not given.shop.is_file():
        print(f"skipped: {given.data} or {given.shop} is missing")
        return 0
    tasks = [json.loads(line) for line in given.data.read_text(encoding="utf-8").splitlines() if line.strip()]
    if given.half:
        tasks = tasks[given.half == "odd" :: 2]
    db = json.loads(given.shop.read_text(encoding="utf-8"))
    started = time.perf_counter()
    outcomes = run_words(db, tasks)
    took_s = time.perf_counter() - started
    counts = Counter(one.outcome for one in outcomes)
    if given.json:
        print(
            json.dumps(
                {"counts": counts, "tasks": len(tasks), "took_s": took_s, "outcomes": [asdict(one) for one in outcomes]}
            )
        )
    else:
        _show(outcomes, counts, took_s, verbose=given.verbose)
    return 1 if counts["wrong"] else 0


def _show(outcomes: Sequence[Outcome], counts: Mapping[str, int], took_s: float, *, verbose: bool) -> None:
    names = ("right", "handed_over", "incomplete", "wrong")
    print(f"{len(outcomes)} tasks in {took_s:.1f} s: " + ", ".join(f"{counts.get(name, 0)} {name}" for name in names))
    if not verbose:
        return
    for one in outcomes:
        print(f"{one.task_id:16} {one.outcome:12} {one.reason}")
        if one.outcome in {"wrong", "incomplete"}:
            print(f"    proposed {one.proposed}\n    gold     {one.gold}")


if __name__ == "__main__":
    raise SystemExit(main())
