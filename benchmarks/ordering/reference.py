"""What the shop must look like after each change: a model of its own, written from the shop's policy.

What a change leaves behind is as the tools of tau2-bench's retail domain are documented to leave it (sierra-research/
tau2-bench, src/tau2/domains/retail/tools.py, MIT). It works on the source's own JSON and shares no code with the
program. Where the source departs from its own policy the policy is followed: an article that takes another's place
has its own price and options (the source gives all of them those of the last), and an order whose articles were
modified is not modified any further.
"""

from collections import Counter
from collections.abc import Mapping
from copy import deepcopy
from decimal import Decimal
from typing import Any

Raw = dict[str, Any]
MODIFIED = "pending (items modified)"
REASONS = ("no longer needed", "ordered by mistake")


class RefusedError(Exception):
    """The shop does not do it; nothing was changed."""


class Reference:
    """A shop that is changed by calls of the source's names and arguments.

    Attributes:
        touched: The orders and customers that were changed, by id.
    """

    def __init__(self, database: Mapping[str, Any]) -> None:
        self._given = database
        self._orders: dict[str, Raw] = {}
        self._users: dict[str, Raw] = {}

    @property
    def touched(self) -> frozenset[str]:
        """Ids of what was changed."""
        return frozenset((*self._orders, *self._users))

    def order(self, name: str) -> Raw:
        """An order as it stands."""
        return self._orders.get(name) or self._given["orders"][name]

    def user(self, name: str) -> Raw:
        """A customer as they stand."""
        return self._users.get(name) or self._given["users"][name]

    def call(self, name: str, given: Mapping[str, Any]) -> None:
        """Follow a call; RefusedError says why not."""
        if name == "modify_user_address":
            user = deepcopy(self.user(given["user_id"]))
            user["address"] = _address(given)
            self._users[user["user_id"]] = user
            return
        if given["order_id"] not in self._given["orders"]:
            raise RefusedError("there is no such order")
        order = deepcopy(self.order(given["order_id"]))
        user = deepcopy(self.user(order["user_id"]))
        getattr(self, f"_{name}")(order, user, given)
        self._orders[order["order_id"]] = order
        if user != self.user(user["user_id"]):
            self._users[user["user_id"]] = user

    def _cancel_pending_order(self, order: Raw, user: Raw, given: Mapping[str, Any]) -> None:
        _need(order["status"] == "pending", "it is not pending")
        _need(given["reason"] in REASONS, "the reason is none of the two")
        paid = [one for one in order["payment_history"] if one["transaction_type"] == "payment"]
        for one in paid:
            _pay_back(order, user, one["payment_method_id"], one["amount"])
        order["status"] = "cancelled"
        order["noted"] = {"reason": given["reason"]}

    def _modify_pending_order_address(self, order: Raw, _user: Raw, given: Mapping[str, Any]) -> None:
        _need(order["status"] == "pending", "it is not pending")
        order["address"] = _address(given)

    def _modify_pending_order_payment(self, order: Raw, user: Raw, given: Mapping[str, Any]) -> None:
        new, history = given["payment_method_id"], order["payment_history"]
        _need(order["status"] == "pending", "it is not pending")
        _need(new in user["payment_methods"], "the customer has no such method")
        _need(len(history) == 1, "it was not paid by exactly one payment")
        before, amount = history[0]["payment_method_id"], history[0]["amount"]
        _need(new != before, "it was paid by that already")
        _need(_covers(user, new, amount), "the card holds too little")
        _pay(order, user, new, amount)
        _pay_back(order, user, before, amount)

    def _modify_pending_order_items(self, order: Raw, user: Raw, given: Mapping[str, Any]) -> None:
        _need(order["status"] == "pending", "it is not pending")
        more = self._price_difference(order, user, given)
        for old, new in zip(given["item_ids"], given["new_item_ids"], strict=True):
            line = next(one for one in order["items"] if one["item_id"] == old)
            variant = self._given["products"][line["product_id"]]["variants"][new]
            line.update(item_id=new, price=variant["price"], options=variant["options"])
        if more > 0:
            _pay(order, user, given["payment_method_id"], more)
        else:
            _pay_back(order, user, given["payment_method_id"], -more)
        order["status"] = MODIFIED

    def _exchange_delivered_order_items(self, order: Raw, user: Raw, given: Mapping[str, Any]) -> None:
        _need(order["status"] == "delivered", "it was not delivered")
        more = self._price_difference(order, user, given)
        order["status"] = "exchange requested"
        order["noted"] = {
            "items": sorted(given["item_ids"]),
            "new_items": sorted(given["new_item_ids"]),
            "method": given["payment_method_id"],
            "difference": float(round(Decimal(str(more)), 2)),
        }

    def _return_delivered_order_items(self, order: Raw, user: Raw, given: Mapping[str, Any]) -> None:
        method = given["payment_method_id"]
        _need(order["status"] == "delivered", "it was not delivered")
        _need(method in user["payment_methods"], "the customer has no such method")
        card = user["payment_methods"][method]["source"] == "gift_card"
        _need(card or method == order["payment_history"][0]["payment_method_id"], "it was not paid by that")
        _need_items(order, given["item_ids"])
        order["status"] = "return requested"
        order["noted"] = {"items": sorted(given["item_ids"]), "method": method}

    def _price_difference(self, order: Raw, user: Raw, given: Mapping[str, Any]) -> Decimal:
        """What the new articles cost more; refused where they do not fit, or the method cannot pay it."""
        old_ids, new_ids = given["item_ids"], given["new_item_ids"]
        _need_items(order, old_ids)
        _need(len(old_ids) == len(new_ids), "not one new article for each old one")
        more = Decimal(0)
        for old, new in zip(old_ids, new_ids, strict=True):
            line = next(one for one in order["items"] if one["item_id"] == old)
            variant = self._given["products"][line["product_id"]]["variants"].get(new)
            _need(old != new, "the new article is the old one")
            _need(variant is not None and variant["available"], "the new article is of another product, or gone")
            more += Decimal(str(variant["price"])) - Decimal(str(line["price"]))
        method = given["payment_method_id"]
        _need(method in user["payment_methods"], "the customer has no such method")
        _need(_covers(user, method, more), "the card holds too little")
        return more


def _need(holds: bool, why: str) -> None:  # noqa: FBT001  # reads as a sentence
    if not holds:
        raise RefusedError(why)


def _need_items(order: Raw, wanted: list[str]) -> None:
    missing = Counter(wanted) - Counter(one["item_id"] for one in order["items"])
    _need(bool(wanted) and not missing, "an article is not in the order, or not so often")


def _covers(user: Raw, method: str, amount: object) -> bool:
    balance = user["payment_methods"][method].get("balance")
    return balance is None or Decimal(str(balance)) >= Decimal(str(amount))


def _pay(order: Raw, user: Raw, method: str, amount: object) -> None:
    _move(order, user, method, kind="payment", amount=Decimal(str(amount)))


def _pay_back(order: Raw, user: Raw, method: str, amount: object) -> None:
    _move(order, user, method, kind="refund", amount=Decimal(str(amount)))


def _move(order: Raw, user: Raw, method: str, *, kind: str, amount: Decimal) -> None:
    order["payment_history"].append({"transaction_type": kind, "amount": float(amount), "payment_method_id": method})
    card = user["payment_methods"].get(method, {})
    if "balance" in card:
        change = -amount if kind == "payment" else amount
        card["balance"] = float(round(Decimal(str(card["balance"])) + change, 2))


def _address(given: Mapping[str, Any]) -> Raw:
    return {name: given[name] for name in ("address1", "address2", "city", "state", "country", "zip")}
