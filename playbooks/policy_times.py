"""Reads the hours and dates of a policy."""

import re
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from orchestrator.core.errors import InputError
from orchestrator.core.hours import DAYS, Dates, Hours
from playbooks.literals import parse_timespan
from playbooks.yaml_values import YamlValue

_CLOCK = re.compile(r"([01]?[0-9]|2[0-4]):([0-5][0-9])")
_LEAP = 2000  # the year of a date of every year: 29 February is one
_DAY_H = 24


def read_hours(value: YamlValue, *, zone: str) -> Hours:
    """`{days: [mon-fri], from: 08:00, to: 16:00, time_zone: Europe/Berlin}`; each may be left out."""
    entries = value.mapping(known=("days", "from", "to", "time_zone"))
    return Hours(
        days=_days(entries["days"]) if "days" in entries else frozenset(DAYS),
        start=_clock(entries["from"]) if "from" in entries else time(0),
        end=_clock(entries["to"]) if "to" in entries else time(0),
        zone=read_zone(entries["time_zone"]) if "time_zone" in entries else zone,
    )


def read_dates(value: YamlValue, *, zone: str) -> Dates:
    """`{from: 2026-11-19, to: 2026-11-30}`, or `{from: 12-18, to: 01-02}` for every year; both days are included."""
    entries = value.mapping(known=("from", "to"), required=("from", "to"))
    (first, every), (last, ends_yearly) = _date(entries["from"]), _date(entries["to"])
    if every != ends_yearly:
        raise value.error("one of `from` and `to` has a year and the other has none; write both the same way")
    if not every and last < first:
        raise value.error(f"it ends on {last} before it begins on {first}; swap them")
    return Dates(first=first, last=last, yearly=every, zone=zone)


def read_zone(value: YamlValue) -> str:
    """An IANA zone that exists."""
    name = value.text()
    try:
        return ZoneInfo(name).key
    except (KeyError, ValueError, OSError) as error:
        raise value.error(f"unknown time zone {name!r}; write one such as Europe/Berlin") from error


def read_length(value: YamlValue) -> timedelta:
    """A length of time above zero."""
    try:
        found = parse_timespan(value.text())
    except InputError as error:
        raise value.error(error.message) from error
    if found <= timedelta(0):
        raise value.error(f"{value.text()!r} is no time to wait; write one such as 30m")
    return found


def _days(value: YamlValue) -> frozenset[str]:
    found: set[str] = set()
    for item in value.items():
        first, dash, last = item.text().lower().partition("-")
        if first not in DAYS or (dash and last not in DAYS):
            raise item.error(
                f"{item.text()!r} is no day of the week; write {', '.join(DAYS)} or a span such as mon-fri"
            )
        start, end = DAYS.index(first), DAYS.index(last or first)
        found |= {DAYS[number % len(DAYS)] for number in range(start, end + 1 + (len(DAYS) if end < start else 0))}
    return frozenset(found)


def _clock(value: YamlValue) -> time:
    found = _CLOCK.fullmatch(value.text())
    hour, minute = (int(found[1]), int(found[2])) if found else (0, 0)
    if not found or (hour == _DAY_H and minute):
        raise value.error(f"{value.text()!r} is no time of day; write it like 08:00")
    return time(hour % _DAY_H, minute)


def _date(value: YamlValue) -> tuple[date, bool]:
    """The day, and whether it is of every year."""
    text = value.text()
    yearly = re.fullmatch(r"\d\d-\d\d", text) is not None
    try:
        return date.fromisoformat(f"{_LEAP}-{text}" if yearly else text), yearly
    except ValueError as error:
        raise value.error(f"{text!r} is no date; write it like 2026-11-19, or 12-18 for every year") from error
