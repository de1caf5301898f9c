"""Points and periods of time as people write them: clock times, days, ISO times, `10 minutes ago`, `this morning`."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMBERS = {
    "a": 1.0, "an": 1.0, "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "six": 6.0, "seven": 7.0,
    "eight": 8.0, "nine": 9.0, "ten": 10.0, "twelve": 12.0, "fifteen": 15.0, "twenty": 20.0, "thirty": 30.0,
    "forty": 40.0, "fifty": 50.0, "half an": 0.5, "half a": 0.5, "couple of": 2.0, "a couple of": 2.0,
    "few": 3.0, "a few": 3.0,
}  # fmt: skip
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_ZONES = {"utc": 0, "gmt": 0, "z": 0, "cet": 1, "cest": 2, "est": -5, "edt": -4, "cdt": -5, "pst": -8, "pdt": -7}
_PARTS = {"morning": (6, 12), "afternoon": (12, 18), "evening": (18, 24), "night": (20, 30)}

AMOUNT = (
    r"(?P<{0}n>\d+(?:\.\d+)?|half\s+an?|an?\s+couple\s+of|couple\s+of|an?\s+few|few|"
    + "|".join(sorted((name for name in _NUMBERS if " " not in name and name != "few"), key=len, reverse=True))
    + r")\s*(?P<{0}u>seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|[smhdw])\b"
)
_ZONE = r"(?P<zone>[+-]\d{2}:?\d{2}\b|(?:utc|gmt|cest|cet|est|edt|cdt|pst|pdt|z)\b|[A-Z][A-Za-z]+/[A-Z][A-Za-z_]+)"
_ISO = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})(?:(?:T|\s+(?:at\s+)?)(?P<time>\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?))?(?:\s*"
    + _ZONE + r")?(?![\w:])", re.IGNORECASE,
)  # fmt: skip
_AGO = re.compile(AMOUNT.format("a") + r"(?:\s*(?:and\s+|,\s*)?" + AMOUNT.format("b") + r")?\s+ago\b", re.IGNORECASE)
_CLOCK = re.compile(
    r"(?:(?P<word>noon|midday|midnight)|(?P<h>\d{1,2})(?::(?P<m>\d{2})(?::(?P<s>\d{2})(?:\.\d+)?)?)?"
    r"(?:\s*(?P<ap>[ap])\.?m\b\.?|\s+(?P<oclock>o'?clock))?)(?![\w:%]|[.,]\d|-[a-z])(?:\s*"
    + _ZONE.replace("[+-]", "[+]")
    + r")?",
    re.IGNORECASE,
)
_DAY = re.compile(
    r"(?:on\s+|last\s+)?(?:(?P<word>today|yesterday)|(?P<weekday>" + "|".join(_WEEKDAYS) + r"|mon|tue|wed|thu|fri|sat|"
    r"sun)|(?P<iso>\d{4}-\d{2}-\d{2})|(?P<month1>" + "|".join(_MONTHS) + r")[a-z]*\.?\s+(?P<day1>\d{1,2})(?:st|nd|rd|"
    r"th)?(?:,?\s+(?P<year1>\d{4}))?|(?P<day2>\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<month2>" + "|".join(_MONTHS)
    + r")[a-z]*(?:,?\s+(?P<year2>\d{4}))?)(?![\w:])",
    re.IGNORECASE,
)  # fmt: skip
_PART = re.compile(
    r"(?:(?P<this>this|yesterday|today|last)\s+(?P<part>morning|afternoon|evening|night)|"
    r"(?P<tonight>tonight|overnight))\b",
    re.IGNORECASE,
)
_GLUE = re.compile(r"\s*,?\s*(?:at|around|about|from|@|~)?\s*", re.IGNORECASE)
_SPACE = re.compile(r"\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A time as written. Either `instant` (with `until` for a period), or a clock time, or a day, or both.

    `bare` is True for an hour alone (`10`), which is a time only where a preposition says so.
    """

    instant: datetime | None = None
    until: datetime | None = None
    clock: time | None = None
    zone: tzinfo | None = None
    day: date | None = None
    weekly: bool = False
    yearly: bool = False
    bare: bool = False
    meridiem: str = ""


@dataclass(frozen=True, slots=True)
class Here:
    """Now, and the user's zone."""

    now: datetime
    tz: tzinfo

    def today(self) -> date:
        """The user's date."""
        return self.now.astimezone(self.tz).date()


