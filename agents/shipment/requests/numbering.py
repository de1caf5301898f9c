"""Orders of a shop that numbers them otherwise: read under numbers of the form that the reader knows, and named back.

The reader takes `#W1234567` and `#12345` for orders. A shop may write `#1001`, `B-1` or `2026/17`. Where a message
names such an order, by its sign or after a word for orders, it is read as another number that nobody uses.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import TypeVar

from orchestrator.core.orders.order import Order

T = TypeVar("T")
_READ = re.compile(r"#?W?\d{5,12}", re.IGNORECASE)
_ORDER_WORD = r"\b(?:orders?|purchases?)\s(?:(?:number|no\.?|nr\.?|id)\s)?"


def renumbered(text: str, orders: Sequence[Order]) -> tuple[str, tuple[Order, ...], Mapping[str, str]]:
    """The text and the orders under numbers that can be read, and by those the ids that they stand for."""
    names: dict[str, str] = {}
    found: list[Order] = []
    for place, order in enumerate(orders):
        if _READ.fullmatch(order.id):
            found.append(order)
            continue
        alias = _free(place, text, orders)
        names[alias] = order.id
        text = _mention(order.id).sub(lambda said, alias=alias: f"{said['before'] or ''}{alias}", text)  # type: ignore[misc]  # bound now
        found.append(replace(order, id=alias))
    return text, tuple(found), names


def named_back(value: T, names: Mapping[str, str]) -> T:
    """The value with the shop's own ids in every text of it."""
    return _back(value, names) if names else value


def _back(value: T, names: Mapping[str, str]) -> T:
    match value:
        case str():
            for alias, own in names.items():
                value = value.replace(alias, own)  # type: ignore[assignment]  # a text stays one
            return value
        case tuple():
            return tuple(_back(item, names) for item in value)  # type: ignore[return-value]  # a tuple stays one
        case _ if is_dataclass(value) and not isinstance(value, type):
            return replace(value, **{one.name: _back(getattr(value, one.name), names) for one in fields(value)})
        case _:
            return value


def _mention(order_id: str) -> re.Pattern[str]:
    """The id with its `#`, or as it is after a word for orders; with or without `#` and `W`."""
    bare = re.escape(order_id.lstrip("#").lstrip("Ww") or order_id)
    own = re.escape(order_id) if not order_id.isdigit() else r"(?!)"  # digits alone are any number
    return re.compile(
        rf"(?P<before>{_ORDER_WORD})?(?:(?<![\w#]){own}(?!\w)|(?<!\w)#\s?W?{bare}(?!\w)|(?(before)W?{bare}(?!\w)|(?!)))",
        re.IGNORECASE,
    )


def _free(place: int, text: str, orders: Sequence[Order]) -> str:
    """A number that neither the text nor an order has."""
    taken = {order.id.upper() for order in orders}
    number = 90_000_000_000 + place
    while f"#W{number}" in taken or str(number) in text:
        number += len(orders) + 1
    return f"#W{number}"
