"""Bounds the length of `range`: the engine makes it in one piece, past its memory limit and its deadline."""

import dataclasses
import re
from collections.abc import Callable, Iterator
from typing import Any

from duckdb_kql import ir

from orchestrator.core.errors import QueryError

MAX_RANGE = 1_000_000
"""Rows of a `range`, and elements of a `range()` of constants."""
MAX_RANGE_PER_ROW = 10_000
"""Elements of a `range()` made anew for each row: the engine holds some 2,000 rows' arrays at a time."""

_BOUND, _SERIES = "switchboard_range_end", "range"
_MARK = "switchboard range "
_REFUSED = re.compile(_MARK + r"(\d+) (\d+) (\S+)")
# Numbers, times and timespans have no common type: each is read from its text.
_NUMBER = (
    "coalesce(TRY_CAST(CAST({x} AS VARCHAR) AS DOUBLE), epoch_us(TRY_CAST(CAST({x} AS VARCHAR) AS TIMESTAMP)),"
    " epoch_us(TRY_CAST(CAST({x} AS VARCHAR) AS INTERVAL)))"
)
_START, _END, _STEP = (_NUMBER.replace("{x}", place) for place in ("{0}", "{1}", "{2}"))
_COUNT = f"(floor(({_END} - {_START}) / NULLIF({_STEP}, 0)) + 1)"
END_TEMPLATE = (
    f"CASE WHEN {_COUNT} > {{3}}"
    f" THEN error(concat('{_MARK}', {{4}}, ' ', {{3}}, ' ', printf('%.0f', {_COUNT}))) ELSE {{1}} END"
)
"""SQL of the end of a range with (start, end, step, most, line): the end, or an error that `range_fault` reads."""


def bounded_source(source: ir.RangeSource, line: int | None) -> ir.RangeSource:
    """A `range` whose end refuses, when it runs, to yield more than MAX_RANGE rows."""
    return dataclasses.replace(source, stop=_end(source.start, source.stop, source.step, MAX_RANGE, line))


def bounded_call(call: ir.FunctionCall, line_of: Callable[[str], int | None]) -> ir.FunctionCall:
    """A `range()` whose end refuses to make a longer array; any other call as it is."""
    if call.name.lower() != _SERIES or len(call.args) != 3:  # noqa: PLR2004  # start, end, step
        return call
    start, end, step = call.args
    most = MAX_RANGE_PER_ROW if any(isinstance(node, ir.ColumnRef) for node in _nodes(call.args)) else MAX_RANGE
    return ir.FunctionCall(call.name, (start, _end(start, end, step, most, line_of(_SERIES)), step))


def range_fault(text: str) -> QueryError | None:
    """What the engine's error says when a range was too long; None for any other error."""
    match = _REFUSED.search(text)
    if match is None:
        return None
    line, most, count = int(match[1]), int(match[2]), match[3]
    place = f"line {line}: " if line else ""
    number = f"{int(count):,d}" if count.lstrip("-").isdigit() else count
    return QueryError(
        f"{place}range yields {number} values, local logs at most {most:,d}: take a larger step, or bounds nearer",
        line=line or None,
    )


def _end(start: ir.Expr, end: ir.Expr, step: ir.Expr, most: int, line: int | None) -> ir.Expr:
    if isinstance(end, ir.FunctionCall) and end.name == _BOUND:
        return end
    return ir.FunctionCall(_BOUND, (start, end, step, ir.Literal(most, "long"), ir.Literal(line or 0, "long")))


def _nodes(node: Any) -> Iterator[Any]:
    if isinstance(node, tuple):
        for item in node:
            yield from _nodes(item)
    elif dataclasses.is_dataclass(node) and not isinstance(node, type):
        yield node
        for item in dataclasses.fields(node):
            yield from _nodes(getattr(node, item.name))
