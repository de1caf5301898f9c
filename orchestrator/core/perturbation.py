"""Whether a check depends on its evidence: it must become false on other rows of the same columns."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from orchestrator.core.claims import Frame, scope_of
from orchestrator.core.errors import ExpressionError
from orchestrator.core.expressions import MAX_ROWS, evaluate_bool
from orchestrator.core.table import ColumnType, Table, Value

Change = Callable[[Value, int], Value]
_EARLY = datetime(1970, 1, 1, tzinfo=UTC)
_LATE = datetime(2200, 1, 1, tzinfo=UTC)
_BIG = 1_000_000_007
_BLANK: Mapping[ColumnType, Value] = {
    ColumnType.BOOL: False,
    ColumnType.INT: 0,
    ColumnType.LONG: 0,
    ColumnType.REAL: 0.0,
    ColumnType.DECIMAL: 0.0,
    ColumnType.DATETIME: _EARLY,
    ColumnType.TIMESPAN: timedelta(0),
    ColumnType.DYNAMIC: None,
}


def depends_on(
    check: str, frame: Frame, tables: Mapping[str, Table], *, evidence: str, literals: Iterable[int | float | str]
) -> bool:
    """Whether the check is false for at least one variant of that evidence, the others unchanged.

    `literals` are the values that the check names: a variant has each of them in every cell of its type.
    """
    return any(
        _is_false(check, frame, {**tables, evidence: variant}) for variant in variants(tables[evidence], literals)
    )


def _is_false(check: str, frame: Frame, tables: Mapping[str, Table]) -> bool:
    try:
        return not evaluate_bool(check, scope_of(frame, tables))
    except ExpressionError:
        return False


def variants(table: Table, literals: Iterable[int | float | str] = ()) -> Iterator[Table]:
    """No rows, a blank row, more rows, and the rows with every cell changed in one of several ways."""
    yield replace(table, rows=())
    blank = tuple(_BLANK.get(column.type, "") for column in table.columns)
    yield replace(table, rows=(blank,))
    yield replace(table, rows=(*table.rows, *table.rows, blank))
    yield replace(table, rows=(*table.rows, *[blank] * MAX_ROWS))
    yield replace(table, rows=table.rows[::-1])
    for change in (_low, _high, _staggered, *map(_to, literals)):
        rows = tuple(
            tuple(_changed(value, place * 31 + number, change) for number, value in enumerate(row))
            for place, row in enumerate(table.rows)
        )
        yield replace(table, rows=rows)


def _changed(value: Value, place: int, change: Change) -> Value:
    """A cell, or each scalar inside a dynamic one."""
    match value:
        case list():
            return [_changed(item, place + at, change) for at, item in enumerate(value)]
        case dict():
            return {key: _changed(item, place + at, change) for at, (key, item) in enumerate(value.items())}
        case _:
            return change(value, place)


def _low(value: Value, _place: int) -> Value:
    match value:
        case bool():
            return False
        case int() | float():
            return type(value)(0)
        case str():
            return ""
        case datetime():
            return _EARLY
        case timedelta():
            return timedelta(0)
        case _:
            return value


def _high(value: Value, _place: int) -> Value:
    match value:
        case bool():
            return True
        case int() | float():
            return type(value)(_BIG)
        case str():
            return "￿"
        case datetime():
            return _LATE
        case timedelta():
            return timedelta(days=10_000)
        case _:
            return value


def _staggered(value: Value, place: int) -> Value:
    match value:
        case bool():
            return place % 2 == 0
        case int() | float():
            return type(value)(-place)
        case str():
            return str(place)
        case datetime():
            return _EARLY + timedelta(hours=place)
        case timedelta():
            return timedelta(seconds=place)
        case _:
            return value


def _to(literal: float | str) -> Change:
    def change(value: Value, _place: int) -> Value:
        if isinstance(value, bool) or isinstance(value, str) != isinstance(literal, str):
            return value
        return type(value)(literal) if isinstance(value, int | float | str) else value

    return change
