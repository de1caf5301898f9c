"""When the carrier of a shipment is asked again, and how tracking numbers are compared."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from orchestrator.core.shipping.shipment import TrackingEvent, TrackingStatus
from orchestrator.core.shipping.tracking import RETURN_COMPLETED

OFTEN = timedelta(minutes=15)
HOURLY = timedelta(hours=1)
FIRST_WAIT = timedelta(hours=2)
SELDOM = timedelta(hours=6)
DAILY = timedelta(days=1)
QUIET = timedelta(days=3)
OLD = timedelta(days=14)
GIVEN_UP = timedelta(days=120)
"""After so long without news nobody is asked any more: carriers forget numbers after some 90 to 120 days."""
ENDED = frozenset({TrackingStatus.DELIVERED, TrackingStatus.CANCELLED})
SETTLING = timedelta(days=2)
"""For how long a delivered parcel is still asked about, since a carrier may take it back: left at a wrong door."""


def plain_number(number: str) -> str:
    """A tracking number as it is compared: capital letters and digits, without the marks that people put between."""
    return re.sub(r"[^0-9A-Z]", "", number.upper())


def of_parcels(
    events: Iterable[TrackingEvent], numbers: Sequence[str], *, parcel: str = ""
) -> tuple[TrackingEvent, ...]:
    """The events with the number of their parcel as the shipment writes it; `parcel` is that of those without one."""
    written = {plain_number(number): number for number in numbers}
    return tuple(
        replace(
            event, tracking_number=written.get(plain_number(event.tracking_number or parcel), event.tracking_number)
        )
        for event in events
    )


def next_poll(
    status: TrackingStatus, *, substatus: str = "", now: datetime, told_at: datetime | None, since: datetime
) -> datetime | None:
    """When the carrier is asked again; None where there is nothing more to ask.

    Args:
        status: What it told so far.
        substatus: The same, finer.
        now: When it was asked last.
        told_at: The time of the newest event, where there is any.
        since: When the label was bought.
    """
    quiet = now - (told_at or since)
    over = status in ENDED or substatus == RETURN_COMPLETED
    if quiet >= (SETTLING if over else GIVEN_UP):
        return None
    pause = DAILY if over or quiet >= OLD else SELDOM if quiet >= QUIET else OFTEN
    return now + max(_interval(status), pause)


def _interval(status: TrackingStatus) -> timedelta:
    match status:
        case TrackingStatus.OUT_FOR_DELIVERY:
            return OFTEN
        case TrackingStatus.PENDING:
            return FIRST_WAIT
        case TrackingStatus.READY_FOR_PICKUP | TrackingStatus.RETURN_TO_SENDER:
            return SELDOM
        case _:
            return HOURLY
