import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.core.cel.check import check, infer, record_of, row_type, table_type
from orchestrator.core.cel.inference import (
    BOOL,
    DOUBLE,
    DURATION,
    DYN,
    INT,
    STRING,
    TIMESTAMP,
    CelType,
    kusto_type,
    list_of,
)
from orchestrator.core.errors import ExpressionError
from orchestrator.core.expressions import cel_rows, compile_expression
from orchestrator.core.table import Column, ColumnType, Table

COLUMNS = (
    Column("n", ColumnType.LONG),
    Column("share", ColumnType.REAL),
    Column("target", ColumnType.STRING),
    Column("ok", ColumnType.BOOL),
    Column("at", ColumnType.DATETIME),
    Column("took", ColumnType.TIMESPAN),
    Column("props", ColumnType.DYNAMIC),
)
TYPES = {
    "rows": table_type(COLUMNS),
    "row": row_type(COLUMNS),
    "p_list": list_of(STRING),
    "window": record_of({"from": TIMESTAMP, "to": TIMESTAMP}),
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rows.filter(r, r.share > 0.2).map(r, r.target)", list_of(STRING)),
        ("size(rows) > 0 && row.n >= 5", BOOL),
        ("row.at - window.from", DURATION),
        ("row.at - duration('5m')", TIMESTAMP),
        ("row.at > timestamp('2026-03-01T00:00:00Z')", BOOL),
        ("double(row.n) * 1.5", DOUBLE),
        ("row.n < 2.5", BOOL),
        ("row.ok ? row.n : 0", INT),
        ("row.ok ? row.n : 'none'", DYN),
        ("row.props.error.code", DYN),
        ("{'a': row.n}.a + 1", INT),
        ("rows.map(r, {'name': r.target})[0].name", STRING),
        ("row.target in p_list", BOOL),
        ("row['n']", INT),
        ("row.n == null", BOOL),
        ("row.target.startsWith('db') || row.target.matches('x+')", BOOL),
        ("string(row.at)", STRING),
        ("row.at.getHours()", INT),
        ("rows.exists_one(r, r.ok)", BOOL),
        ("{1: 'a'}[row.n]", STRING),
        ("has(row.props.code)", BOOL),
    ],
)
def test_infers_the_type(text: str, expected: CelType):
    """A well-typed expression has one known type."""
    assert expected == infer(text, TYPES)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("row.shre > 0.2", "row has no 'shre'; did you mean 'share'?"),
        ("rws.n", "'rws' is not known here; did you mean 'row' or 'rows'?"),
        ("row.n * 1.5", "'*' does not take int and double; write double(row.n)"),
        ("row.share * 2", "'*' does not take double and int; write 2.0"),
        ("row.target == 1", "these are never equal"),
        ("row.target + row.n", "write string(...) around the other"),
        ("row.took + row.at", "write the timestamp first"),
        ("row.at > '2026'", "write timestamp('2026-03-01T10:20:00Z')"),
        ("row.took > 5", "write duration('5m')"),
        ("size(rows) > 0 && row.n", "the right side of '&&' must be true or false, and row.n is int"),
        ("row.n ? 1 : 2", "the condition before '?' must be true or false"),
        ("rows.exists(r, r.n)", "the body of exists() must be true or false"),
        ("rows.n", "rows is a list, so it has no 'n'; write rows[0].n, or map over it"),
        ("rows['a']", "takes a whole number, not string"),
        ("row.n.map(r, r)", "map() goes over a list or a map, not over int"),
        ("sizee(rows)", "unknown function 'sizee'; did you mean 'size'?"),
        ("row.target.contain('x')", "unknown function 'contain'; did you mean 'contains'?"),
        ("row.n.startsWith('x')", "int.startsWith() does not take (string)"),
        ("int(row.at)", "int() does not take (timestamp)"),
        ("!row.n", "'!' does not take int; it takes bool"),
        ("-row.target", "'-' does not take string"),
        ("1 in p_list", "'in' does not take int and list<string>"),
        ("has(rows.n)", "has() asks for a part of a record"),
    ],
)
def test_names_the_fault_and_the_mend(text: str, message: str):
    """What cannot run is refused with what is wrong and what to write."""
    with pytest.raises(ExpressionError) as caught:
        infer(text, TYPES)
    assert message in caught.value.message
    assert repr(text) in caught.value.message


def test_warns_of_whole_number_division():
    """A share of two counts is 0 in whole numbers, which is hardly ever meant."""
    checked = check("row.n / size(rows) > 0", TYPES)
    assert checked.type == BOOL
    assert "drops the fraction" in checked.warnings[0]


def test_types_as_query_parameters():
    """An output reaches later KQL with the type of its expression."""
    expected = [ColumnType.LONG, ColumnType.REAL, ColumnType.DYNAMIC, ColumnType.DATETIME]
    assert expected == [kusto_type(kind) for kind in (INT, DOUBLE, list_of(STRING), TIMESTAMP)]


ATOMS = {
    "int": ["row.n", "3", "size(rows)", "rows[0].n", "-2"],
    "double": ["row.share", "0.5", "double(row.n)", "rows[1].share"],
    "string": ["row.target", "'db'", "string(row.n)", "p_list[0]"],
    "bool": ["row.ok", "true", "rows.exists(r, r.ok)", "has(row.n)"],
    "timestamp": ["row.at", "window.from", "timestamp('2026-03-01T00:00:00Z')"],
    "duration": ["row.took", "duration('5m')"],
    "list": ["p_list", "rows.map(r, r.target)", "['a', row.target]"],
}


