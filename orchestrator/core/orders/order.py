"""Customers, products and orders, as the shop's system of record tells them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from orchestrator.core.documents import texts_of
from orchestrator.core.shipping.address import Address


class OrderStatus(StrEnum):
    """Where an order stands."""

    PENDING = "pending"
    """Placed; nothing has left."""
    ITEMS_MODIFIED = "pending (items modified)"
    """Pending, and its items were changed once: they are not changed again, and it is not cancelled."""
    PROCESSED = "processed"
    """Packed or on its way."""
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    RETURN_REQUESTED = "return requested"
    EXCHANGE_REQUESTED = "exchange requested"


class PaymentKind(StrEnum):
    """By what was paid."""

    CREDIT_CARD = "credit_card"
    GIFT_CARD = "gift_card"
    PAYPAL = "paypal"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentMethod:
    """A way to pay on file; no full number is ever held.

    Attributes:
        balance: Of a gift card.
    """

    id: str
    kind: PaymentKind
    brand: str = ""
    last_four: str = ""
    balance: Decimal | None = None

    document = texts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A customer with what identifies them; `orders` are ids, in the order in which the shop lists them."""

    id: str
    first_name: str
    last_name: str
    email: str
    address: Address
    payment_methods: tuple[PaymentMethod, ...] = ()
    orders: tuple[str, ...] = ()

    document = texts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """What shipping must know of an article; None is not known.

    Attributes:
        weight_g: Of one piece.
        length_mm: The longest side of its box, then width and height.
        hazard: `none`, or the class of dangerous goods, such as `lithium_battery`, `flammable`.
        restricted: What restricts who may get it or where it may go, such as `alcohol`, `knife`.
        hs_code: Harmonized System, six digits or more.
        origin_country: ISO 3166-1 alpha-2.
    """

    weight_g: int | None = None
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    hazard: str = "none"
    restricted: str = ""
    hs_code: str = ""
    origin_country: str = ""

    document = texts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One article of a product: an item id, its options, what it costs now, whether it can be had.

    Attributes:
        stock: Pieces on hand; None where the shop only says whether there are any.
    """

    item_id: str
    product_id: str
    name: str
    options: Mapping[str, str]
    price: Decimal
    available: bool
    stock: int | None = None
    goods: Goods = field(default_factory=Goods)

    document = texts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A type of product with its articles."""

    id: str
    name: str
    variants: tuple[Variant, ...]

    document = texts_of

    def variant(self, item_id: str) -> Variant | None:
        """The article of that id."""
        return next((one for one in self.variants if one.item_id == item_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderItem:
    """One line of an order, at the price of then. The same article may stand in several lines."""

    item_id: str
    product_id: str
    name: str
    options: Mapping[str, str]
    price: Decimal
    quantity: int = 1
    goods: Goods = field(default_factory=Goods)

    document = texts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """Money that moved for an order; a refund's amount is positive, too."""

    kind: str
    """`payment` or `refund`"""
    amount: Decimal
    payment_method_id: str

    document = texts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Fulfillment:
    """What has left of an order: the tracking numbers, and the items in them."""

    tracking_numbers: tuple[str, ...]
    item_ids: tuple[str, ...]
    shipment: str = ""

    document = texts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order.

    Attributes:
        status: An `OrderStatus`, or a word of the shop's own, which no procedure then acts on.
        paid: Whether it is paid in full; None where the shop does not say.
        holds: Why it may not ship now, such as `fraud_review`; empty where nothing holds it.
        version: Grows with every change of the order in its system; a change names the one that it was decided on.
        details: What else was noted on it, such as the reason of a cancellation, or the items to be returned.
    """

    id: str
    customer_id: str
    address: Address
    items: tuple[OrderItem, ...]
    status: str
    currency: str = "USD"
    payments: tuple[Payment, ...] = ()
    fulfillments: tuple[Fulfillment, ...] = ()
    paid: bool | None = None
    placed_at: datetime | None = None
    holds: tuple[str, ...] = ()
    version: int = 1
    details: Mapping[str, object] = field(default_factory=dict)

    document = texts_of

    @property
    def is_pending(self) -> bool:
        """Whether nothing has left, its items changed or not."""
        return self.status in {OrderStatus.PENDING, OrderStatus.ITEMS_MODIFIED}

    @property
    def total(self) -> Decimal:
        """What its items cost."""
        return sum((item.price * item.quantity for item in self.items), Decimal(0))

    @property
    def paid_by(self) -> str:
        """The payment method of its first payment; empty where there is none."""
        return next((one.payment_method_id for one in self.payments if one.kind == "payment"), "")
