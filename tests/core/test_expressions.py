import math
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.core.errors import ExpressionError
from orchestrator.core.expressions import cel_rows, cel_value, compile_expression, evaluate_bool
from orchestrator.core.table import Column, ColumnType, Table

NOW = datetime(2026, 3, 1, 10, 20, tzinfo=UTC)


def evaluate(text: str, **scope: object) -> object:
    """The value of an expression."""
    return compile_expression(text).evaluate(scope)


def failure(text: str, **scope: object) -> str:
    """The message of an expression that fails."""
    with pytest.raises(ExpressionError) as caught:
        compile_expression(text).evaluate(scope)
    return caught.value.message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rows.filter(r, r.share > 0.2).map(r, r.target)", ["db"]),
        ("size(rows) == 2 && row.target == 'db'", True),
        ("size(rows) == 0 || row.n > 3", True),
        ("now - duration('1h')", NOW - timedelta(hours=1)),
        ("now - (now - duration('90s'))", timedelta(seconds=90)),
        ("row.missing == null ? 'a' : 'b'", None),
        ("{'worst': row.target}", {"worst": "db"}),
        ("-row.n + 1 - -2", -2),
        ("row.n / 2", 2),
        ("double(row.n) / 2.0", 2.5),
        ("!(row.n > 3 && row.share > 0.9)", True),
        ("'it\\'s' + \"a\\\"b\"", "it's" + 'a"b'),
        ("rows.exists(r, r.n > 4) && rows.all(r, r.n > 0)", True),
        ("row.n > 3 ? 'many' : 'few'", "many"),
        ("null", None),
    ],
)
def test_evaluates(text: str, expected: object):
    """Expressions yield plain Python values."""
    rows = [{"target": "db", "share": 0.5, "n": 5}, {"target": "cache", "share": 0.1, "n": 1}]
    scope = {"rows": rows, "row": rows[0], "now": NOW}
    if expected is None and text != "null":
        assert "row.missing is missing" in failure(text, **scope)
    else:
        assert expected == evaluate(text, **scope)


@pytest.mark.parametrize(
    "text",
    ["x > 1 && false", "false || x > 1", "nope.x > 1 && false", "(x > 1 || true)", "!(x > 1 && false)",
     "rows.exists(r, r.n > 1 && false)"],
)  # fmt: skip
def test_errors_are_not_absorbed(text: str):
    """What fails on the left fails the whole, where the library would have answered."""
    assert text in failure(text, x=None, rows=[{"n": None}])


def test_conditions_stop_early():
    """The right side is not looked at once the left decides."""
    assert evaluate("size(rows) > 0 && row.n > 1", rows=[]) is False
    assert evaluate("size(rows) == 0 || row.n > 1", rows=[]) is True


@pytest.mark.parametrize("text", ["1.0 / x", "1 / y", "5 % y", "(1.0 / x) > 3.0"])
def test_division_by_zero_fails(text: str):
    """A division by zero is an error for doubles too, not infinity."""
    assert "division by zero" in failure(text, x=0.0, y=0)


def test_not_a_number_never_leaves():
    """A result that is no finite number is an error."""
    assert "not a finite number" in failure("x * 1e308 * 10.0", x=1e10)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("row.share > 0.2", "row.share is null"),
        ("row.sahre > 0.2", "row.sahre is missing; did you mean 'share'?"),
        ("rw.share > 0.2 && size(rows) > row.n", "'rw' is not known here"),
        ("rows.filter(r, r.share > 0.2)", "r.share is null in row 1"),
        ("rows[5].share > 0.2", "rows[5] is missing: rows has 1 items"),
        ("row.share.x > 0.2", "row.share is null, so it has no 'x'"),
        ("row.n.x == 1", "row.n is not a record"),
        ("row.n * 1.5", "convert with int(x), double(x) or string(x)"),
        ("foo(row.n)", "function 'foo' is unknown"),
        ("int('x')", "int"),
        ("9223372036854775807 + row.n", "overflow"),
        ("rows.filter(r, r.share == null && r.n > 'a')", "operands that do not fit"),
    ],
)
def test_says_what_was_null_or_missing(text: str, part: str):
    """A failure names the expression and the part that is to blame."""
    row = {"share": None, "n": 5}
    message = failure(text, rows=[row], row=row)
    assert part in message
    assert repr(text) in message


