"""What a model may claim on recorded rows, and how code words it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from orchestrator.core.errors import ClaimError
from orchestrator.core.evidence import FREE_QUERY, Evidence, EvidenceStatus, Recorded
from orchestrator.core.grounding import FreeClaim, ground, hold
from orchestrator.core.table import Column, ColumnType, Table

AT = datetime(2026, 5, 4, 10, tzinfo=UTC)
COLUMNS = (
    Column("Time", ColumnType.DATETIME),
    Column("Name", ColumnType.STRING),
    Column("n", ColumnType.LONG),
    Column("share", ColumnType.REAL),
    Column("ok", ColumnType.BOOL),
    Column("took", ColumnType.TIMESPAN),
    Column("props", ColumnType.DYNAMIC),
)
ROWS = Table(
    COLUMNS,
    (
        (AT, "checkout", 412, 0.5, False, timedelta(seconds=3), {"code": 500, "tags": ["slow"]}),
        (AT + timedelta(minutes=5), "cart", 3, 0.01, True, timedelta(0), {"code": 200, "tags": []}),
    ),
)


def recorded(key: str, table: Table | None, *, query: str = "T", status: str = "complete") -> Recorded:
    """A piece of evidence."""
    evidence = Evidence(
        id=key,
        key="query",
        source="logs:files",
        query=query,
        parameters=(),
        status=EvidenceStatus(status),
        row_count=len(table.rows) if table else 0,
        result_sha256="",
        columns=table.columns if table else (),
        rows=table.rows if table else (),
        at=AT,
        elapsed_s=0.0,
        purpose=FREE_QUERY,
    )
    return Recorded(evidence, table)


EVIDENCE = {
    "E1": recorded("E1", ROWS),
    "E2": recorded("E2", Table(COLUMNS, ())),
    "E3": recorded("E3", None, status="failed"),
    "E4": recorded("E4", ROWS, query="T | summarize n = count(), share = avg(Ms) by Name", status="partial"),
}


def text(check: str, *evidence: str, show: tuple[str, ...] = (), known: Mapping[str, Recorded] = EVIDENCE) -> str:
    """The words of a claim that stands."""
    statement = ground(FreeClaim(evidence=evidence or ("E1",), check=check, show=show), known)
    tables = {key: item.table for key, item in known.items() if item.table is not None}
    hold(statement, tables)
    return statement.template


@pytest.mark.parametrize(
    "check",
    [
        "rows[0].n > 400",
        "size(rows) == 2",
        "rows.all(r, r.n > 2)",
        "rows.exists(r, r.Name == 'cart' && r.ok)",
        "!rows.exists(r, r.share > 0.9)",
        "rows[1].Time - rows[0].Time == duration('5m')",
        "rows[0].Time >= timestamp('2026-05-04T10:00:00Z')",
        "rows[0].took > duration('1s')",
        "rows[0].props.code == 500 && rows[0].props.tags[0] == 'slow'",
        "rows[0].n > rows[1].n",
        "rows[0].Name != 'cart'",
        "rows[0].Name.startsWith('check')",
        "rows[1].ok",
        "double(rows[0].n) / double(rows[1].n) > 100.0",
        "rows.filter(r, r.share > 0.4).size() == 1",
        "'cart' in rows.map(r, r.Name)",
        "row.n in [412, 3]",
        "rows[0].n * 100 / rows[1].n > 5000",
        "rows[0].n < 1000",
    ],
)
def test_an_honest_check_stands(check: str) -> None:
    """Worded from itself."""
    assert text(check).startswith("on E1: ")


@pytest.mark.parametrize(
    ("check", "why"),
    [
        ("true", "does not read"),
        ("1 == 1", "with itself"),
        ("1 < 2", "does not read"),
        ("rows[0].n > 1 || true", "does not read"),
        ("size(rows) > 0 && 'cart' != ''", "does not read"),
        ("rows == rows", "with itself"),
        ("size(rows) >= 0", "whatever the rows"),
        ("rows[0].n > 1 || rows[0].n <= 1", "whatever the rows"),
        ("rows[0].n - rows[0].n == 0", "whatever the rows"),
        ("rows.all(r, true)", "does not read"),
        ("rows.exists(db_down, db_down.n > 1)", "one letter"),
        ("rows[0].Name != 'the db is down'", "stands in the rows"),
        ("rows[0].Name == 'ca' + 'rt'", "put texts together"),
        ("rows[0].n != 18005551", "stands in the rows"),
        ("rows[0].n < 18005551234", "nearer bound"),
        ("rows[0].n in [412, 18005]", "each number of a list"),
        ("rows[0].n - 412 + 18005 == 18005", "plain factor"),
        ("double(rows[0].n) * 2.5 == 1030.0", "plain factor"),
        ("rows[0].n > 1 || rows[0].db_is_down", "no such column"),
        ("rows[0].n > 1 || steps.db_is_down.rows[0].n > 1", "cited evidence"),
        ("rows[0].n > 1 || rows[db_is_down].n > 1", "no other variable"),
        ("rows[0].n > 1 || db_is_down(rows)", "may not call"),
        ("!has(row.db_is_down)", "may not hold"),
        ("rows[0].n > 1 ? true : false", "may not hold"),
        ("rows[0].Time > timestamp('the db is down')", "is written as"),
        ("rows[0].Name.matches('c.*')", "may not call"),
        (r"rows[0].Name != 'c\x61rt is down'", "stands in the rows|cannot be read"),
        ("rows[0].Name != '''cart\ncart'''", "is plain"),
        ("rows[0].n > 400 " + " " * 400, "400 characters"),
        ("rows[0].n >", "cannot be read"),
        ("rows[0].n > 999", "does not hold"),
        ("rows[7].n > 1", "cannot be checked|whatever the rows"),
    ],
)
def test_a_check_that_rests_on_something_else_is_refused(check: str, why: str) -> None:
    """With the reason, for the model to mend."""
    with pytest.raises(ClaimError, match=why):
        text(check)


@pytest.mark.parametrize(
    ("evidence", "why"),
    [
        ((), "cites one to"),
        (("E9",), "no such evidence"),
        (("E3",), "failed"),
        (("E1", "E2"), "does not read E2"),
        (("E1",) * 5, "cites one to"),
    ],
)
def test_the_evidence_is_this_runs_and_is_read(evidence: tuple[str, ...], why: str) -> None:
    """Each piece of it."""
    with pytest.raises(ClaimError, match=why):
        ground(FreeClaim(evidence=evidence, check="rows[0].n > 400"), EVIDENCE)


def test_two_pieces_of_evidence_are_compared() -> None:
    """The first is `rows`, the other goes by its id."""
    assert text("size(rows) > size(steps.E2.rows)", "E1", "E2") == "on E1, E2: size(rows) > size(steps.E2.rows)"


def test_computed_columns_are_told_by_what_they_are() -> None:
    """Not by the name that the model gave; partial evidence says so; what is shown is filled in later."""
    said = text("rows[0].n > 400", "E4", show=("rows[0].share",))
    assert said == "on E4 (partial): rows[0].[count()] > 400; rows[0].[avg(Ms)] = {rows[0].share}"


def test_a_text_that_is_shown_stands_in_quotes() -> None:
    """It is data."""
    assert text("rows[0].n > 400", show=("rows[0].Name",)).endswith("rows[0].Name = '{rows[0].Name}'")


@pytest.mark.parametrize(
    "show", ["'all is well'", "412", "rows[0].n * 1000", "rows[0].Name + 'x'", "[rows[0].n]", "x", "rows", "row"]
)
def test_only_places_in_the_rows_are_shown(show: str) -> None:
    """No arithmetic, no text of the model's own."""
    with pytest.raises(ClaimError):
        text("rows[0].n > 400", show=(show,))


