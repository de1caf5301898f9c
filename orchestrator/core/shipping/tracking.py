"""One state machine for the parcels of all carriers: what a set of events adds up to.

The result depends on the set of events only, not on the order or the number of times in which they came. Events are
played in the order of the times at which they happened; of two in the same second the one further along the road counts
(`events.order`), but a return or a failed delivery after a delivery, so that nothing is called delivered on a guess.

- The newest event counts, except for the following.
- An event whose code nobody could map (`unknown` without a lost parcel) is kept and listed, and moves nothing.
- `pending` does not take a parcel back from the carrier.
- Delivered is left only for what truly contradicts it: a return, a failed delivery, a lost or damaged parcel.
- Cancelled is left when a carrier moves the parcel all the same.
- Delivered after a return began means that the sender has it: the return is completed, and nothing leaves that.
- An event that lies too far in the future is kept and listed, and moves nothing until its time has come.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from orchestrator.core.shipping.events import identity, merge, order, plain_number
from orchestrator.core.shipping.incidents import RETURNED, Actor, IncidentReason, Step, next_step, reason_of
from orchestrator.core.shipping.shipment import RefundStatus, Shipment, TrackingEvent, TrackingStatus

__all__ = [
    "Actor",
    "Doubt",
    "IncidentReason",
    "Tracked",
    "fold",
    "identity",
    "is_exception",
    "is_late",
    "merge",
    "track",
]

FUTURE_TOLERANCE = timedelta(hours=1)
"""By how much a carrier's clock may be ahead."""
RETURN_COMPLETED = "return_completed"
"""The substatus of a parcel that is back at its sender."""
_EXCEPTIONS = frozenset(
    {
        TrackingStatus.DELIVERY_DELAYED,
        TrackingStatus.DELIVERY_FAILED,
        TrackingStatus.ON_HOLD,
        TrackingStatus.RETURN_TO_SENDER,
        TrackingStatus.UNKNOWN,
    }
)
_ENDED = frozenset({TrackingStatus.DELIVERED, TrackingStatus.CANCELLED})
_GIVEN_BACK = frozenset({RefundStatus.SUBMITTED, RefundStatus.REFUNDED})
# Of several parcels the first of these that any parcel is in speaks for the shipment.
_WORST_FIRST = (
    TrackingStatus.UNKNOWN,
    TrackingStatus.RETURN_TO_SENDER,
    TrackingStatus.DELIVERY_FAILED,
    TrackingStatus.ON_HOLD,
    TrackingStatus.DELIVERY_DELAYED,
    TrackingStatus.PENDING,
    TrackingStatus.PICKED_UP,
    TrackingStatus.IN_TRANSIT,
    TrackingStatus.OUT_FOR_DELIVERY,
    TrackingStatus.READY_FOR_PICKUP,
    TrackingStatus.DELIVERED,
    TrackingStatus.CANCELLED,
)


