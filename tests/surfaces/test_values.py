from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from orchestrator.surfaces.terminal.values import (
    ago_text,
    column_texts,
    duration_text,
    local_span_text,
    number_text,
    parse_time,
    share_text,
    span_text,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (999, "999"),
        (12_411, "12,411"),
        (-5_000, "-5,000"),
        (0.18234, "0.1823"),
        (2.0, "2"),
        (1234.5, "1,234"),
    ],
)
def test_numbers_are_short_and_grouped(value: float, text: str):
    """As the guides' own sentences write them."""
    assert number_text(value) == text


@pytest.mark.parametrize(
    ("elapsed_ms", "text"), [(0.4, "0 ms"), (41.2, "41 ms"), (999.4, "999 ms"), (1240, "1.2 s"), (125_000, "2 min 5 s")]
)
def test_durations_take_the_unit_that_fits(elapsed_ms: float, text: str):
    """Milliseconds below a second, minutes from sixty."""
    assert duration_text(elapsed_ms) == text


def test_lengths_name_their_two_largest_units():
    """And zero is a length."""
    assert [ago_text(timedelta(days=1, hours=2, minutes=3)), ago_text(timedelta())] == ["1 d 2 h", "0 s"]


def test_shares_are_per_cent():
    """With one digit."""
    assert share_text(0.18234) == "18.2 %"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-22T10:00:00Z", datetime(2026, 11, 22, 10, tzinfo=UTC)),
        ("2026-11-22T10:00", datetime(2026, 11, 22, 10, tzinfo=UTC)),
        ("soon", None),
        (7, None),
    ],
)
def test_times_are_aware_or_none(text: object, expected: datetime | None):
    """A time without zone in a document is UTC."""
    assert parse_time(text) == expected


def test_spans_name_a_date_once():
    """Unless the span crosses midnight; seconds only where there are any."""
    start = datetime(2026, 11, 22, 10, 5, tzinfo=UTC)
    assert span_text(start, start + timedelta(minutes=40), "-") == "2026-11-22 10:05 - 10:45"
    assert span_text(start, start + timedelta(hours=20), "-") == "2026-11-22 10:05 - 2026-11-23 06:05"
    assert span_text(start, start + timedelta(seconds=90), "-") == "2026-11-22 10:05:00 - 10:06:30"


def test_local_spans_say_the_date_only_where_it_differs():
    """Ten in the evening in London is another day in Auckland."""
    start, end = datetime(2026, 11, 22, 9, tzinfo=UTC), datetime(2026, 11, 22, 10, tzinfo=UTC)
    assert local_span_text(start, end, ZoneInfo("Europe/Berlin"), "-") == "10:00 - 11:00"
    late = start + timedelta(hours=11)
    auckland = local_span_text(late, late + timedelta(hours=1), ZoneInfo("Pacific/Auckland"), "-")
    assert auckland == "2026-11-23 09:00 - 10:00"


def test_times_of_one_day_lose_the_date():
    """Times of two days keep it; what is no time stays as it is."""
    day, other = "2026-11-22T10:00:00Z", "2026-11-23T10:00:00Z"
    assert column_texts([day, day], "datetime") == ["10:00:00Z", "10:00:00Z"]
    assert column_texts([day, other, "x", None], "datetime") == ["2026-11-22 10:00:00", "2026-11-23 10:00:00", "x", ""]


def test_cells_of_every_type_are_one_line():
    """Booleans as KQL writes them, dynamic values as their text."""
    assert column_texts([True, None, "a\nb", {"k": 1}], "dynamic") == ["true", "", "a b", "{'k': 1}"]
