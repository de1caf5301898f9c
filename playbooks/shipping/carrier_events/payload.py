"""A pushed payload, read field by field: a wrong one is named with its path and its value."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, tzinfo

from orchestrator.core.errors import InputError
from orchestrator.core.shipping.events import plain_number
from orchestrator.core.shipping.incidents import IncidentReason
from orchestrator.core.shipping.shipment import TrackingEvent, TrackingStatus

MOST_EVENTS = 2_000
"""Of one payload; carriers tell a few dozen."""
_LONGEST = 1_000
_CARRIERS = {
    "canadapost": "canadapost",
    "dhl": "dhl",
    "dhlecommerce": "dhl",
    "dhlecs": "dhl",
    "dhlexpress": "dhl",
    "dpd": "dpd",
    "dpduk": "dpd",
    "fedex": "fedex",
    "fedexsmartpost": "fedex",
    "royalmail": "royalmail",
    "ups": "ups",
    "upsmailinnovations": "ups",
    "usps": "usps",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What one push tells of one number.

    Attributes:
        form: Whose payload it was: `ours`, `easypost`, `shippo`, `karrio`, `ups`.
        carrier: Our code where the name is known, else the sender's in small letters; empty where it does not say.
        events: As they stand in the payload; those that no table has are `unknown`.
        unmapped: The codes that no table has, each once.
    """

    form: str
    tracking_number: str
    carrier: str
    events: tuple[TrackingEvent, ...]
    estimated_at: datetime | None = None
    signed_by: str = ""
    unmapped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """A value of a payload and where it stands."""

    value: object
    path: str

    def wrong(self, wanted: str) -> InputError:
        """An error that names the place and the value."""
        found = "nothing" if self.value is None else f"{self.value!r:.60}"
        return InputError(f"{self.path} is {found}: give {wanted}")

    def get(self, name: str) -> "Field":
        """A field of an object; an absent one is null."""
        if not isinstance(self.value, Mapping):
            raise self.wrong("an object")
        return Field(self.value.get(name), f"{self.path}.{name}")

    def optional(self, name: str) -> "Field":
        """A field of an object that may be absent or null itself."""
        return Field(None, f"{self.path}.{name}") if self.value is None else self.get(name)

    def text(self) -> str:
        """A text, empty for null."""
        if self.value is None:
            return ""
        if not isinstance(self.value, str) or len(self.value) > _LONGEST:
            raise self.wrong(f"a text of at most {_LONGEST:,d} characters")
        return self.value.strip()

    def needed(self) -> str:
        """A text that is not empty."""
        found = self.text()
        if not found:
            raise self.wrong("a text")
        return found

    def items(self) -> tuple["Field", ...]:
        """The items of a list; none for null."""
        if self.value is None:
            return ()
        if isinstance(self.value, str) or not isinstance(self.value, Sequence):
            raise self.wrong("a list")
        if len(self.value) > MOST_EVENTS:
            raise InputError(f"{self.path} has {len(self.value):,d} items: give at most {MOST_EVENTS:,d}")
        return tuple(Field(item, f"{self.path}[{index}]") for index, item in enumerate(self.value))

    def time(self, zone: tzinfo) -> datetime | None:
        """A time of ISO 8601, None for null; one without zone is read in `zone`, a day alone as its last second."""
        text = self.text()
        if not text:
            return None
        try:
            if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
                return datetime.combine(date.fromisoformat(text), time(23, 59, 59), zone)
            found = datetime.fromisoformat(text)
            return (found.replace(tzinfo=zone) if found.tzinfo is None else found).astimezone(UTC)
        except (ValueError, OverflowError):
            raise self.wrong("a time such as 2026-11-25T10:20:00Z") from None

    def needed_time(self, zone: tzinfo) -> datetime:
        """A time that must be there."""
        found = self.time(zone)
        if found is None:
            raise self.wrong("a time such as 2026-11-25T10:20:00Z")
        return found


def carrier_of(name: str) -> str:
    """Our code of a carrier as services name it (`DHLExpress`, `dhl_express`); an unknown name in small letters."""
    plain = "".join(char for char in name.casefold() if char.isalnum())
    return _CARRIERS.get(plain, name.strip().casefold())


def place_of(field: Field, *names: str) -> str:
    """A place of its parts, as one text."""
    return ", ".join(filter(None, (field.optional(name).text() for name in names)))


def finished(notice: Notice) -> Notice:
    """With what the payload says once given to the events that it is about, and the codes that no table has."""
    unmapped = [
        event.carrier_code
        for event in notice.events
        if event.status is TrackingStatus.UNKNOWN and event.reason != IncidentReason.CARRIER_PARCEL_LOST
    ]
    number = plain_number(notice.tracking_number)
    newest = max(notice.events, key=lambda event: event.occurred_at, default=None)
    events = tuple(
        replace(
            event,
            signed_by=event.signed_by or (notice.signed_by if event.status is TrackingStatus.DELIVERED else ""),
            estimated_at=event.estimated_at or (notice.estimated_at if event is newest else None),
            tracking_number=number,
        )
        for event in notice.events
    )
    return replace(notice, tracking_number=number, events=events, unmapped=tuple(dict.fromkeys(unmapped)))
