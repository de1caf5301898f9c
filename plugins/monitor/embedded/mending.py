"""Corrects what depends on the types of operands: arithmetic on timespans and datetimes, and datetime literals."""

import dataclasses
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from duckdb_kql import ir
from duckdb_kql.translate.naming import expression_name

from orchestrator.core.table import ColumnType

KindOf = Callable[[ir.Expr], ColumnType | None]
_FORMATS = (
    "%m-%d-%Y",
    "%m/%d/%Y",
    "%m.%d.%Y",
    "%m-%d-%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
    "%d %b %Y",
    "%b %d, %Y",
    "%d %b %Y %H:%M:%S",
    "%a, %d %b %Y %H:%M:%S GMT",
    "%a, %d %b %Y %H:%M:%S",
)
_AGGREGATES = {
    ("avg", ColumnType.TIMESPAN): "switchboard_avg_timespan",
    ("sum", ColumnType.TIMESPAN): "switchboard_sum_timespan",
    ("avg", ColumnType.DATETIME): "switchboard_avg_datetime",
}
_NUMBERS = {ColumnType.INT, ColumnType.LONG, ColumnType.REAL, ColumnType.DECIMAL}


def iso_datetime(text: str) -> str | None:
    """What a datetime literal means, in ISO form; None where it means nothing."""
    clean = text.strip().strip("\"'")
    if re.fullmatch(r"\d{4}", clean):
        return f"{clean}-01-01"
    if re.fullmatch(r"\d{4}-\d{1,2}", clean):
        return f"{clean}-01"
    clean = re.sub(r"^(\d{4})-(\d)-", r"\1-0\2-", clean)
    clean = re.sub(r"^(\d{4}-\d\d)-(\d)(?!\d)", r"\1-0\2", clean)
    clean = re.sub(r"^(\d{4}-\d\d-\d\d[T ])(\d)(?=:)", r"\g<1>0\2", clean)
    # Kusto has ticks of 100 ns, Python and DuckDB have microseconds.
    fraction = re.match(r"^(.*?\.\d{6})\d+(.*)$", clean)
    clean = f"{fraction[1]}{fraction[2]}" if fraction else clean
    try:
        moment = datetime.fromisoformat(clean)
    except ValueError:
        moment_or_none = _by_format(clean)
        if moment_or_none is None:
            return None
        moment = moment_or_none
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return aware.replace(tzinfo=None).isoformat(sep=" ")


def _by_format(text: str) -> datetime | None:
    for pattern in _FORMATS:
        try:
            return datetime.strptime(text, pattern).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def mend(node: Any, kind_of: KindOf) -> Any:
    """The node with timespan arithmetic in a form that the engine can do; queries inside are left alone."""
    if isinstance(node, tuple):
        return tuple(mend(item, kind_of) for item in node)
    if isinstance(node, ir.Query) or not dataclasses.is_dataclass(node) or isinstance(node, type):
        return node
    changes = {item.name: mend(getattr(node, item.name), kind_of) for item in dataclasses.fields(node)}
    mended = dataclasses.replace(node, **changes)
    match mended:
        case ir.NamedExpr(expr=ir.FunctionCall() as call):
            return _aggregate(mended, call, kind_of)
        case ir.BinaryOp(op="/" | "%"):
            return _divided(mended, kind_of)
        case _:
            return mended


def _aggregate(named: ir.NamedExpr, call: ir.FunctionCall, kind_of: KindOf) -> ir.NamedExpr:
    if call.name.lower() not in {"avg", "sum"} or len(call.args) != 1:
        return named
    kind = kind_of(call.args[0])
    name = _AGGREGATES.get((call.name.lower(), kind)) if kind else None
    if name is None:
        return named
    return ir.NamedExpr(ir.FunctionCall(name, call.args), named.name or expression_name(call))


def _divided(node: ir.BinaryOp, kind_of: KindOf) -> ir.Expr:
    left, right = kind_of(node.left), kind_of(node.right)
    if left is not ColumnType.TIMESPAN:
        return node
    if right is ColumnType.TIMESPAN:
        name = "switchboard_ratio" if node.op == "/" else "switchboard_rest"
        return ir.FunctionCall(name, (node.left, node.right))
    if node.op == "/" and right in _NUMBERS:
        return ir.FunctionCall("switchboard_divide", (node.left, node.right))
    return node