# fmt: off
TOKENS = (
    "rows", "row", "steps", "steps.E2", "[0]", ".n", ".Name", ".share", ".ok", ".Time", ".props", ".code", ".tags",
    "(", ")", "!", "-", "==", "!=", "<", "&&", "||", "+", "/", " in ", "[", "]", ",", "?", ":", "{", "}", "0", "1",
    "412", "1e999", "99999999999999999999", "0x1f", "3u", "0.5", "'cart'", "'x'", "r'a'", "'''b'''", '"c"', "'\\n'",
    "true", "null", "size(", ".size()", ".map(r, ", ".filter(r, ", ".exists(r, ", ".all(r, ", "r.n", "has(", "double(",
    "timestamp(", "duration('5m')", "type(", "matches(", "//", "é", "\x00",
)
# fmt: on


@settings(max_examples=600)
@given(st.lists(st.sampled_from(TOKENS), max_size=14), st.lists(st.sampled_from(TOKENS), max_size=4))
@example(["rows", "[0]", ".n", "<", "1e999"], [])
def test_whatever_a_model_writes_is_a_claim_or_a_claim_error(check: list[str], show: list[str]) -> None:
    """No other error: it would end the run as the user's fault."""
    claim = FreeClaim(evidence=("E1",), check="".join(check), show=("".join(show),) if show else ())
    try:
        statement = ground(claim, EVIDENCE)
        hold(statement, {"E1": ROWS})
    except ClaimError:
        return
    assert "rows" in statement.check or "row" in statement.check
