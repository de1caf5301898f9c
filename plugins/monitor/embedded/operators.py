"""Rewrites single operators of a parsed query: definite order, aggregates with sizes, what joins leave empty. Pure."""

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from duckdb_kql import ir
from duckdb_kql.schema import Schema, join_output_columns, lookup_output_columns, output_columns

_NULLABLE_RIGHT = {"leftouter", "fullouter"}
_NULLABLE_LEFT = {"rightouter", "fullouter"}


def ends_sorted(query: ir.Query) -> bool:
    """Whether the rows come out in the order of a sort."""
    ordered = False
    for operator in query.operators:
        if isinstance(operator, (ir.Sort, ir.Top)):
            ordered = True
        elif not isinstance(operator, _KEEPING):
            ordered = False
    return ordered


_KEEPING = (
    ir.Where,
    ir.Project,
    ir.Extend,
    ir.Take,
    ir.ProjectAway,
    ir.ProjectRename,
    ir.Parse,
    ir.MvExpand,
)


def compared(operator: ir.Summarize) -> Iterator[ir.Expr]:
    """What min, max, percentile and arg_max compare."""
    for named in operator.aggregates:
        call = named.expr
        if isinstance(call, ir.FunctionCall) and call.name.lower() in _COMPARING and call.args:
            yield call.args[0]


_COMPARING = {"min", "max", "minif", "maxif", "arg_max", "arg_min", "percentile"}


def _is_timespan(expr: ir.Expr) -> bool:
    value = expr.value if isinstance(expr, ir.LetRef) else expr
    return isinstance(value, ir.Literal) and value.kind == "timespan"


_BY_ARITY = {("split", 3): "switchboard_split", ("strrep", 3): "switchboard_strrep"}


def renamed(call: ir.FunctionCall) -> ir.FunctionCall:
    """The call under the name of the row that fits its arguments."""
    name = _BY_ARITY.get((call.name.lower(), len(call.args)))
    if call.name.lower() == "bin_at" and len(call.args) > 1 and _is_timespan(call.args[1]):
        name = "switchboard_bin_at"
    return ir.FunctionCall(name, call.args) if name else call


def project(names: Iterable[str]) -> ir.Project:
    """These columns, in this order."""
    return ir.Project(tuple(ir.NamedExpr(ir.ColumnRef(name)) for name in names))


def definite(operator: ir.Sort | ir.Top, columns: Sequence[str]) -> ir.Operator:
    """NaN goes between null and the numbers, as in Kusto; ties are broken by the remaining columns."""
    given = {key.expr.name for key in operator.keys if isinstance(key.expr, ir.ColumnRef)}
    rest = [ir.SortKey(ir.ColumnRef(name), ascending=True) for name in columns if name not in given]
    keys = [part for key in operator.keys for part in (_nan_key(key), key)]
    return dataclasses.replace(operator, keys=(*keys, *rest))


def _nan_key(key: ir.SortKey) -> ir.SortKey:
    nulls_first = key.ascending if key.nulls_first is None else key.nulls_first
    return ir.SortKey(ir.FunctionCall("switchboard_is_nan", (key.expr,)), not key.ascending, nulls_first)


def nullable(operator: Any, left: Sequence[str], scope: Schema) -> list[str]:
    """The columns in which the operator may put nulls of its own making."""
    if isinstance(operator, ir.Union):
        if operator.kind == "inner":
            return []
        arms = [list(left), *(output_columns(branch, scope) for branch in operator.branches)]
        return [name for name in dict.fromkeys(n for arm in arms for n in arm) if not all(name in arm for arm in arms)]
    right = output_columns(operator.right, scope)
    if isinstance(operator, ir.Lookup):
        keys = {key.right for key in operator.keys}
        return lookup_output_columns(list(left), right, list(keys))[len(left) :] if operator.kind == "leftouter" else []
    joined = join_output_columns(list(left), right, operator.kind)
    names = joined[len(left) :] if operator.kind in _NULLABLE_RIGHT else []
    return [*names, *(joined[: len(left)] if operator.kind in _NULLABLE_LEFT else [])]


def spread(operator: ir.Summarize) -> ir.Summarize:
    """`percentiles(x, 50, 95)` is one column a percentile; under one name for all it stays, and is refused."""
    aggregates: list[ir.NamedExpr] = []
    for named in operator.aggregates:
        call = named.expr
        name = call.name.lower() if isinstance(call, ir.FunctionCall) else ""
        if isinstance(call, ir.FunctionCall) and name == "percentiles" and len(call.args) > 1 and not named.name:
            aggregates += [_percentile(call, place) for place in range(1, len(call.args))]
        else:
            aggregates.append(named)
    return dataclasses.replace(operator, aggregates=tuple(aggregates))


def _percentile(call: ir.FunctionCall, place: int) -> ir.NamedExpr:
    return ir.NamedExpr(ir.FunctionCall("percentile", (call.args[0], call.args[place])))


def limited(operator: ir.Summarize) -> ir.Summarize:
    """`make_list(x, n)` and `make_set(x, n)` end after n elements."""
    return dataclasses.replace(operator, aggregates=tuple(_limited_list(named) for named in operator.aggregates))


_SIZED = {"make_list": ("list", 2), "make_set": ("set", 2), "make_list_if": ("list", 3), "make_set_if": ("set", 3)}


def _limited_list(named: ir.NamedExpr) -> ir.NamedExpr:
    call = named.expr
    if not isinstance(call, ir.FunctionCall) or call.name.lower() not in _SIZED:
        return named
    prefix, arity = _SIZED[call.name.lower()]
    if len(call.args) != arity:
        return named
    size = call.args[-1]
    column = call.args[0].name if isinstance(call.args[0], ir.ColumnRef) else ""
    whole = ir.FunctionCall(call.name, call.args[:-1])
    last = ir.BinaryOp("-", size, ir.Literal(1, "long"))
    return ir.NamedExpr(
        ir.FunctionCall("array_slice", (whole, ir.Literal(0, "long"), last)), named.name or f"{prefix}_{column}"
    )
