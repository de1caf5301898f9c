"""How a query is asked for less."""

from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.core.window import Window
from plugins.monitor.azure.narrowing import Ask, Excess, excess_of, narrowed, told

NOON = datetime(2024, 1, 20, 12, tzinfo=UTC)
HOUR = Window(NOON - timedelta(hours=1), NOON)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-2133196797 Query result set has exceeded (E_QUERY_RESULT_SET_TOO_LARGE)", Excess.SIZE),
        ("PartialError 80DA0003", Excess.SIZE),
        ("ResponseSizeError Response size too large", Excess.SIZE),
        ("E_RUNAWAY_QUERY: aborted", Excess.EFFORT),
        ("E_LOW_MEMORY_CONDITION", Excess.EFFORT),
        ("-2133196788 E_OVERFLOW", None),
        ("", None),
    ],
)
def test_limits_are_known_by_their_names_and_numbers(text: str, expected: Excess | None):
    """Whatever stands around them."""
    assert excess_of(text) is expected


def test_fewer_rows_where_the_result_was_too_large():
    """A quarter each time; at most four asks, and never less than one row."""
    ask: Ask | None = Ask(rows=1_000, window=None)
    rows = []
    while ask is not None:
        rows.append(ask.rows)
        ask = narrowed(ask, Excess.SIZE)
    assert rows == [1_000, 250, 62, 15]
    assert narrowed(Ask(rows=3, window=None), Excess.SIZE) is None


def test_the_newer_half_where_the_work_was_too_much():
    """An incident is seen at the window's end; nothing under a minute."""
    half = narrowed(Ask(rows=10, window=HOUR), Excess.EFFORT)
    assert half == Ask(rows=10, window=Window(NOON - timedelta(minutes=30), NOON), tried=1)
    assert narrowed(Ask(rows=10, window=Window(NOON - timedelta(seconds=90), NOON)), Excess.EFFORT) is None
    assert narrowed(Ask(rows=10, window=None), Excess.EFFORT) is None


def test_what_was_narrowed_is_told():
    """With the limit that was met."""
    first, last = Ask(rows=10_000, window=HOUR), Ask(rows=2_500, window=Window(NOON - timedelta(minutes=30), NOON))
    assert told(first, last, Excess.EFFORT) == (
        "the service's limit on what one query may use was met: asked again for the first 2,500 rows and for "
        "2024-01-20T11:30:00Z to 2024-01-20T12:00:00Z only"
    )
    assert told(first, first, Excess.SIZE).endswith("(500,000 rows or 64 MB) was met")
