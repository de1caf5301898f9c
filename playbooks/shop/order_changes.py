"""What becomes of an order that is cancelled, modified, returned or exchanged: decided on values, nothing is written.

The conditions are those of a public retail benchmark's tools and policy (sierra-research/tau2-bench, MIT,
src/tau2/domains/retail: tools.py and policy.md), with four differences, each where those would lose or make up money
or goods: every exchanged piece gets the price and options of its own new article; a cancellation pays back what was
paid and not yet paid back; amounts are exact decimals; an order of which something has left is pending no more.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from orchestrator.core.orders.order import (
    Customer,
    Order,
    OrderItem,
    OrderStatus,
    Payment,
    PaymentKind,
    PaymentMethod,
)
from orchestrator.core.shipping.address import Address
from orchestrator.core.workflows import NotPossibleError
from playbooks.shop.pieces import Swap, swapped_items

CANCEL_REASONS = ("no longer needed", "ordered by mistake")
_ALSO_MODIFIED = frozenset({"modify_address", "modify_payment"})
"""What is possible on an order whose items were changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderChange:
    """A change that is possible.

    Attributes:
        order: As it becomes; its version is the writer's.
        refunds: What is paid back now, each more than zero.
        charges: What is charged now, each more than zero.
        balances: Gift cards' new balances.
        pieces: Articles to set aside for the order; negative, to free.
        frees_all: Whether everything that is set aside for the order is freed.
    """

    order: Order
    refunds: tuple[Payment, ...] = ()
    charges: tuple[Payment, ...] = ()
    balances: Mapping[str, Decimal] = field(default_factory=dict)
    pieces: Mapping[str, int] = field(default_factory=dict)
    frees_all: bool = False


def check_status(order: Order, operation: str) -> None:
    """Refuse an operation for which the order does not stand right; the functions below take that as checked."""
    if operation in {"return", "exchange"}:
        if order.status != OrderStatus.DELIVERED:
            raise NotPossibleError(
                "NotDelivered",
                f"Order {order.id} is {order.status!r}: only a delivered one is returned or exchanged, and once.",
            )
        return
    if order.fulfillments and order.is_pending:
        raise NotPossibleError("NotPending", f"Part of order {order.id} has left: it is pending no more.")
    if order.status == OrderStatus.PENDING or (operation in _ALSO_MODIFIED and order.is_pending):
        return
    raise NotPossibleError(
        "NotPending", f"Order {order.id} is {order.status!r}, and only a pending one can be changed so."
    )


def cancel(order: Order, customer: Customer, *, reason: str) -> OrderChange:
    """Cancel a pending order, and pay back to each way what was paid by it."""
    if reason not in CANCEL_REASONS:
        raise NotPossibleError(
            "ReasonNotAllowed",
            f"The reason {reason!r} cancels no order: give {' or '.join(map(repr, CANCEL_REASONS))}.",
        )
    refunds = _owed(order)
    return OrderChange(
        order=replace(
            order,
            status=OrderStatus.CANCELLED.value,
            payments=(*order.payments, *refunds),
            details={**order.details, "cancel_reason": reason},
        ),
        refunds=refunds,
        balances=_balances(customer, refunds),
        frees_all=True,
    )


def modify_address(order: Order, *, address: Address) -> OrderChange:
    """Send a pending order elsewhere; who receives it stays, unless the address names somebody."""
    old = order.address
    kept = replace(
        address,
        person_name=address.person_name or old.person_name,
        phone_number=address.phone_number or old.phone_number,
        email=address.email or old.email,
    )
    return OrderChange(order=replace(order, address=kept))


def modify_payment(order: Order, customer: Customer, *, method_id: str) -> OrderChange:
    """Charge a pending order to another way, and pay back the one payment that there was."""
    method = _method(customer, method_id)
    if len(order.payments) != 1 or order.payments[0].kind != "payment":
        raise NotPossibleError(
            "PaymentNotSingle",
            f"Order {order.id} has {len(order.payments)} payments and refunds; one payment is needed.",
        )
    before = order.payments[0]
    if before.payment_method_id == method_id:
        raise NotPossibleError("SamePaymentMethod", f"Order {order.id} is paid by {method_id!r} already.")
    _check_covers(method, before.amount)
    charge = Payment(kind="payment", amount=before.amount, payment_method_id=method_id)
    refund = Payment(kind="refund", amount=before.amount, payment_method_id=before.payment_method_id)
    return OrderChange(
        order=replace(order, payments=(*order.payments, charge, refund)),
        refunds=(refund,),
        charges=(charge,),
        balances=_balances(customer, (charge, refund)),
    )


