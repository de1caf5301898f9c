"""Customers, products and orders from JSON objects; ValueError names what is wrong."""

from collections.abc import Mapping

from orchestrator.core.documents import (
    decimal_of,
    list_of,
    needed_text,
    optional_text,
    optional_time,
    plain,
    read_fields,
)
from orchestrator.core.orders.order import (
    Customer,
    Fulfillment,
    Goods,
    Order,
    OrderItem,
    Payment,
    PaymentKind,
    PaymentMethod,
    Product,
    Variant,
)
from orchestrator.core.shipping.address import read_address


def read_customer(document: object) -> Customer:
    """The customer of a JSON object; ValueError names what is wrong."""
    found = read_fields(document, Customer, what="a customer")
    return Customer(
        id=needed_text(found.get("id"), "id"),
        first_name=optional_text(found.get("first_name"), "first_name"),
        last_name=optional_text(found.get("last_name"), "last_name"),
        email=optional_text(found.get("email"), "email"),
        address=read_address(found.get("address") or {}),
        payment_methods=list_of(found.get("payment_methods"), "payment_methods", _method),
        orders=list_of(found.get("orders"), "orders", lambda one: needed_text(one, "an order's id")),
    )


def read_product(document: object) -> Product:
    """The product of a JSON object; ValueError names what is wrong."""
    found = read_fields(document, Product, what="a product")
    return Product(
        id=needed_text(found.get("id"), "id"),
        name=optional_text(found.get("name"), "name"),
        variants=list_of(found.get("variants"), "variants", _variant),
    )


def read_order(document: object) -> Order:
    """The order of a JSON object; ValueError names what is wrong."""
    found = read_fields(document, Order, what="an order")
    paid, details, version = found.get("paid"), found.get("details") or {}, found.get("version", 1)
    if paid is not None and not isinstance(paid, bool):
        raise ValueError(f"paid is {paid!r}: give true, false or null")
    if not isinstance(details, Mapping):
        raise ValueError(f"details is {details!r:.80}: give an object")  # noqa: TRY004  # it is the value
    if isinstance(version, bool) or not isinstance(version, int):
        raise ValueError(f"version is {version!r}: give a whole number")  # noqa: TRY004  # it is the value
    return Order(
        id=needed_text(found.get("id"), "id"),
        customer_id=optional_text(found.get("customer_id"), "customer_id"),
        address=read_address(found.get("address") or {}),
        items=list_of(found.get("items"), "items", read_item),
        status=needed_text(found.get("status"), "status"),
        currency=optional_text(found.get("currency"), "currency") or "USD",
        payments=list_of(found.get("payments"), "payments", _payment),
        fulfillments=list_of(found.get("fulfillments"), "fulfillments", _fulfillment),
        paid=paid,
        placed_at=optional_time(found.get("placed_at"), "placed_at"),
        holds=list_of(found.get("holds"), "holds", lambda one: needed_text(one, "a hold")),
        version=version,
        details={str(name): value for name, value in details.items()},
    )


def _method(document: object) -> PaymentMethod:
    found = read_fields(document, PaymentMethod, what="a payment method")
    balance = found.get("balance")
    return PaymentMethod(
        id=needed_text(found.get("id"), "id"),
        kind=PaymentKind(needed_text(found.get("kind"), "kind")),
        brand=optional_text(found.get("brand"), "brand"),
        last_four=optional_text(found.get("last_four"), "last_four"),
        balance=None if balance is None else decimal_of(balance, "balance"),
    )


def _variant(document: object) -> Variant:
    found = read_fields(document, Variant, what="an article")
    available, stock = found.get("available"), found.get("stock")
    if not isinstance(available, bool):
        raise ValueError(f"available is {available!r}: give true or false")  # noqa: TRY004  # it is the value
    return Variant(
        item_id=needed_text(found.get("item_id"), "item_id"),
        product_id=optional_text(found.get("product_id"), "product_id"),
        name=optional_text(found.get("name"), "name"),
        options=_options(found.get("options")),
        price=decimal_of(found.get("price"), "price"),
        available=available,
        stock=_count(stock, "stock"),
        goods=read_goods(found.get("goods")),
    )


def read_item(document: object) -> OrderItem:
    """The line of an order of a JSON object."""
    found = read_fields(document, OrderItem, what="an item")
    return OrderItem(
        item_id=needed_text(found.get("item_id"), "item_id"),
        product_id=optional_text(found.get("product_id"), "product_id"),
        name=optional_text(found.get("name"), "name"),
        options=_options(found.get("options")),
        price=decimal_of(found.get("price"), "price"),
        quantity=_count(found.get("quantity", 1), "quantity") or 1,
        goods=read_goods(found.get("goods")),
    )


def read_goods(document: object) -> Goods:
    """What shipping must know of an article; nothing for null."""
    found = read_fields(document or {}, Goods, what="goods")
    measures = {name: _count(found.get(name), name) for name in ("weight_g", "length_mm", "width_mm", "height_mm")}
    texts = {name: optional_text(found.get(name), name) for name in ("restricted", "hs_code", "origin_country")}
    hazard = optional_text(found.get("hazard"), "hazard") or "none"
    return Goods(**measures, **texts, hazard=hazard)  # type: ignore[arg-type]  # the names above are of these types


def _payment(document: object) -> Payment:
    found = read_fields(document, Payment, what="a payment")
    return Payment(
        kind=needed_text(found.get("kind"), "kind"),
        amount=decimal_of(found.get("amount"), "amount"),
        payment_method_id=optional_text(found.get("payment_method_id"), "payment_method_id"),
    )


def _fulfillment(document: object) -> Fulfillment:
    found = read_fields(document, Fulfillment, what="a fulfillment")
    return Fulfillment(
        tracking_numbers=list_of(
            found.get("tracking_numbers"), "tracking_numbers", lambda one: needed_text(one, "a tracking number")
        ),
        item_ids=list_of(found.get("item_ids"), "item_ids", lambda one: needed_text(one, "an item's id")),
        shipment=optional_text(found.get("shipment"), "shipment"),
    )


def _options(value: object) -> Mapping[str, str]:
    if not isinstance(value, Mapping):
        raise ValueError(f"options is {value!r:.80}: give an object of texts")  # noqa: TRY004  # it is the value
    return {str(name): str(plain(item)) for name, item in value.items()}


def _count(value: object, name: str) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{name} is {value!r}: give a whole number from 0")
    return value
