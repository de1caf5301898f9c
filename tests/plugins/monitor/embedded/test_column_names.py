"""A column may have any name, and functions made of SQL lambdas do not take it for theirs."""

import pytest

from plugins.monitor.embedded.duckdb import DuckDbLogs

NAMES = ("s", "e", "v", "i", "l", "d", "r", "__e")
CALLS = [
    ("array_sort_asc({0})", [1, 2, 3]),
    ("array_sort_desc({0})", [3, 2, 1]),
    ("set_union({0}, {0})", [3, 1, 2]),
    ("set_intersect({0}, {0})", [3, 1, 2]),
    ("set_difference(dynamic([1, 9]), {0})", [9]),
    ("array_shift_left({0}, 1)", [1, 2, None]),
    ("array_shift_left(dynamic([1, 2, 3]), toint({0}[1]))", [2, 3, None]),
    ("array_shift_right({0}, 1)", [None, 3, 1]),
    ("array_rotate_left({0}, 1)", [1, 2, 3]),
    ("array_rotate_right(dynamic([1, 2, 3]), toint({0}[1]))", [3, 1, 2]),
    ("range(1, toint({0}[0]), 1)", [1, 2, 3]),
    ("strrep(tostring({0}[0]), 2, '-')", "3-3"),
    ("toint({0}[0]) / toint({0}[2])", 1),
]


@pytest.mark.parametrize("name", NAMES)
async def test_scalar_functions_on_columns_of_any_name(logs: DuckDbLogs, name: str):
    """Each function that needs a lambda, on a column with the name of a variable."""
    calls = ", ".join(f"c{place} = {call.format(name)}" for place, (call, _) in enumerate(CALLS))
    table = await logs.query(f"print {name} = dynamic([3, 1, 2]) | project {calls}")
    assert table.rows == (tuple(expected for _, expected in CALLS),)


@pytest.mark.parametrize("name", NAMES)
async def test_sets_of_columns_of_any_name(logs: DuckDbLogs, name: str):
    """Aggregates too, with and without a size."""
    table = await logs.query(
        f"datatable({name}: long)[3, 1, 3, 2]"
        f" | summarize a = make_set({name}), b = make_set({name}, 2), c = make_set_if({name}, {name} > 1)"
    )
    assert table.rows == (([3, 1, 2], [3, 1], [3, 2]),)


@pytest.mark.parametrize("name", NAMES)
async def test_sets_grouped_by_columns_of_any_name(logs: DuckDbLogs, name: str):
    """A key beside the set keeps its meaning."""
    table = await logs.query(
        f"datatable({name}: string, x: long)['p', 3, 'p', 1, 'q', 3] | summarize a = make_set(x, 5) by {name}"
    )
    assert table.rows == (("p", [3, 1]), ("q", [3]))
