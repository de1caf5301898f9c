from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.core.times import TimeSpan, find_span

NOW = datetime(2026, 3, 4, 10, 50, tzinfo=UTC)  # a Wednesday
BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> datetime | None:
    """`03-04 10:20` of 2026, in UTC; None for `-`."""
    return None if text == "-" else datetime.strptime(f"2026-{text} +0000", "%Y-%m-%d %H:%M %z")


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("checkout returns 502 since 10:20", "03-04 10:20", "-"),
        ("since 10:20 UTC", "03-04 10:20", "-"),
        ("since 10:20+02:00", "03-04 08:20", "-"),
        ("since 10:20 Europe/Berlin", "03-04 09:20", "-"),
        ("since 11:30", "03-03 11:30", "-"),
        ("since 10", "03-04 10:00", "-"),
        ("since 9am", "03-04 09:00", "-"),
        ("since 24:00", "03-04 00:00", "-"),
        ("between 9:00 and 9:30", "03-04 09:00", "03-04 09:30"),
        ("between 9 and 10", "03-04 09:00", "03-04 10:00"),
        ("between 10:00 and 11:00", "03-04 10:00", "03-04 10:50"),
        ("between 23:30 and 00:15", "03-03 23:30", "03-04 00:15"),
        ("from 10:00 to 10:45", "03-04 10:00", "03-04 10:45"),
        ("10:00-10:30", "03-04 10:00", "03-04 10:30"),
        ("from 9 to 10 pm yesterday", "03-03 21:00", "03-03 22:00"),
        ("from 2026-03-01T10:20 to 2026-03-01T11:00", "03-01 10:20", "03-01 11:00"),
        ("since yesterday 23:00 until 01:00", "03-03 23:00", "03-04 01:00"),
        ("between yesterday 22:00 and today 02:00", "03-03 22:00", "03-04 02:00"),
        ("until 10:30", "-", "03-04 10:30"),
        ("in the last 2 hours", "03-04 08:50", "03-04 10:50"),
        ("over the past 30 min", "03-04 10:20", "03-04 10:50"),
        ("in the last hour and 30 minutes", "03-04 09:20", "03-04 10:50"),
        ("failing for 20 minutes", "03-04 10:30", "-"),
        ("started about 20 minutes ago", "03-04 10:30", "-"),
        ("half an hour ago", "03-04 10:20", "-"),
        ("a couple of hours ago", "03-04 08:50", "-"),
        ("yesterday at 14:00", "03-03 14:00", "-"),
        ("at 5pm yesterday", "03-03 17:00", "-"),
        ("at 10:20", "03-04 10:20", "-"),
        ("2026-03-01T10:20:00Z", "03-01 10:20", "-"),
        ("2026-03-01", "03-01 00:00", "03-02 00:00"),
        ("yesterday", "03-03 00:00", "03-04 00:00"),
        ("today", "03-04 00:00", "-"),
        ("this morning", "03-04 06:00", "-"),
        ("this morning at 9:30", "03-04 09:30", "-"),
        ("last night", "03-03 20:00", "03-04 06:00"),
        ("on Monday at 14:00", "03-02 14:00", "-"),
        ("last Friday", "02-27 00:00", "02-28 00:00"),
        ("March 3rd 10:20", "03-03 10:20", "-"),
        ("failing at 09:15 and 09:45", "03-04 09:15", "-"),
        ("since 10:20, yesterday it was fine", "03-04 10:20", "-"),
        ("deployed at 09:55, failing since 10:20", "03-04 10:20", "-"),
        ("it was down at 8:00, now between 9:00 and 9:30", "03-04 09:00", "03-04 09:30"),
    ],
)
def test_finds_the_span(text: str, start: str, end: str):
    """The ways in which people name times."""
    span = find_span(text, now=NOW, tz=UTC)
    assert (at(start), at(end)) == (span.start, span.end)
    assert span.text in text


@pytest.mark.parametrize(
    "text",
    ["", "order 1234567 is late", "between 9 and 10 errors", "error rate rose from 5 to 8", "api-2 v1.10:20",
     "at 3 nodes", "5xx on api-2", "since the deploy", "host db01:1433", "at 10.0.0.5:80", "a ratio of 80:20"],
)  # fmt: skip
def test_numbers_are_not_times(text: str):
    """Counts, versions, ports and ratios name no span."""
    assert TimeSpan(None, None, "") == find_span(text, now=NOW, tz=UTC)


