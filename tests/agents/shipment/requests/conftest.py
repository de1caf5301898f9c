"""A small shop that no data set knows: one customer, their orders, the products."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace

import pytest

from agents.shipment.requests.understanding import understand
from agents.shipment.requests.wanted import NotUnderstood, Understood
from orchestrator.core.orders.order import (
    Customer,
    Order,
    OrderItem,
    Payment,
    PaymentKind,
    PaymentMethod,
    Product,
    Variant,
)
from orchestrator.core.shipping.address import Address

HOME = Address(address_line1="8 Quay Road", city="Portland", state_code="OR", postal_code="97201", country_code="US")
CABIN = Address(address_line1="77 Pine Trail", city="Boise", state_code="ID", postal_code="83702", country_code="US")
_KINDS: Mapping[str, tuple[str, tuple[str, ...], tuple[tuple[str, tuple[str, ...], str, bool], ...]]] = {
    "p-tent": (
        "Camping Tent",
        ("color", "capacity", "material"),
        (
            ("1000000001", ("green", "2 person", "nylon"), "210", True),
            ("1000000002", ("orange", "2 person", "nylon"), "220", True),
            ("1000000003", ("orange", "4 person", "nylon"), "340", True),
            ("1000000004", ("green", "4 person", "canvas"), "320", True),
            ("1000000005", ("green", "4 person", "nylon"), "330", False),
        ),
    ),
    "p-mug": (
        "Travel Mug",
        ("color", "volume"),
        (
            ("2000000001", ("white", "350ml"), "20", True),
            ("2000000002", ("white", "500ml"), "24", True),
            ("2000000003", ("white", "750ml"), "28", True),
            ("2000000004", ("teal", "350ml"), "19", True),
            ("2000000005", ("teal", "500ml"), "23", False),
        ),
    ),
    "p-lens": (
        "Camera Lens",
        ("mount", "focal length"),
        (
            ("3000000001", ("bayonet", "35mm"), "500", True),
            ("3000000002", ("screw", "35mm"), "450", True),
            ("3000000003", ("bayonet", "50mm"), "400", True),
        ),
    ),
    "p-gloves": (
        "Winter Gloves",
        ("size", "color"),
        (
            ("4000000001", ("S", "grey"), "30", True),
            ("4000000002", ("M", "grey"), "31", True),
            ("4000000003", ("L", "grey"), "32", True),
            ("4000000004", ("M", "red"), "33", True),
        ),
    ),
    "p-radio": (
        "Pocket Radio",
        ("color",),
        (("5000000001", ("black",), "60", True), ("5000000002", ("red",), "61", True)),
    ),
}


def product_of(product_id: str) -> Product:
    """One product of the shop."""
    name, options, variants = _KINDS[product_id]
    return Product(
        id=product_id,
        name=name,
        variants=tuple(
            Variant(
                item_id=item_id,
                product_id=product_id,
                name=name,
                options=dict(zip(options, values, strict=True)),
                price=Decimal(price),
                available=available,
            )
            for item_id, values, price, available in variants
        ),
    )


PRODUCTS = {product_id: product_of(product_id) for product_id in _KINDS}


def item_of(item_id: str) -> OrderItem:
    """The article of that id, as a line of an order."""
    one = next(one for product in PRODUCTS.values() for one in product.variants if one.item_id == item_id)
    return OrderItem(item_id=item_id, product_id=one.product_id, name=one.name, options=one.options, price=one.price)


def order_of(order_id: str, status: str, *item_ids: str, address: Address = HOME, paid_by: str = "card_1") -> Order:
    """An order of the customer."""
    items = tuple(map(item_of, item_ids))
    paid = Payment(kind="payment", amount=sum((one.price for one in items), Decimal(0)), payment_method_id=paid_by)
    return Order(
        id=order_id, customer_id="lea_brandt_11", address=address, items=items, status=status, payments=(paid,)
    )


CUSTOMER = Customer(
    id="lea_brandt_11",
    first_name="Lea",
    last_name="Brandt",
    email="lea@example.org",
    address=HOME,
    payment_methods=(
        PaymentMethod(id="card_1", kind=PaymentKind.CREDIT_CARD, brand="visa", last_four="1111"),
        PaymentMethod(id="paypal_1", kind=PaymentKind.PAYPAL),
        PaymentMethod(id="gift_1", kind=PaymentKind.GIFT_CARD, balance=Decimal(50)),
    ),
    orders=("#W1000001", "#W1000002", "#W1000003", "#W1000004"),
)
ORDERS = (
    order_of("#W1000001", "delivered", "1000000001", "2000000001", "4000000001"),
    order_of("#W1000002", "pending", "2000000002", "3000000001", address=CABIN, paid_by="paypal_1"),
    order_of("#W1000003", "cancelled", "5000000001"),
    order_of("#W1000004", "processed", "5000000002"),
)


@pytest.fixture
def understood() -> Callable[..., Understood | NotUnderstood]:
    """`understand` for the shop's customer, with other orders where a test gives them."""

    def read(
        text: str, orders: tuple[Order, ...] = ORDERS, customer: Customer = CUSTOMER
    ) -> Understood | NotUnderstood:
        customer = replace(customer, orders=tuple(one.id for one in orders))
        return understand(text, customer=customer, orders=orders, products=PRODUCTS)

    return read


@pytest.fixture
def shop() -> SimpleNamespace:
    """What a change may name."""
    return SimpleNamespace(
        orders={one.id: one for one in ORDERS},
        articles={one.item_id: one for product in PRODUCTS.values() for one in product.variants},
        methods={one.id for one in CUSTOMER.payment_methods},
        addresses={HOME, CABIN},
    )
