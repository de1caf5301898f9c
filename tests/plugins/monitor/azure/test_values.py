"""The wire's values as those of the port."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from orchestrator.core.errors import QueryError
from orchestrator.core.ports import QueryLimits
from orchestrator.core.table import Column, ColumnType, QueryStats, Value
from plugins.monitor.azure.values import added, cut, read_column, read_rows, read_stats, read_value

C = ColumnType


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (C.STRING, None, ""),
        (C.STRING, "None", "None"),
        (C.GUID, "0000000A-0000-0000-0000-00000000000A", "0000000a-0000-0000-0000-00000000000a"),
        (C.GUID, "None", None),
        (C.BOOL, 1, True),
        (C.BOOL, "false", False),
        (C.BOOL, None, None),
        (C.INT, 5, 5),
        (C.LONG, str(2**63 - 1), 2**63 - 1),
        (C.REAL, 3, 3.0),
        (C.REAL, "NaN", None),
        (C.REAL, "Infinity", None),
        (C.REAL, "-Infinity", None),
        (C.REAL, math.nan, None),
        (C.DECIMAL, "1.50", 1.5),
        (C.DATETIME, "2024-01-02T03:04:05.1234567Z", datetime(2024, 1, 2, 3, 4, 5, 123456, tzinfo=UTC)),
        (C.DATETIME, datetime(2024, 1, 2), datetime(2024, 1, 2, tzinfo=UTC)),  # noqa: DTZ001  # naive is UTC
        (C.TIMESPAN, "1.02:03:04.5000000", timedelta(days=1, hours=2, minutes=3, seconds=4.5)),
        (C.TIMESPAN, "-00:00:01", timedelta(seconds=-1)),
        (C.TIMESPAN, "None", None),
        (C.DYNAMIC, '{"a": [1, null, NaN]}', {"a": [1, None, None]}),
        (C.DYNAMIC, "plain text", "plain text"),
        (C.DYNAMIC, "", None),
        (C.DYNAMIC, [1.5, {"b": math.inf}], [1.5, {"b": None}]),
    ],
)
def test_values_of_every_type(kind: ColumnType, value: Any, expected: Value):
    """Nulls, text in place of numbers, what JSON cannot say."""
    found = read_value(value, kind)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("kind", "value"),
    [(C.DATETIME, "soon"), (C.TIMESPAN, "soon"), (C.LONG, "x"), (C.REAL, "x"), (C.INT, [])],
)
def test_what_is_not_of_its_type_names_column_and_value(kind: ColumnType, value: Any):
    """Nothing is made up."""
    with pytest.raises(QueryError, match=rf"in the column 'c', which is no {kind.value}"):
        read_rows([Column("c", kind)], [[value]], sort=None)


def test_types_that_are_not_known_are_text():
    """The service may grow."""
    assert (read_column("a", "Guid"), read_column("b", "vector")) == (Column("a", C.GUID), Column("b", C.STRING))


COLUMNS = (Column("a", C.STRING), Column("n", C.LONG), Column("d", C.DYNAMIC))


def test_rows_without_a_sort_are_sorted_by_all_columns():
    """Nulls come last, as in the embedded backend."""
    raw = [["b", 1, None], ["a", None, "1"], ["a", 2, '{"x": 2}'], ["a", 2, '{"x": 1}']]
    assert read_rows(COLUMNS, raw, sort=None) == (
        ("a", 2, {"x": 1}),
        ("a", 2, {"x": 2}),
        ("a", None, 1),
        ("b", 1, None),
    )


def test_ties_of_a_sort_are_broken_by_the_other_columns():
    """The order of the sort itself stays."""
    raw = [["b", 2, None], ["a", 2, None], ["z", 1, None], ["c", 1, None]]
    assert [row[0] for row in read_rows(COLUMNS, raw, sort=("n",))] == ["a", "b", "c", "z"]


@pytest.mark.parametrize("sort", [(), ("gone",)])
def test_a_sort_by_what_is_not_shown_is_left_alone(sort: tuple[str, ...]):
    """Which rows tie cannot be told."""
    raw = [["b", 2, None], ["a", 2, None]]
    assert [row[0] for row in read_rows(COLUMNS, raw, sort=sort)] == ["b", "a"]


def test_cut_keeps_what_is_within_the_limits():
    """The reason names the limit."""
    rows = ((1,), (2,), (3,))
    assert cut(rows, QueryLimits(rows=3)) == (rows, None)
    assert cut(rows, QueryLimits(rows=2)) == (rows[:2], "stopped at the limit of 2 rows; there are more")
    kept, reason = cut(rows, QueryLimits(bytes=40))
    assert (kept, reason) == (rows[:1], "stopped at the limit of 40 bytes after 1 rows; there are more")


@pytest.mark.parametrize("statistics", [None, {}, {"query": None}, {"query": {}}, {"query": 5}])
def test_without_statistics_the_time_is_our_own(statistics: Any):
    """And the rest is not known."""
    assert read_stats(statistics, measured_s=0.5) == QueryStats(elapsed_s=0.5)


def test_statistics_in_part_are_read_in_part():
    """The service does not send all of them always."""
    statistics = {"query": {"executionTime": "x", "inputDatasetStatistics": {"rows": {"scanned": 7}}}}
    assert read_stats(statistics, measured_s=0.5) == QueryStats(elapsed_s=0.5, scanned_rows=7)
    shards = {"cold": {"missbytes": 10}, "hot": {"hitbytes": 5}, "bypassbytes": 1}
    statistics = {"query": {"executionTime": 2, "resourceUsage": {"cache": {"shards": shards}}}}
    assert read_stats(statistics, measured_s=0.5) == QueryStats(elapsed_s=2.0, scanned_bytes=16)


def test_costs_add_up():
    """What is not known counts as nothing, unless nothing is known."""
    one, two = QueryStats(elapsed_s=1.0, scanned_bytes=5), QueryStats(elapsed_s=2.0)
    assert added(one, two) == QueryStats(elapsed_s=3.0, scanned_bytes=5)
    assert added(two, two) == QueryStats(elapsed_s=4.0)
