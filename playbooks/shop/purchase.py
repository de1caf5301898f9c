"""What a request for a shipment asks for, and whether its order may be shipped so."""

import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from orchestrator.core.documents import decimal_of, needed_text, optional_text
from orchestrator.core.orders.order import Order, OrderStatus
from orchestrator.core.shipping.address import Address, read_address
from orchestrator.core.shipping.reading import read_customs
from orchestrator.core.shipping.shipment import Customs, Rate
from orchestrator.core.workflows import NotPossibleError
from playbooks.shop.pieces import pieces_of
from playbooks.shop.products import read_variant
from playbooks.shop.quoting import BAD_REQUEST, read_consignment
from playbooks.shop.rating import Consignment, Refusal, rate_of
from playbooks.shop.shipments import live_shipment
from playbooks.shop.tariff import Carrier, Service, Tariff

_MAY_COME_BACK = frozenset({OrderStatus.DELIVERED, OrderStatus.RETURN_REQUESTED, OrderStatus.EXCHANGE_REQUESTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """A shipment that is asked for.

    Attributes:
        agreed: The price that was agreed on, all charges within.
    """

    order_id: str
    order_version: int | None
    reference: str
    consignment: Consignment
    return_to: Address | None
    carrier: str
    service: str
    agreed: Decimal
    currency: str
    customs: Customs | None
    label_format: str
    test_mode: bool

    @property
    def is_return(self) -> bool:
        """Whether it comes back to the shop."""
        return self.consignment.is_return

    @property
    def crosses_border(self) -> bool:
        """Whether its ends lie in two countries."""
        return self.consignment.ship_from.country_code.upper() != self.consignment.ship_to.country_code.upper()


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """A service that takes a purchase for the agreed price."""

    carrier: Carrier
    service: Service
    zone: str
    rate: Rate


def read_purchase(body: Mapping[str, object]) -> Purchase:
    """The purchase of a request's body; `NotPossibleError` with 400 where it is none."""
    try:
        return _purchase(body)
    except ValueError as error:
        raise NotPossibleError("BadRequest", f"{error}.", status=BAD_REQUEST) from None


def _purchase(body: Mapping[str, object]) -> Purchase:
    agreed, back, customs = body.get("rate"), body.get("return_to"), body.get("customs")
    version = body.get("order_version")
    if not isinstance(agreed, Mapping):
        raise ValueError(f"rate is {agreed!r:.80}: give amount and currency")  # noqa: TRY004  # it is the value
    return Purchase(
        order_id=needed_text(body.get("order_id"), "order_id"),
        order_version=version if isinstance(version, int) else None,
        reference=optional_text(body.get("reference"), "reference"),
        consignment=read_consignment(body),
        return_to=None if back is None else read_address(back),
        carrier=needed_text(body.get("carrier"), "carrier"),
        service=needed_text(body.get("service"), "service"),
        agreed=decimal_of(agreed.get("amount"), "rate.amount"),
        currency=needed_text(agreed.get("currency"), "rate.currency"),
        customs=None if customs is None else read_customs(customs),
        label_format=needed_text(body.get("label_format"), "label_format"),
        test_mode=body.get("test_mode") is True,
    )


def check_order(connection: sqlite3.Connection, order: Order, purchase: Purchase) -> None:
    """`NotPossibleError` where the order may not be shipped, or not brought back."""
    if purchase.order_version is not None and purchase.order_version != order.version:
        raise NotPossibleError(
            "OrderChanged",
            f"Order {order.id!r} is at version {order.version}, not {purchase.order_version}: read it again.",
        )
    live = live_shipment(connection, order.id, is_return=purchase.is_return)
    if live is not None:
        numbers, what = ", ".join(live.tracking_numbers), "is coming back" if live.is_return else "was shipped"
        raise NotPossibleError("OrderShipped", f"Order {order.id!r} {what} as {live.number} ({numbers}).")
    if purchase.is_return:
        if order.status not in _MAY_COME_BACK:
            raise _not_shippable(order, f"is {order.status}: nothing of it is with the customer")
        return
    if order.fulfillments or order.status == OrderStatus.DELIVERED:
        raise NotPossibleError("OrderShipped", f"Order {order.id!r} has left: it is {order.status}.")
    if not order.is_pending:
        raise _not_shippable(order, f"is {order.status}")
    if order.holds:
        raise _not_shippable(order, f"is held: {', '.join(order.holds)}")
    if not _is_paid(order):
        raise _not_shippable(order, "is not known to be paid in full")
    if purchase.crosses_border and purchase.customs is None:
        raise _not_shippable(order, "crosses a border, and the customs declaration is missing")


def pieces_to_ship(order: Order, purchase: Purchase) -> Mapping[str, int]:
    """How many of each article the parcels hold: those that they name, or the whole order where they name none."""
    all_pieces = pieces_of(order)
    named = Counter(item for parcel in purchase.consignment.parcels for item in parcel.items)
    strange = sorted(item for item, count in named.items() if count > all_pieces[item])
    if strange:
        raise _not_shippable(order, f"does not hold what the parcels are to hold: {', '.join(strange)}")
    return named or all_pieces


def check_stock(connection: sqlite3.Connection, order: Order, pieces: Mapping[str, int]) -> None:
    """`NotPossibleError` where too few pieces are on hand; an article that the shop does not list is not checked."""
    for item_id, count in pieces.items():
        variant = read_variant(connection, item_id, order_id=order.id)
        if variant is None:
            continue
        enough = variant.available if variant.stock is None else variant.stock >= count
        if not enough:
            raise NotPossibleError("NoStock", f"{variant.name} ({item_id}) of order {order.id!r} is not on hand.")


def priced(tariff: Tariff, purchase: Purchase, order: Order, *, now: datetime) -> Priced:
    """The service that was chosen, where it takes the purchase for what was agreed; `NotPossibleError` else."""
    found = tariff.service(purchase.carrier, purchase.service)
    if found is None:
        raise NotPossibleError(
            "RateChanged", f"There is no service {purchase.service!r} of {purchase.carrier!r}: ask for rates again."
        )
    carrier, service = found
    hazards = frozenset(item.goods.hazard for item in order.items) - {"none", ""}
    consignment = replace(purchase.consignment, hazards=purchase.consignment.hazards | hazards)
    rate = rate_of(tariff, carrier, service, consignment, ordered_at=now)
    if isinstance(rate, Refusal):
        raise _not_shippable(order, f"is not taken by {carrier.name}: {rate.reason}")
    if (rate.amount, rate.currency) != (purchase.agreed, purchase.currency):
        raise NotPossibleError(
            "RateChanged",
            f"{service.name} costs {rate.amount} {rate.currency}; {purchase.agreed} {purchase.currency} was agreed.",
        )
    zone = tariff.zone_of(consignment.ship_from, consignment.ship_to)
    assert zone is not None
    return Priced(carrier=carrier, service=service, zone=zone, rate=rate)


def _is_paid(order: Order) -> bool:
    if order.paid is not None:
        return order.paid
    signs = {"payment": 1, "refund": -1}
    paid = sum((one.amount * signs.get(one.kind, 0) for one in order.payments), Decimal(0))
    return bool(order.payments) and paid >= order.total


def _not_shippable(order: Order, why: str) -> NotPossibleError:
    return NotPossibleError("OrderNotShippable", f"Order {order.id!r} {why}.")
