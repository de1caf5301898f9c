"""Where shipments of the sample carriers are: what was noted of a parcel, and how far it has moved by now."""

import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime

from orchestrator.core.report import Json
from orchestrator.core.shipping.shipment import TrackingEvent, TrackingStatus
from orchestrator.core.table import iso_utc
from orchestrator.core.workflows import Effects
from playbooks.shop.movement import moved
from playbooks.shop.shipments import Sent, noted_events, prepare_carriers, sent_by_number, sent_of_order
from playbooks.shop.tariff import Tariff
from playbooks.shop.tariff_reading import shipped_tariff


async def track_shipment(body: Mapping[str, object], *, effects: Effects) -> Json:
    """What the carrier of a tracking number tells by now."""
    tariff, now = shipped_tariff(), effects.now()
    return await effects.look(lambda connection: tracked(connection, body, tariff=tariff, now=now))


def tracked(connection: sqlite3.Connection, body: Mapping[str, object], *, tariff: Tariff, now: datetime) -> Json:
    """The answer for a request; a carrier that is named must be the number's own."""
    prepare_carriers(connection)
    number = "".join(str(body["tracking_number"]).split()).upper()
    sent = sent_by_number(connection, number)
    wanted = body.get("carrier")
    if sent is None or wanted not in (None, "", sent.carrier):
        return _unknown(number)
    events = events_of(connection, sent, number, tariff=tariff, now=now)
    estimates = [one.estimated_at for one in events if one.estimated_at]
    signed = next((one.signed_by for one in reversed(events) if one.signed_by), None)
    return {
        "found": True,
        "carrier": sent.carrier,
        "tracking_number": number,
        "events": [one.document() for one in events],
        "estimated_at": iso_utc(estimates[-1]) if estimates else None,
        "signed_by": signed,
    }


def _unknown(number: str) -> Json:
    return {
        "found": False,
        "carrier": None,
        "tracking_number": number,
        "events": [],
        "estimated_at": None,
        "signed_by": None,
    }


def events_of(
    connection: sqlite3.Connection, sent: Sent, tracking_number: str, *, tariff: Tariff, now: datetime
) -> tuple[TrackingEvent, ...]:
    """What was noted of a parcel and how it has moved, oldest first, nothing later than now."""
    noted = [one for one in noted_events(connection, tracking_number) if one.occurred_at <= now]
    events = (*noted, *moved(sent, tracking_number, tariff=tariff, now=now))
    return tuple(sorted(events, key=lambda one: one.occurred_at))


def is_with_carrier(connection: sqlite3.Connection, sent: Sent, *, tariff: Tariff, now: datetime) -> bool:
    """Whether the carrier has any of a shipment's parcels, or had."""
    waiting = {TrackingStatus.PENDING, TrackingStatus.CANCELLED}
    return any(
        event.status not in waiting
        for number in sent.tracking_numbers
        for event in events_of(connection, sent, number, tariff=tariff, now=now)
    )


def shipments_of(connection: sqlite3.Connection, order_id: str, *, now: datetime | None = None) -> tuple[Json, ...]:
    """An order's shipments, oldest first, as analyse_order tells them; `now` is the wall clock unless it is given."""
    prepare_carriers(connection)
    tariff, at = shipped_tariff(), now or datetime.now(UTC)
    return tuple(_told(connection, sent, tariff=tariff, now=at) for sent in sent_of_order(connection, order_id))


def _told(connection: sqlite3.Connection, sent: Sent, *, tariff: Tariff, now: datetime) -> Json:
    events = [
        event
        for number in sent.tracking_numbers[:1]
        for event in events_of(connection, sent, number, tariff=tariff, now=now)
    ]
    return {
        "number": sent.number,
        "tracking_numbers": list(sent.tracking_numbers),
        "carrier": sent.carrier,
        "service": sent.service,
        "status": events[-1].status.value if events else TrackingStatus.PENDING.value,
        "is_return": sent.is_return,
        "test_mode": sent.test_mode,
        "voided": sent.voided_at is not None,
        "void_by": iso_utc(sent.void_by),
    }