class Doubt(StrEnum):
    """Why an event was kept without moving anything."""

    NOT_UNDERSTOOD = "not_understood"
    IN_THE_FUTURE = "in_the_future"
    OVERTAKEN = "overtaken"
    """It happened after the end of the road, such as a scan after delivery or on the way back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracked:
    """Where a shipment is.

    Attributes:
        substatus: The reason of an incident, or `return_completed`.
        action: Who must do what now.
        since: The time of the event that decides; None before any.
        explanation: The carrier's words of that event.
        estimated_at: As the newest event that tells it.
        delivered_at: When the last of its parcels was first said to be delivered.
        is_exception: Whether somebody must see to it.
        events: All, oldest first.
        doubts: The events that moved nothing, and why.
    """

    status: TrackingStatus = TrackingStatus.PENDING
    substatus: str = ""
    action: Step = Step(Actor.NONE)  # noqa: RUF009  # frozen
    since: datetime | None = None
    explanation: str = ""
    estimated_at: datetime | None = None
    delivered_at: datetime | None = None
    signed_by: str = ""
    is_exception: bool = False
    events: tuple[TrackingEvent, ...] = ()
    doubts: tuple[tuple[TrackingEvent, Doubt], ...] = ()


@dataclass(frozen=True, slots=True)
class _Parcel:
    """A parcel after some events: the one that decides, and since when it was delivered."""

    decided: TrackingEvent | None = None
    status: TrackingStatus = TrackingStatus.PENDING
    delivered: TrackingEvent | None = None
    returned: bool = False
    signed_by: str = ""
    estimated_at: datetime | None = None


def track(
    events: Iterable[TrackingEvent],
    *,
    now: datetime | None = None,
    numbers: Sequence[str] = (),
    cancelled: bool = False,
) -> Tracked:
    """What the events of one shipment add up to.

    Args:
        events: In any order, with repeats.
        now: Tells which lie in the future; None takes every time as it is.
        numbers: The tracking numbers of its parcels; an event without one is of the first. With several, the shipment
            is delivered when each parcel is that was not cancelled.
        cancelled: Whether its label was given back.
    """
    first = numbers[0] if numbers else ""
    merged = merge(events, number=first)
    start = _Parcel(status=TrackingStatus.CANCELLED if cancelled else TrackingStatus.PENDING)
    parcels: dict[str, _Parcel] = defaultdict(lambda: start, {plain_number(number): start for number in numbers})
    doubts: list[tuple[TrackingEvent, Doubt]] = []
    for event in merged:
        key = plain_number(event.tracking_number or first)
        doubt = _doubt(parcels[key], event, now)
        if doubt is None:
            parcels[key] = _after(parcels[key], event)
        else:
            doubts.append((event, doubt))
            parcels[key] = _told(parcels[key], event, doubt)
    return _of_parcels(tuple(parcels.values()) or (start,), merged, tuple(doubts))


def fold(shipment: Shipment, events: Iterable[TrackingEvent], *, now: datetime | None = None) -> Shipment:
    """The shipment with these events too; the same for every order and every repetition of events."""
    merged = merge(shipment.events, events, carrier=shipment.carrier, number=_first(shipment.tracking_numbers))
    if not merged:
        return shipment
    found = track(merged, now=now, numbers=shipment.tracking_numbers, cancelled=shipment.refund_status in _GIVEN_BACK)
    return replace(
        shipment,
        status=found.status,
        substatus=found.substatus,
        action_required=str(found.action),
        estimated_at=found.estimated_at or shipment.estimated_at,
        delivered_at=found.delivered_at,
        signed_by=found.signed_by,
        events=found.events,
    )


def is_late(shipment: Shipment, *, now: datetime) -> bool:
    """Whether the promised time has passed and the parcel is not there; what is cancelled or returned is not late."""
    if shipment.promised_at is None or shipment.status in {*_ENDED, TrackingStatus.RETURN_TO_SENDER}:
        return False
    return now > shipment.promised_at


def is_exception(shipment: Shipment) -> bool:
    """Whether somebody must see to it: delayed, failed, held, coming back, lost, or delivered damaged."""
    return _is_bad(shipment.status, shipment.substatus) and bool(shipment.events)


def _is_bad(status: TrackingStatus, substatus: str) -> bool:
    return status in _EXCEPTIONS or reason_of(substatus) is IncidentReason.CARRIER_DAMAGED_PARCEL


def _first(numbers: Sequence[str]) -> str:
    return numbers[0] if numbers else ""


def _doubt(parcel: _Parcel, event: TrackingEvent, now: datetime | None) -> Doubt | None:
    """Why an event moves nothing; None where it moves."""
    if now is not None and event.occurred_at > now + FUTURE_TOLERANCE:
        return Doubt.IN_THE_FUTURE
    if event.status is TrackingStatus.UNKNOWN and not _is_lost(event):
        return Doubt.NOT_UNDERSTOOD
    return None if _moves(parcel, event) else Doubt.OVERTAKEN


def _moves(parcel: _Parcel, event: TrackingEvent) -> bool:
    """Whether an event that is understood and due changes where the parcel is."""
    if parcel.returned:
        return False
    if event.status is TrackingStatus.PENDING and parcel.decided is not None:
        return parcel.status is TrackingStatus.PENDING
    match parcel.status:
        case TrackingStatus.DELIVERED:
            return _contradicts(event) or event.status is TrackingStatus.DELIVERED
        case TrackingStatus.CANCELLED:
            return event.status is not TrackingStatus.PENDING
        case TrackingStatus.RETURN_TO_SENDER:
            # It is on its way back; what is done with it on that way is part of the return.
            return event.status in {TrackingStatus.RETURN_TO_SENDER, TrackingStatus.DELIVERED} or _is_lost(event)
        case _:
            return True


def _contradicts(event: TrackingEvent) -> bool:
    """Whether an event says that a delivered parcel is not with its recipient, or not as it should be."""
    return (
        event.status in {TrackingStatus.RETURN_TO_SENDER, TrackingStatus.DELIVERY_FAILED}
        or _is_lost(event)
        or reason_of(event.reason) is IncidentReason.CARRIER_DAMAGED_PARCEL
    )


def _is_lost(event: TrackingEvent) -> bool:
    return reason_of(event.reason) is IncidentReason.CARRIER_PARCEL_LOST


def _after(parcel: _Parcel, event: TrackingEvent) -> _Parcel:
    """The parcel after an event that moves it."""
    back = parcel.status is TrackingStatus.RETURN_TO_SENDER and event.status is TrackingStatus.DELIVERED
    status = TrackingStatus.RETURN_TO_SENDER if back else event.status
    delivered = status is TrackingStatus.DELIVERED
    return _Parcel(
        decided=event,
        status=status,
        delivered=(parcel.delivered or event) if delivered else None,
        returned=back,
        signed_by=(event.signed_by or parcel.signed_by) if delivered else "",
        estimated_at=event.estimated_at or parcel.estimated_at,
    )


def _told(parcel: _Parcel, event: TrackingEvent, doubt: Doubt) -> _Parcel:
    """The parcel after an event that does not move it, but may tell when it is expected."""
    if doubt is not Doubt.IN_THE_FUTURE and event.estimated_at is not None:
        return replace(parcel, estimated_at=event.estimated_at)
    return parcel


def _of_parcels(
    parcels: tuple[_Parcel, ...], events: tuple[TrackingEvent, ...], doubts: tuple[tuple[TrackingEvent, Doubt], ...]
) -> Tracked:
    """The shipment of these parcels: as the worst of them, delivered when all are."""
    status = min((parcel.status for parcel in parcels), key=_WORST_FIRST.index)
    if status is TrackingStatus.PENDING and _only_riddles(parcels, doubts):
        status = TrackingStatus.UNKNOWN
    deciding = [parcel for parcel in parcels if parcel.status is status and parcel.decided is not None]
    parcel = max(deciding, key=_newest, default=_Parcel())
    event = parcel.decided
    reason = reason_of(event.reason) if event else None
    estimates = [one.estimated_at for one in parcels if one.estimated_at is not None]
    ends = [one.delivered.occurred_at for one in parcels if one.delivered is not None]
    signed = dict.fromkeys(one.signed_by for one in parcels if one.signed_by)
    substatus = RETURN_COMPLETED if parcel.returned else event.reason if event else ""
    return Tracked(
        status=status,
        substatus=substatus,
        action=RETURNED if parcel.returned else next_step(status, reason),
        since=event.occurred_at if event else None,
        explanation=event.description if event else "",
        estimated_at=max(estimates, default=None),
        delivered_at=max(ends) if status is TrackingStatus.DELIVERED and ends else None,
        signed_by=", ".join(signed),
        is_exception=_is_bad(status, substatus),
        events=events,
        doubts=doubts,
    )


def _only_riddles(parcels: tuple[_Parcel, ...], doubts: tuple[tuple[TrackingEvent, Doubt], ...]) -> bool:
    """Whether the carrier said something, and nothing of it is understood."""
    said = any(doubt is Doubt.NOT_UNDERSTOOD for _, doubt in doubts)
    return said and not any(parcel.decided for parcel in parcels)


def _newest(parcel: _Parcel) -> tuple[datetime, int, str]:
    assert parcel.decided is not None
    return (*order(parcel.decided), identity(parcel.decided))
