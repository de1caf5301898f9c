"""Turns KQL into checked SQL: rewritten, parsed, bound to the tables' columns, ordered. Pure."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from duckdb_kql import KqlError, ir
from duckdb_kql.lower import lower, qualify
from duckdb_kql.translate import CLOCK_SLOT, clock
from duckdb_kql.translate import to_sql as render_sql

from orchestrator.core.errors import QueryError
from orchestrator.core.ports import QueryParameter
from plugins.monitor.embedded.binding import Binder, TypesOf
from plugins.monitor.embedded.dialect import line_of, pipeline, rewrite
from plugins.monitor.embedded.faults import kql_fault
from plugins.monitor.embedded.functions import install
from plugins.monitor.embedded.operators import ends_sorted
from plugins.monitor.embedded.plain_columns import BaseColumns
from plugins.monitor.embedded.tokens import Token
from plugins.monitor.lets import render_lets

Schema = Mapping[str, Sequence[str]]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A query read but not yet bound to columns.

    `tables` are the names that it reads and no `let` binds, `patterns` those of `union App*`.
    """

    query: ir.Query
    tables: tuple[str, ...]
    patterns: tuple[str, ...]
    tokens: tuple[Token, ...]
    parameters: frozenset[str]

    def line_of(self, text: str, place: int | None = None) -> int | None:
        """The line of the query's own text where a name first stands, in the operator at `place` if given."""
        if place is not None:
            parts = pipeline(self.tokens)
            if len(parts) == len(self.query.operators) + 1:
                return line_of(parts[place + 1], text) or line_of(self.tokens, text)
        return line_of(self.tokens, text)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """SQL with its bound values; `ordered` when the query itself ends sorted."""

    sql: str
    values: Mapping[str, object]
    ordered: bool


def parse(kql: str, *, parameters: Sequence[QueryParameter] = ()) -> Parsed:
    """Read a query, with its parameters as `let` statements on the line of its first token.

    Raises:
        QueryError: Not KQL, a control command, or an unsupported construct, with its line in `kql`.
    """
    install()
    _refuse_commands(kql)
    rewritten = rewrite(kql)
    try:
        query = qualify(lower(render_lets(parameters) + rewritten.text, {}, {}, None, {}), None, {})
    except KqlError as error:
        raise kql_fault(error, line_of=lambda text: line_of(rewritten.tokens, text)) from error
    except RecursionError as error:
        raise QueryError("the query is nested too deeply: split it") from error
    names = frozenset(parameter.name for parameter in parameters)
    return Parsed(
        query=query,
        tables=tuple(sorted(set(_table_names(query)))),
        patterns=tuple(sorted({n.pattern for n in walk(query) if isinstance(n, ir.WildcardTableRef)})),
        tokens=rewritten.tokens,
        parameters=names,
    )


def bind(
    parsed: Parsed,
    schema: Schema,
    *,
    types_of: TypesOf,
    typed: bool = False,
    base: BaseColumns | None = None,
) -> ir.Query:
    """The query checked against the tables' columns, and corrected; `base` saves asking for types.

    Raises:
        QueryError: A column that is not there (with the nearest names), or a parameter with a column's name.
    """
    columns = {name: list(names) for name, names in schema.items()}
    for table, names in columns.items():
        for name in sorted(parsed.parameters.intersection(names)):
            line = parsed.line_of(name)
            raise QueryError(
                f"parameter {name!r} has the name of a column of {table!r}, and KQL would read the column: "
                f"rename the parameter, for example p_{name}",
                line=line,
            )
    serialized = parsed.line_of("serialize") is not None
    binder = Binder(
        parameters=parsed.parameters,
        types_of=types_of,
        line_of=parsed.line_of,
        typed=typed,
        serialized=serialized,
        base=base or BaseColumns(),
    )
    try:
        return binder.bind_main(parsed.query, columns)
    except KqlError as error:
        raise kql_fault(error, line_of=parsed.line_of) from error


def render(parsed: Parsed, query: ir.Query, schema: Schema, *, now: datetime | None) -> Statement:
    """SQL for a bound query over tables with these columns."""
    columns = {name: list(names) for name, names in schema.items()}
    try:
        with clock(now) as active:
            result = render_sql(query, columns)
            values = dict(result.parameters)
            if active.used:
                values[CLOCK_SLOT] = active.moment
    except KqlError as error:
        raise kql_fault(error, line_of=parsed.line_of) from error
    return Statement(sql=str(result), values=values, ordered=ends_sorted(query))


def _refuse_commands(kql: str) -> None:
    for number, line in enumerate(kql.splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("//"):
            continue
        if text.startswith("."):
            raise QueryError(
                f"line {number}: control command {text.split()[0]!r} is refused: logs are read-only", line=number
            )
        return
    raise QueryError("the query is empty: write a table's name, then operators after |")


def walk(node: object) -> Iterator[Any]:
    """Every node below `node`, itself included."""
    stack, seen = [node], set()
    while stack:
        current = stack.pop()
        if isinstance(current, (list, tuple)):
            stack.extend(current)
        elif dataclasses.is_dataclass(current) and not isinstance(current, type) and id(current) not in seen:
            seen.add(id(current))
            yield current
            stack.extend(getattr(current, item.name) for item in dataclasses.fields(current))


def _table_names(query: ir.Query) -> Iterator[str]:
    bound = {name for node in walk(query) if isinstance(node, ir.Query) for name, _ in node.lets}
    for node in walk(query):
        if isinstance(node, ir.TableRef) and node.name not in bound:
            if node.database or node.cluster:
                raise QueryError(f"{node.qualified!r} names another database or cluster: local logs have only one")
            yield node.name
