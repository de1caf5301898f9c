from datetime import UTC, date, datetime, time

import pytest

from orchestrator.core.hours import Dates, Hours

OFFICE = Hours(days=frozenset({"mon", "tue"}), start=time(8), end=time(16), zone="Europe/Berlin")
NIGHT = Hours(days=frozenset({"fri"}), start=time(22), end=time(6), zone="UTC")
YEAR_END = Dates(first=date(2000, 12, 18), last=date(2000, 1, 2), yearly=True)
LATE = Dates(first=date(2026, 11, 19), last=date(2026, 11, 30), zone="Europe/Berlin")


def at(text: str) -> datetime:
    """A time in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "moment", "holds"),
    [
        (OFFICE, "2026-11-23T07:00", True),  # Monday 08:00 in Berlin
        (OFFICE, "2026-11-23T06:59", False),
        (OFFICE, "2026-11-23T15:00", False),
        (OFFICE, "2026-11-25T10:00", False),
        (OFFICE, "2026-07-06T06:00", True),  # in summer Berlin is two hours ahead
        (NIGHT, "2026-11-27T22:00", True),
        (NIGHT, "2026-11-28T05:59", True),  # Friday's night goes on
        (NIGHT, "2026-11-28T06:00", False),
        (NIGHT, "2026-11-28T23:00", False),
        (NIGHT, "2026-11-27T05:00", False),  # Thursday's is none
        (Hours(), "2026-11-27T05:00", True),
    ],
)
def test_hours_hold_in_their_own_zone(hours: Hours, moment: str, *, holds: bool):
    """Days and clock are those of the zone, and a night belongs to the day on which it began."""
    assert hours.holds(at(moment)) is holds


@pytest.mark.parametrize(
    ("dates", "moment", "holds"),
    [
        (YEAR_END, "2026-12-18T00:00", True),
        (YEAR_END, "2027-01-02T23:59", True),
        (YEAR_END, "2027-01-03T00:00", False),
        (YEAR_END, "2026-12-17T23:59", False),
        (LATE, "2026-11-18T23:00", True),  # the 19th in Berlin
        (LATE, "2026-11-30T23:00", False),
        (LATE, "2027-11-20T12:00", False),
    ],
)
def test_dates_include_both_days(dates: Dates, moment: str, *, holds: bool):
    """A span of every year may go over its end."""
    assert dates.holds(at(moment)) is holds


def test_they_say_what_they_are():
    """As a person reads them in a reason."""
    assert (str(OFFICE), str(YEAR_END)) == ("mon, tue 08:00 to 16:00 Europe/Berlin", "12-18 to 01-02 UTC")
