"""What a change of an order costs, and by what it is paid or refunded."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from orchestrator.core.documents import decimal_of
from orchestrator.core.report import Json

_GIFT_CARD = "gift_card"


def payment(found: Json) -> Json:
    """Whether an amount can be paid by a method; a refund (below zero) is always covered.

    Takes `methods`, `id` and `amount`; gives `known`, `kind`, `covers` and `shown`.
    """
    method = next((one for one in _mappings(found.get("methods")) if one.get("id") == found.get("id")), None)
    if method is None:
        return {"known": False, "kind": "", "covers": False, "shown": str(found.get("id"))}
    amount, balance = decimal_of(found.get("amount"), "amount"), method.get("balance")
    short = method.get("kind") == _GIFT_CARD and balance is not None and decimal_of(balance, "balance") < amount
    return {"known": True, "kind": str(method.get("kind")), "covers": not short, "shown": method_name(method)}


def method_name(method: Mapping[str, object]) -> str:
    """A payment method as its owner knows it: `mastercard ending in 9212`, `gift card`, `PayPal`."""
    kind, brand, last = (str(method.get(name) or "") for name in ("kind", "brand", "last_four"))
    words = {"paypal": "PayPal", _GIFT_CARD: "gift card", "credit_card": brand or "credit card"}.get(kind, kind)
    return f"{words} ending in {last}" if last else words


def refunds_of_order(found: Json) -> Json:
    """Where the money of a cancelled order goes back to: `refunds`, `total` and `shown`."""
    order = _mapping(found.get("order"))
    methods = {str(one.get("id")): one for one in _mappings(found.get("methods"))}
    paid: dict[str, Decimal] = {}
    for entry in _mappings(order.get("payments")):
        amount, method = decimal_of(entry.get("amount"), "amount"), str(entry.get("payment_method_id"))
        sign = 1 if entry.get("kind") == "payment" else -1
        paid[method] = paid.get(method, Decimal(0)) + sign * amount
    refunds = {method: amount for method, amount in paid.items() if amount > 0}
    currency = str(order.get("currency") or "")
    shown = [
        f"{amount:,.2f} {currency} to {method_name(methods.get(method, {'kind': method}))}"
        for method, amount in refunds.items()
    ]
    return {
        "refunds": [{"payment_method_id": method, "amount": float(amount)} for method, amount in refunds.items()],
        "total": float(sum(refunds.values(), Decimal(0))),
        "shown": f"refund {' and '.join(shown)}" if shown else "nothing was paid",
    }


def returned_items(found: Json) -> Json:
    """What goes back and what it cost: `problems`, `refund`, `shown`; an id as often as pieces of it go back."""
    items, wanted = _mappings(found.get("items")), [str(one) for one in _sequence(found.get("item_ids"))]
    there = _pieces(items)
    problems = [f"item {item_id} is not that often in the order" for item_id in _too_many(wanted, there)]
    known = {str(item.get("item_id")): item for item in items}
    back = [known[item_id] for item_id in wanted if item_id in known]
    refund = sum((decimal_of(item.get("price"), "price") for item in back), Decimal(0))
    return {"problems": problems, "refund": float(refund), "shown": "; ".join(map(item_name, back))}


def compare_items(found: Json) -> Json:
    """What becomes what, and the difference in price.

    Takes `items` of the order, `products` (answers of `read_product`) and `swaps` (`item_id`, `new_item_id`); gives
    `problems`, `item_ids`, `new_item_ids`, `difference` (above zero is to be paid), `at_stake` (its size), `shown`.
    """
    items = _mappings(found.get("items"))
    known = {str(item.get("item_id")): item for item in items}
    articles = _articles(_mappings(found.get("products")))
    swaps = [(str(one.get("item_id")), str(one.get("new_item_id"))) for one in _mappings(found.get("swaps"))]
    problems = [
        f"item {one} is not that often in the order" for one in _too_many([old for old, _ in swaps], _pieces(items))
    ]
    lines: list[str] = []
    difference = Decimal(0)
    for old_id, new_id in swaps:
        old, new = known.get(old_id), articles.get(new_id)
        if old is None:
            continue
        trouble = _why_not(old, new, new_id)
        if trouble or new is None:
            problems.append(trouble)
            continue
        before, after = decimal_of(old.get("price"), "price"), decimal_of(new.get("price"), "price")
        difference += after - before
        lines.append(f"{item_name(old)} to {options_text(new)} ({after:,.2f} instead of {before:,.2f})")
    return {
        "problems": problems,
        "item_ids": [old for old, _ in swaps],
        "new_item_ids": [new for _, new in swaps],
        "difference": float(difference),
        "at_stake": float(abs(difference)),
        "difference_shown": _difference(difference),
        "shown": "; ".join(lines),
    }


def item_name(item: Mapping[str, object]) -> str:
    """An article as people know it: its name and options."""
    return f"{item.get('name')} ({options_text(item)})"


def options_text(item: Mapping[str, object]) -> str:
    """The options in words, such as `color red, size M`, in the order of their names: expressions keep no other."""
    options = _mapping(item.get("options"))
    return ", ".join(f"{name} {value}" for name, value in sorted(options.items())) or f"article {item.get('item_id')}"


def _why_not(old: Mapping[str, object], new: Mapping[str, object] | None, new_id: str) -> str:
    if new is None:
        return f"there is no article {new_id} of {old.get('name')}"
    if new.get("product_id") != old.get("product_id"):
        return f"article {new_id} is no {old.get('name')}"
    if new.get("available") is not True:
        return f"article {new_id} of {old.get('name')} cannot be had"
    if new.get("item_id") == old.get("item_id"):
        return f"article {new_id} is what was ordered"
    return ""


def _difference(amount: Decimal) -> str:
    if amount == 0:
        return "No difference in price: 0.00"
    return f"{'To pay' if amount > 0 else 'Refund'} {abs(amount):,.2f}"


def _articles(answers: Iterable[Mapping[str, object]]) -> dict[str, Mapping[str, object]]:
    products = (_mapping(answer.get("product")) for answer in answers)
    return {str(one.get("item_id")): one for product in products for one in _mappings(product.get("variants"))}


def _pieces(items: Iterable[Mapping[str, object]]) -> Counter[str]:
    there: Counter[str] = Counter()
    for item in items:
        quantity = item.get("quantity", 1)
        there[str(item.get("item_id"))] += quantity if isinstance(quantity, int) else 1
    return there


def _too_many(wanted: Iterable[str], there: Counter[str]) -> list[str]:
    return [item_id for item_id, count in Counter(wanted).items() if count > there[item_id]]


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _sequence(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()


def _mappings(value: object) -> list[Mapping[str, object]]:
    return [item for item in _sequence(value) if isinstance(item, Mapping)]
