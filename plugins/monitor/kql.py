"""Turns KQL into checked SQL: parsed, corrected, checked against the tables' columns, ordered. Pure."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from duckdb_kql import KqlError, ir
from duckdb_kql.lower import lower, qualify
from duckdb_kql.schema import _operator_columns, output_columns, resolve_let_refs, source_columns_or_none
from duckdb_kql.translate import CLOCK_SLOT, clock
from duckdb_kql.translate import to_sql as render_sql

from orchestrator.core.errors import QueryError
from plugins.monitor.faults import kql_fault
from plugins.monitor.names import did_you_mean, nearest

Schema = Mapping[str, Sequence[str]]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A query read but not yet bound to columns; `tables` are the names it reads that no `let` binds."""

    query: ir.Query
    tables: tuple[str, ...]
    text: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """SQL with its bound values; `ordered` when the query itself ends sorted."""

    sql: str
    values: Mapping[str, object]
    ordered: bool


def parse(kql: str, *, prelude: str = "") -> Parsed:
    """Read `prelude` (let statements on one line) and `kql`.

    Raises:
        QueryError: Not KQL, a control command, or an unsupported construct, with its line in `kql`.
    """
    _refuse_commands(kql)
    text = prelude + kql
    try:
        query = qualify(lower(text, {}, {}, None, {}), None, {})
    except KqlError as error:
        raise kql_fault(error) from error
    except RecursionError as error:
        raise QueryError("the query is nested too deeply: split it") from error
    return Parsed(query=query, tables=tuple(sorted(set(_table_names(query)))), text=kql)


def render(parsed: Parsed, schema: Schema, *, now: datetime | None) -> Statement:
    """SQL for a parsed query over tables with these columns."""
    columns = {name: list(names) for name, names in schema.items()}
    try:
        with clock(now) as active:
            result = render_sql(parsed.query, columns)
            values = dict(result.parameters)
            if active.used:
                values[CLOCK_SLOT] = active.moment
    except KqlError as error:
        raise kql_fault(error) from error
    return Statement(sql=str(result), values=values, ordered=_ends_sorted(parsed.query))


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


def _ends_sorted(query: ir.Query) -> bool:
    ordered = False
    for operator in query.operators:
        if isinstance(operator, (ir.Sort, ir.Top)):
            ordered = True
        elif isinstance(operator, (ir.Summarize, ir.Distinct, ir.Join, ir.Lookup, ir.Union, ir.Count, ir.GetSchema)):
            ordered = False
    return ordered
