"""Makes of pieces of requests one change for each order and kind, paid as the policy allows."""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from agents.shipment.requests.cursor import Scene
from agents.shipment.requests.finding import usable_method
from agents.shipment.requests.memory import Line
from agents.shipment.requests.phrases import Method, OnlyOne, Verb
from agents.shipment.requests.verdicts import Unclear
from agents.shipment.requests.wanted import (
    Exchange,
    ModifyItems,
    ReportDamaged,
    ReportLost,
    Return,
    Ship,
    Swap,
    Track,
    Wanted,
)
from orchestrator.core.orders.order import Order, PaymentKind, PaymentMethod, Variant


@dataclass(frozen=True, slots=True)
class Returned:
    """A line to be returned."""

    line: Line
    method: Method | None


@dataclass(frozen=True, slots=True)
class Swapped:
    """A line to be replaced."""

    line: Line
    variant: Variant
    method: Method | None


Piece: TypeAlias = Returned | Swapped | Wanted


def settle(pieces: Sequence[Piece], scene: Scene) -> tuple[Wanted, ...]:
    """One change for each order and kind, in the order of the text, changes of items after the others of an order."""
    writes: list[Wanted] = []
    done: set[tuple[str, str]] = set()
    for piece in pieces:
        if isinstance(piece, Returned | Swapped):
            order = piece.line.order
            key = (type(piece).__name__, order.id)
            if key not in done:
                done.add(key)
                alike = [one for one in pieces if type(one) is type(piece) and _order_of(one) == order.id]
                writes.append(_write(order, alike, scene))
        elif piece not in writes:
            writes.append(piece)
    _check_once(writes)
    return tuple(sorted(writes, key=lambda one: isinstance(one, ModifyItems)))


def only_one(pieces: Sequence[Piece], chosen: OnlyOne | None) -> Sequence[Piece]:
    """Of a return and an exchange of the same order only the one that is preferred, where the customer says which."""
    returned = [one for one in pieces if isinstance(one, Returned)]
    swapped = [one for one in pieces if isinstance(one, Swapped)]
    orders = {one.line.order_id for one in returned} | {one.line.order_id for one in swapped}
    if chosen is None or not returned or not swapped:
        return pieces
    if len(orders) != 1 or len(pieces) != len(returned) + len(swapped):
        raise Unclear("condition", "which requests exclude each other is not clear")
    if chosen.verb is not None:
        return returned if chosen.verb is Verb.RETURN else swapped
    by_return = sum((one.line.item.price for one in returned), Decimal(0))
    by_swap = sum((one.line.item.price - one.variant.price for one in swapped), Decimal(0))
    return returned if by_return > by_swap else swapped


def _order_of(piece: Piece) -> str:
    return piece.line.order.id if isinstance(piece, Returned | Swapped) else str(getattr(piece, "order_id", ""))


def _write(order: Order, pieces: Sequence[Piece], scene: Scene) -> Wanted:
    named = {one.method for one in pieces if isinstance(one, Returned | Swapped)} - {None} or {None}
    returned = tuple(dict.fromkeys(one.line for one in pieces if isinstance(one, Returned)))
    if returned:
        method = _one_method(
            named, order, scene, lambda one: one.id == order.paid_by or one.kind is PaymentKind.GIFT_CARD
        )
        item_ids = tuple(line.item.item_id for line in returned)
        return Return(order_id=order.id, item_ids=item_ids, payment_method_id=method.id)
    swapped = {one.line: one for one in pieces if isinstance(one, Swapped)}
    if len(swapped) != len(pieces):
        raise Unclear("items", f"an item of order {order.id} is to become two articles")
    cost = sum((one.variant.price - one.line.item.price for one in swapped.values()), Decimal(0))
    method = _one_method(named, order, scene, lambda one: covers(one, cost))
    swaps = tuple(Swap(one.line.item.item_id, one.variant.item_id) for one in swapped.values())
    kind = ModifyItems if order.is_pending else Exchange
    return kind(order_id=order.id, swaps=swaps, payment_method_id=method.id)


def _one_method(
    named: AbstractSet[Method | None], order: Order, scene: Scene, is_allowed: Callable[[PaymentMethod], bool]
) -> PaymentMethod:
    """The way to pay for one change of an order; Unclear where the requests name more than one."""
    found = {one.id: one for one in (usable_method(way, order, scene.customer, is_allowed=is_allowed) for way in named)}
    if len(found) != 1:
        raise Unclear("payment", f"two ways to pay are named for order {order.id}")
    return next(iter(found.values()))


def covers(method: PaymentMethod, amount: Decimal) -> bool:
    """Whether a method can pay an amount; only a gift card has an end."""
    return method.kind is not PaymentKind.GIFT_CARD or (method.balance or Decimal(0)) >= amount


def _check_once(writes: Sequence[Wanted]) -> None:
    """An order is cancelled and nothing else, returned or exchanged but not both, changed once in each way."""
    by_order: dict[str, list[str]] = {}
    for one in writes:
        if isinstance(one, Track | Ship | ReportLost | ReportDamaged):
            continue
        by_order.setdefault(getattr(one, "order_id", ""), []).append(type(one).__name__)
    for order_id, kinds in by_order.items():
        clash = (
            len(set(kinds)) < len(kinds)
            or ("Cancel" in kinds and len(kinds) > 1)
            or {"Return", "Exchange"} <= set(kinds)
        )
        if clash:
            raise Unclear(
                "action", f"order {order_id or 'of the customer'} can only be changed once: {', '.join(kinds)}"
            )