def test_an_absent_row_is_explained():
    """`row` is absent when the query yields nothing."""
    assert "row is absent: the query yielded no rows" in failure("row.n > 1", rows=[])


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("1 +", "column 4: found the end, expected a value"),
        ("a b", "column 3: found 'b'"),
        ("'a", "column 1: an unclosed string"),
        ("size(rows", "column 10: found the end, expected ')'"),
        ("", "it is empty"),
        ("a # b", "column 3: unexpected '#'"),
        ("row.in", "column 5: found 'in', expected a name after the dot"),
        ("has(a)", "has() takes one selection"),
        ("a.map(1, 2)", "needs a plain variable name"),
        ("(" * 100 + "1" + ")" * 100, "nested deeper than 40 levels"),
        ("!" * 100 + "true", "too many signs"),
        ("1" + "+1" * 500, "hang on each other more than 80 deep"),
        ("a" + ".b" * 3000, "hang on each other"),
        (" && ".join(["a"] * 400), "hang on each other"),
        ("x" * 20000, "20,000 characters"),
        ("b'x'", "found"),
        ("1 / (a + " * 30 + "1" + ")" * 30, "nests divisions too deeply"),
        ("(a || (a && " * 19 + "a" + "))" * 19, "is nested too deeply"),
        ("a.all(x, a.all(y, a.all(z, true)))", "nests 3 macros"),
        ("99999999999999999999", "invalid int literal"),
    ],
)
def test_syntax_errors_show_text_and_column(text: str, part: str):
    """A malformed expression is refused when compiled, with its place."""
    with pytest.raises(ExpressionError) as caught:
        compile_expression(text)
    assert part in caught.value.message


def test_conditions_are_bools():
    """A condition of another type is refused with its value."""
    with pytest.raises(ExpressionError, match="yields 5, not true or false"):
        evaluate_bool("n", {"n": 5})
    assert evaluate_bool("n > 4", {"n": 5}) is True


@pytest.mark.parametrize(
    "text",
    ["1" + "+1" * 78, " && ".join(["true"] * 78), " || ".join(["false"] * 77 + ["true"]), "(" * 39 + "1" + ")" * 39],
)
def test_deep_expressions_run(text: str):
    """What the parser accepts the library compiles and runs."""
    assert evaluate(text) in {79, True}


def test_compiles_once():
    """The same text is compiled once."""
    assert compile_expression("1 + 1") is compile_expression("1 + 1")


def test_column_types_become_cel_types():
    """Each column type has one meaning: NaN, infinity and NULL are null, a naive time is UTC."""
    columns = [ColumnType.REAL, ColumnType.REAL, ColumnType.DATETIME, ColumnType.TIMESPAN, ColumnType.DYNAMIC]
    named = tuple(Column(f"c{number}", kind) for number, kind in enumerate(columns))
    naive = datetime(2026, 3, 1, 10, 20)  # noqa: DTZ001 - the point
    table = Table(named, ((math.nan, math.inf, naive, timedelta(1), {"a": [math.nan, Decimal("1.5")]}),))
    expected = [{"c0": None, "c1": None, "c2": NOW, "c3": timedelta(1), "c4": {"a": [None, 1.5]}}]
    assert expected == cel_rows(table)


def test_rows_are_bounded():
    """Macros never go over more than 1,000 rows."""
    table = Table((Column("n", ColumnType.LONG),), tuple((n,) for n in range(1500)))
    assert evaluate("size(rows)", rows=cel_rows(table)) == 1000


def test_values_without_a_place_are_refused():
    """A value that CEL has no type for is named; a UUID is a string, a huge number a double."""
    identity = UUID("6f1c2b9e-3d4a-4c5b-8e7f-0a1b2c3d4e5f")
    assert [str(identity), 2.0**70, None] == [cel_value(identity), cel_value(2**70), cel_value(Decimal("NaN"))]
    with pytest.raises(ExpressionError, match="of type set has no place"):
        cel_value({1})
    deep: list[object] = []
    for _ in range(100):
        deep = [deep]
    with pytest.raises(ExpressionError, match="nested deeper"):
        cel_value(deep)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab.()[]{}<>=!&|?:'\"+-*/% 019r,\\in", max_size=30))
def test_any_text_is_a_value_or_an_expression_error(text: str):
    """No text makes anything but an expression error."""
    try:
        value = compile_expression(text).evaluate({"a": [{"b": None}], "r": 1.5, "b": "x"})
    except ExpressionError as error:
        value = error.message
    assert value is None or isinstance(value, bool | int | float | str | list | dict)


@pytest.mark.parametrize("order", [("orchestrator.core.cel.library", "cel"), ("cel", "orchestrator.core.cel.library")])
def test_the_library_loads_without_its_command_line(order: tuple[str, str]):
    """The extension loads by itself, and beside the whole package in either order."""
    program = (
        f"import sys, {order[0]}\n"
        "from orchestrator.core.expressions import compile_expression\n"
        "assert compile_expression('1 + 1').evaluate({}) == 2\n"
        f"print('cel.cli' in sys.modules)\nimport {order[1]}, cel\n"
        "print(cel.evaluate('2 + 2'))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert [str(order[0] == "cel"), "4"] == done.stdout.split()
