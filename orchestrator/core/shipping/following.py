"""What the carriers' events add up to for the record of a shipment, and when the carrier is asked again."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from orchestrator.core.shipping.shipment import TrackingEvent, TrackingStatus
from orchestrator.core.table import iso_utc

OFTEN = timedelta(minutes=15)
HOURLY = timedelta(hours=1)
FIRST_WAIT = timedelta(hours=2)
SELDOM = timedelta(hours=6)
DAILY = timedelta(days=1)
QUIET = timedelta(days=3)
OLD = timedelta(days=14)
GIVEN_UP = timedelta(days=120)
"""After so long without news nobody is asked any more: carriers forget numbers after about 90 to 120 days."""
ENDED = frozenset({TrackingStatus.DELIVERED, TrackingStatus.CANCELLED})
_EXCEPTIONS = frozenset(
    {
        TrackingStatus.DELIVERY_FAILED,
        TrackingStatus.ON_HOLD,
        TrackingStatus.RETURN_TO_SENDER,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """Where the parcel is.

    Attributes:
        substatus: The reason of an incident, where there is one.
        action_required: Who must do what; empty where nobody must.
        reason: The same in a sentence.
        exception_at: Since when somebody must see to it.
        events: All of them, oldest first.
    """

    status: TrackingStatus = TrackingStatus.PENDING
    substatus: str = ""
    action_required: str = ""
    reason: str = ""
    is_exception: bool = False
    exception_at: datetime | None = None
    estimated_at: datetime | None = None
    delivered_at: datetime | None = None
    signed_by: str = ""
    events: tuple[TrackingEvent, ...] = ()


def follow(events: Sequence[TrackingEvent], *, now: datetime) -> Followed:
    """The events of one shipment, added up."""
    del now
    ordered = tuple(sorted(events, key=lambda event: event.occurred_at))
    if not ordered:
        return Followed()
    last = ordered[-1]
    estimates = [event.estimated_at for event in ordered if event.estimated_at is not None]
    bad = last.status in _EXCEPTIONS
    return Followed(
        status=last.status,
        substatus=last.reason,
        reason=last.description if bad else "",
        is_exception=bad,
        exception_at=last.occurred_at if bad else None,
        estimated_at=estimates[-1] if estimates else None,
        delivered_at=last.occurred_at if last.status is TrackingStatus.DELIVERED else None,
        signed_by=next((event.signed_by for event in reversed(ordered) if event.signed_by), ""),
        events=ordered,
    )


def plain_number(number: str) -> str:
    """A tracking number as it is compared: capital letters and digits, without the marks that people put between."""
    return re.sub(r"[^0-9A-Z]", "", number.upper())


def event_identity(event: TrackingEvent) -> str:
    """What makes two reports one event: the carrier's code, what it means, when and where; not by whom it came here."""
    parts = (event.carrier_code, event.status.value, iso_utc(event.occurred_at), event.location.strip().casefold())
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def next_poll(followed: Followed, *, now: datetime, since: datetime) -> datetime | None:
    """When the carrier is asked again; None where there is nothing more to ask.

    Args:
        followed: What it told so far.
        now: When it was asked last.
        since: When the label was bought.
    """
    if followed.status in ENDED:
        return None
    last = max((event.occurred_at for event in followed.events), default=since)
    quiet = now - last
    if quiet >= GIVEN_UP:
        return None
    return now + max(_interval(followed.status), DAILY if quiet >= OLD else SELDOM if quiet >= QUIET else OFTEN)


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
