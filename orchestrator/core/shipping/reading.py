"""Shipments and their parts from JSON objects; ValueError names what is wrong."""

from orchestrator.core.documents import (
    decimal_of,
    list_of,
    needed_text,
    optional_text,
    optional_time,
    read_fields,
)
from orchestrator.core.shipping.address import read_address
from orchestrator.core.shipping.shipment import (
    Charge,
    Commodity,
    Customs,
    DimensionUnit,
    Label,
    Parcel,
    Rate,
    RefundStatus,
    Shipment,
    TrackingEvent,
    TrackingStatus,
    WeightUnit,
)


def read_parcel(document: object) -> Parcel:
    """The parcel of a JSON object; ValueError names what is wrong."""
    found = read_fields(document, Parcel, what="a parcel")
    sides = {
        name: None if found.get(name) is None else decimal_of(found[name], name)
        for name in ("length", "width", "height")
    }
    return Parcel(
        weight=decimal_of(found.get("weight"), "weight"),
        weight_unit=WeightUnit(needed_text(found.get("weight_unit"), "weight_unit")),
        dimension_unit=DimensionUnit(optional_text(found.get("dimension_unit"), "dimension_unit") or "CM"),
        reference=optional_text(found.get("reference"), "reference"),
        items=list_of(found.get("items"), "items", lambda one: needed_text(one, "an item's id")),
        **sides,
    )


def read_rate(document: object) -> Rate:
    """The rate of a JSON object; ValueError names what is wrong."""
    found = read_fields(document, Rate, what="a rate")
    days = found.get("transit_days")
    if days is not None and (isinstance(days, bool) or not isinstance(days, int)):
        raise ValueError(f"transit_days is {days!r}: give a whole number or null")
    return Rate(
        carrier=needed_text(found.get("carrier"), "carrier"),
        service=needed_text(found.get("service"), "service"),
        amount=decimal_of(found.get("amount"), "amount"),
        currency=needed_text(found.get("currency"), "currency"),
        extra_charges=list_of(found.get("extra_charges"), "extra_charges", _charge),
        transit_days=days,
        promised_at=optional_time(found.get("promised_at"), "promised_at"),
    )


def read_customs(document: object) -> Customs:
    """The customs declaration of a JSON object; ValueError names what is wrong."""
    found = read_fields(document, Customs, what="customs")
    return Customs(
        incoterm=needed_text(found.get("incoterm"), "incoterm"),
        commodities=list_of(found.get("commodities"), "commodities", _commodity),
        content_type=optional_text(found.get("content_type"), "content_type") or "merchandise",
        duty_paid_by=optional_text(found.get("duty_paid_by"), "duty_paid_by") or "recipient",
        invoice=optional_text(found.get("invoice"), "invoice"),
    )


def read_tracking_event(document: object) -> TrackingEvent:
    """The event of a JSON object in our own form; ValueError names what is wrong."""
    found = read_fields(document, TrackingEvent, what="a tracking event")
    occurred = optional_time(found.get("occurred_at"), "occurred_at")
    if occurred is None:
        raise ValueError("occurred_at is missing: give when it happened")
    texts = ("carrier_code", "location", "source", "reason", "description", "signed_by", "tracking_number")
    return TrackingEvent(
        status=TrackingStatus(needed_text(found.get("status"), "status")),
        occurred_at=occurred,
        estimated_at=optional_time(found.get("estimated_at"), "estimated_at"),
        **{name: optional_text(found.get(name), name) for name in texts},
    )


def read_shipment(document: object) -> Shipment:
    """The shipment of a JSON object; ValueError names what is wrong."""
    found = read_fields(document, Shipment, what="a shipment")
    texts = ("carrier_account", "signature", "substatus", "action_required", "signed_by")
    times = ("promised_at", "estimated_at", "delivered_at", "void_by", "created_at")
    needed = ("id", "order_id", "reference", "carrier", "service", "idempotency_key", "action")
    insurance, back = found.get("insurance"), found.get("return_to")
    return Shipment(
        **{name: needed_text(found.get(name), name) for name in needed},  # type: ignore[arg-type]  # texts
        **{name: optional_text(found.get(name), name) for name in texts},  # type: ignore[arg-type]  # texts
        **{name: optional_time(found.get(name), name) for name in times},  # type: ignore[arg-type]  # times
        ship_from=read_address(found.get("ship_from")),
        ship_to=read_address(found.get("ship_to")),
        return_to=None if back is None else read_address(back),
        parcels=list_of(found.get("parcels"), "parcels", read_parcel),
        rate=read_rate(found.get("rate")),
        is_return=found.get("is_return") is True,
        test_mode=found.get("test_mode") is True,
        insurance=None if insurance is None else decimal_of(insurance, "insurance"),
        customs=None if found.get("customs") is None else read_customs(found["customs"]),
        label=None if found.get("label") is None else _label(found["label"]),
        tracking_numbers=list_of(
            found.get("tracking_numbers"), "tracking_numbers", lambda one: needed_text(one, "a tracking number")
        ),
        status=TrackingStatus(optional_text(found.get("status"), "status") or "pending"),
        refund_status=RefundStatus(optional_text(found.get("refund_status"), "refund_status") or "none"),
        events=list_of(found.get("events"), "events", read_tracking_event),
    )


def _label(document: object) -> Label:
    found = read_fields(document, Label, what="a label")
    size = found.get("size")
    if isinstance(size, bool) or not isinstance(size, int):
        raise ValueError(f"size is {size!r}: give a whole number")  # noqa: TRY004  # it is the value
    return Label(
        media_type=needed_text(found.get("media_type"), "media_type"),
        sha256=needed_text(found.get("sha256"), "sha256"),
        size=size,
    )


def _charge(document: object) -> Charge:
    found = read_fields(document, Charge, what="a charge")
    return Charge(
        name=needed_text(found.get("name"), "name"),
        amount=decimal_of(found.get("amount"), "amount"),
        currency=needed_text(found.get("currency"), "currency"),
    )


def _commodity(document: object) -> Commodity:
    found = read_fields(document, Commodity, what="a commodity")
    quantity, weight = found.get("quantity"), found.get("weight_g")
    if isinstance(quantity, bool) or not isinstance(quantity, int) or quantity < 1:
        raise ValueError(f"quantity is {quantity!r}: give a whole number from 1")
    if weight is not None and (isinstance(weight, bool) or not isinstance(weight, int)):
        raise ValueError(f"weight_g is {weight!r}: give a whole number or null")
    texts = ("title", "hs_code", "origin_country")
    return Commodity(
        quantity=quantity,
        weight_g=weight,
        value=decimal_of(found.get("value"), "value"),
        currency=needed_text(found.get("currency"), "currency"),
        **{name: optional_text(found.get(name), name) for name in texts},
    )
