"""Tables as JSON and back: nothing is lost, whatever stands in whichever column."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.core.errors import StoreError
from orchestrator.core.stored_table import read_table, table_document
from orchestrator.core.table import Column, ColumnType, QueryStats, Table, TableStatus

PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=("Cs",)), max_size=8),
    st.datetimes(timezones=st.just(UTC)).map(lambda at: at.replace(fold=0)),  # UTC has no folds
    st.timedeltas(),
)
KEYS = st.one_of(st.text("ab$", max_size=3), st.sampled_from(["$time", "$span_us", "$object"]))
VALUES = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=8
)


@given(rows=st.lists(st.tuples(VALUES, VALUES), max_size=4), kinds=st.tuples(*[st.sampled_from(ColumnType)] * 2))
def test_a_table_comes_back_as_it_was(rows: list[tuple[object, object]], kinds: tuple[ColumnType, ColumnType]) -> None:
    """By way of JSON text, with its hash."""
    table = Table(
        (Column("a", kinds[0]), Column("b", kinds[1])),
        tuple(rows),  # type: ignore[arg-type]  # values of any column
        status=TableStatus.PARTIAL,
        reason="cut",
        stats=QueryStats(elapsed_s=0.25, scanned_rows=3),
        link="https://portal.example/q",
    )
    again = read_table(json.loads(json.dumps(table_document(table))))
    assert again == table
    assert again.sha256() == table.sha256()
    assert list(map(repr, again.rows)) == list(map(repr, table.rows))  # 1 is not 1.0, nor True


def test_a_time_keeps_its_microseconds() -> None:
    """Where the text of a hash would do with less."""
    row = (datetime(2026, 5, 4, 11, 0, 0, 7, tzinfo=UTC), timedelta(days=-3, microseconds=1))
    table = Table((Column("at", ColumnType.DATETIME), Column("lag", ColumnType.TIMESPAN)), (row,))
    assert read_table(table_document(table)).rows == (row,)


@pytest.mark.parametrize(
    "document", [None, {}, {"columns": [], "rows": []}, {**table_document(Table((), ())), "stats": ["fast"]}]
)
def test_what_is_no_table_is_refused(document: object) -> None:
    """A damaged row of the store is told, and not taken for an empty result."""
    with pytest.raises(StoreError, match="wrong shape"):
        read_table(document)
