"""CEL expressions over recorded rows: compiled once, strict about errors, never NaN.

The library absorbs errors in `&&` and `||` and yields infinity for a division by zero; expressions are rewritten
so that both go from left to right, stop early, and keep an error an error.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from orchestrator.core.cel.blame import explain
from orchestrator.core.cel.library import compile_program
from orchestrator.core.cel.strict import strict_text
from orchestrator.core.cel.syntax import parse_expression
from orchestrator.core.cel.tree import Macro, Node, children, free_names
from orchestrator.core.errors import ExpressionError
from orchestrator.core.table import ColumnType, Table

MAX_ROWS = 1_000
MAX_MACRO_NESTING = 2
_MAX_VALUE_DEPTH = 60
_INT64 = 2**63
_PLAIN_COLUMNS = frozenset({ColumnType.BOOL, ColumnType.INT, ColumnType.LONG, ColumnType.STRING, ColumnType.TIMESPAN})


class CelRows(list[dict[str, object]]):
    """Rows whose values are CEL's already; they are not converted again."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression; `names` are the variables that it reads."""

    text: str
    tree: Node
    names: frozenset[str]
    program: Any

    def evaluate(self, scope: Mapping[str, object]) -> object:
        """The value: bool, int, float, str, datetime, timedelta, None, or lists and dicts of them.

        Raises ExpressionError on null operands, missing names or columns, wrong types, division by zero,
        overflow, and a value that is not a finite number.
        """
        variables = {name: cel_value(scope[name]) for name in self.names if name in scope}
        try:
            value = self.program.execute(variables)
        except (TypeError, ValueError, KeyError, IndexError, RuntimeError, ArithmeticError) as error:
            raise ExpressionError(explain(self.text, self.tree, variables, error)) from error
        if not _is_finite(value):
            raise ExpressionError(f"expression {self.text!r} yields {value!r}, which is not a finite number")
        return value


@lru_cache(maxsize=4096)
def compile_expression(text: str) -> Expression:
    """Compile an expression, once per text; ExpressionError shows text and column."""
    tree = parse_expression(text)
    if _macro_depth(tree) > MAX_MACRO_NESTING:
        raise ExpressionError(
            f"expression {text!r} nests {_macro_depth(tree)} macros, more than {MAX_MACRO_NESTING}: "
            "compute the inner part in KQL or in an earlier step's `out`"
        )
    return Expression(text, tree, free_names(tree), compile_program(strict_text(tree), source=text))


def evaluate_bool(text: str, scope: Mapping[str, object]) -> bool:
    """The truth of a condition; ExpressionError when its value is not a bool."""
    value = compile_expression(text).evaluate(scope)
    if not isinstance(value, bool):
        raise ExpressionError(f"condition {text!r} yields {value!r}, not true or false; compare it with something")
    return value


def cel_rows(table: Table) -> list[dict[str, object]]:
    """A result's rows, at most 1,000, with column types as CEL types; the one place where that is decided.

    NaN, infinity and NULL become null, guid a string, dynamic a list or map, a naive time UTC, a timespan a duration.
    """
    names = [column.name for column in table.columns]
    plain = [column.type in _PLAIN_COLUMNS for column in table.columns]
    rows = CelRows()
    for row in table.rows[:MAX_ROWS]:
        values = (v if p or v is None else cel_value(v) for v, p in zip(row, plain, strict=True))
        rows.append(dict(zip(names, values, strict=True)))
    return rows


def cel_value(value: object, *, depth: int = 0) -> object:  # noqa: C901, PLR0911 - one case per type
    """One value as CEL's: parameters, the window, dynamic cells; ExpressionError names a type that CEL has not."""
    if depth > _MAX_VALUE_DEPTH:
        raise ExpressionError(f"a value is nested deeper than {_MAX_VALUE_DEPTH} levels; select its part in KQL")
    match value:
        case None | bool() | str() | timedelta() | CelRows():
            return value
        case int():
            return int(value) if -_INT64 <= value < _INT64 else float(value)
        case float():
            return value if math.isfinite(value) else None
        case Decimal():
            return float(value) if value.is_finite() else None
        case datetime():
            return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        case date():
            return datetime.combine(value, time(), UTC)
        case UUID():
            return str(value)
        case Mapping():
            return {str(key): cel_value(item, depth=depth + 1) for key, item in value.items()}
        case list() | tuple():
            return [cel_value(item, depth=depth + 1) for item in value]
        case _:
            raise ExpressionError(f"{value!r} of type {type(value).__name__} has no place in an expression")


def _is_finite(value: object) -> bool:
    match value:
        case float():
            return math.isfinite(value)
        case list():
            return all(_is_finite(item) for item in value)
        case dict():
            return all(_is_finite(item) for item in value.values())
        case _:
            return True


def _macro_depth(node: Node) -> int:
    if isinstance(node, Macro):
        return max(_macro_depth(node.target), 1 + max(map(_macro_depth, node.bodies)))
    return max((_macro_depth(child) for child in children(node)), default=0)
