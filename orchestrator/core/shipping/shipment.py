"""The record of a shipment: what is sent, by whom, at what price, its label and where it is.

Field names are those that carriers' APIs and the open shipping libraries share (karrio's unified API, EasyPost,
Shippo); docs/schemas/shipment.json describes each.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from orchestrator.core.documents import texts_of
from orchestrator.core.report import Json
from orchestrator.core.shipping.address import Address


class WeightUnit(StrEnum):
    """Units of weight, as carriers write them."""

    KG = "KG"
    G = "G"
    LB = "LB"
    OZ = "OZ"


class DimensionUnit(StrEnum):
    """Units of length, as carriers write them."""

    CM = "CM"
    IN = "IN"


class TrackingStatus(StrEnum):
    """Where a shipment is, the same words for all carriers."""

    PENDING = "pending"
    """A label may exist; the carrier does not have the parcel."""
    PICKED_UP = "picked_up"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    READY_FOR_PICKUP = "ready_for_pickup"
    """The recipient must fetch it."""
    DELIVERED = "delivered"
    DELIVERY_DELAYED = "delivery_delayed"
    DELIVERY_FAILED = "delivery_failed"
    """An attempt failed; another may follow."""
    ON_HOLD = "on_hold"
    RETURN_TO_SENDER = "return_to_sender"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"
    """The carrier said something that is not understood, or it is lost."""


class RefundStatus(StrEnum):
    """What became of the price of a voided label."""

    NONE = "none"
    SUBMITTED = "submitted"
    REFUNDED = "refunded"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One box; sizes are outer ones. `items` are item ids of the order, one for each piece."""

    weight: Decimal
    weight_unit: WeightUnit
    length: Decimal | None = None
    width: Decimal | None = None
    height: Decimal | None = None
    dimension_unit: DimensionUnit = DimensionUnit.CM
    reference: str = ""
    items: tuple[str, ...] = ()

    document = texts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """A part of a price, such as a fuel surcharge."""

    name: str
    amount: Decimal
    currency: str

    document = texts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What a service costs in all; `extra_charges` are contained in `amount`.

    Attributes:
        carrier: The carrier's code, such as `ups`.
        transit_days: Working days, where the carrier says.
        promised_at: Until when the carrier promises delivery; None where it promises nothing.
    """

    carrier: str
    service: str
    amount: Decimal
    currency: str
    extra_charges: tuple[Charge, ...] = ()
    transit_days: int | None = None
    promised_at: datetime | None = None

    document = texts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Commodity:
    """One line of a customs declaration; `value` is of all its pieces."""

    title: str
    quantity: int
    hs_code: str
    origin_country: str
    value: Decimal
    currency: str
    weight_g: int | None = None

    document = texts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Customs:
    """What a border is told. `incoterm` is of Incoterms 2020, such as DAP or DDP."""

    incoterm: str
    commodities: tuple[Commodity, ...]
    content_type: str = "merchandise"
    duty_paid_by: str = "recipient"
    invoice: str = ""

    document = texts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A label as the carrier made it; its bytes are stored once and never changed.

    Attributes:
        media_type: `application/pdf`, `image/png` or `application/zpl`.
        sha256: Of the bytes.
        size: Bytes.
    """

    media_type: str
    sha256: str
    size: int

    document = texts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackingEvent:
    """Something that a carrier tells of a shipment.

    Attributes:
        carrier_code: The carrier's own code, as it came.
        status: What it means.
        occurred_at: When it happened, aware.
        location: Where, as the carrier writes it.
        source: By whom it came here: `push`, `poll`, or a name.
        reason: Why, of an incident: one of `tracking.IncidentReason`, or empty.
        description: The carrier's words.
        tracking_number: Of which parcel, where the shipment has several; empty is its first.
    """

    carrier_code: str
    status: TrackingStatus
    occurred_at: datetime
    location: str = ""
    source: str = "poll"
    reason: str = ""
    description: str = ""
    signed_by: str = ""
    estimated_at: datetime | None = None
    tracking_number: str = ""

    def document(self) -> Json:
        """As JSON; without a parcel's number where there is none."""
        found = texts_of(self)
        return found if self.tracking_number else {k: v for k, v in found.items() if k != "tracking_number"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """A shipment as it stands.

    Attributes:
        id: `S-1`, ...
        reference: What is printed for people, such as the order and the number of its shipment.
        carrier_account: Whose account pays; its name, never a credential.
        insurance: The insured value, in the rate's currency.
        signature: `none`, `any`, `adult`.
        substatus: A finer word, such as `awaiting_approval`, `parked`, or an incident's reason.
        action_required: Who must do what now; empty where nobody must.
        estimated_at: When the carrier expects to deliver, as last told.
        signed_by: Who took it.
        idempotency_key: The key under which it was bought.
        action: The action that bought it.
        test_mode: Whether its label is worth nothing.
        void_by: Until when its label can be given back.
    """

    id: str
    order_id: str
    reference: str
    ship_from: Address
    ship_to: Address
    parcels: tuple[Parcel, ...]
    carrier: str
    service: str
    idempotency_key: str
    action: str
    rate: Rate
    return_to: Address | None = None
    is_return: bool = False
    carrier_account: str = ""
    insurance: Decimal | None = None
    signature: str = "none"
    customs: Customs | None = None
    label: Label | None = None
    tracking_numbers: tuple[str, ...] = ()
    status: TrackingStatus = TrackingStatus.PENDING
    substatus: str = ""
    action_required: str = ""
    promised_at: datetime | None = None
    estimated_at: datetime | None = None
    delivered_at: datetime | None = None
    signed_by: str = ""
    refund_status: RefundStatus = RefundStatus.NONE
    test_mode: bool = False
    void_by: datetime | None = None
    created_at: datetime | None = None
    events: tuple[TrackingEvent, ...] = field(default=())

    document = texts_of
