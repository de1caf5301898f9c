"""Which procedure does what a customer wants, and with what."""

from dataclasses import dataclass, replace
from typing import assert_never

from agents.shipment.conversation.holdings import Holdings
from agents.shipment.requests.wanted import (
    Cancel,
    CancelShipment,
    ChangeCustomerAddress,
    Exchange,
    ModifyAddress,
    ModifyItems,
    ModifyPayment,
    ReportDamaged,
    ReportLost,
    Return,
    Ship,
    Swap,
    Track,
    Wanted,
)
from orchestrator.core.report import Json

_PERSON = ("person_name", "phone_number", "email")
"""What of an address is about the person, who moves with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """A procedure and what is wanted of it."""

    procedure: str
    wanted: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class ForPerson:
    """What a person must see to, and why."""

    reason: str


def errand_of(wanted: Wanted, holdings: Holdings) -> Errand | ForPerson:  # noqa: C901, PLR0911, PLR0912  # one case a wish
    """The procedure that does it; a person where none does."""
    match wanted:
        case Cancel():
            return _errand("cancel_order", order_id=wanted.order_id, reason=wanted.reason)
        case ModifyAddress():
            return _errand("change_address", order_id=wanted.order_id, **_address(wanted, holdings))
        case ChangeCustomerAddress():
            return _errand("change_customer_address", **_address(wanted, holdings))
        case ModifyPayment():
            return _errand("change_payment", order_id=wanted.order_id, payment_method_id=wanted.payment_method_id)
        case ModifyItems():
            return _swap("change_items", wanted.order_id, wanted.swaps, wanted.payment_method_id, holdings)
        case Exchange():
            return _swap("exchange_items", wanted.order_id, wanted.swaps, wanted.payment_method_id, holdings)
        case Return():
            return _errand(
                "return_items",
                order_id=wanted.order_id,
                item_ids=list(wanted.item_ids),
                payment_method_id=wanted.payment_method_id,
            )
        case Ship():
            return _errand("ship_order", order_id=wanted.order_id, fastest="express" in " ".join(wanted.wishes))
        case Track():
            return _errand("follow_shipment", order_id=wanted.order_id or _order_of(wanted.tracking_number, holdings))
        case CancelShipment():
            return _errand("cancel_shipment", order_id=wanted.order_id)
        case ReportLost():
            return ForPerson(reason=f"the parcel of order {wanted.order_id} did not arrive")
        case ReportDamaged():
            items = f" ({', '.join(wanted.item_ids)})" if wanted.item_ids else ""
            return ForPerson(reason=f"order {wanted.order_id} arrived damaged{items}")
        case _:
            assert_never(wanted)


def _errand(procedure: str, **wanted: object) -> Errand:
    return Errand(procedure=procedure, wanted=dict(wanted))


def _swap(procedure: str, order_id: str, swaps: tuple[Swap, ...], payment_method_id: str, holdings: Holdings) -> Errand:
    ids = {item.item_id: item.product_id for order in holdings.orders for item in order.items}
    products = dict.fromkeys(ids[swap.item_id] for swap in swaps if swap.item_id in ids)
    return _errand(
        procedure,
        order_id=order_id,
        swaps=[{"item_id": swap.item_id, "new_item_id": swap.new_item_id} for swap in swaps],
        payment_method_id=payment_method_id,
        product_ids=list(products),
    )


def _address(wanted: ModifyAddress | ChangeCustomerAddress, holdings: Holdings) -> Json:
    """The new address for the same person; one that the shop has on file for them is taken as it is."""
    known = (holdings.customer.address, *(order.address for order in holdings.orders))
    order_id = wanted.order_id if isinstance(wanted, ModifyAddress) else ""
    before = next((order.address for order in holdings.orders if order.id == order_id), holdings.customer.address)
    address = wanted.address
    kept = {name: getattr(address, name) or getattr(before, name) for name in _PERSON}
    return {
        "address": replace(address, **kept).document(),
        "on_file": any(address.place == one.place for one in known),
    }


def _order_of(tracking_number: str, holdings: Holdings) -> str:
    wanted = "".join(tracking_number.split()).upper()
    for order in holdings.orders:
        for sent in order.fulfillments:
            if wanted in {"".join(number.split()).upper() for number in sent.tracking_numbers}:
                return order.id
    return ""
