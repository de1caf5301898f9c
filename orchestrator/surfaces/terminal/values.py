"""Table values, times, shares and durations as people read them."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from orchestrator.core.table import json_value
from orchestrator.surfaces.terminal.cleaning import clean

NUMERIC = frozenset({"int", "long", "real", "decimal"})
_GROUPED = 1_000
_SECOND_MS = 1000
_MINUTE_S = 60


def parse_time(value: object) -> datetime | None:
    """An ISO 8601 text or a datetime as an aware datetime; None when it is neither."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def zone_named(name: str) -> tzinfo | None:
    """The IANA zone; None where there is none of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return None


def span_text(start: datetime, end: datetime, dash: str = "\N{EN DASH}") -> str:
    """`2026-11-22 10:05 - 10:45`; the second date only where it differs, seconds only where there are any."""
    clock = _clock(start, end)
    last = clock if start.date() == end.date() else f"%Y-%m-%d {clock}"
    return f"{start:%Y-%m-%d} {start.strftime(clock)} {dash} {end.strftime(last)}"


def local_span_text(start: datetime, end: datetime, zone: tzinfo, dash: str) -> str:
    """The span in that zone; without dates where they are those of the span as given."""
    here, there = start.astimezone(zone), end.astimezone(zone)
    if start.date() == end.date() == here.date() == there.date():
        clock = _clock(start, end)
        return f"{here.strftime(clock)} {dash} {there.strftime(clock)}"
    return span_text(here, there, dash)


def _clock(start: datetime, end: datetime) -> str:
    return "%H:%M" if start.second == end.second == 0 else "%H:%M:%S"


def moment_text(moment: datetime) -> str:
    """`2026-11-22 10:21:30`; fractions of seconds are cut."""
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def ago_text(length: timedelta) -> str:
    """A length of time in its two largest units: `2 h 5 min`."""
    seconds = int(length.total_seconds())
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3600)
    minutes, seconds = divmod(rest, _MINUTE_S)
    parts = [f"{n} {unit}" for n, unit in ((days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s")) if n]
    return " ".join(parts[:2]) or "0 s"


def number_text(value: float) -> str:
    """Whole numbers in full (grouped from 1,000), others with four significant digits."""
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e15):  # noqa: PLR2004  # exact as a float
        return f"{int(value):,d}" if abs(value) >= _GROUPED else str(int(value))
    return f"{value:.4g}" if abs(value) < _GROUPED else f"{value:,.0f}"


def share_text(value: float) -> str:
    """A share of one in per cent."""
    return f"{value:.1%}".replace("%", " %")


def duration_text(elapsed_ms: float) -> str:
    """`41 ms`, `1.2 s` or `2 min 5 s`."""
    if elapsed_ms < _SECOND_MS:
        return f"{elapsed_ms:.0f} ms"
    seconds = elapsed_ms / _SECOND_MS
    return f"{seconds:.1f} s" if seconds < _MINUTE_S else ago_text(timedelta(seconds=seconds))


def cell_text(value: object, kind: str) -> str:
    """One cell as one safe line; null is empty."""
    match json_value(value):
        case None:
            return ""
        case bool() as flag:
            return "true" if flag else "false"
        case int() | float() as found:
            return number_text(found)
        case str() as found if kind == "datetime":
            moment = parse_time(found)
            return moment_text(moment.astimezone(UTC)) if moment else clean(found)
        case found:
            return clean(found)


def exact_text(value: object) -> str:
    """One cell as one safe line, as exact as in JSON; null is empty."""
    found = json_value(value)
    match found:
        case None:
            return ""
        case str():
            return clean(found)
        case _:
            return clean(json.dumps(found, ensure_ascii=False))


def column_texts(values: Sequence[object], kind: str) -> list[str]:
    """A column's cells; times all of one day keep only the time of day, and say that they are UTC."""
    if kind == "datetime":
        moments = [parse_time(value) for value in values]
        found = [moment.astimezone(UTC) for moment in moments if moment]
        if found and len(found) == len(moments) and len({moment.date() for moment in found}) == 1:
            return [f"{moment:%H:%M:%S}Z" for moment in found]
    return [cell_text(value, kind) for value in values]


def falls(values: Sequence[float]) -> bool:
    """Whether the values never rise and fall at least once."""
    return all(a >= b for a, b in pairwise(values)) and len(set(values)) > 1


def rises(values: Sequence[datetime]) -> bool:
    """Whether each moment is later than the one before."""
    return all(a < b for a, b in pairwise(values))
