"""Binds a parsed query to its tables' columns: checks names, puts wildcards and markers right, makes order definite."""

import dataclasses
import fnmatch
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

from duckdb_kql import ir
from duckdb_kql.schema import Schema, output_columns

from orchestrator.core.errors import QueryError
from orchestrator.core.table import ColumnType
from plugins.monitor.embedded.dialect import DISTINCT, KEEP, REORDER, pattern_of
from plugins.monitor.embedded.mending import iso_datetime, mend
from plugins.monitor.embedded.operators import (
    compared,
    definite,
    ends_sorted,
    limited,
    nullable,
    project,
    renamed,
    spread,
)
from plugins.monitor.embedded.plain_columns import BaseColumns, surely_plain
from plugins.monitor.embedded.ranges import bounded_call, bounded_source
from plugins.monitor.names import did_you_mean, nearest

TypesOf = Callable[[ir.Query], Mapping[str, ColumnType]]


class LineOf(Protocol):
    """Finds the line where a name stands, in the main pipeline's operator at `place` if given."""

    def __call__(self, text: str, place: int | None = None) -> int | None:
        """The line, from 1."""
        ...


_FILLING = (ir.Join, ir.Lookup, ir.Union)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Binder:
    """Binds one query.

    Attributes:
        parameters: Names that the caller gave values for.
        types_of: The types of a query's columns.
        line_of: Where a name stands.
        typed: Look up the types of operands too, which costs time: for a query that the engine refused without it.
        serialized: The query orders rows by `serialize`.
        base: Which columns of the tables are dynamic.
    """

    parameters: frozenset[str]
    types_of: TypesOf
    line_of: LineOf
    typed: bool = False
    serialized: bool = False
    base: BaseColumns = dataclasses.field(default_factory=BaseColumns)

    def bind_main(self, query: ir.Query, schema: Schema) -> ir.Query:
        """The whole query, checked and corrected; errors tell the line in the operator that is wrong."""
        return self.bind(query, schema, main=True)

    def bind(
        self, query: ir.Query, schema: Schema, *, lets: Sequence[tuple[str, Any]] = (), main: bool = False
    ) -> ir.Query:
        """A query, with the queries inside of it; `lets` are those around it."""
        scope = dict(schema)
        bound_lets: list[tuple[str, Any]] = []
        for name, value in query.lets:
            bound = self.bind(value, scope, lets=[*lets, *bound_lets]) if isinstance(value, ir.Query) else value
            bound_lets.append((name, bound))
            if isinstance(bound, ir.Query):
                scope[name] = output_columns(bound, scope)
        around = [*lets, *bound_lets]
        source = self._inner(query.source, scope, around)
        if isinstance(source, ir.RangeSource):
            source = bounded_source(source, self.line_of("range"))
        if self.typed and isinstance(source, ir.PrintSource):
            source = mend(source, self._print_kind)
        result = ir.Query(source, [], bound_lets, query.parameters)
        columns = output_columns(result, scope)
        for place, operator in enumerate(query.operators):
            binder = dataclasses.replace(self, line_of=partial(self.line_of, place=place)) if main else self
            for step in binder.steps(operator, columns, scope, around, result):
                result.operators.append(step)
                columns = output_columns(result, scope)
        return result

    def steps(
        self,
        operator: ir.Operator,
        columns: list[str],
        scope: Schema,
        lets: Sequence[tuple[str, Any]],
        so_far: ir.Query,
    ) -> list[ir.Operator]:
        """What stands for an operator on these columns, behind the query so far."""
        operator = self._inner(operator, scope, lets)
        self._check_serialized(operator, so_far)
        if self.typed:
            operator = self._mended(operator, lets, so_far)
        match operator:
            case ir.ProjectAway():
                return [self._project_away(operator, columns)]
            case ir.Sort() | ir.Top():
                self._check(operator, columns)
                self._refuse_dynamic("sort", (key.expr for key in operator.keys), lets, so_far)
                return [definite(operator, columns)]
            case ir.Summarize():
                operator = spread(operator)
                self._check(operator, columns)
                self._refuse_dynamic("group", (named.expr for named in operator.by), lets, so_far)
                self._refuse_dynamic("compare", compared(operator), lets, so_far)
                return [limited(operator)]
            case ir.Join() | ir.Lookup():
                self._check_keys(operator, columns, output_columns(operator.right, scope))
            case ir.ProjectRename():
                self._check_names((old for old, _ in operator.renames), columns)
            case ir.MvExpand():
                self._check_names((target.column for target in operator.targets), columns)
            case _:
                self._check(operator, columns)
        if isinstance(operator, ir.Union):
            self._refuse_mixed(operator, lets, so_far)
        if isinstance(operator, _FILLING):
            return [operator, *self._filled(operator, columns, scope, lets, so_far)]
        return [operator]

    def _inner(self, node: Any, scope: Schema, lets: Sequence[tuple[str, Any]]) -> Any:
        """The node with every query inside of it bound."""
        if isinstance(node, ir.Query):
            return self.bind(node, scope, lets=lets)
        if isinstance(node, tuple):
            items = tuple(self._inner(item, scope, lets) for item in node)
            return items if any(a is not b for a, b in zip(items, node, strict=True)) else node
        if isinstance(node, ir.Literal) and node.kind == "datetime":
            return self._datetime(node)
        if not dataclasses.is_dataclass(node) or isinstance(node, type):
            return node
        if isinstance(node, ir.FunctionCall):
            node = bounded_call(renamed(node), self.line_of)
        changes = {}
        for item in dataclasses.fields(node):
            value = getattr(node, item.name)
            new = self._inner(value, scope, lets)
            if new is not value:
                changes[item.name] = new
        return dataclasses.replace(node, **changes) if changes else node

    def _datetime(self, literal: ir.Literal) -> ir.Literal:
        """A datetime literal in ISO form; one that would silently be null is refused."""
        if literal.value is None or str(literal.value).lower() == "null":
            return literal
        text = iso_datetime(str(literal.value))
        if text is None:
            line = self.line_of("datetime")
            raise QueryError(
                f"{_at(line)}datetime({literal.value}) is no time: write it as 2024-01-31T10:20:00Z", line=line
            )
        return ir.Literal(text, "datetime")

    def _refuse_dynamic(
        self, what: str, exprs: Iterable[ir.Expr], lets: Sequence[tuple[str, Any]], so_far: ir.Query
    ) -> None:
        """Kusto refuses dynamic keys; as JSON text, 10 would sort before 9."""
        plain = [expr for expr in exprs if isinstance(expr, (ir.PathAccess, ir.ColumnRef))]
        columns = [expr for expr in plain if isinstance(expr, ir.ColumnRef)]
        dynamic = [_path_text(expr) for expr in plain if isinstance(expr, ir.PathAccess)]
        names = [expr.name for expr in columns]
        if columns and not surely_plain(names, [so_far, *lets], base=self.base):
            types = self.types_of(ir.Query(so_far.source, [*so_far.operators], list(lets)))
            dynamic += [expr.name for expr in columns if types.get(expr.name) is ColumnType.DYNAMIC]
        for name in dynamic:
            line = self.line_of(name.split(".")[0])
            raise QueryError(
                f"{_at(line)}cannot {what} by {name!r}, which is dynamic: cast it, for example tostring({name})",
                line=line,
            )

    def _print_kind(self, expr: ir.Expr) -> ColumnType | None:
        return self.types_of(ir.Query(ir.PrintSource((ir.NamedExpr(expr, "probe"),)))).get("probe")

    def _mended(self, operator: ir.Operator, lets: Sequence[tuple[str, Any]], so_far: ir.Query) -> ir.Operator:
        """Timespan and datetime arithmetic that the translator lacks."""

        def kind(expr: ir.Expr) -> ColumnType | None:
            probe = ir.Project((ir.NamedExpr(expr, "probe"),))
            return self.types_of(ir.Query(so_far.source, [*so_far.operators, probe], list(lets))).get("probe")

        mended: ir.Operator = mend(operator, kind)
        return mended

    def _check(self, operator: ir.Operator, columns: Sequence[str]) -> None:
        self._check_names((n.name for n in _outside(operator) if isinstance(n, ir.ColumnRef)), columns)
        for node in _outside(operator):
            if isinstance(node, ir.LetRef) and node.name in self.parameters and node.name in columns:
                raise self._shadowed(node.name)

    def _shadowed(self, name: str) -> QueryError:
        line = self.line_of(name)
        return QueryError(
            f"{_at(line)}parameter {name!r} has the name of a column, and KQL would read the column: "
            f"rename the parameter, for example p_{name}",
            line=line,
        )

    def _check_names(self, names: Iterable[str], columns: Sequence[str]) -> None:
        known = set(columns)
        for name in dict.fromkeys(names):
            if name not in known:
                line, near = self.line_of(name), nearest(name, known)
                have = "" if near else f"; there are {', '.join(columns[:20])}"
                raise QueryError(
                    f"{_at(line)}no column {name!r} here{did_you_mean(near)}{have}", line=line, nearest=near
                )

    def _check_keys(self, operator: ir.Join | ir.Lookup, left: Sequence[str], right: Sequence[str]) -> None:
        self._check_names((key.left for key in operator.keys), left)
        self._check_names((key.right for key in operator.keys), right)

    def _project_away(self, operator: ir.ProjectAway, columns: Sequence[str]) -> ir.Operator:
        if operator.columns == (DISTINCT,):
            return ir.Distinct(tuple(ir.NamedExpr(ir.ColumnRef(name)) for name in columns))
        marker = operator.columns[0] if operator.columns[0] in {KEEP, REORDER} else None
        chosen = self._chosen(operator.columns[1:] if marker else operator.columns, columns)
        if marker == KEEP:
            return project(name for name in columns if name in chosen)
        if marker == REORDER:
            return project([*chosen, *(name for name in columns if name not in chosen)])
        if len(chosen) == len(columns):
            raise QueryError("project-away leaves no column: keep at least one", line=self.line_of("project-away"))
        return ir.ProjectAway(tuple(chosen)) if chosen else ir.Where(ir.Literal(value=True, kind="bool"))

    def _chosen(self, names: Sequence[str], columns: Sequence[str]) -> dict[str, None]:
        """The columns that names and wildcard patterns choose, in the order given."""
        chosen: dict[str, None] = {}
        for name in names:
            pattern = pattern_of(name)
            if pattern is None:
                self._check_names([name], columns)
                chosen[name] = None
            else:
                chosen.update(dict.fromkeys(c for c in columns if fnmatch.fnmatchcase(c, pattern)))
        return chosen

    def _check_serialized(self, operator: ir.Operator, so_far: ir.Query) -> None:
        """Functions of neighbouring rows need an order that is meant."""
        given = isinstance(so_far.source, (ir.RangeSource, ir.DataTable, ir.PrintSource)) or ends_sorted(so_far)
        if given or self.serialized:
            return
        for node in _outside(operator):
            if isinstance(node, ir.FunctionCall) and node.name.lower() in _ROW_FUNCTIONS:
                line = self.line_of(node.name)
                raise QueryError(f"{_at(line)}{node.name}() needs ordered rows: put sort by before it", line=line)

    def _refuse_mixed(self, union: ir.Union, lets: Sequence[tuple[str, Any]], so_far: ir.Query) -> None:
        """Kusto splits a column whose type differs between tables into `x_long` and `x_string`."""
        seen: dict[str, ColumnType] = {}
        arms = [ir.Query(so_far.source, [*so_far.operators], list(lets))]
        arms += [ir.Query(branch.source, branch.operators, [*lets, *branch.lets]) for branch in union.branches]
        for arm in arms:
            for name, kind in self.types_of(arm).items():
                other = seen.setdefault(name, kind)
                if other is not kind and {other, kind} != {ColumnType.INT, ColumnType.LONG}:
                    line = self.line_of("union")
                    raise QueryError(
                        f"{_at(line)}union: column {name!r} is {other.value} in one table and {kind.value} in another: "
                        f"cast it first, for example extend {name} = tostring({name})",
                        line=line,
                    )

    def _filled(
        self, operator: Any, left: Sequence[str], scope: Schema, lets: Sequence[tuple[str, Any]], so_far: ir.Query
    ) -> list[ir.Operator]:
        """KQL's strings are never null: '' where an outer join or a union found no value."""
        empty_there = nullable(operator, left, scope)
        if not empty_there:
            return []
        whole = ir.Query(so_far.source, [*so_far.operators, operator], list(lets))
        types = self.types_of(whole)
        strings = [name for name in empty_there if types.get(name) is ColumnType.STRING]
        empty = ir.Literal("", "string")
        fills = tuple(ir.NamedExpr(ir.FunctionCall("coalesce", (ir.ColumnRef(n), empty)), n) for n in strings)
        return [ir.Extend(fills)] if fills else []


_ROW_FUNCTIONS = {"row_number", "prev", "next", "row_cumsum"}


def _at(line: int | None) -> str:
    return f"line {line}: " if line else ""


def _outside(operator: Any) -> Iterator[Any]:
    """The nodes of an operator that are not inside a query of its own."""
    stack, seen = [operator], set()
    while stack:
        current = stack.pop()
        if isinstance(current, (list, tuple)):
            stack.extend(current)
        elif isinstance(current, ir.LetRef):
            yield current
        elif (
            dataclasses.is_dataclass(current) and not isinstance(current, (type, ir.Query)) and id(current) not in seen
        ):
            seen.add(id(current))
            yield current
            stack.extend(getattr(current, item.name) for item in dataclasses.fields(current))


def _path_text(path: ir.PathAccess) -> str:
    base = path.base.name if isinstance(path.base, ir.ColumnRef) else "..."
    return ".".join([base, *(step.name or "[]" for step in path.steps)])
