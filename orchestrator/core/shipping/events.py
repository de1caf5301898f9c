"""The events of a shipment as a set: each once however it came, in one order."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from orchestrator.core.shipping.shipment import TrackingEvent, TrackingStatus

_RANKS = (
    TrackingStatus.UNKNOWN,
    TrackingStatus.PENDING,
    TrackingStatus.CANCELLED,
    TrackingStatus.PICKED_UP,
    TrackingStatus.IN_TRANSIT,
    TrackingStatus.DELIVERY_DELAYED,
    TrackingStatus.ON_HOLD,
    TrackingStatus.OUT_FOR_DELIVERY,
    TrackingStatus.READY_FOR_PICKUP,
    TrackingStatus.DELIVERED,
    TrackingStatus.DELIVERY_FAILED,
    TrackingStatus.RETURN_TO_SENDER,
)
_RANK = {status: rank for rank, status in enumerate(_RANKS)}


def identity(event: TrackingEvent, *, carrier: str = "", number: str = "") -> str:
    """What makes two reports one event: whose, its code, what it means, when and where; not by whom it came here.

    `number` is the tracking number where the event does not say it. Seconds count, fractions do not: carriers give
    them to one channel and not to the other.
    """
    parts = (
        carrier.casefold(),
        plain_number(event.tracking_number or number),
        event.carrier_code.strip().upper(),
        event.status.value,
        event.occurred_at.astimezone(UTC).replace(microsecond=0).isoformat(),
        " ".join(event.location.replace(",", " ").split()).casefold(),
    )
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def merge(
    events: Iterable[TrackingEvent], new: Iterable[TrackingEvent] = (), *, carrier: str = "", number: str = ""
) -> tuple[TrackingEvent, ...]:
    """Both sets as one, each event once, oldest first; of what two reports say differently, the longer text stays."""
    found: dict[str, TrackingEvent] = {}
    for event in (*events, *new):
        key = identity(event, carrier=carrier, number=number)
        found[key] = _joined(found[key], event) if key in found else event
    return tuple(found[key] for key in sorted(found, key=lambda key: (order(found[key]), key)))


def plain_number(number: str) -> str:
    """A tracking number as it is compared, however it was grouped and written."""
    return "".join(filter(str.isalnum, number)).upper()


def order(event: TrackingEvent) -> tuple[datetime, int]:
    """When it happened, by the second; of two at the same time the one that `_RANKS` puts later counts."""
    return event.occurred_at.astimezone(UTC).replace(microsecond=0), _RANK[event.status]


def _joined(one: TrackingEvent, other: TrackingEvent) -> TrackingEvent:
    """Two reports of one event; the greater of each field, so that their order does not matter."""
    texts = {
        name: max(getattr(one, name), getattr(other, name), key=lambda text: (len(text), text))
        for name in ("carrier_code", "location", "source", "reason", "description", "signed_by", "tracking_number")
    }
    estimates = [event.estimated_at for event in (one, other) if event.estimated_at is not None]
    # The same instant in two zones is one time: kept in UTC, so that either report gives the same value.
    occurred = max(one.occurred_at.astimezone(UTC), other.occurred_at.astimezone(UTC))
    latest = max(estimates).astimezone(UTC) if estimates else None
    return replace(one, occurred_at=occurred, estimated_at=latest, **texts)