TEMPLATES = {
    "int": ["({int} + {int})", "({int} / {int})", "({int} % {int})", "size({list})", "{timestamp}.getHours()"],
    "double": ["({double} * {double})", "({double} / {double})", "double({int})"],
    "string": ["({string} + {string})", "string({int})", "string({double})"],
    "bool": [
        "({bool} && {bool})", "({bool} || {bool})", "({int} < {double})", "({string} == {string})", "!{bool}",
        "({timestamp} >= {timestamp})", "({string} in {list})", "rows.all(r, r.share < {double})",
    ],
    "timestamp": ["({timestamp} + {duration})", "({timestamp} - {duration})"],
    "duration": ["({timestamp} - {timestamp})", "({duration} + {duration})"],
    "list": ["({list} + {list})", "{list}.filter(x, {bool})", "{list}.map(x, x + {string})"],
}  # fmt: skip
KINDS = sorted(ATOMS)
MISFITS = [
    "({a} + {b})", "({a} - {b})", "({a} * {b})", "({a} / {b})", "({a} % {b})", "({a} < {b})", "({a} == {b})",
    "({a} in {b})", "({a} && {b})", "size({a})", "int({a})", "double({a})", "string({a})", "!{a}", "-({a})",
    "{a}.contains({b})", "{a}.map(x, x)", "{a}.exists(x, {b})", "{a}.getHours()", "timestamp({a})", "duration({a})",
    "{a}[{b}]", "(row.ok ? {a} : {b})", "[{a}, {b}]", "has({a}.n)", "type({a}) == int",
]  # fmt: skip


@st.composite
def typed(draw: st.DrawFn, kind: str, depth: int = 3) -> str:
    """A well-typed expression of a kind."""
    if depth == 0 or draw(st.booleans()):
        return draw(st.sampled_from(ATOMS[kind]))
    template = draw(st.sampled_from([*TEMPLATES[kind], "({bool} ? {same} : {same})"])).replace("{same}", f"{{{kind}}}")
    parts = re.split(r"(\{\w+\})", template)
    return "".join(draw(typed(part[1:-1], depth - 1)) if part[:1] == "{" else part for part in parts)


@st.composite
def untyped(draw: st.DrawFn) -> str:
    """An expression whose parts may not fit together."""
    parts = [draw(typed(draw(st.sampled_from(KINDS)), 1)) for _ in range(3)]
    inner = draw(st.sampled_from(MISFITS)).format(a=parts[0], b=parts[1])
    return draw(st.sampled_from(MISFITS)).format(a=inner, b=parts[2])


def rows() -> st.SearchStrategy[Table]:
    """Two rows without nulls."""
    cells = st.tuples(
        st.integers(-1000, 1000),
        st.floats(-1000, 1000, allow_nan=False),
        st.text("ab%'\"\\ é", max_size=4),
        st.booleans(),
        st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds
        st.timedeltas(timedelta(0), timedelta(days=2)),
        st.just({"code": 5}),
    )
    return st.tuples(cells, cells).map(lambda both: Table(COLUMNS, both))


def scope_of(table: Table) -> dict[str, object]:
    """The scope that the types describe."""
    records = cel_rows(table)
    window = {"from": datetime(2026, 3, 1, tzinfo=UTC), "to": datetime(2026, 3, 2, tzinfo=UTC)}
    return {"rows": records, "row": records[0], "p_list": ["a", "b"], "window": window}


def type_error(text: str, scope: dict[str, object]) -> str | None:
    """The type error of an evaluation; None where there is none (a division by zero or an overflow is none)."""
    try:
        compile_expression(text).evaluate(scope)
    except ExpressionError as error:
        cause = error.__cause__
        unknown = isinstance(cause, RuntimeError) and str(cause).startswith("Undefined variable or function")
        return error.message if isinstance(cause, TypeError) or unknown else None
    return None


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(ATOMS)).flatmap(lambda kind: st.tuples(st.just(kind), typed(kind))), rows())
def test_well_typed_expressions_check_and_run(pair: tuple[str, str], table: Table):
    """What is built well-typed is accepted, has its type, and never meets a type error."""
    kind, text = pair
    assert kind == infer(text, TYPES).kind
    assert type_error(text, scope_of(table)) is None


@settings(max_examples=300, deadline=None)
@given(untyped(), rows())
def test_checked_expressions_never_meet_a_type_error(text: str, table: Table):
    """Whatever the checker accepts without `dyn` runs without a type error."""
    try:
        kind = infer(text, TYPES)
    except ExpressionError:
        kind = None
    mixed = re.search(r"\? |\[[^\]]*,", text)  # lists and conditionals of two types are `dyn` inside
    assert kind is None or mixed or type_error(text, scope_of(table)) is None


@settings(max_examples=60, deadline=None)
@given(typed("int"), rows())
def test_an_unknown_column_is_refused_and_raises(text: str, table: Table):
    """A column that the checker does not know fails at run time as well."""
    wrong = f"row.nope == {text}"
    with pytest.raises(ExpressionError):
        infer(wrong, TYPES)
    with pytest.raises(ExpressionError):
        compile_expression(wrong).evaluate(scope_of(table))