@pytest.mark.parametrize(
    ("text", "unread"),
    [
        ("cart fails since 25:99", "since 25:99"),
        ("since 25:70", "since 25:70"),
        ("it broke at 31:00, why?", "at 31:00"),
        ("since 15:30 pm", "since 15:30 pm"),
        ("since 13pm", "since 13pm"),
        ("2026-02-30T10:00", "2026-02-30T10:00"),
        ("since 10:20 until 25:99", "until 25:99"),
        ("between 10:00 and 25:99", "and 25:99"),
        ("deployed at 09:55, failing since 25:99", "since 25:99"),
        ("since 10:20, yesterday at 31:00", ""),
        ("since 10:20", ""),
        ("since 9am until 10:20", ""),
    ],
)
def test_impossible_times_are_named(text: str, unread: str):
    """What looks like a time and is none is told, unless the span is clear without it."""
    assert unread == find_span(text, now=NOW, tz=UTC).unread


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("cart fails since 25:99 10:20", "03-04 10:20", "-"),
        ("cart fails since 25:99 at 10:20", "03-04 10:20", "-"),
        ("cart fails since 25:99 yesterday at 10 pm", "03-03 22:00", "-"),
        ("since 10:20 until 25:99 10:30", "03-04 10:20", "03-04 10:30"),
    ],
)
def test_an_answer_takes_the_place_of_an_impossible_time(text: str, start: str, end: str):
    """The time that was asked for stands at the end of the message."""
    span = find_span(text, now=NOW, tz=UTC)
    assert (at(start), at(end), "") == (span.start, span.end, span.unread)


@pytest.mark.parametrize(
    ("text", "expected"), [("since 11:20", "03-04 10:20"), ("since 12:20", "03-03 11:20"), ("today", "03-03 23:00")]
)
def test_times_are_the_users(text: str, expected: str):
    """A time without zone is local; one in the future is its last occurrence."""
    assert at(expected) == find_span(text, now=NOW, tz=BERLIN).start


def test_a_skipped_local_time_moves_past_the_gap():
    """02:30 does not exist on the day the clock goes forward: 03:30 summer time is meant."""
    now = datetime(2026, 3, 29, 8, tzinfo=UTC)
    assert datetime(2026, 3, 29, 1, 30, tzinfo=UTC) == find_span("since 02:30", now=now, tz=BERLIN).start


def test_a_repeated_local_time_widens_the_span():
    """A time that the clock tells twice starts at its first and ends at its second."""
    now = datetime(2026, 10, 25, 8, tzinfo=UTC)
    span = find_span("between 02:15 and 02:45", now=now, tz=BERLIN)
    expected = (datetime(2026, 10, 25, 0, 15, tzinfo=UTC), datetime(2026, 10, 25, 1, 45, tzinfo=UTC))
    assert expected == (span.start, span.end)


@settings(max_examples=200, deadline=None)
@given(
    st.datetimes(datetime(2020, 1, 2), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds
    st.times(),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]),
)
def test_a_bare_time_is_its_last_occurrence(now: datetime, clock: object, zone: str):
    """It lies in the day before now, or a little more where the clock changes."""
    start = find_span(f"since {clock:%H:%M}", now=now, tz=ZoneInfo(zone)).start
    assert start is not None
    assert timedelta(0) <= now - start <= timedelta(hours=26)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(
    ["since", "between", "and", "from", "to", "at", "10:20", "9", "pm", "yesterday", "monday", "2 hours", "ago", "last",
     "this", "morning", "2026-03-01", "UTC", "-", ",", "until", "noon", "99:99", "0 hours", "99999999 weeks", "for"]),
    max_size=8).map(" ".join))  # fmt: skip
def test_any_words_yield_a_forward_span(text: str):
    """No words fail, and a span starts before it ends."""
    span = find_span(text, now=NOW, tz=BERLIN)
    assert span.start is None or span.end is None or span.start < span.end
