"""Facts in words and in what was read: numbers, prices and statuses, so that what is told can be traced to a read."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import combinations
from typing import NamedTuple, assert_never

from agents.shipment.conduct.shop_state import ShopState
from agents.shipment.conduct.trace import Arguments, Read, Subject, text
from orchestrator.core.orders.order import Customer, Order, OrderStatus, Product
from orchestrator.core.shipping.shipment import TrackingStatus

_MONEY = re.compile(
    r"(?<![\w.])(?:[$€£]\s?|(?:USD|EUR|GBP)\s)(\d{1,3}(?:,\d{3})+|\d+)(\.\d{1,2})?(?![\d])|"
    r"(?<![\w.,-])(\d{1,3}(?:,\d{3})+|\d+)\.(\d{2})(?![\d.%])"
)
_NUMBER = re.compile(r"(?<![\w])#?((?=[A-Z0-9]*\d{4})[A-Z0-9]{7,34})(?![\w])")
_UNSAID = frozenset({"picked_up", "unknown"})
"""Words of carriers that mean something else in a sentence: a parcel will be picked up."""
_STATUSES = {str(one) for one in OrderStatus} | {one.replace("_", " ") for one in TrackingStatus if one not in _UNSAID}
_STATUS = re.compile(
    r"(?:#?\b([A-Z0-9]{7,34})\s+)?\b(?:is|are|was|were|been|status:?|now|as)\s+"
    r"(?:already |still |currently |now )?[\"'`]?("
    + "|".join(map(re.escape, sorted(_STATUSES, key=len, reverse=True)))
    + r")(?!\w)(?! (?:only|if|when|once|unless)\b)",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"\b(?:if|when|once|while|until|unless|after|before|whether|as long as|only)\b[^.;!?]*$", re.IGNORECASE
)
"""What makes a status no statement: an order may be returned once it is delivered."""
_SUMMED = 6
"""Of more articles than these not every sum is made; the total is."""


class Fact(NamedTuple):
    """A fact: `money` (in cents), `number` (of an order, a parcel, an article), or `status`, after what it is of."""

    kind: str
    value: str


def facts_in(words: str) -> frozenset[Fact]:
    """The facts that a text tells."""
    money = {Fact("money", _cents(Decimal("".join(part or "" for part in found)))) for found in _amounts(words)}
    numbers = {Fact("number", found) for found in _NUMBER.findall(words)}
    statuses = {
        _status(found[2], found[1] or "")
        for found in _STATUS.finditer(words)
        if not _CONDITION.search(words, 0, found.start())
    }
    return frozenset(money | numbers | statuses)


def _status(status: str, of: str = "") -> Fact:
    return Fact("status", f"{of.lstrip('#').upper()} {status.lower()}".strip())


def _amounts(words: str) -> Iterator[tuple[str, str]]:
    for found in _MONEY.finditer(words):
        whole, part = (found[1], found[2]) if found[1] else (found[3], f".{found[4]}")
        yield whole.replace(",", ""), part or ""


def _cents(amount: Decimal) -> str:
    return str(int((abs(amount) * 100).to_integral_value()))


def money(*amounts: Decimal) -> frozenset[Fact]:
    """Amounts as facts."""
    return frozenset(Fact("money", _cents(amount)) for amount in amounts)


def facts_read(step: Read, state: ShopState) -> frozenset[Fact]:
    """What a read gave: what the shop holds of it, and what its words say besides."""
    return facts_in(step.gave) | _held(step, state)


def _held(step: Read, state: ShopState) -> frozenset[Fact]:
    match step.what:
        case Subject.CUSTOMER:
            customer = state.customers.get(step.id)
            return _customer(customer) if customer else frozenset()
        case Subject.ORDER:
            order = state.orders.get(step.id)
            return order_facts(order) if order else frozenset()
        case Subject.PRODUCT:
            product = state.products.get(step.id)
            return _product(product) if product else frozenset()
        case Subject.SHIPMENT:
            return _numbers([step.id])
        case _:
            assert_never(step.what)


def order_facts(order: Order) -> frozenset[Fact]:
    """What an order tells: its number, its status, its articles, its parcels, and each sum of its prices."""
    ids = [order.id, *(one.item_id for one in order.items), *(one.product_id for one in order.items)]
    parcels = [number for one in order.fulfillments for number in one.tracking_numbers]
    methods = [one.payment_method_id for one in order.payments]
    prices = [item.price * item.quantity for item in order.items]
    paid = [one.amount for one in order.payments]
    statuses = {_status(order.status, of) for of in ("", order.id, *parcels)}
    return _numbers([*ids, *parcels, *methods, order.address.postal_code]) | money(*_sums(prices), *paid) | statuses


def proposal_facts(action: str, arguments: Arguments, state: ShopState) -> frozenset[Fact]:
    """What follows from a proposal: its numbers, what it costs, and where the order will stand."""
    found = facts_in(str(dict(arguments))) | _numbers(map(str, _leaves(arguments)))
    order = state.orders.get(text(arguments, "order_id"))
    if order is None:
        return found
    new = state.after(action, arguments).orders[order.id]
    then = {_status(new.status, of) for of in ("", order.id)}
    return found | money(state.difference(order, arguments)) | then


def _leaves(value: object) -> Iterator[object]:
    match value:
        case list() | tuple():
            for item in value:
                yield from _leaves(item)
        case dict():
            yield from _leaves(list(value.values()))
        case _:
            yield value


def _sums(prices: list[Decimal]) -> Iterator[Decimal]:
    if len(prices) > _SUMMED:
        yield from (*prices, sum(prices, Decimal(0)))
        return
    for count in range(1, len(prices) + 1):
        yield from (sum(some, Decimal(0)) for some in combinations(prices, count))


def _customer(customer: Customer) -> frozenset[Fact]:
    methods = [method.id for method in customer.payment_methods]
    digits = [method.last_four for method in customer.payment_methods]
    balances = [method.balance for method in customer.payment_methods if method.balance is not None]
    return _numbers([customer.id, *customer.orders, *methods, *digits, customer.address.postal_code]) | money(*balances)


def _product(product: Product) -> frozenset[Fact]:
    prices = [variant.price for variant in product.variants]
    apart = [one - other for one, other in combinations(prices, 2)]
    return _numbers([product.id, *(variant.item_id for variant in product.variants)]) | money(*prices, *apart)


def _numbers(values: Iterable[str]) -> frozenset[Fact]:
    """As they are found in words: a number within a longer name is told, too."""
    return frozenset(Fact("number", found) for value in values for found in _NUMBER.findall(value.replace("_", " ")))


def facts_compared(order: Order, product: Product) -> frozenset[Fact]:
    """What each article of a product costs more or less than those of the order."""
    old = {item.price for item in order.items if item.product_id == product.id}
    return money(*(variant.price - price for price in old for variant in product.variants))