def to_utc(day: date, clock: time, zone: tzinfo, *, latest: bool = False) -> datetime:
    """A local time in UTC. In a gap of the clock it moves past the gap; told twice, the first counts, or the latest."""
    return datetime.combine(day, clock.replace(fold=int(latest)), zone).astimezone(UTC)


def amount(number: str, unit: str) -> timedelta:
    """`2`, `hours` as a length of time."""
    word = re.sub(r"\s+", " ", number.lower())
    value = _NUMBERS.get(word)
    seconds = (float(word) if value is None else value) * _UNITS[unit[0].lower()]
    return timedelta(seconds=min(seconds, 3_650 * 86_400.0))


def match_point(text: str, at: int, here: Here) -> tuple[Point, int] | None:
    """The point that starts at a place of the text, and where it ends."""
    for matcher in (_match_iso, _match_ago, _match_part, _match_day, _match_clock):
        try:
            found = matcher(text, at, here)
        except (ValueError, OverflowError):
            continue  # 25:70 or 2026-02-30: no time after all
        if found is not None:
            return found
    return None


def resolve(point: Point, here: Here, *, after: datetime | None = None, latest: bool = False) -> datetime:
    """The point in UTC; a clock time without day is its last occurrence, or the first after `after`."""
    if point.instant is not None:
        return point.until if latest and point.until is not None else point.instant
    zone = point.zone or here.tz
    if point.clock is None:
        day = point.day or here.today()
        return to_utc(day + timedelta(days=1), time(), zone) if latest else to_utc(day, time(), zone)
    if point.day is not None:
        return _dated(point, point.day, zone, here, latest=latest)
    if after is not None:
        day = after.astimezone(zone).date()
        first = to_utc(day, point.clock, zone, latest=latest)
        return first if first > after else to_utc(day + timedelta(days=1), point.clock, zone, latest=latest)
    day = here.now.astimezone(zone).date()
    found = to_utc(day, point.clock, zone, latest=latest)
    if found > here.now:
        found = to_utc(day, point.clock, zone)
    return found if found <= here.now else to_utc(day - timedelta(days=1), point.clock, zone, latest=latest)


def share_context(first: Point, second: Point) -> Point:
    """`between 9 and 10 pm UTC yesterday`: the first point takes half of day, zone and day from the second."""
    if first.clock is None or second.clock is None:
        return first
    clock = first.clock
    if second.meridiem and not first.meridiem and clock.hour < 12:  # noqa: PLR2004 - noon
        moved = clock.replace(hour=clock.hour + 12) if second.meridiem == "p" else clock
        clock = moved if moved <= second.clock else clock
    day = first.day or second.day
    if first.day is None and day is not None and clock > second.clock:
        day -= timedelta(days=1)
    return replace(first, clock=clock, zone=first.zone or second.zone, day=day, weekly=second.weekly or first.weekly)


def _dated(point: Point, day: date, zone: tzinfo, here: Here, *, latest: bool) -> datetime:
    assert point.clock is not None
    found = to_utc(day, point.clock, zone, latest=latest)
    if found > here.now and point.weekly:
        return to_utc(day - timedelta(days=7), point.clock, zone, latest=latest)
    return found


def _match_iso(text: str, at: int, here: Here) -> tuple[Point, int] | None:
    found = _ISO.match(text, at)
    if found is None or found["time"] is None:
        return None
    hours, _, rest = found["time"].replace(",", ".").partition(":")
    parsed = datetime.fromisoformat(f"{found['date']}T{int(hours):02d}:{rest}")
    zone = _zone(found["zone"]) or here.tz
    return Point(instant=parsed.replace(tzinfo=zone).astimezone(UTC)), found.end()


def _match_ago(text: str, at: int, here: Here) -> tuple[Point, int] | None:
    found = _AGO.match(text, at)
    if found is None:
        return None
    length = amount(found["an"], found["au"])
    if found["bn"]:
        length += amount(found["bn"], found["bu"])
    return Point(instant=here.now - length), found.end()


