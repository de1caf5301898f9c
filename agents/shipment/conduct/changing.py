"""Checks of a change against what the shop holds: the state of the order, its articles, and who pays by what."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import wraps

from agents.shipment.conduct.known import Known
from agents.shipment.conduct.trace import Step, Wrote, text, texts
from orchestrator.core.orders.order import Order, OrderItem, PaymentMethod, Variant
from playbooks.shipping.conduct import Rule

Check = Callable[[Rule, Known, Step], str | None]
OfOrder = Callable[[Rule, Known, Wrote, Order], str | None]


def _of_order(check: OfOrder) -> Check:
    """Tried only on a change that the rule is about, of an order that there is."""

    @wraps(check)
    def tried(rule: Rule, known: Known, step: Step) -> str | None:
        if not isinstance(step, Wrote) or not rule.is_about(step.action):
            return None
        order = known.state.orders.get(text(step.arguments, "order_id"))
        return None if order is None else check(rule, known, step, order)

    return tried


def _known(rule: Rule, known: Known, step: Step) -> str | None:
    if not isinstance(step, Wrote):
        return None
    if step.action not in rule.allowed:
        return f"{step.action!r} is none of the changes"
    name = text(step.arguments, "order_id")
    there = step.action == "update_customer" or name in known.state.orders
    return None if there else f"there is no order {name!r}"


@_of_order
def _once(rule: Rule, known: Known, step: Wrote, order: Order) -> str | None:
    done = [action for action in sorted(rule.actions) if known.written[action, order.id]]
    return f"{order.id} was changed before by {done[0]}, and now by {step.action}" if done else None


@_of_order
def _status(rule: Rule, known: Known, step: Wrote, order: Order) -> str | None:
    """A second change of a kind that is made once is told as that, not as the status that the first left."""
    again = (_once(other, known, step) for other in known.rules if other.check == "once")
    if order.status in rule.allowed or any(again):
        return None
    return f"{step.action} of {order.id}, which is {order.status}"


@_of_order
def _items(_rule: Rule, _known: Known, step: Wrote, order: Order) -> str | None:
    named = Counter(texts(step.arguments, "item_ids"))
    there = Counter({item.item_id: 0 for item in order.items})
    for item in order.items:
        there[item.item_id] += item.quantity
    missing = sorted((named - there).elements())
    if not named:
        return f"{step.action} names no article of {order.id}"
    return f"{', '.join(missing)} is not in {order.id}, or not so often" if missing else None


@_of_order
def _pairs(_rule: Rule, _known: Known, step: Wrote, order: Order) -> str | None:
    old, new = texts(step.arguments, "item_ids"), texts(step.arguments, "new_item_ids")
    return None if len(old) == len(new) else f"{len(new)} new articles for {len(old)} of {order.id}"


def _pairs_of(step: Wrote, order: Order) -> Iterator[tuple[OrderItem, str]]:
    """Each article of the order with the id of the one that takes its place."""
    by_id = {item.item_id: item for item in order.items}
    pairs = zip(texts(step.arguments, "item_ids"), texts(step.arguments, "new_item_ids"), strict=False)
    return ((by_id[old], new) for old, new in pairs if old in by_id)


def _variant(known: Known, old: OrderItem, new: str) -> Variant | None:
    product = known.state.products.get(old.product_id)
    return product.variant(new) if product else None


@_of_order
def _product(_rule: Rule, known: Known, step: Wrote, order: Order) -> str | None:
    strange = [new for old, new in _pairs_of(step, order) if _variant(known, old, new) is None]
    return f"{', '.join(strange)} is no article of the same product" if strange else None


@_of_order
def _available(_rule: Rule, known: Known, step: Wrote, order: Order) -> str | None:
    found = [_variant(known, old, new) for old, new in _pairs_of(step, order)]
    gone = [variant.item_id for variant in found if variant is not None and not variant.available]
    return f"{', '.join(gone)} cannot be had" if gone else None


@_of_order
def _other_article(_rule: Rule, _known: Known, step: Wrote, order: Order) -> str | None:
    same = [new for old, new in _pairs_of(step, order) if old.item_id == new]
    return f"{', '.join(same)} would take its own place" if same else None


@_of_order
def _reason(rule: Rule, _known: Known, step: Wrote, _order: Order) -> str | None:
    given = text(step.arguments, "reason")
    return None if given in rule.allowed else f"the reason is {given!r}"


def _method_of(known: Known, order: Order, step: Wrote) -> PaymentMethod | None:
    customer = known.state.customers.get(order.customer_id)
    wanted = text(step.arguments, "payment_method_id")
    return next((one for one in customer.payment_methods if one.id == wanted), None) if customer else None


@_of_order
def _method(_rule: Rule, known: Known, step: Wrote, order: Order) -> str | None:
    if _method_of(known, order, step) is not None:
        return None
    return f"{text(step.arguments, 'payment_method_id')!r} is no payment method of {order.customer_id}"


@_of_order
def _other_method(_rule: Rule, _known: Known, step: Wrote, order: Order) -> str | None:
    wanted = text(step.arguments, "payment_method_id")
    return f"{order.id} was paid by {wanted} already" if wanted == order.paid_by else None


@_of_order
def _refund(rule: Rule, known: Known, step: Wrote, order: Order) -> str | None:
    """A method that the customer does not have is told by the rule about that."""
    method = _method_of(known, order, step)
    if method is None or method.kind in rule.allowed or ("original" in rule.allowed and method.id == order.paid_by):
        return None
    return f"the refund of {order.id}, paid by {order.paid_by}, would go to {method.id}"


@_of_order
def _balance(_rule: Rule, known: Known, step: Wrote, order: Order) -> str | None:
    method = _method_of(known, order, step)
    if method is None or method.balance is None:
        return None
    paid = order.payments[0].amount if order.payments else order.total
    asked = paid if step.action == "modify_payment" else known.state.difference(order, step.arguments)
    return None if asked <= max(method.balance, Decimal(0)) else f"{method.id} holds {method.balance} of {asked}"


CHANGING: Mapping[str, Check] = {
    "known": _known,
    "once": _once,
    "status": _status,
    "items": _items,
    "pairs": _pairs,
    "product": _product,
    "available": _available,
    "other_article": _other_article,
    "reason": _reason,
    "method": _method,
    "other_method": _other_method,
    "refund": _refund,
    "balance": _balance,
}
