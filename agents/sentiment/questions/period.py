"""The periods that a question about conversations names, in the asker's zone: `last week`, `June`, `since Monday`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from orchestrator.core.conversations.insights import Span
from orchestrator.core.times import find_span

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FULL = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "ten": 10, "twelve": 12, "fourteen": 14,
            "thirty": 30}  # fmt: skip
_UNITS = ("day", "week", "month", "quarter", "year")
_IN = r"(?:\b(?:in|on|during|for|over|within|of|from|since)\s+)?(?:the\s+)?"
_CALENDAR = re.compile(
    _IN + r"\b(?P<which>this|last|previous|past|current)\s+(?P<unit>day|week|month|quarter|year)\b(?!\s*\d)",
    re.IGNORECASE,
)
_ROLLING = re.compile(
    _IN + r"\b(?:last|past|previous)\s+(?P<n>\d{1,3}|" + "|".join(_NUMBERS) + r")\s+(?P<unit>hour|day|week|month)s?\b",
    re.IGNORECASE,
)
_DAY = re.compile(_IN + r"\b(?P<day>today|yesterday)\b(?:'s)?", re.IGNORECASE)
_QUARTER = re.compile(_IN + r"\bq(?P<n>[1-4])\b(?:\s+(?:of\s+)?(?P<year>20\d\d))?", re.IGNORECASE)
_MONTH = re.compile(
    _IN + r"\b(?P<month>" + "|".join((*_FULL, *(m for m in _MONTHS if m != "may"), "sept"))
    + r")\b\.?(?!\s+\d{1,2}\b(?!\d))"
    r"(?:\s+(?:of\s+)?(?P<year>20\d\d))?", re.IGNORECASE,
)  # fmt: skip
_YEAR = re.compile(_IN + r"\b(?P<year>20\d\d)\b(?!-)", re.IGNORECASE)
_OF_DAY = re.compile(r"\d(?:st|nd|rd|th)?\s+(?:of\s+)?$", re.IGNORECASE)
_VERB = re.compile(r"\b(?:we|you|they|i|it|that|who)\s+$", re.IGNORECASE)
_ROLLED = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
    "month": timedelta(days=30),
}


@dataclass(frozen=True, slots=True)
class Period:
    """A span of time and how it is put.

    Attributes:
        words: As the message names it.
        kind: day, week, month, quarter, year, or empty for a span that is none of the calendar's.
        first: Its first calendar unit's start, aware, in the asker's zone; `start` in that zone otherwise.
    """

    start: datetime
    end: datetime
    words: str
    kind: str = ""

    def span(self) -> Span:
        """As a question holds it."""
        return Span.of(self.start, self.end)

    def before(self) -> "Period":
        """The one just before it, of the same kind; of what is not over yet its part up to the same moment."""
        if not self.kind:
            return Period(self.start - (self.end - self.start), self.start, "the time before")
        zone = self.start.tzinfo
        assert zone is not None
        start = _step(self.start, self.kind, -1)
        whole = _step(self.start, self.kind, 1)
        end = self.start if self.end >= whole else min(start + (self.end - self.start), self.start)
        return Period(start, end, f"the {self.kind} before", self.kind)


def find_periods(text: str, *, now: datetime, zone: str) -> tuple[tuple[Period, ...], str]:
    """The periods that a message names, in its order, and the message without their words."""
    here = now.astimezone(ZoneInfo(zone))
    found: list[tuple[int, int, Period]] = []
    for match, period in _matches(text, here):
        if not any(match.start() < end and match.end() > start for start, end, _ in found):
            found.append((match.start(), match.end(), period))
    found.sort(key=lambda one: one[0])
    rest = text
    for start, end, _ in reversed(found):
        rest = f"{rest[:start]} | {rest[end:]}"
    if not found:
        return _spanned(text, here)
    return tuple(period for _, _, period in found), rest


def _spanned(text: str, here: datetime) -> tuple[tuple[Period, ...], str]:
    """A span as incidents' messages name it: `since Monday`, `between 1 June and 7 June`, `on 2026-06-03`."""
    tz = here.tzinfo
    assert tz is not None
    span = find_span(text, now=here, tz=tz)
    if span.start is None:
        return (), text
    start, end = span.start.astimezone(tz), (span.end or here).astimezone(tz)
    return (Period(start, end, span.text),), text.replace(span.text, " | ", 1)


