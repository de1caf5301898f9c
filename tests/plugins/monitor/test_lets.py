"""Parameters as let statements: every value arrives as it was, and nothing breaks out."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestrator.core.errors import QueryError
from orchestrator.core.ports import QueryParameter
from orchestrator.core.table import ColumnType, Value
from plugins.monitor.embedded.duckdb import DuckDbLogs
from plugins.monitor.lets import render_lets, string_literal

HOSTILE = [
    '"; drop table AppRequests; //',
    "'; .drop table AppRequests",
    'back\\slash \\" \\n',
    "two\nlines\r\nand\ttab",
    "```fence``` ~~~fence~~~",
    "{braces} $dollar %percent",
    "é 😀 \u2028 \u00a0 漢",
    "\x07\x0b",
    "",
]


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_strings_arrive_as_they_are(logs: DuckDbLogs, text: str):
    """Quotes, backslashes, line breaks and KQL inside a string are text."""
    table = await logs.query("print x = p_x", parameters=[QueryParameter("p_x", ColumnType.STRING, text)])
    assert ((text,),) == table.rows


@pytest.mark.parametrize("text", [text for text in HOSTILE if "\x07" not in text])
async def test_hostile_strings_in_lists_arrive_as_they_are(logs: DuckDbLogs, text: str):
    """The same inside a dynamic literal."""
    value: Value = [text, {text or "k": text}]
    table = await logs.query("print x = p_x", parameters=[QueryParameter("p_x", ColumnType.DYNAMIC, value)])
    assert ((value,),) == table.rows


@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00")))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_string_arrives_as_it_is(logs: DuckDbLogs, text: str):
    """Whatever the text."""
    table = await logs.query("print x = p_x", parameters=[QueryParameter("p_x", ColumnType.STRING, text)])
    assert ((text,),) == table.rows


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (ColumnType.LONG, -(2**63), -(2**63)),
        (ColumnType.LONG, 2**63 - 1, 2**63 - 1),
        (ColumnType.INT, -5, -5),
        (ColumnType.REAL, -1e-7, -1e-7),
        (ColumnType.REAL, 1.7e308, 1.7e308),
        (ColumnType.REAL, float("nan"), None),
        (ColumnType.REAL, 3, 3.0),
        (ColumnType.BOOL, True, True),
        (ColumnType.BOOL, None, None),
        (ColumnType.STRING, None, ""),
        (ColumnType.DATETIME, None, None),
        (ColumnType.DYNAMIC, None, None),
        (
            ColumnType.DATETIME,
            datetime(2024, 1, 2, 3, 4, 5, 6, tzinfo=UTC),
            datetime(2024, 1, 2, 3, 4, 5, 6, tzinfo=UTC),
        ),
        (
            ColumnType.DATETIME,
            datetime(2024, 1, 2, 3, tzinfo=timezone(timedelta(hours=2))),
            datetime(2024, 1, 2, 1, tzinfo=UTC),
        ),
        (ColumnType.DATETIME, datetime(2024, 1, 2, 3), datetime(2024, 1, 2, 3, tzinfo=UTC)),  # noqa: DTZ001  # naive is UTC
        (ColumnType.TIMESPAN, timedelta(days=-1, microseconds=7), timedelta(days=-1, microseconds=7)),
        (ColumnType.TIMESPAN, timedelta(days=400, hours=3), timedelta(days=400, hours=3)),
        (ColumnType.GUID, "0000000A-0000-0000-0000-00000000000A", "0000000a-0000-0000-0000-00000000000a"),
        (ColumnType.DECIMAL, "1.5", 1.5),
        (ColumnType.DYNAMIC, {"a": [1, None, True]}, {"a": [1, None, True]}),
    ],
)
async def test_values_of_every_type_arrive(logs: DuckDbLogs, kind: ColumnType, value: Value, expected: Value):
    """Limits of types, nulls, zones."""
    table = await logs.query("print x = p_x | project x", parameters=[QueryParameter("p_x", kind, value)])
    assert ((expected,),) == table.rows


@pytest.mark.parametrize(
    ("parameter", "message"),
    [
        (QueryParameter("p x", ColumnType.LONG, 1), "no KQL identifier"),
        (QueryParameter("p;drop", ColumnType.LONG, 1), "no KQL identifier"),
        (QueryParameter("p", ColumnType.LONG, "1"), "'1' is no long"),
        (QueryParameter("p", ColumnType.LONG, 2**63), "does not fit a long"),
        (QueryParameter("p", ColumnType.INT, 2**31), "does not fit a int"),
        (QueryParameter("p", type=ColumnType.LONG, value=True), "True is no long"),
        (QueryParameter("p", ColumnType.GUID, "x"), "'x' is no guid"),
        (QueryParameter("p", ColumnType.DECIMAL, "1,5"), "is no decimal"),
        (QueryParameter("p", ColumnType.DECIMAL, "NaN"), "is no decimal"),
        (QueryParameter("p", ColumnType.DATETIME, "2024-01-01"), "is no datetime"),
        (QueryParameter("p", ColumnType.DYNAMIC, [float("nan")]), "is no dynamic"),
        (QueryParameter("p", ColumnType.DYNAMIC, ["\x07"]), "is no dynamic"),
    ],
)
def test_what_is_not_of_its_type_is_refused(parameter: QueryParameter, message: str):
    """The message has the value and the type."""
    with pytest.raises(QueryError, match=message):
        render_lets([parameter])


def test_a_name_given_twice_is_refused():
    """KQL would refuse it less clearly."""
    with pytest.raises(QueryError, match="given twice"):
        render_lets([QueryParameter("p", ColumnType.LONG, 1), QueryParameter("p", ColumnType.LONG, 2)])


def test_all_lets_stand_on_one_line():
    """Lines of the query keep their numbers."""
    lets = render_lets([QueryParameter(f"p_{n}", ColumnType.STRING, "a\nb\r\nc") for n in range(3)])
    assert "\n" not in lets
    assert lets.count("let ") == 3


def test_string_literal_escapes():
    """Only escapes that the translator decodes."""
    assert string_literal('a"b\\c\n\r\t') == '"a\\"b\\\\c\\n\\r\\t"'
