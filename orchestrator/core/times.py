"""The span of time that a message names, in the user's zone: `since 10:20`, `between 9 and 10 UTC`, `yesterday`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo

from orchestrator.core.time_points import AMOUNT, Here, Point, amount, match_point, resolve, share_context
from orchestrator.core.unread_times import find_unread, mended

_LAST = re.compile(
    r"(?:(?:in|over|for|during|within)\s+)?(?:the\s+)?(?:last|past|previous)\s+"
    r"(?:" + AMOUNT.format("a") + r"|(?P<one>minute|hour|day|week))(?:\s+and\s+" + AMOUNT.format("b") + r")?",
    re.IGNORECASE,
)
_FOR = re.compile(r"(?:for|since)\s+(?:about|around|over|more\s+than|nearly|almost|roughly)?\s*" + AMOUNT.format("a")
                  + r"(?!\s+ago)", re.IGNORECASE)  # fmt: skip
_ABOUT = r"(?:\s*(?:about|around|approximately|roughly|~|at|on)){0,2}\s*"
_BETWEEN = re.compile(r"between" + _ABOUT, re.IGNORECASE)
_FROM = re.compile(r"from" + _ABOUT, re.IGNORECASE)
_SINCE = re.compile(r"(?:since|after|as\s+of|(?:starting|beginning|started|began)(?:\s+(?:at|from|on))?)" + _ABOUT,
                    re.IGNORECASE)  # fmt: skip
_UNTIL = re.compile(r"(?:until|till|before|up\s+to|through)" + _ABOUT, re.IGNORECASE)
_AT = re.compile(r"(?:at|around|about|approximately|near|on|@|~)" + _ABOUT, re.IGNORECASE)
_AND = re.compile(r"\s*(?:and|to|until|till|through|-|–|—)" + _ABOUT, re.IGNORECASE)  # noqa: RUF001 - dashes that people type
_UNTIL_LATER = re.compile(r"\s*,?\s*(?:and\s+)?(?:until|till|up\s+to|to|through|-|–|—)" + _ABOUT, re.IGNORECASE)  # noqa: RUF001
_AFTER_BARE = re.compile(r"\s*(?:$|[.,;:!?)]|(?:today|yesterday|this|on|and|until|till|or|the|but|with|we|in)\b)",
                         re.IGNORECASE)  # fmt: skip
_REST_OF_WORD = re.compile(r"[\w'-]*")
_MAX_CHARACTERS = 20_000
_WORD = re.compile(r"(?<![\w.:/-])[\w@~]")


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """A span in UTC, as far as the message names it, and the words that name it; `''` where there are none.

    `unread` are words like a time that could not be read, such as "since 25:99"; `unread_end` says that they name
    the end. Both are empty where the span says already what they would.
    """

    start: datetime | None
    end: datetime | None
    text: str
    unread: str = ""
    unread_end: bool = False


_NOTHING = TimeSpan(None, None, "")


def find_span(text: str, *, now: datetime, tz: tzinfo) -> TimeSpan:
    """The span that a message names.

    A time without zone is in `tz`; one that would lie in the future is its last occurrence; an end in the future
    is `now`. A local time that the clock skips moves past the gap; one that it tells twice starts a span at its
    first and ends one at its second, so that nothing is left out. Spans win over single times, earlier words over
    later ones.
    """
    here = Here(now.astimezone(UTC), tz)
    read = text[:_MAX_CHARACTERS]
    unread = find_unread(read, here)
    if unread is None:
        return _first(read, here)[0]
    answered = mended(read, unread, here)
    if answered is not None:
        return _first(answered, here)[0]
    span, is_span = _first(read, here)
    known = span.end is not None if unread.is_end else is_span and span.start is not None
    return span if known else replace(span, unread=unread.words, unread_end=unread.is_end)


def _first(text: str, here: Here) -> tuple[TimeSpan, bool]:
    """The first span, or else the first single time, and whether it is a span."""
    named = _NOTHING
    for span, is_span in _spans(text, here):
        if span.start is not None and span.end is not None and span.start >= span.end:
            continue
        if is_span:
            return span, True
        named = named if named.text else span
    return named, False


def _spans(text: str, here: Here) -> Iterator[tuple[TimeSpan, bool]]:
    """Every span in the order of the text, none inside of another, and whether its words say that it is one."""
    at = 0
    while (word := _WORD.search(text, at)) is not None:
        found = _span_at(text, word.start(), here)
        if found is None:
            skipped = _REST_OF_WORD.match(text, word.end())
            at = skipped.end() if skipped else word.end()
            continue
        span, at, is_span = found
        yield span, is_span


def _span_at(text: str, at: int, here: Here) -> tuple[TimeSpan, int, bool] | None:
    for matcher in (_match_last, _match_between, _match_since, _match_for, _match_until, _match_at):
        found = matcher(text, at, here)
        if found is not None:
            return (*found, matcher is not _match_at)
    return None


def _match_last(text: str, at: int, here: Here) -> tuple[TimeSpan, int] | None:
    found = _LAST.match(text, at)
    if found is None:
        return None
    length = amount("one", found["one"]) if found["one"] else amount(found["an"], found["au"])
    if found["bn"]:
        length += amount(found["bn"], found["bu"])
    return _span(here.now - length, here.now, text, at, found.end())


def _match_for(text: str, at: int, here: Here) -> tuple[TimeSpan, int] | None:
    found = _FOR.match(text, at)
    if found is None:
        return None
    return _span(here.now - amount(found["an"], found["au"]), None, text, at, found.end())


def _match_between(text: str, at: int, here: Here) -> tuple[TimeSpan, int] | None:
    """`between P and P`, `from P to P`, `P - P`."""
    between, from_ = _BETWEEN.match(text, at), _FROM.match(text, at)
    opening = between or from_
    first = match_point(text, opening.end() if opening else at, here)
    if first is None:
        return None
    point, end = first
    joined = _AND.match(text, end)
    second = match_point(text, joined.end(), here) if joined else None
    if second is None or (joined and "and" in joined.group().lower() and not between):
        return None
    last, stop = second
    if last.bare and (point.bare or not opening) and not (between and _AFTER_BARE.match(text, stop)):
        return None
    if point.bare and not opening and last.bare:
        return None
    point = share_context(point, last)
    start = resolve(point, here)
    finish = resolve(last, here, after=start, latest=True)
    return _span(start, _not_future(last, finish, start, here), text, at, stop)


def _match_since(text: str, at: int, here: Here) -> tuple[TimeSpan, int] | None:
    since, from_ = _SINCE.match(text, at), _FROM.match(text, at)
    opening = since or from_
    first = match_point(text, opening.end(), here) if opening else None
    if first is None:
        return None
    point, end = first
    if point.bare and not (since and _AFTER_BARE.match(text, end)):
        return None
    start = resolve(point, here)
    until = _UNTIL_LATER.match(text, end)
    second = match_point(text, until.end(), here) if until else None
    if second is None or second[0].bare:
        return _span(start, None, text, at, end)
    last, stop = second
    finish = resolve(last, here, after=start, latest=True)
    return _span(start, _not_future(last, finish, start, here), text, at, stop)


def _match_until(text: str, at: int, here: Here) -> tuple[TimeSpan, int] | None:
    opening = _UNTIL.match(text, at)
    found = match_point(text, opening.end(), here) if opening else None
    if found is None or found[0].bare:
        return None
    return _span(None, resolve(found[0], here, latest=found[0].clock is not None), text, at, found[1])


def _match_at(text: str, at: int, here: Here) -> tuple[TimeSpan, int] | None:
    """A time by itself: a period has both ends, a point only a start."""
    opening = _AT.match(text, at)
    found = match_point(text, opening.end() if opening else at, here)
    if found is None:
        return None
    point, stop = found
    if point.bare and not (opening and opening.group().lower().strip() == "at" and _AFTER_BARE.match(text, stop)):
        return None
    start = resolve(point, here)
    is_period = point.until is not None or (point.clock is None and point.instant is None)
    end = resolve(point, here, latest=True) if is_period else None
    return _span(start, None if end is not None and end > here.now else end, text, at, stop)


def _not_future(point: Point, end: datetime, start: datetime, here: Here) -> datetime:
    """An end that has not come yet is now, unless its date was written out."""
    written = point.instant is not None and point.until is None
    return here.now if end > here.now > start + timedelta(seconds=1) and not written else end


def _span(start: datetime | None, end: datetime | None, text: str, at: int, stop: int) -> tuple[TimeSpan, int]:
    return TimeSpan(start, end, text[at:stop].strip()), stop
