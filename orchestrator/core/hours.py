"""Hours of the week and spans of dates, in a time zone: when a rule of a policy holds, and when changes are frozen."""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Some hours of some days of the week; a span that ends at or before its beginning goes on past midnight.

    Attributes:
        days: The days on which the span begins, of `DAYS`.
        start: Its first moment.
        end: The moment after its last; 00:00 is the end of the day.
        zone: IANA name of the time zone.
    """

    days: frozenset[str] = frozenset(DAYS)
    start: time = time(0)
    end: time = time(0)
    zone: str = "UTC"

    def holds(self, moment: datetime) -> bool:
        """Whether that moment (aware) lies in them."""
        here = moment.astimezone(ZoneInfo(self.zone))
        clock, today = here.time(), DAYS[here.weekday()]
        if self.start < self.end:
            return today in self.days and self.start <= clock < self.end
        yesterday = DAYS[here.weekday() - 1]
        return (today in self.days and clock >= self.start) or (yesterday in self.days and clock < self.end)

    def __str__(self) -> str:
        days = "every day" if len(self.days) == len(DAYS) else ", ".join(day for day in DAYS if day in self.days)
        return f"{days} {self.start:%H:%M} to {self.end:%H:%M} {self.zone}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """A span of whole days, both ends included, of one year or of every year.

    Attributes:
        first: The first day.
        last: The last day; where the span is of every year it may come before `first`, in the next year.
        yearly: Whether the years of the two are of no account.
        zone: IANA name of the time zone whose days they are.
    """

    first: date
    last: date
    yearly: bool = False
    zone: str = "UTC"

    def holds(self, moment: datetime) -> bool:
        """Whether that moment (aware) lies in them."""
        today = moment.astimezone(ZoneInfo(self.zone)).date()
        if not self.yearly:
            return self.first <= today <= self.last
        first, last = (self.first.month, self.first.day), (self.last.month, self.last.day)
        day = (today.month, today.day)
        return first <= day <= last if first <= last else day >= first or day <= last

    def __str__(self) -> str:
        form = "%m-%d" if self.yearly else "%Y-%m-%d"
        return f"{self.first.strftime(form)} to {self.last.strftime(form)} {self.zone}"
