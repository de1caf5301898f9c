"""What a customer wants done, as values: the closed union of changes, and what could not be read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from orchestrator.core.documents import texts_of
from orchestrator.core.shipping.address import Address


@dataclass(frozen=True, slots=True)
class Swap:
    """One piece of an order, and the article of the same product that replaces it."""

    item_id: str
    new_item_id: str

    document = texts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """Cancel a pending order; `reason` is one of the two that the policy knows."""

    order_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModifyAddress:
    """Send a pending order to another address."""

    order_id: str
    address: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class ModifyItems:
    """Replace articles of a pending order."""

    order_id: str
    swaps: tuple[Swap, ...]
    payment_method_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModifyPayment:
    """Pay a pending order by another method."""

    order_id: str
    payment_method_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """Send delivered items back; an item id stands once for each piece."""

    order_id: str
    item_ids: tuple[str, ...]
    payment_method_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Replace articles of a delivered order."""

    order_id: str
    swaps: tuple[Swap, ...]
    payment_method_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeCustomerAddress:
    """Make another address the customer's default."""

    address: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Ship:
    """Send an order out; `wishes` are the customer's words on how, such as `express`."""

    order_id: str
    wishes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """Say where a parcel is, by its order or its tracking number; the other is empty."""

    order_id: str = ""
    tracking_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelShipment:
    """Void the shipment of an order before it is picked up."""

    order_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLost:
    """The parcel of an order did not arrive."""

    order_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDamaged:
    """Items arrived damaged; none named means the parcel as a whole."""

    order_id: str
    item_ids: tuple[str, ...] = ()


Wanted: TypeAlias = (
    Cancel
    | ModifyAddress
    | ModifyItems
    | ModifyPayment
    | Return
    | Exchange
    | ChangeCustomerAddress
    | Ship
    | Track
    | CancelShipment
    | ReportLost
    | ReportDamaged
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question that changes nothing; `order_id` where it is about one order."""

    text: str
    order_id: str = ""

    document = texts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """A request that is understood and that the policy forbids; nothing stands in the text for that case."""

    text: str
    reason: str

    document = texts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """Every clause of the message is accounted for: what to do, in order, and what to answer."""

    wanted: tuple[Wanted, ...] = ()
    questions: tuple[Asked, ...] = ()
    declined: tuple[Declined, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotUnderstood:
    """Nothing is proposed: a person gets the message, or the customer one question.

    Attributes:
        missing: `order`, `items`, `action`, `payment`, `option`, `condition`, `address`, `reason` or `words`.
        reason: For the person who takes over: what exactly is not clear.
        question: For the customer, where one answer would settle it; else empty.
        choices: What may be answered.
        spans: Offsets of the words that are not understood.
    """

    missing: str
    reason: str
    question: str = ""
    choices: tuple[str, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()

    document = texts_of


def document_of(wanted: Wanted) -> Mapping[str, object]:
    """A wanted change as JSON, its kind under `kind`."""
    return {"kind": type(wanted).__name__, **texts_of(wanted)}