def _match_part(text: str, at: int, here: Here) -> tuple[Point, int] | None:
    """`this morning`, `yesterday evening at 9:30`, `last night`."""
    found = _PART.match(text, at)
    if found is None:
        return None
    part = (found["part"] or "night").lower()
    word = (found["this"] or found["tonight"]).lower()
    day = here.today() - timedelta(days=word in {"yesterday", "last", "overnight"})
    start_hour, end_hour = _PARTS[part]
    if word == "this" and to_utc(day, time(start_hour), here.tz) > here.now:
        start_hour, day = (0, day) if part == "morning" else (start_hour, day - timedelta(days=1))
    clock = _clock_after(text, found.end())
    if clock is not None:
        point, end = clock
        return replace(_in_part(point, part), day=day), end
    start = to_utc(day, time(start_hour), here.tz)
    until = to_utc(day + timedelta(days=end_hour // 24), time(end_hour % 24), here.tz)
    return Point(instant=start, until=until), found.end()


def _in_part(point: Point, part: str) -> Point:
    late = part != "morning" and point.clock is not None and point.clock.hour < 12 and not point.meridiem  # noqa: PLR2004
    if late and point.clock is not None and (part != "night" or point.clock.hour > 5):  # noqa: PLR2004 - 2 at night is 2
        return replace(point, clock=point.clock.replace(hour=point.clock.hour + 12))
    return point


def _match_day(text: str, at: int, here: Here) -> tuple[Point, int] | None:
    """`yesterday`, `Monday at 14:00`, `March 3rd, 10:20`, `2026-03-01`."""
    found = _DAY.match(text, at)
    if found is None:
        return None
    day = _day_point(found, here)
    clock = _clock_after(text, found.end())
    if clock is None:
        return day, found.end()
    point, end = clock
    return replace(point, day=day.day, weekly=day.weekly), end


def _clock_after(text: str, at: int) -> tuple[Point, int] | None:
    glue = _GLUE.match(text, at)
    start = glue.end() if glue else at
    found = _CLOCK.match(text, start)
    if found is None:
        return None
    point = _clock_point(found)
    return None if point.bare and not re.search(r"\bat\s*$", text[at:start]) else (point, found.end())


def _match_clock(text: str, at: int, here: Here) -> tuple[Point, int] | None:
    found = _CLOCK.match(text, at)
    if found is None:
        return None
    point, end = _clock_point(found), found.end()
    space = _SPACE.match(text, end)
    following = space.end() if space else end
    part = _PART.match(text, following)
    if part is not None and part["part"]:
        day = here.today() - timedelta(days=part["this"].lower() in {"yesterday", "last"})
        return replace(_in_part(point, part["part"].lower()), day=day, bare=False), part.end()
    named = _DAY.match(text, following)
    if named is not None:
        day_point = _day_point(named, here)
        return replace(point, day=day_point.day, weekly=day_point.weekly, bare=False), named.end()
    return point, end


def _clock_point(found: re.Match[str]) -> Point:
    zone = _zone(found["zone"])
    if found["word"]:
        return Point(clock=time(0 if found["word"].lower() == "midnight" else 12), zone=zone)
    hour, half = int(found["h"]), (found["ap"] or "").lower()
    if half:
        if not 1 <= hour <= 12:  # noqa: PLR2004 - hours on a dial
            raise ValueError(f"no hour {hour} {half}m")
        hour = hour % 12 + (12 if half == "p" else 0)
    day_end = hour == 24 and not int(found["m"] or 0)  # noqa: PLR2004 - 24:00 is midnight
    clock = time(0 if day_end else hour, int(found["m"] or 0), int(found["s"] or 0))
    return Point(clock=clock, zone=zone, bare=not (found["m"] or half or found["oclock"]), meridiem=half)


def _day_point(found: re.Match[str], here: Here) -> Point:
    today = here.today()
    if found["word"]:
        return Point(day=today - timedelta(days=found["word"].lower() == "yesterday"))
    if found["weekday"]:
        names = [name[:3] for name in _WEEKDAYS]
        back = (today.weekday() - names.index(found["weekday"].lower()[:3])) % 7
        if back == 0 and found.group().lower().startswith("last"):
            back = 7
        return Point(day=today - timedelta(days=back), weekly=True)
    if found["iso"]:
        return Point(day=date.fromisoformat(found["iso"]))
    month = _MONTHS.index((found["month1"] or found["month2"]).lower()) + 1
    number, year = int(found["day1"] or found["day2"]), found["year1"] or found["year2"]
    day = date(int(year or today.year), month, number)
    return Point(day=day if year or day <= today else day.replace(year=today.year - 1))


def _zone(text: str | None) -> tzinfo | None:
    if not text:
        return None
    if text[0] in "+-":
        digits = text[1:].replace(":", "")
        offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
        return timezone(-offset if text[0] == "-" else offset)
    if text.lower() in _ZONES:
        return timezone(timedelta(hours=_ZONES[text.lower()]))
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
