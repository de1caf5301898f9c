"""How a sample carrier moves a parcel: a schedule that follows from its number and the carrier's calendar alone.

Most parcels arrive as promised. By the hash of the number some are late, not let in, held, sent back, or lost, so that
everything that a real carrier tells happens here as well, and happens again in the same way.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from orchestrator.core.shipping.incidents import IncidentReason
from orchestrator.core.shipping.shipment import TrackingEvent, TrackingStatus
from playbooks.shop.carriers import code_of
from playbooks.shop.promising import Calendar, calendar_of
from playbooks.shop.shipments import Sent
from playbooks.shop.tariff import Tariff

_FATES = (
    (72, "on_time"),
    (80, "late"),
    (86, "nobody_home"),
    (89, "to_be_fetched"),
    (92, "wrong_address"),
    (95, "refused"),
    (97, "damaged"),
    (99, "lost"),
    (100, "on_time"),
)
"""Up to which hundredth a parcel has which fate."""
Status, Reason = TrackingStatus, IncidentReason
_AT_CUSTOMS = 25
"""In how many of a hundred parcels that cross a border the customs take a day more."""
_AGAIN = {"nobody_home": 1, "wrong_address": 2, "to_be_fetched": 2, "refused": 1, "damaged": 1, "lost": 6, "late": 2}
"""After how many working days what goes wrong goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A parcel on its way.

    Attributes:
        draw: A whole number of 0 to 99 for a name, always the same for the same parcel.
    """

    sent: Sent
    number: str
    calendar: Calendar
    days: int

    def draw(self, name: str) -> int:
        """See the class."""
        digest = hashlib.sha256(f"{name}:{self.number}".encode()).digest()
        return int.from_bytes(digest[:4]) % 100

    @property
    def fate(self) -> str:
        """What becomes of it."""
        drawn = self.draw("fate")
        return next(fate for limit, fate in _FATES if drawn < limit)

    @property
    def crosses_border(self) -> bool:
        """Whether its ends lie in two countries."""
        return self.sent.ship_from.country_code.upper() != self.sent.ship_to.country_code.upper()

    def at(self, working_day: int, hour: time, *, up_to_min: int = 0) -> datetime:
        """An hour of its so-manieth working day, 0 that on which it leaves, and some minutes of its own later."""
        day = self.calendar.after(self.calendar.leaves_on(self.sent.created_at), working_day)
        return self.calendar.at(day, hour) + timedelta(minutes=up_to_min * self.draw(f"{working_day}{hour}") // 100)


def moved(sent: Sent, tracking_number: str, *, tariff: Tariff, now: datetime) -> tuple[TrackingEvent, ...]:
    """What the carrier has told of a parcel by now, oldest first; nothing of one that was given back or is a test."""
    found = tariff.service(sent.carrier, sent.service)
    if found is None or sent.voided_at or sent.test_mode:
        return ()
    carrier, service = found
    days = service.zones[sent.zone].days
    parcel = Parcel(sent=sent, number=tracking_number, calendar=calendar_of(tariff, carrier), days=days)
    return tuple(sorted((one for one in _all(parcel) if one.occurred_at <= now), key=lambda one: one.occurred_at))


def _all(parcel: Parcel) -> Iterator[TrackingEvent]:
    yield from _on_the_way(parcel)
    late = _customs_days(parcel) + (_AGAIN["late"] if parcel.fate == "late" else 0)
    if parcel.fate == "late":
        reason = Reason.WEATHER_DELAY if parcel.draw("why") % 2 else Reason.CARRIER_SORTING_ERROR
        at = parcel.at(parcel.days, time(9), up_to_min=60)
        expected = parcel.at(parcel.days + late, parcel.calendar.carrier.pickup)
        yield _event(parcel, "late", Status.DELIVERY_DELAYED, at, to=True, reason=reason, estimated_at=expected)
    yield from _arriving(parcel, parcel.days + late)


def _on_the_way(parcel: Parcel) -> Iterator[TrackingEvent]:
    pickup = parcel.at(0, parcel.calendar.carrier.pickup, up_to_min=60)
    yield _event(parcel, "picked_up", Status.PICKED_UP, pickup, to=False)
    yield _event(parcel, "departed", Status.IN_TRANSIT, pickup + timedelta(hours=3, minutes=20), to=False)
    for day in range(1, parcel.days):
        yield _event(parcel, "arrived", Status.IN_TRANSIT, parcel.at(day, time(5, 30), up_to_min=300), to=None)
    if _customs_days(parcel):
        held, cleared = parcel.at(parcel.days - 1, time(13)), parcel.at(parcel.days, time(11), up_to_min=90)
        yield _event(parcel, "at_customs", Status.ON_HOLD, held, to=True, reason=Reason.CUSTOMS_DELAY)
        yield _event(parcel, "cleared", Status.IN_TRANSIT, cleared, to=True)


def _customs_days(parcel: Parcel) -> int:
    return int(parcel.crosses_border and parcel.draw("customs") < _AT_CUSTOMS)


def _arriving(parcel: Parcel, day: int) -> Iterator[TrackingEvent]:
    """What happens from the day on which it should be brought."""
    fate = parcel.fate
    if fate == "lost":
        at = parcel.at(day + _AGAIN[fate], time(10))
        yield _event(parcel, "lost", Status.UNKNOWN, at, to=None, reason=Reason.CARRIER_PARCEL_LOST)
        return
    if fate == "damaged":
        at = parcel.at(day, time(7), up_to_min=50)
        yield _event(parcel, "damaged", Status.ON_HOLD, at, to=True, reason=Reason.CARRIER_DAMAGED_PARCEL)
        yield from _returning(parcel, day + _AGAIN[fate])
        return
    out = parcel.at(day, time(7, 40), up_to_min=50)
    yield _event(parcel, "out_for_delivery", Status.OUT_FOR_DELIVERY, out, to=True)
    if fate in {"on_time", "late"}:
        yield _delivered(parcel, day)
        return
    yield from _not_let_in(parcel, day)


def _not_let_in(parcel: Parcel, day: int) -> Iterator[TrackingEvent]:
    fate, attempt = parcel.fate, parcel.at(day, time(9, 30), up_to_min=90)
    again = day + _AGAIN[fate]
    match fate:
        case "refused":
            yield _event(parcel, "refused", Status.DELIVERY_FAILED, attempt, to=True, reason=Reason.CONSIGNEE_REFUSED)
            yield from _returning(parcel, again)
            return
        case "wrong_address":
            yield _event(
                parcel, "wrong_address", Status.ON_HOLD, attempt, to=True, reason=Reason.CONSIGNEE_INCORRECT_ADDRESS
            )
        case _:
            yield _event(
                parcel, "nobody_home", Status.DELIVERY_FAILED, attempt, to=True, reason=Reason.CONSIGNEE_NOT_HOME
            )
    if fate == "to_be_fetched":
        fetchable = parcel.at(day, time(18))
        yield _event(parcel, "waiting", Status.READY_FOR_PICKUP, fetchable, to=True)
    else:
        out = parcel.at(again, time(7, 40), up_to_min=50)
        yield _event(parcel, "out_for_delivery", Status.OUT_FOR_DELIVERY, out, to=True)
    yield _delivered(parcel, again)


def _returning(parcel: Parcel, day: int) -> Iterator[TrackingEvent]:
    yield _event(parcel, "returning", Status.RETURN_TO_SENDER, parcel.at(day, time(8), up_to_min=60), to=True)


def _delivered(parcel: Parcel, day: int) -> TrackingEvent:
    """Before the hour until which the service promises, whoever takes it."""
    name = parcel.sent.ship_to.person_name.split()
    signed = f"{name[0][0]}. {name[-1]}".upper() if name else "RECEPTION"
    signed_by = signed if parcel.sent.signature != "none" or parcel.fate == "to_be_fetched" else ""
    at = parcel.at(day, time(9, 50), up_to_min=120)
    return _event(parcel, "delivered", Status.DELIVERED, at, to=True, signed_by=signed_by)


def _event(
    parcel: Parcel,
    what: str,
    status: TrackingStatus,
    at: datetime,
    *,
    to: bool | None,
    reason: IncidentReason | None = None,
    signed_by: str = "",
    estimated_at: datetime | None = None,
) -> TrackingEvent:
    """An event near the sender, near the recipient (`to`), or between them (None)."""
    end = parcel.sent.ship_to if to else parcel.sent.ship_from
    place = ", ".join(filter(None, (end.city, end.state_code, end.country_code)))
    return TrackingEvent(
        carrier_code=code_of(parcel.sent.carrier, what),
        status=status,
        occurred_at=at,
        location="Sorting centre" if to is None else place,
        source="poll",
        reason=reason.value if reason else "",
        description=what.replace("_", " ").capitalize(),
        signed_by=signed_by,
        estimated_at=estimated_at or parcel.sent.promised_at,
    )
