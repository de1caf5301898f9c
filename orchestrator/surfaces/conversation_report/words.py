"""Numbers, dates and names as people read them."""

from datetime import date, timedelta

from orchestrator.core.conversations.statistics.breakdown import REST
from orchestrator.core.conversations.statistics.intervals import Estimate
from orchestrator.core.conversations.statistics.movement import OTHERS

MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"
THIN = "\N{NARROW NO-BREAK SPACE}"
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86_400
_PERCENT = 100
_FEW_PERCENT = 10
_LONG = 120
_NARROW = 4  # points: what is narrower is told with a decimal


def count(number: int) -> str:
    """A whole number with commas."""
    return f"{number:,}"


def some(number: int, one: str, many: str = "") -> str:
    """A number with its noun."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def percent(share: float) -> str:
    """A share as a percentage: a decimal where it is small and not nothing."""
    value = share * _PERCENT
    digits = 1 if 0 < value < _FEW_PERCENT and round(value, 1) % 1 else 0
    return f"{value:.{digits}f}{THIN}%"


def figure(value: float, *, is_share: bool) -> str:
    """A mean with two decimals, or a share."""
    return percent(value) if is_share else signed(f"{value:.2f}")


def range_text(estimate: Estimate, *, is_share: bool) -> str:
    """An interval as `3.31-3.52`; empty where there is none, or none that such figures could tell."""
    if estimate.low is None or estimate.high is None:
        return ""
    if is_share:
        digits = 1 if (estimate.high - estimate.low) * _PERCENT < _NARROW else 0
        low, high = (f"{end * _PERCENT:.{digits}f}" for end in (estimate.low, estimate.high))
        return f"{low}{DASH}{high}{THIN}%" if low != high else ""
    between = DASH if estimate.low >= 0 else " to "
    return signed(f"{estimate.low:.2f}{between}{estimate.high:.2f}")


def change(value: float, *, is_share: bool) -> str:
    """A difference with its sign; of shares, in percentage points."""
    if is_share:
        digits = 1 if abs(value) * _PERCENT < _NARROW else 0
        return f"{_signed(f'{value * _PERCENT:+.{digits}f}')}{THIN}pts"
    return _signed(f"{value:+.2f}")


def change_range(estimate: Estimate, *, is_share: bool) -> str:
    """The interval of a difference as `-0.72 to -0.06`; empty where there is none."""
    if estimate.low is None or estimate.high is None:
        return ""
    if is_share:
        digits = 1 if (estimate.high - estimate.low) * _PERCENT < _NARROW else 0
        low, high = (_signed(f"{end * _PERCENT:+.{digits}f}") for end in (estimate.low, estimate.high))
        return f"{low} to {high}{THIN}pts"
    return f"{_signed(f'{estimate.low:+.2f}')} to {_signed(f'{estimate.high:+.2f}')}"


def signed(text: str) -> str:
    """A number's text with a real minus sign."""
    return text.replace("-", MINUS)


def points(value: float) -> str:
    """A difference of points of 100 with its sign."""
    return _signed(f"{value:+.0f}")


def _signed(text: str) -> str:
    """As `signed`, and no sign on what rounds to nothing."""
    return text[1:] if not text.strip("+-0.") else signed(text)


def seconds(value: float) -> str:
    """A duration in its two largest units."""
    whole = round(value)
    if whole < _MINUTE_S:
        return f"{whole}{THIN}s"
    if whole < _HOUR_S:
        return f"{whole // _MINUTE_S}{THIN}min {whole % _MINUTE_S:02d}{THIN}s"
    if whole < _DAY_S:
        return f"{whole // _HOUR_S}{THIN}h {whole % _HOUR_S // _MINUTE_S:02d}{THIN}min"
    return f"{whole // _DAY_S}{THIN}d {whole % _DAY_S // _HOUR_S:02d}{THIN}h"


def day(at: date, *, year: bool = False) -> str:
    """A day as `3 Aug`, with its year where asked."""
    return f"{at.day} {at:%b}" + (f" {at.year}" if year else "")


def days(first: date, last: date, *, year: bool = True) -> str:
    """Days from the first to the last, both in."""
    if first == last:
        return day(first, year=year)
    return f"{day(first, year=year and first.year != last.year)} {DASH} {day(last, year=year)}"


def last_day(start: date, width_d: int) -> date:
    """The last day of a bucket."""
    return start + timedelta(days=width_d - 1)


def spelled(name: str) -> str:
    """An id as words: `late_delivery` is `Late delivery`; what stands for others, and for none, in words too."""
    if name == OTHERS:
        return "All others, few each"
    if name == REST:
        return "All further ones"
    if not name:
        return "None found"
    words = shortened(name.replace("_", " ") if name.islower() else name)
    return words[:1].upper() + words[1:]


def shortened(name: str) -> str:
    """A name that a source gives, which may be very long."""
    return name if len(name) <= _LONG else f"{name[: _LONG - 1]}…"
