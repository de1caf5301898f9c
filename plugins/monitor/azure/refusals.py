"""Turns the service's refusal of a query into our error, with the line of the query's own text and nearest names. Pure.

Source of the forms: answers of the service itself, as its client libraries record them (`SYN0002` has `line`, `pos`
and `token`; `SEM0100` names what it cannot resolve, and no line).
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from orchestrator.core.errors import QueryError
from plugins.monitor.azure.faults import Trouble, said
from plugins.monitor.azure.query import Question
from plugins.monitor.embedded.dialect import line_of, pipeline
from plugins.monitor.names import did_you_mean, nearest

Known = Mapping[str, Sequence[str]]
"""The columns of each table that is known."""

_UNRESOLVED = re.compile(r"Failed to resolve (?P<what>[\w ,]*?)expression named '(?P<name>[^']*)'", re.IGNORECASE)
_OPERATOR = re.compile(r"'(?P<operator>[\w-]+)' operator")
_POSITION = re.compile(r"line:position=(\d+):(\d+)|on line \[(\d+),\s*(\d+)\]")
_PLACE = re.compile(r"\s*\[line:position=\d+:\d+\]:?|\s*on line \[\d+,\s*\d+\]")
_SHOWN = 20
_QUOTED = re.compile(r"'([^']+)'")


def names_unknown(trouble: Trouble) -> bool:
    """Whether the refusal is about a name, for which the nearest ones help."""
    return any(_UNRESOLVED.search(str(item.get("message"))) for item in trouble.details)


def refusal(trouble: Trouble, question: Question, known: Known) -> QueryError:
    """The refusal in our words."""
    inner = trouble.details[-1] if trouble.details else {}
    message = str(inner.get("message") or "")
    unresolved = _UNRESOLVED.search(message)
    if unresolved is not None:
        return _unresolved(unresolved, message, question, known)
    line, column = _position(inner, message, question)
    if str(inner.get("code") or "").startswith("SYN"):
        token = inner.get("token")
        near = f" at {token!r}" if token else ""
        return QueryError(f"{_at(line, column)}not valid KQL{near}{_said(trouble)}", line=line)
    line = line or _line_of_quoted(message, question)
    return QueryError(f"{_at(line)}the service refuses the query{_said(trouble)}", line=line)


def _said(trouble: Trouble) -> str:
    """What the service says, without its own positions: they count the parameters before the query."""
    text = _PLACE.sub("", said(trouble.details)).strip()
    return f": {text}" if text else ""


def _unresolved(found: re.Match[str], message: str, question: Question, known: Known) -> QueryError:
    name = found["name"]
    operator = _OPERATOR.search(message)
    line = _line_of(name, operator["operator"] if operator else "", question)
    if name in question.references.tables and "table" in found["what"]:
        near = nearest(name, known)
        return QueryError(f"{_at(line)}no table {name!r} in the workspace{did_you_mean(near)}", line=line, nearest=near)
    tables = [table for table in question.references.tables if table in known] or list(known)
    columns = list(dict.fromkeys(column for table in tables for column in known[table]))
    near = nearest(name, columns)
    have = f"; there are {', '.join(columns[:_SHOWN])}" if columns and not near else ""
    return QueryError(f"{_at(line)}no column {name!r} here{did_you_mean(near)}{have}", line=line, nearest=near)


def _line_of(name: str, operator: str, question: Question) -> int | None:
    """The line where the name stands, in an operator of that kind if one has it."""
    parts = pipeline(question.tokens)
    same = [part for part in parts if any(token.text.lower() == operator.lower() for token in part)]
    lines = (line_of(part, name) for part in same)
    return next((line for line in lines if line), None) or line_of(question.tokens, name)


def _position(inner: Mapping[str, Any], message: str, question: Question) -> tuple[int | None, int | None]:
    """Line and column of the query's own text, from 1; the `let`s before it are taken off the first line's columns."""
    line, column = inner.get("line"), inner.get("pos")
    if not isinstance(line, int) and (found := _POSITION.search(message)):
        line, column = int(found[1] or found[3]), int(found[2] or found[4])
    if not isinstance(line, int) or line < 1:
        return None, None
    if line > question.lines:
        return question.lines, None  # the operator that was added behind the query
    place = column - (len(question.lets) if line == 1 else 0) if isinstance(column, int) else -1
    return line, place + 1 if place >= 0 else None


def _line_of_quoted(message: str, question: Question) -> int | None:
    lines = (line_of(question.tokens, name) for name in reversed(_QUOTED.findall(message)))
    return next((line for line in lines if line), None)


def _at(line: int | None, column: int | None = None) -> str:
    if line is None:
        return ""
    return f"line {line}, column {column}: " if column else f"line {line}: "