def modify_items(order: Order, customer: Customer, *, swaps: Sequence[Swap], method_id: str) -> OrderChange:
    """Exchange articles of a pending order, once, and charge or pay back the difference if it is paid."""
    for swap in swaps:
        if swap.item.item_id == swap.article.item_id:
            raise NotPossibleError("SameItem", f"{swap.article.item_id!r} would be exchanged for itself.")
    difference = difference_of(swaps)
    moved = () if order.paid is False else (_settled(customer, difference, method_id),)
    return OrderChange(
        order=replace(
            order,
            items=swapped_items(order.items, swaps),
            status=OrderStatus.ITEMS_MODIFIED.value,
            payments=(*order.payments, *moved),
        ),
        refunds=tuple(one for one in moved if one.kind == "refund" and one.amount),
        charges=tuple(one for one in moved if one.kind == "payment"),
        balances=_balances(customer, moved),
        pieces=_pieces(swaps, frees=True),
    )


def return_items(order: Order, customer: Customer, *, pieces: Sequence[OrderItem], method_id: str) -> OrderChange:
    """Ask for pieces of a delivered order to come back, paid back to where the payment came from, or to a gift card."""
    method = _method(customer, method_id)
    if method.kind is not PaymentKind.GIFT_CARD and method_id != order.paid_by:
        raise NotPossibleError(
            "PaymentMethodNotAllowed",
            f"A return of {order.id} is paid back to {order.paid_by!r} or a gift card, not to {method_id!r}.",
        )
    noted = {"return_items": sorted(one.item_id for one in pieces), "return_payment_method_id": method_id}
    return OrderChange(
        order=replace(order, status=OrderStatus.RETURN_REQUESTED.value, details={**order.details, **noted})
    )


def exchange_items(order: Order, customer: Customer, *, swaps: Sequence[Swap], method_id: str) -> OrderChange:
    """Ask for pieces of a delivered order to be exchanged; the difference is noted, and moves when the goods do.

    A broken piece may be exchanged for a whole one of the same article.
    """
    difference = difference_of(swaps)
    _check_covers(_method(customer, method_id), difference)
    noted = {
        "exchange_items": sorted(swap.item.item_id for swap in swaps),
        "exchange_new_items": sorted(swap.article.item_id for swap in swaps),
        "exchange_payment_method_id": method_id,
        "exchange_price_difference": difference,
    }
    return OrderChange(
        order=replace(order, status=OrderStatus.EXCHANGE_REQUESTED.value, details={**order.details, **noted}),
        pieces=_pieces(swaps, frees=False),
    )


def difference_of(swaps: Sequence[Swap]) -> Decimal:
    """What new articles cost more than the old; negative where they cost less."""
    return sum((swap.article.price - swap.item.price for swap in swaps), Decimal(0))


def _method(customer: Customer, method_id: str) -> PaymentMethod:
    found = next((one for one in customer.payment_methods if one.id == method_id), None)
    if found is None:
        raise NotPossibleError("PaymentMethodNotFound", f"{method_id!r} is no way to pay of the order's customer.")
    return found


def _check_covers(method: PaymentMethod, amount: Decimal) -> None:
    if method.kind is PaymentKind.GIFT_CARD and (method.balance or Decimal(0)) < amount:
        raise NotPossibleError("BalanceTooLow", f"The gift card {method.id!r} does not cover {amount}.")


def _settled(customer: Customer, difference: Decimal, method_id: str) -> Payment:
    """The charge or refund of a difference; none at all is a refund of zero, so that the history tells of it."""
    _check_covers(_method(customer, method_id), difference)
    return Payment(kind="payment" if difference > 0 else "refund", amount=abs(difference), payment_method_id=method_id)


def _owed(order: Order) -> tuple[Payment, ...]:
    """For each payment the refund of what of it was not paid back yet."""
    back: dict[str, Decimal] = {}
    for one in order.payments:
        if one.kind == "refund":
            back[one.payment_method_id] = back.get(one.payment_method_id, Decimal(0)) + one.amount
    refunds = []
    for one in order.payments:
        if one.kind != "payment":
            continue
        before = min(back.get(one.payment_method_id, Decimal(0)), one.amount)
        back[one.payment_method_id] = back.get(one.payment_method_id, Decimal(0)) - before
        if one.amount > before:
            refunds.append(replace(one, kind="refund", amount=one.amount - before))
    return tuple(refunds)


def _balances(customer: Customer, moved: Sequence[Payment]) -> dict[str, Decimal]:
    """The balances of gift cards after money moved."""
    found = {}
    for method in customer.payment_methods:
        theirs = [one for one in moved if one.payment_method_id == method.id]
        if method.kind is PaymentKind.GIFT_CARD and theirs:
            change = sum((one.amount if one.kind == "refund" else -one.amount for one in theirs), Decimal(0))
            found[method.id] = (method.balance or Decimal(0)) + change
    return found


def _pieces(swaps: Sequence[Swap], *, frees: bool) -> dict[str, int]:
    """What is set aside, of articles that are counted, and what is let go."""
    found: Counter[str] = Counter()
    for swap in swaps:
        if swap.article.stock is not None:
            found[swap.article.item_id] += 1
        if frees:
            found[swap.item.item_id] -= 1
    return dict(found)
