"""An order from the rows of a file: every cell of its type, and named where it is wrong."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TypeVar

from orchestrator.core.documents import decimal_of, time_of
from orchestrator.core.orders.order import Customer, Goods, Order, OrderItem, OrderStatus, Payment
from orchestrator.core.shipping.address import Address
from playbooks.shop.customers import folded
from playbooks.shop.import_columns import ORDER_COLUMNS
from playbooks.shop.measures import box_mm, weight_g

T = TypeVar("T")
Row = Mapping[str, str]
_LONGEST = 500
_MOST = 10_000
_STATUSES = {
    "": OrderStatus.PENDING,
    "unfulfilled": OrderStatus.PENDING,
    "pending": OrderStatus.PENDING,
    "fulfilled": OrderStatus.PROCESSED,
    "partial": OrderStatus.PROCESSED,
    "processed": OrderStatus.PROCESSED,
    "delivered": OrderStatus.DELIVERED,
    "cancelled": OrderStatus.CANCELLED,
}
_PAID = {
    **dict.fromkeys(("paid", "true", "yes", "1"), True),
    **dict.fromkeys(("unpaid", "false", "no", "0", "pending", "authorized", "partially_paid", "voided"), False),
    **dict.fromkeys(("refunded", "partially_refunded"), False),
    "": None,
}
_UNNAMED = "unknown"
"""The payment method of a payment of which the file does not say by what."""


class BadRowError(Exception):
    """A row that cannot be taken.

    Attributes:
        line: Of the file, from 1.
    """

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOrder:
    """An order as the file tells it, with its customer."""

    order: Order
    customer: Customer


def read_order_rows(rows: Sequence[tuple[int, Row]]) -> ReadOrder:
    """The order of its rows, each with its line in the file; BadRowError says what is wrong and where."""
    first_line, first = rows[0]
    for line, row in rows[1:]:
        _check_same(first, row, first_line=first_line, line=line)
    items = tuple(_at(line, row, _item) for line, row in rows)
    return _at(first_line, first, lambda row: _read(row, items))


def _at(line: int, row: Row, read: Callable[[Row], T]) -> T:
    try:
        return read(row)
    except ValueError as error:
        raise BadRowError(line, str(error)) from None


def _check_same(first: Row, row: Row, *, first_line: int, line: int) -> None:
    for column in ORDER_COLUMNS:
        if row.get(column) and row[column] != first[column]:
            raise BadRowError(
                line, f"{column} is {row[column]!r}, and line {first_line} of the same order says {first[column]!r}"
            )


def _read(row: Row, items: tuple[OrderItem, ...]) -> ReadOrder:
    customer = _customer(row)
    paid = _choice(row, "paid", _PAID)
    total = _amount(row, "total") if row.get("total") else sum((one.price * one.quantity for one in items), Decimal(0))
    method = _text(row, "payment_method_id") or _UNNAMED
    payment = Payment(kind="payment", amount=total, payment_method_id=method)
    status = OrderStatus.CANCELLED if row.get("cancelled_at") else _choice(row, "status", _STATUSES)
    order = Order(
        id=_needed(row, "order_id"),
        customer_id=customer.id,
        address=customer.address,
        items=items,
        status=status.value,
        currency=_currency(row),
        payments=(payment,) if paid else (),
        paid=paid,
        placed_at=_time(row.get("placed_at", "")),
        holds=tuple(filter(None, (one.strip() for one in row.get("holds", "").split(";")))),
    )
    return ReadOrder(order=order, customer=customer)


def _customer(row: Row) -> Customer:
    """Who ordered; without an id of its own, known by the mail."""
    email = _needed(row, "email")
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", email):
        raise ValueError(f"email is {email!r}: give a mail address")
    first, _, last = _text(row, "ship_name").rpartition(" ")
    first_name, last_name = _text(row, "first_name") or first, _text(row, "last_name") or last
    return Customer(
        id=_text(row, "customer_id") or folded(email),
        first_name=first_name,
        last_name=last_name,
        email=email,
        address=_address(row, name=_text(row, "ship_name") or f"{first_name} {last_name}".strip(), email=email),
    )


def _address(row: Row, *, name: str, email: str) -> Address:
    country = _needed(row, "country").upper()
    if not re.fullmatch(r"[A-Z]{2}", country):
        raise ValueError(f"country is {country!r}: give its two letters of ISO 3166-1, such as US")
    return Address(
        person_name=name,
        company_name=_text(row, "company"),
        address_line1=_needed(row, "address1"),
        address_line2=_text(row, "address2"),
        city=_needed(row, "city"),
        state_code=_text(row, "region"),
        postal_code=_text(row, "postal_code").removeprefix("'"),
        country_code=country,
        phone_number=_text(row, "phone").removeprefix("'"),
        email=email,
    )


def _item(row: Row) -> OrderItem:
    named = _needed(row, "product")
    product, dash, variant = named.partition(" - ")
    options = _options(_text(row, "options"))
    if dash and not options and not row.get("product_id"):
        options = {"variant": variant}
    name = product if "variant" in options else named
    return OrderItem(
        item_id=_needed(row, "item_id"),
        product_id=_text(row, "product_id") or re.sub(r"[^a-z0-9]+", "-", folded(name)).strip("-") or "product",
        name=name,
        options=options,
        price=_amount(row, "price"),
        quantity=_quantity(row.get("quantity", "")),
        goods=_goods(row),
    )


def _goods(row: Row) -> Goods:
    box = box_mm(row["dimensions"]) if row.get("dimensions") else (None, None, None)
    return Goods(
        weight_g=weight_g(row["weight"]) if row.get("weight") else None,
        length_mm=box[0],
        width_mm=box[1],
        height_mm=box[2],
        hazard=_text(row, "hazard") or "none",
        restricted=_text(row, "restricted"),
        hs_code=_text(row, "hs_code"),
        origin_country=_text(row, "origin_country").upper(),
    )


def _options(text: str) -> Mapping[str, str]:
    found = {}
    for pair in filter(None, (one.strip() for one in text.split(";"))):
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            raise ValueError(f"options is {text!r}: give pairs such as color=red;size=M")
        found[name.strip()] = value.strip()
    return found


def _amount(row: Row, name: str) -> Decimal:
    amount = decimal_of(_needed(row, name), name)
    if amount < 0:
        raise ValueError(f"{name} is {amount}: give an amount from 0")
    return amount


def _quantity(text: str) -> int:
    if not text:
        return 1
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 0 < int(text) <= _MOST:
        raise ValueError(f"quantity is {text!r}: give a whole number from 1 to {_MOST}")
    return int(text)


def _currency(row: Row) -> str:
    code = _text(row, "currency").upper() or "USD"
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise ValueError(f"currency is {code!r}: give the three letters of ISO 4217, such as USD")
    return code


def _time(text: str) -> datetime | None:
    if not text:
        return None
    joined = re.sub(r"\s+(?=[+-]\d\d:?\d\d$|Z$)", "", text)
    return time_of(joined, "placed_at").astimezone(UTC)


def _choice(row: Row, name: str, known: Mapping[str, T]) -> T:
    text = row.get(name, "").lower()
    if text not in known:
        raise ValueError(f"{name} is {text!r}: give one of {', '.join(filter(None, known))}")
    return known[text]


def _needed(row: Row, name: str) -> str:
    found = _text(row, name)
    if not found:
        raise ValueError(f"{name} is empty: give it")
    return found


def _text(row: Row, name: str) -> str:
    found = row.get(name, "")
    if len(found) > _LONGEST:
        raise ValueError(f"{name} has {len(found)} characters: give at most {_LONGEST}")
    if any(ord(one) < ord(" ") for one in found):
        raise ValueError(f"{name} is {found!r:.80}: it holds control characters, remove them")
    return found
