"""The shop's values from entries of a public retail document, and back."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from orchestrator.core.documents import decimal_of, list_of, needed_text, optional_text
from orchestrator.core.orders.order import (
    Customer,
    Fulfillment,
    Order,
    OrderItem,
    OrderStatus,
    Payment,
    PaymentKind,
    PaymentMethod,
    Product,
    Variant,
)
from orchestrator.core.report import Json
from orchestrator.core.shipping.address import Address

Entry = Mapping[str, Any]
_MODIFIED = "pending (item modified)"
_DETAILS = (
    "cancel_reason",
    "return_items",
    "return_payment_method_id",
    "exchange_items",
    "exchange_new_items",
    "exchange_payment_method_id",
    "exchange_price_difference",
)
"""What such a document may note on an order."""
_COUNTRIES = {"USA": "US", "UNITED STATES": "US", "CANADA": "CA", "UNITED KINGDOM": "GB", "UK": "GB", "GERMANY": "DE"}
_SPELLED = {"US": "USA", "CA": "Canada", "GB": "United Kingdom", "DE": "Germany"}


def product_of(entry: Entry) -> Product:
    """A product; its articles are only told to be available or not."""
    product_id, name = needed_text(entry.get("product_id"), "product_id"), optional_text(entry.get("name"), "name")
    variants = (entry.get("variants") or {}).values()
    return Product(id=product_id, name=name, variants=tuple(_variant(one, product_id, name) for one in variants))


def customer_of(entry: Entry) -> Customer:
    """A user."""
    name = entry.get("name") or {}
    return Customer(
        id=needed_text(entry.get("user_id"), "user_id"),
        first_name=optional_text(name.get("first_name"), "first_name"),
        last_name=optional_text(name.get("last_name"), "last_name"),
        email=optional_text(entry.get("email"), "email"),
        address=_address(entry.get("address") or {}),
        payment_methods=tuple(_method(one) for one in (entry.get("payment_methods") or {}).values()),
        orders=list_of(entry.get("orders"), "orders", lambda one: needed_text(one, "an order's id")),
    )


def order_of(entry: Entry) -> Order:
    """An order; such a document does not say whether it is paid, when it was placed, and what holds it."""
    status = needed_text(entry.get("status"), "status")
    return Order(
        id=needed_text(entry.get("order_id"), "order_id"),
        customer_id=optional_text(entry.get("user_id"), "user_id"),
        address=_address(entry.get("address") or {}),
        items=list_of(entry.get("items"), "items", _item),
        status=OrderStatus.ITEMS_MODIFIED.value if status == _MODIFIED else status,
        payments=list_of(entry.get("payment_history"), "payment_history", _payment),
        fulfillments=list_of(entry.get("fulfillments"), "fulfillments", _fulfillment),
        details={name: _exact(entry[name]) for name in _DETAILS if entry.get(name) is not None},
    )


def variant_document(variant: Variant) -> Json:
    """An article's entry."""
    return {
        "item_id": variant.item_id,
        "options": dict(variant.options),
        "available": variant.available,
        "price": number_document(variant.price),
    }


def method_document(method: PaymentMethod) -> Json:
    """A payment method's entry."""
    document: Json = {"source": method.kind.value, "id": method.id}
    if method.kind is PaymentKind.CREDIT_CARD:
        document.update(brand=method.brand, last_four=method.last_four)
    if method.balance is not None:
        document["balance"] = number_document(method.balance)
    return document


def address_document(address: Address) -> Json:
    """An address's entry: the place only."""
    return {
        "address1": address.address_line1,
        "address2": address.address_line2,
        "city": address.city,
        "country": _SPELLED.get(address.country_code, address.country_code),
        "state": address.state_code,
        "zip": address.postal_code,
    }


def item_document(item: OrderItem) -> Json:
    """A line's entry; such a document has one piece in each."""
    return {
        "name": item.name,
        "product_id": item.product_id,
        "item_id": item.item_id,
        "price": number_document(item.price),
        "options": dict(item.options),
    }


