"""Changes orders and customers in the shop's tables, each in one transaction with the record of its key."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import cast

from orchestrator.core.documents import decimal_of, list_of, needed_text
from orchestrator.core.orders.order import Customer, Order
from orchestrator.core.report import Json
from orchestrator.core.shipping.address import Address, read_address
from orchestrator.core.workflows import Effects, NotPossibleError
from playbooks.shop import order_changes
from playbooks.shop.customers import read_customer_row, save_balances, save_customer_address
from playbooks.shop.order_changes import OrderChange
from playbooks.shop.orders import read_order, save_order
from playbooks.shop.pieces import Swap, chosen_pieces, swaps_of
from playbooks.shop.products import free_reservations, read_variant, reserve
from playbooks.shop.tables import prepare

ORDER_CHANGE = "order_change"
"""The kind of the host's records."""
CHANGING = ("update_order", "update_customer")
"""The workflows that make them."""


async def update_order(body: Mapping[str, object], *, key: str, effects: Effects) -> Mapping[str, object]:
    """Change an order once for a key; what its workflow answers, `NotPossibleError` where a condition does not hold."""
    made = await effects.change(
        ORDER_CHANGE, lambda connection: {"key": key, **change_order(connection, body)}, key=key
    )
    return _told(made)


async def update_customer(body: Mapping[str, object], *, key: str, effects: Effects) -> Mapping[str, object]:
    """Change a customer's address once for a key; what its workflow answers."""
    made = await effects.change(
        ORDER_CHANGE, lambda connection: {"key": key, **change_customer(connection, body)}, key=key
    )
    return _told(made)


async def find_order_change(key: str, *, effects: Effects) -> Mapping[str, object]:
    """What became of a change's key, as a lookup answers."""
    # the runs first: one that ends between the two questions has its change by the second
    at_work = [await effects.state_of(workflow, key=key) == "running" for workflow in CHANGING]
    found = await effects.find(ORDER_CHANGE, key=key)
    if found is not None:
        return {"state": "done", "result": _told(found)}
    return {"state": "running" if any(at_work) else "absent"}


def change_order(connection: sqlite3.Connection, body: Mapping[str, object]) -> Json:
    """Check and change within the caller's transaction; what was done, without its key and time."""
    prepare(connection)
    order = read_order(connection, str(body["order_id"]))
    if order is None:
        raise NotPossibleError("OrderNotFound", f"There is no order {body['order_id']!r}.")
    version = body.get("order_version")
    if version is not None and version != order.version:
        raise NotPossibleError(
            "OrderChanged",
            f"Order {order.id} is at version {order.version}, and {version} was decided on: read it again.",
        )
    change = _decide(connection, order, body)
    saved = save_order(connection, change.order)
    save_balances(connection, order.customer_id, change.balances)
    if change.frees_all:
        free_reservations(connection, order.id)
    reserve(connection, order.id, change.pieces)
    return {
        "order_id": saved.id,
        "operation": body["operation"],
        "status": saved.status,
        "version": saved.version,
        "refunds": [_amount(one.document()) for one in change.refunds],
        "charges": [_amount(one.document()) for one in change.charges],
    }


def change_customer(connection: sqlite3.Connection, body: Mapping[str, object]) -> Json:
    """Give a customer another address within the caller's transaction; their orders keep theirs."""
    prepare(connection)
    customer = read_customer_row(connection, str(body["customer_id"]))
    if customer is None:
        raise NotPossibleError("CustomerNotFound", f"There is no customer {body['customer_id']!r}.")
    address = _address(body)
    save_customer_address(connection, customer.id, address)
    return {"customer_id": customer.id, "address": address.document()}


def _decide(connection: sqlite3.Connection, order: Order, body: Mapping[str, object]) -> OrderChange:
    order_changes.check_status(order, str(body["operation"]))
    customer = read_customer_row(connection, order.customer_id) or _nobody(order)
    match body["operation"]:
        case "cancel":
            return order_changes.cancel(order, customer, reason=_text(body, "reason"))
        case "modify_address":
            return order_changes.modify_address(order, address=_address(body))
        case "modify_payment":
            return order_changes.modify_payment(order, customer, method_id=_text(body, "payment_method_id"))
        case "modify_items":
            method_id = "" if order.paid is False else _text(body, "payment_method_id")
            swaps = _swaps(connection, order, body)
            _check_agreed(swaps, body)
            return order_changes.modify_items(order, customer, swaps=swaps, method_id=method_id)
        case "return":
            method_id, pieces = _text(body, "payment_method_id"), chosen_pieces(order, _ids(body, "item_ids"))
            items = [item for _, item in pieces]
            return order_changes.return_items(order, customer, pieces=items, method_id=method_id)
        case "exchange":
            method_id, swaps = _text(body, "payment_method_id"), _swaps(connection, order, body)
            _check_agreed(swaps, body)
            return order_changes.exchange_items(order, customer, swaps=swaps, method_id=method_id)
        case other:
            raise NotPossibleError("OperationUnknown", f"There is no operation {other!r}.", status=400)


def _swaps(connection: sqlite3.Connection, order: Order, body: Mapping[str, object]) -> tuple[Swap, ...]:
    new_ids = _ids(body, "new_item_ids")
    read = {one: read_variant(connection, one, order_id=order.id) for one in new_ids}
    articles = {item_id: article for item_id, article in read.items() if article is not None}
    return swaps_of(order, _ids(body, "item_ids"), new_ids, articles=articles)


def _check_agreed(swaps: Sequence[Swap], body: Mapping[str, object]) -> None:
    """Refuse another difference in price than was agreed on: an order's version tells nothing of articles' prices."""
    agreed, difference = body.get("price_difference"), order_changes.difference_of(swaps)
    if agreed is not None and decimal_of(agreed, "price_difference") != difference:
        raise NotPossibleError(
            "PriceChanged", f"The new articles cost {difference} more than the old; {agreed} was agreed on."
        )


def _nobody(order: Order) -> Customer:
    """Who stands for a customer of whom only the orders are known."""
    return Customer(id=order.customer_id, first_name="", last_name="", email="", address=order.address)


def _text(body: Mapping[str, object], name: str) -> str:
    return str(_given(body, name))


def _ids(body: Mapping[str, object], name: str) -> tuple[str, ...]:
    return list_of(_given(body, name), name, lambda one: needed_text(one, "an item's id"))


def _address(body: Mapping[str, object]) -> Address:
    return read_address(_given(body, "address"))


def _given(body: Mapping[str, object], name: str) -> object:
    if not body.get(name):
        operation = body.get("operation", "this change")
        raise NotPossibleError("FieldMissing", f"{operation} needs the field {name!r}: give it.", status=400)
    return body[name]


def _amount(document: Json) -> Json:
    return {name: document[name] for name in ("amount", "payment_method_id")}


def _told(made: Mapping[str, object]) -> Mapping[str, object]:
    kept = {name: value for name, value in made.items() if name not in {"number", "at"}}
    return {**kept, "done_at": cast("str", made["at"])}
