"""A range is as long as it says, or refused before the engine makes it."""

import pytest

from orchestrator.core.errors import QueryError
from orchestrator.core.ports import QueryParameter
from orchestrator.core.table import ColumnType
from plugins.monitor.embedded.duckdb import DuckDbLogs


@pytest.mark.parametrize(
    ("kql", "line", "count"),
    [
        ("range x from 1 to 3000000000 step 1 | summarize sum(x)", 1, "3,000,000,000"),
        ("let n = 1000;\nrange x from 0 to n * n step 1 | count", 2, "1,000,001"),
        ("range x from 3000000000 to 1 step -1 | count", 1, "3,000,000,000"),
        ("range t from datetime(2024-01-01) to datetime(2024-02-01) step 1s | count", 1, "2,678,401"),
        ("range t from ago(30d) to now() step 1s | count", 1, "2,592,001"),
        ("range x from 1 to p_n step 1\n| count", 1, "2,000,000"),
        ("print array_length(\nrange(1, 3000000000, 1))", 2, "3,000,000,000"),
        ("AppRequests\n| extend a = range(1, ItemCount * 1000000, 1)", 2, "1,000,000"),
        ("print 1 | extend k = 1 | join (range k from 1 to 3000000000 step 1) on k", 1, "3,000,000,000"),
    ],
)
async def test_a_range_too_long_is_refused(logs: DuckDbLogs, kql: str, line: int, count: str):
    """The error has the number of values, the line and the mend, whatever the bounds are made of."""
    with pytest.raises(QueryError, match=f"line {line}: range yields {count} values.*larger step") as caught:
        await logs.query(kql, parameters=[QueryParameter("p_n", ColumnType.LONG, 2_000_000)])
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("kql", "expected"),
    [
        ("range x from 1 to 1000000 step 1 | summarize sum(x)", 500000500000),
        ("range x from 5 to 1 step -2 | summarize make_list(x)", [5, 3, 1]),
        ("range x from 5 to 1 step 1 | count", 0),
        ("range t from datetime(2024-01-01) to datetime(2024-01-02) step 1h | count", 25),
        ("let s = 1d; range t from ago(7d) to now() step s | count", 8),
        ("print range(1, 9, 4)", [1, 5, 9]),
        ("print array_length(range(1, 1000000, 1))", 1_000_000),
        ("print strlen(strrep('ab', 3000000000))", 2048),
        ("print strlen(strrep('ab', 3000000000, '-'))", 1024 * 3 - 1),
        ("print strrep('ab', 2)", "abab"),
        ("print array_length(range(datetime(2024-01-01), datetime(2024-01-02), 1h))", 25),
    ],
)
async def test_ranges_within_the_bound_are_made(logs: DuckDbLogs, kql: str, expected: object):
    """Numbers, times, up and down; one that points the other way is empty."""
    assert (await logs.query(kql)).rows == ((expected,),)