def payment_document(payment: Payment) -> Json:
    """A payment's entry."""
    return {
        "transaction_type": payment.kind,
        "amount": number_document(payment.amount),
        "payment_method_id": payment.payment_method_id,
    }


def fulfillment_document(fulfillment: Fulfillment) -> Json:
    """A fulfillment's entry."""
    return {"tracking_id": list(fulfillment.tracking_numbers), "item_ids": list(fulfillment.item_ids)}


def status_document(status: str) -> str:
    """Where an order stands, in the document's words."""
    return _MODIFIED if status == OrderStatus.ITEMS_MODIFIED else status


def order_details(order: Order) -> Json:
    """What was noted on an order."""
    found = {name: order.details[name] for name in _DETAILS if name in order.details}
    return {name: number_document(value) if isinstance(value, Decimal) else value for name, value in found.items()}


def number_document(amount: Decimal) -> int | float:
    """An amount as a JSON number."""
    return int(amount) if amount.as_tuple().exponent == 0 else float(amount)


def _variant(entry: Entry, product_id: str, name: str) -> Variant:
    return Variant(
        item_id=needed_text(entry.get("item_id"), "item_id"),
        product_id=product_id,
        name=name,
        options=_options(entry),
        price=decimal_of(entry.get("price"), "price"),
        available=bool(entry.get("available")),
    )


def _method(entry: Entry) -> PaymentMethod:
    balance = entry.get("balance")
    return PaymentMethod(
        id=needed_text(entry.get("id"), "id"),
        kind=PaymentKind(needed_text(entry.get("source"), "source")),
        brand=optional_text(entry.get("brand"), "brand"),
        last_four=optional_text(entry.get("last_four"), "last_four"),
        balance=None if balance is None else decimal_of(balance, "balance"),
    )


def _address(entry: Entry) -> Address:
    country = optional_text(entry.get("country"), "country")
    return Address(
        address_line1=optional_text(entry.get("address1"), "address1"),
        address_line2=optional_text(entry.get("address2"), "address2"),
        city=optional_text(entry.get("city"), "city"),
        state_code=optional_text(entry.get("state"), "state"),
        postal_code=optional_text(entry.get("zip"), "zip"),
        country_code=_COUNTRIES.get(country.upper(), country),
    )


def _item(entry: object) -> OrderItem:
    found = _object(entry, "an item")
    return OrderItem(
        item_id=needed_text(found.get("item_id"), "item_id"),
        product_id=optional_text(found.get("product_id"), "product_id"),
        name=optional_text(found.get("name"), "name"),
        options=_options(found),
        price=decimal_of(found.get("price"), "price"),
    )


def _payment(entry: object) -> Payment:
    found = _object(entry, "a payment")
    return Payment(
        kind=needed_text(found.get("transaction_type"), "transaction_type"),
        amount=decimal_of(found.get("amount"), "amount"),
        payment_method_id=optional_text(found.get("payment_method_id"), "payment_method_id"),
    )


def _fulfillment(entry: object) -> Fulfillment:
    found = _object(entry, "a fulfillment")
    return Fulfillment(
        tracking_numbers=list_of(found.get("tracking_id"), "tracking_id", lambda one: needed_text(one, "a number")),
        item_ids=list_of(found.get("item_ids"), "item_ids", lambda one: needed_text(one, "an item's id")),
    )


def _options(entry: Entry) -> Mapping[str, str]:
    return {str(name): str(value) for name, value in _object(entry.get("options") or {}, "options").items()}


def _object(entry: object, what: str) -> Entry:
    if not isinstance(entry, Mapping):
        raise ValueError(f"{what} is {entry!r:.80}: give an object")  # noqa: TRY004  # it is the value
    return entry


def _exact(value: object) -> object:
    return Decimal(str(value)) if isinstance(value, float) else value
