"""Each known silent wrong answer of the translator is right here, or refused."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from orchestrator.core.errors import QueryError
from plugins.monitor.embedded.duckdb import DuckDbLogs

ANSWERS: list[tuple[str, Any]] = [
    # named arguments of let functions
    ("let f = (a: long, b: long = 5, c: long = 0) { a - b - c }; print f(c = 7, a = 12)", 0),
    ("let f = (a: long, b: long = 5) { a - b }; print f(b = 1, a = 2)", 1),
    ("let f = (a: long, b: long = 5) { a - b }; print f(3, b = 1)", 2),
    ("let f = (a: long, b: long = 5) { a - b }; print f(a = f(b = 1, a = 9))", 3),
    ('let f = (s: string, t: string) { strcat(s, "-", t) }; print f(t = "a, (b", s = "x")', "x-a, (b"),
    # sizes of lists and sets
    ("range x from 1 to 5 step 1 | summarize make_list(x, 2)", [1, 2]),
    ("range x from 1 to 5 step 1 | summarize make_set(x, 3)", [1, 2, 3]),
    ("range x from 1 to 5 step 1 | summarize make_list_if(x, x > 2)", [3, 4, 5]),
    # string literals
    (r'print "Hello\u00A0World"', "Hello\u00a0World"),
    (r'print "\x41\101\t\"" ', 'AA\t"'),
    ('print ```a "b" \\n```', 'a "b" \\n'),
    ("print ~~~it's\nhere~~~", "it's\nhere"),
    ("print @'a\\d''b'", "a\\d'b"),
    ('print h"secret"', "secret"),
    ("print 'a' 'b'", "ab"),
    # dynamic values
    (r'print dynamic({"a": "x\u00e9\"\\"})', {"a": 'xé"\\'}),
    ("print dynamic({'a': [1, null]})", {"a": [1, None]}),
    ('datatable(n: int)[1, 2] | extend d = bag_pack("n", n) | summarize make_list(d)', [{"n": 1}, {"n": 2}]),
    ('print d = dynamic([{"n": 1}]) | project d[0].n', 1),
    ("datatable(x: long)[3, 1, 3, 2] | summarize make_set(x)", [3, 1, 2]),
    ("range x from 20 to 1 step -1 | summarize make_set(x % 12)", [8, 7, 6, 5, 4, 3, 2, 1, 0, 11, 10, 9]),
    ("datatable(x: long)[1] | where x > 1 | summarize make_set(x)", []),
    ("print array_sort_asc(dynamic([10, 9, 2, null]))", [2, 9, 10, None]),
    ('print array_sort_desc(dynamic(["a", "c", "b"]))', ["c", "b", "a"]),
    ("print isnull(parse_json('{\"a\": null}').a)", True),
    ("print isnotempty(parse_json('{\"a\": null}').a)", False),
    ('print parse_json("no json")', "no json"),
    ('print parse_json("")', None),
    ('print d = dynamic({"count": 3}) | project d.count', 3),
    # strings are never null
    (
        (
            "datatable(k: long)[1, 2] | join kind=leftouter (datatable(k: long, s: string)[1, 'x']) on k | where s == ''"  # noqa: E501
            " | project k"
        ),
        2,
    ),
    ("datatable(a: long)[1] | union (datatable(b: string)['x']) | where b == '' | project a", 1),
    ("datatable(k: long)[1] | lookup (datatable(k: long, s: string)[2, 'x']) on k | project isempty(s)", True),
    # times and timespans
    ("print 10d / 2", timedelta(days=5)),
    ("print 10d / 4d", 2.5),
    ("print 7h % 2h", timedelta(hours=1)),
    ("print bin(-5h, 2h)", timedelta(hours=-6)),
    ("print bin(datetime(1969-12-31 23:30), 1h)", datetime(1969, 12, 31, 23, tzinfo=UTC)),
    ("datatable(x: timespan)[1h, 2h] | summarize avg(x)", timedelta(minutes=90)),
    ("datatable(x: timespan)[1h, 2h] | summarize total = sum(x)", timedelta(hours=3)),
    (
        "datatable(x: datetime)[datetime(2024-01-01), datetime(2024-01-03)] | summarize avg(x)",
        datetime(2024, 1, 2, tzinfo=UTC),
    ),
    ("print datetime(2024)", datetime(2024, 1, 1, tzinfo=UTC)),
    ("print datetime(2024-02)", datetime(2024, 2, 1, tzinfo=UTC)),
    ("print datetime(2024-02-03 4:05)", datetime(2024, 2, 3, 4, 5, tzinfo=UTC)),
    ("print datetime(2024-02-03T04:05:06.1234567Z)", datetime(2024, 2, 3, 4, 5, 6, 123456, tzinfo=UTC)),
    ("print datetime(2024-02-03T04:05:06+02:00)", datetime(2024, 2, 3, 2, 5, 6, tzinfo=UTC)),
    # names that the translator's grammar takes for keywords
    ("datatable(x: long)[1, 1] | summarize count = count() by x | where count > 1 | project count", 2),
    ("print first = 1, last = 2, kind = 3 | project first + last + kind", 6),
    # reals: NaN compares with nothing, and sorts between null and the numbers
    ("datatable(x: real)[1.0, real(nan)] | where x > 0 | count", 1),
    ("datatable(x: real)[1.0, real(nan)] | where 5 < x | count", 0),
    ("AppRequests | summarize a = avgif(DurationMs, ItemCount > 100) | where a > 5 | count", 0),
    ("datatable(a: real, b: long)[5.0, 0] | project a / b > 1000", True),
    ("datatable(a: long, b: long)[5, 0] | project a / b", None),
    ("datatable(a: long, b: long)[-7, 2] | project a / b", -3),
    ("datatable(x: real)[real(nan), 1.0, real(null)] | sort by x desc | take 1", 1.0),
    (
        "datatable(x: real)[1.0, real(nan)] | sort by x asc | take 1 | project isnan(x)",
        True,
    ),
    # functions that the translator lacks
    ("print bag_has_key(dynamic({'a': {'b': 1}}), '$.a.b')", True),
    ("print translate('abc', 'x', 'aXbc')", "xXxx"),
    ("print array_shift_left(dynamic([1, 2, 3]), 2)", [3, None, None]),
    ("print array_shift_right(dynamic(['a', 'b']), 1)", ["", "a"]),
    ("print array_rotate_left(dynamic([1, 2, 3]), 1)", [2, 3, 1]),
    ("print range(1, 7, 3)", [1, 4, 7]),
    ("print isempty('\"\"')", False),
    ("print strrep('ab', 2, '-')", "ab-ab"),
    ("print split('a_b_c', '_', 1)", ["b"]),
    ("print bin_at(6.5, 2.5, 7)", 4.5),
    ("print unixtime_seconds_todatetime(1546300800)", datetime(2019, 1, 1, tzinfo=UTC)),
    ("AppRequests | distinct * | count", 3),
    ("union App* | count", 5),
    ("AppRequests | summarize n = count() | as Counted | extend m = n * 2 | project m", 6),
    # base64 of bytes that are no text
    ('print base64_decode_tostring("U3RyaW5n0KHR0tGA0L7Rh9C60LA=")', ""),
]


@pytest.mark.parametrize(("kql", "expected"), ANSWERS)
async def test_the_answer_is_kustos(logs: DuckDbLogs, kql: str, expected: Any):
    """One row, one value."""
    assert ((expected,),) == (await logs.query(kql)).rows


REFUSED: list[tuple[str, str, int]] = [
    ("AppRequests\n| where name == 'x'", "no column 'name'.*'Name'", 2),
    ("AppRequests\n| extend a = 1\n| project A", "no column 'A'.*'a'", 3),
    ("AppRequests\n| summarize n = count() by approlename", "no column 'approlename'.*'AppRoleName'", 2),
    ("AppRequests\n| sort by durationms", "no column 'durationms'.*'DurationMs'", 2),
    ("AppRequests\n| project-away Nope", "no column 'Nope'", 2),
    ("AppRequests\n| project-rename X = Nope", "no column 'Nope'", 2),
    ("AppRequests\n| mv-expand nope", "no column 'nope'", 2),
    ("AppRequests\n| join kind=inner AppTraces on Nope", "no column 'Nope'", 2),
    ("apprequests | count", "no table 'apprequests'.*'AppRequests'", 0),
    ("AppRequests\n| summarize p = percentiles(DurationMs, 5, 95)", "'percentiles'", 2),
    ("AppRequests\n| extend n = row_number()", "put sort by before it", 2),
    ("union (AppRequests | project x = Name),\n(AppTraces | project x = ItemCount)", "string in one table and int", 1),
    ("AppRequests\n| summarize (t, n) = arg_max(TimeGenerated, Name)", "several names before '='", 2),
    ("AppRequests\n| where ItemCount = 2", "write '=='", 2),
    ("AppRequests\n// why\n| where Name matches regex '\\d'", "no escape", 3),
    ("AppRequests\n\n| make-series n = count() on TimeGenerated step 1h", "operator 'make-series'", 3),
    ("AppRequests\n| evaluate bag_unpack(Properties)", "operator 'evaluate'", 2),
    ("AppRequests\n| summarize p = tdigest(DurationMs)", "'tdigest'", 2),
    ("AppRequests\n| extend x = series_fir(DurationMs, 1)", "'series_fir'", 2),
    ("AppRequests\n| sort by Properties.n", "'Properties.n', which is dynamic", 2),
    ("AppRequests\n| summarize count() by Properties", "'Properties', which is dynamic", 2),
    ("AppRequests\n| summarize max(Properties.n)", "'Properties.n', which is dynamic", 2),
    ("AppRequests\n| where TimeGenerated > datetime(yesterday)", r"datetime\(yesterday\) is no time", 2),
    ("set notruncation;\nAppRequests", "'set' statement is refused", 1),
    ("let f = (a: long) { a };\nprint f(b = 1)", "no parameter 'b'", 2),
    ("let f = (a: long, b: long) { a };\nprint f(b = 1)", "needs its parameter 'a'", 2),
    ("print 'never ends", "does not end", 1),
    ("print x = dynamic({)", "does not end|not valid|dynamic", 1),
    ("print x = " + "(" * 300 + "1" + ")" * 300, "nested too deeply", 0),
    ("", "the query is empty", 0),
    ("// only a comment", "the query is empty", 0),
    ("database('x').AppRequests", "another database", 0),
]


@pytest.mark.parametrize(("kql", "message", "line"), REFUSED)
async def test_what_cannot_be_right_is_refused(logs: DuckDbLogs, kql: str, message: str, line: int):
    """The message names what and where."""
    with pytest.raises(QueryError, match=message) as caught:
        await logs.query(kql)
    assert line == (caught.value.line or 0)


async def test_ties_of_a_sort_are_broken_by_the_other_columns(logs: DuckDbLogs):
    """A sort alone leaves ties open; ours never does."""
    kql = "datatable(a: long, b: string)[1, 'z', 2, 'y', 1, 'a', 1, 'm'] | sort by a asc"
    assert (await logs.query(kql)).rows == ((1, "a"), (1, "m"), (1, "z"), (2, "y"))
    assert (await logs.query(kql.replace("sort by a", "top 2 by a"))).rows == ((1, "a"), (1, "m"))


async def test_order_of_a_sort_lasts_through_row_wise_operators(logs: DuckDbLogs):
    """where, extend and project keep it."""
    kql = "range x from 1 to 4 step 1 | sort by x desc | where x != 2 | extend y = x * 2 | project y"
    assert (await logs.query(kql)).rows == ((8,), (6,), (2,))


async def test_rows_without_a_sort_are_sorted_by_all_columns(logs: DuckDbLogs):
    """From left to right."""
    kql = "datatable(a: long, b: string)[2, 'x', 1, 'z', 1, 'a']"
    assert (await logs.query(kql)).rows == ((1, "a"), (1, "z"), (2, "x"))


async def test_percentiles_give_a_column_each(logs: DuckDbLogs):
    """`percentiles` is written as one percentile a column."""
    table = await logs.query("range x from 1 to 100 step 1 | summarize percentiles(x, 50, 95)")
    assert [column.name for column in table.columns] == ["percentile_x_50", "percentile_x_95"]
    assert table.rows == ((50, 95),)


async def test_columns_are_kept_moved_and_dropped_by_pattern(logs: DuckDbLogs):
    """project-keep keeps the order, project-reorder changes it, patterns choose by name."""
    source = "print ab = 1, ac = 2, x = 3"
    for operator, expected in (
        ("project-keep x, a*", ["ab", "ac", "x"]),
        ("project-keep x", ["x"]),
        ("project-away a*", ["x"]),
        ("project-reorder x, *c", ["x", "ac", "ab"]),
    ):
        table = await logs.query(f"{source} | {operator}")
        assert expected == [column.name for column in table.columns]


async def test_window_functions_follow_the_order(logs: DuckDbLogs):
    """serialize, row_number, prev, next and row_cumsum."""
    kql = (
        "range x from 1 to 3 step 1 | sort by x desc | serialize n = row_number()"
        " | extend before = prev(x), after = next(x), total = row_cumsum(x) | project n, x, before, after, total"
    )
    assert (await logs.query(kql)).rows == ((1, 3, None, 2, 3), (2, 2, 3, 1, 5), (3, 1, 2, None, 6))


async def test_lines_count_behind_literals_of_several_lines(logs: DuckDbLogs):
    """A literal over lines moves no line of an error."""
    with pytest.raises(QueryError) as caught:
        await logs.query("AppRequests\n| extend a = ```one\ntwo```, b = dynamic({\n'k': 1})\n| where Nope == 1")
    assert caught.value.line == 5


async def test_minif_maxif(logs: DuckDbLogs):
    """Conditional extremes."""
    kql = "datatable(x: long)[1, 2, 3] | summarize minif(x, x > 1), maxif(x, x < 3)"
    assert (await logs.query(kql)).rows == ((2, 2),)
