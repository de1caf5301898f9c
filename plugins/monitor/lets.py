"""Renders parameters as typed KQL `let` statements; the only place where a value becomes KQL text."""

import json
import math
import re
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation

from orchestrator.core.errors import QueryError
from orchestrator.core.ports import QueryParameter
from orchestrator.core.table import ColumnType, json_value, timespan_text

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_CONTROL = re.compile(r"(?<!\\)(?:\\\\)*\\[bfu]")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_INT_BITS = {ColumnType.INT: 31, ColumnType.LONG: 63}


def render_lets(parameters: Sequence[QueryParameter]) -> str:
    """All `let` statements on one line, so that the query's own lines keep their numbers.

    Raises:
        QueryError: A name that is no identifier or is given twice, or a value that is not of its type.
    """
    seen: set[str] = set()
    statements: list[str] = []
    for parameter in parameters:
        if not _NAME.match(parameter.name):
            raise QueryError(f"parameter name {parameter.name!r} is no KQL identifier: use letters, digits and _")
        if parameter.name in seen:
            raise QueryError(f"parameter {parameter.name!r} is given twice: keep one")
        seen.add(parameter.name)
        statements.append(f"let {parameter.name} = {render_value(parameter)}; ")
    return "".join(statements)


def render_value(parameter: QueryParameter) -> str:  # noqa: C901, PLR0911  # one return a type
    """A KQL literal of the parameter's value; None is a typed null, and '' for a string (Kusto has no null string)."""
    value, kind = parameter.value, parameter.type
    if value is None:
        return '""' if kind is ColumnType.STRING else f"{kind.value}(null)"
    match kind, value:
        case ColumnType.STRING, str():
            return string_literal(value)
        case ColumnType.BOOL, bool():
            return f"bool({str(value).lower()})"
        case ((ColumnType.INT | ColumnType.LONG), int()) if not isinstance(value, bool):
            return _whole(parameter, value)
        case ((ColumnType.REAL | ColumnType.DECIMAL), int() | float()) if not isinstance(value, bool):
            return _real(value, kind)
        case ColumnType.DECIMAL, str():
            return _decimal(parameter, value)
        case ColumnType.GUID, str():
            return _guid(parameter, value)
        case ColumnType.DATETIME, datetime():
            aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
            return f"datetime({aware.replace(tzinfo=None).isoformat()}Z)"
        case ColumnType.TIMESPAN, timedelta():
            return _timespan(value)
        case ColumnType.DYNAMIC, _:
            return _dynamic(parameter)
    raise _mistyped(parameter)


def string_literal(text: str) -> str:
    r"""A double-quoted KQL string on one line; only escapes that the translator decodes (`\\ \" \n \r \t`)."""
    return '"' + "".join(_ESCAPES.get(char, char) for char in text) + '"'


def dynamic_literal(document: object) -> str:
    r"""A `dynamic(...)` literal on one line; the translator decodes `\" \\ \n \r \t` but no `\u`.

    Raises:
        ValueError: NaN, infinity, or a control character.
        TypeError: A value that is not JSON.
    """
    text = json.dumps(document, allow_nan=False, ensure_ascii=False)
    if _CONTROL.search(text):
        raise ValueError(f"control characters cannot stand in a dynamic literal: {text!r}")
    return f"dynamic({text})"


def _whole(parameter: QueryParameter, value: int) -> str:
    bits = _INT_BITS[parameter.type]
    if not -(2**bits) <= value < 2**bits:
        raise QueryError(f"parameter {parameter.name!r}: {value!r} does not fit a {parameter.type.value}")
    return f"{parameter.type.value}({value})"


def _real(value: float, kind: ColumnType) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return f"{kind.value}(null)"
    return f"{kind.value}({value!r})"


def _decimal(parameter: QueryParameter, value: str) -> str:
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise _mistyped(parameter) from error
    if not number.is_finite():
        raise _mistyped(parameter)
    return f"decimal({number:f})"


def _guid(parameter: QueryParameter, value: str) -> str:
    try:
        return f"guid({uuid.UUID(value)})"
    except ValueError as error:
        raise _mistyped(parameter) from error


def _timespan(value: timedelta) -> str:
    # The grammar has no negative timespan literal.
    return f"(-time({timespan_text(-value)}))" if value < timedelta(0) else f"time({timespan_text(value)})"


def _dynamic(parameter: QueryParameter) -> str:
    try:
        return dynamic_literal(json_value(parameter.value))
    except (TypeError, ValueError) as error:
        raise _mistyped(parameter) from error


def _mistyped(parameter: QueryParameter) -> QueryError:
    return QueryError(
        f"parameter {parameter.name!r}: {parameter.value!r} is no {parameter.type.value}; "
        f"give a value of that type, or None"
    )
