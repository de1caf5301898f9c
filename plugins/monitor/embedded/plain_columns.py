"""Tells without asking the engine that a column cannot be dynamic.

Describing a query costs tens of milliseconds, and most keys of `sort` and `summarize` are plain: columns of the tables,
counts, times. Only what this cannot tell is described. It errs on the side of not knowing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from duckdb_kql import ir

_SCALAR = frozenset(
    [
        "abs",
        "ago",
        "avg",
        "avgif",
        "bin",
        "bin_at",
        "binary_all_or",
        "ceiling",
        "count",
        "countif",
        "datetime_add",
        "datetime_diff",
        "dayofmonth",
        "dayofweek",
        "dcount",
        "dcountif",
        "endofday",
        "exp",
        "extract",
        "floor",
        "format_datetime",
        "getmonth",
        "getyear",
        "hash",
        "hourofday",
        "indexof",
        "isempty",
        "isfinite",
        "isinf",
        "isnan",
        "isnotempty",
        "isnotnull",
        "isnull",
        "log",
        "log10",
        "log2",
        "not",
        "now",
        "percentile",
        "pow",
        "replace_regex",
        "replace_string",
        "round",
        "sign",
        "sqrt",
        "startofday",
        "startofhour",
        "startofmonth",
        "startofweek",
        "startofyear",
        "stdev",
        "stdevif",
        "strcat",
        "strcat_delim",
        "strlen",
        "substring",
        "sum",
        "sumif",
        "tobool",
        "todatetime",
        "todecimal",
        "todouble",
        "toguid",
        "toint",
        "tolong",
        "tolower",
        "toreal",
        "tostring",
        "totimespan",
        "toupper",
        "trim",
        "trim_end",
        "trim_start",
        "url_decode",
        "variance",
    ]
)
"""Functions whose value is a scalar whatever they are given."""
_PASSING = frozenset(
    [
        "any",
        "arg_max",
        "arg_min",
        "case",
        "coalesce",
        "iff",
        "iif",
        "max",
        "max_of",
        "maxif",
        "min",
        "min_of",
        "minif",
        "take_any",
    ]
)
"""Functions whose value is one of their arguments."""


@dataclass(frozen=True, slots=True)
class BaseColumns:
    """The columns of all tables that a query reads: dynamic in one of them, or plain in all."""

    plain: frozenset[str] = frozenset()
    dynamic: frozenset[str] = frozenset()


def base_columns(columns: Iterable[tuple[str, bool]]) -> BaseColumns:
    """From (column, is it dynamic) of every table."""
    every = list(columns)
    dynamic = frozenset(name for name, is_dynamic in every if is_dynamic)
    return BaseColumns(frozenset(name for name, _ in every) - dynamic, dynamic)


def surely_plain(names: Iterable[str], parts: Sequence[Any], *, base: BaseColumns) -> bool:
    """Whether none of the columns can be dynamic; `parts` is all that may define them: queries, operators, lets."""
    return _Definitions(parts, base).all_plain(names)


class _Definitions:
    """What each name stands for in a query."""

    def __init__(self, parts: Sequence[Any], base: BaseColumns) -> None:
        self._base = base
        self._by_name: dict[str, list[Any]] = {}
        self._opaque: set[str] = set()
        for node in _nodes(parts):
            self._note(node)

    def _note(self, node: Any) -> None:
        match node:
            case ir.NamedExpr(expr=expr, name=str(name)):
                self._by_name.setdefault(name, []).append(expr)
            case ir.ProjectRename(renames=renames):
                self._opaque.update(new for new, _ in renames)
                self._opaque.update(old for _, old in renames)
            case ir.MvExpand(targets=targets, item_index=index):
                self._opaque.update(target.name or target.column for target in targets)
                self._opaque.update([index] if index else [])
            case ir.Parse(segments=segments):
                self._opaque.update(segment.name for segment in segments if segment.name)
            case ir.DataTable(columns=columns):
                self._opaque.update(name for name, kind in columns if kind == "dynamic")
                self._by_name.update({n: self._by_name.get(n, []) for n, kind in columns if kind != "dynamic"})
            case _:
                pass

    def all_plain(self, names: Iterable[str]) -> bool:
        return all(self._name(name, frozenset()) for name in names)

    def _name(self, name: str, seen: frozenset[str]) -> bool:
        if name in self._opaque or name in self._base.dynamic:
            return False
        if name in seen:
            return True  # `extend x = tolower(x)`: the first definition decides
        defined = self._by_name.get(name)
        if defined is None:
            return name in self._base.plain
        return all(self._expr(expr, seen | {name}) for expr in defined)

    def _expr(self, expr: Any, seen: frozenset[str]) -> bool:
        match expr:
            case ir.Literal(kind=kind) | ir.Parameter(kind=kind):
                return bool(kind != "dynamic")
            case ir.ColumnRef(name=name):
                # a column that is renamed onto itself must be plain where it comes from
                return name in self._base.plain if name in seen else self._name(name, seen)
            case ir.LetRef(value=value):
                return self._expr(value, seen)
            case ir.BinaryOp() | ir.UnaryOp() | ir.Between() | ir.InList() | ir.HasList():
                return True
            case ir.FunctionCall(name=name, args=args):
                lower = name.lower()
                return lower in _SCALAR or (lower in _PASSING and all(self._expr(arg, seen) for arg in args))
            case _:
                return False


def _nodes(parts: Sequence[Any]) -> Iterator[Any]:
    stack: list[Any] = [*parts]
    seen: set[int] = set()
    while stack:
        current = stack.pop()
        if isinstance(current, (list, tuple)):
            stack.extend(current)
        elif is_dataclass(current) and not isinstance(current, type) and id(current) not in seen:
            seen.add(id(current))
            yield current
            stack.extend(getattr(current, item.name) for item in fields(current))
