"""Working days of a carrier: when it fetches what is ordered now, and when it promises to deliver it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from playbooks.shop.tariff import Carrier, Service, Tariff


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """The days on which a carrier works."""

    carrier: Carrier
    holidays: frozenset[date]

    def works_on(self, day: date) -> bool:
        """Whether the carrier fetches and delivers on a day."""
        return day.weekday() in self.carrier.works and day not in self.holidays

    def after(self, day: date, count: int) -> date:
        """The working day that is so many after a day."""
        while count:
            day += timedelta(days=1)
            count -= self.works_on(day)
        return day

    def leaves_on(self, ordered_at: datetime) -> date:
        """The day on which what is ordered then is fetched: that day before its cut-off, else the next working day."""
        local = ordered_at.astimezone(self.carrier.time_zone)
        if self.works_on(local.date()) and local.time() < self.carrier.cut_off:
            return local.date()
        return self.after(local.date(), 1)

    def at(self, day: date, hour: time) -> datetime:
        """An hour of a day where the carrier is, in UTC."""
        return datetime.combine(day, hour, tzinfo=self.carrier.time_zone).astimezone(UTC)


def calendar_of(tariff: Tariff, carrier: Carrier) -> Calendar:
    """The calendar of a carrier."""
    return Calendar(carrier=carrier, holidays=tariff.holidays)


def promised_at(tariff: Tariff, carrier: Carrier, service: Service, *, zone: str, ordered_at: datetime) -> datetime:
    """Until when a service delivers in a zone what is ordered then."""
    calendar = calendar_of(tariff, carrier)
    day = calendar.after(calendar.leaves_on(ordered_at), service.zones[zone].days)
    return calendar.at(day, service.deliver_by)