def _matches(text: str, here: datetime) -> Iterator[tuple[re.Match[str], Period]]:
    for match in _ROLLING.finditer(text):
        number = _NUMBERS.get(match["n"].lower()) or int(match["n"])
        yield match, Period(here - number * _ROLLED[match["unit"].lower()], here, match[0].strip())
    for match in _CALENDAR.finditer(text):
        yield match, _calendar(match, here)
    for match in _DAY.finditer(text):
        start = _midnight(here) - timedelta(days=match["day"].lower() == "yesterday")
        yield match, _clamped(_midnight(start), "day", here, match[0])
    for match in _QUARTER.finditer(text):
        month = 3 * int(match["n"]) - 2
        yield match, _dated(here, month, match["year"], "quarter", match[0])
    for match in _MONTH.finditer(text):
        name = match["month"].lower()
        earlier = text[: match.start("month")]
        if (name == "may" and _VERB.search(earlier)) or _OF_DAY.search(earlier):
            continue
        yield match, _dated(here, _MONTHS.index(name[:3]) + 1, match["year"], "month", match[0])
    for match in _YEAR.finditer(text):
        yield match, _dated(here, 1, match["year"], "year", match[0])


def _calendar(match: re.Match[str], here: datetime) -> Period:
    unit = match["unit"].lower()
    start = _begin(here, unit)
    if match["which"].lower() not in {"this", "current"}:
        start = _step(start, unit, -1)
    return _clamped(start, unit, here, match[0])


def _dated(here: datetime, month: int, year: str | None, kind: str, words: str) -> Period:
    """A month or quarter without a year is its last occurrence, the present one too."""
    wanted = int(year) if year else here.year - (here.month < month)
    return _clamped(_local(wanted, month, 1, here.tzinfo), kind, here, words)


def _clamped(start: datetime, kind: str, here: datetime, words: str) -> Period:
    """The whole unit, or as much of it as has passed."""
    if words.strip().lower().startswith("since"):
        return Period(start, here, words.strip())
    end = _step(start, kind, 1)
    return Period(start, here if start < here < end else end, words.strip(), kind)


def _begin(here: datetime, unit: str) -> datetime:
    day = _midnight(here)
    match unit:
        case "week":
            return _midnight(day - timedelta(days=day.weekday()))
        case "month":
            return _local(day.year, day.month, 1, day.tzinfo)
        case "quarter":
            return _local(day.year, day.month - (day.month - 1) % 3, 1, day.tzinfo)
        case "year":
            return _local(day.year, 1, 1, day.tzinfo)
        case _:
            return day


def _step(start: datetime, unit: str, by: int) -> datetime:
    """The beginning of the unit that many later; local days may have 23 or 25 hours."""
    if unit in {"day", "week"}:
        moved = start.replace(tzinfo=None) + by * _ROLLED[unit]
        return _local(moved.year, moved.month, moved.day, start.tzinfo)
    months = start.year * 12 + start.month - 1 + by * {"month": 1, "quarter": 3, "year": 12}[unit]
    return _local(months // 12, months % 12 + 1, 1, start.tzinfo)


def _midnight(moment: datetime) -> datetime:
    return _local(moment.year, moment.month, moment.day, moment.tzinfo)


def _local(year: int, month: int, day: int, zone: tzinfo | None) -> datetime:
    return datetime(year, month, day, tzinfo=zone or UTC)


def told(period: Period, zone: str) -> str:
    """The period in words with its dates: `from 2026-06-01 to 2026-06-30 (Europe/Oslo)`."""
    local = ZoneInfo(zone)
    start, end = period.start.astimezone(local), period.end.astimezone(local)
    if start == _midnight(start) and end == _midnight(end):
        last = end - timedelta(days=1)
        return (
            f"on {start:%Y-%m-%d} ({zone})" if last <= start else f"from {start:%Y-%m-%d} to {last:%Y-%m-%d} ({zone})"
        )
    return f"from {start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} ({zone})"
