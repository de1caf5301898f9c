"""Where a parameter's value comes from: the alert, the message, the session, a literal default."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import TypeAlias

from orchestrator.core.errors import InputError
from orchestrator.core.table import ColumnType, Value
from orchestrator.core.times import TimeSpan, find_span
from playbooks.guide import (
    AlertSource,
    DefaultSource,
    MessageNumberSource,
    MessageTimeSource,
    MessageValueSource,
    Parameter,
    ParameterType,
    SessionSource,
    Source,
    TimeEdge,
)
from playbooks.literals import parse_literal, parse_relative
from playbooks.message_values import Named, find_numbers, find_values
from playbooks.services import Service, Services

DATETIME = ParameterType(ColumnType.DATETIME)
ALERT = "alert"  # the origin of what a payload gives
KnownValues: TypeAlias = Mapping[tuple[str, str], Sequence[str]] | Callable[[str, str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Found:
    """A value, and where it came from."""

    value: Value
    origin: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """A source that names something which cannot be taken as it is; a weak one gives way to a later source."""

    text: str
    choices: tuple[str, ...] = ()
    weak: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """All that sources read from."""

    message: str
    alert: object
    session: Mapping[str, object]
    now: datetime
    tz: tzinfo
    services: Services
    values: KnownValues
    span: TimeSpan
    named: list[str] = field(default_factory=list)

    def known(self, source: MessageValueSource) -> Sequence[str]:
        """The known values of a column."""
        if callable(self.values):
            return self.values(source.table, source.column)
        return self.values.get((source.table, source.column), ())

    def aliases(self, source: MessageValueSource) -> Mapping[str, Sequence[str]]:
        """Every name of the inventory with the values of that column that stand for it."""
        known = frozenset(self.known(source))
        return {name: _logged_as(service, source.column, known) for service in self.services for name in service.names}


def read_given(raw: object, parameter: Parameter, context: Context) -> Value:
    """A value by type; a datetime may also be relative, or as people write it."""
    if parameter.type != DATETIME or not isinstance(raw, str):
        return parse_literal(raw, parameter.type, tz=context.tz)
    relative = parse_relative(raw)
    if relative is not None and relative.base == "now":
        return context.now + relative.offset
    try:
        return parse_literal(raw, parameter.type, tz=context.tz)
    except InputError:
        span = find_span(raw, now=context.now, tz=context.tz)
        moment = span.end if is_end(parameter.name) and span.end is not None else span.start
        if moment is None:
            raise
        return moment


def from_sources(parameter: Parameter, context: Context) -> Found | Unclear | None:
    """The first source that yields; None where none does, or where a relative default is to be filled later."""
    pending: Unclear | None = None
    for source in parameter.sources:
        if isinstance(source, DefaultSource) and parameter.type == DATETIME and parse_relative(source.value):
            return None  # filled once the times that it hangs on are known
        try:
            answer = _from_source(source, parameter, context)
        except InputError as error:
            return Unclear(f"{_where(source)} cannot be used: {error.message}")
        if isinstance(answer, Unclear) and answer.weak:
            pending = pending or answer
        elif answer is not None:
            return answer
    return pending


def _from_source(  # noqa: PLR0911 - one case per source
    source: Source, parameter: Parameter, context: Context
) -> Found | Unclear | None:
    match source:
        case AlertSource(path=path):
            raw = _follow(context.alert, path)
            if raw in (None, ""):
                return None
            return Found(_aliased(read_given(raw, parameter, context), parameter, context), ALERT)
        case MessageTimeSource(edge=edge):
            unread, at_end = context.span.unread, edge is not TimeEdge.START
            if unread and context.span.unread_end is at_end:
                return Unclear(f"{unread!r} is no time that I can read")
            moment = context.span.end if at_end else context.span.start
            return None if moment is None else Found(moment, "message")
        case MessageNumberSource():
            return _number(parameter, context)
        case MessageValueSource():
            return _named_value(source, parameter, context)
        case SessionSource():
            raw = context.session.get(parameter.name)
            return None if raw in (None, "") else Found(read_given(raw, parameter, context), "session")
        case DefaultSource(value=value):
            return Found(parse_literal(value, parameter.type, tz=context.tz), "default")


def _where(source: Source) -> str:
    match source:
        case AlertSource(path=path):
            return f"the alert's {path!r}"
        case SessionSource():
            return "the session's value"
        case DefaultSource():
            return "the default"
        case _:
            return "what the message says"


def _follow(payload: object, path: str) -> object:
    """The value at a dotted path; keys match in any case, numbers are places in lists; None where it leads nowhere."""
    value = payload
    for part in re.findall(r"[^.\[\]]+", path):
        if isinstance(value, Mapping):
            keys = {str(key).lower(): key for key in reversed(list(value))}
            value = value[part] if part in value else value.get(keys.get(part.lower()))
        elif isinstance(value, list | tuple) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def _aliased(value: Value, parameter: Parameter, context: Context) -> Value:
    """An alert may name a service by an alias: the one value that stands for it in the logs, else the value."""
    source = next((item for item in parameter.sources if isinstance(item, MessageValueSource)), None)
    if source is None or not isinstance(value, str) or value in context.known(source):
        return value
    named = find_values(value, (), context.aliases(source))
    known = [item for item in named.values if item in context.known(source)]
    return known[0] if len(known) == 1 else value


def _logged_as(service: Service, column: str, known: frozenset[str]) -> tuple[str, ...]:
    """The names under which a service logs in a column: those seen there, else the one to expect."""
    named = column.lower()
    groups = [service.role_names, (service.id,), service.aliases, service.namespaces, service.resource_ids]
    if "namespace" in named:
        groups.insert(0, service.namespaces)
    elif "resource" in named:
        groups.insert(0, service.resource_ids)
    seen = next((found for group in groups if (found := tuple(name for name in group if name in known))), ())
    return seen or next(group for group in groups if group)[:1]


def _number(parameter: Parameter, context: Context) -> Found | Unclear | None:
    numbers = find_numbers(context.message, without=(context.span.text, *context.named))
    if len(numbers) > 1:
        return Unclear(f"the message names several numbers: {', '.join(numbers)}", numbers)
    return Found(parse_literal(numbers[0], parameter.type), "message") if numbers else None


def _named_value(source: MessageValueSource, parameter: Parameter, context: Context) -> Found | Unclear | None:
    named = find_values(context.message, context.known(source), context.aliases(source))
    context.named.extend(named.values)
    if parameter.type.is_list and named.values:
        return Found(list(named.values), "message")
    if len(named.values) == 1:
        return Found(parse_literal(named.values[0], parameter.type), "message")
    if named.values:
        return Unclear(f"the message names several: {', '.join(named.values)}", named.values)
    return _unknown_value(named, parameter)


def _unknown_value(named: Named, parameter: Parameter) -> Unclear | None:
    if not named.near:
        return None
    near = " or ".join(named.near[:3])
    text = f"no {label(parameter)} {named.word!r}; did you mean {near}?"
    return Unclear(text, named.near, weak=not named.likely)


def label(parameter: Parameter) -> str:
    """`p_service` as people say it."""
    return parameter.name.removeprefix("p_").replace("_", " ")


def is_end(name: str) -> bool:
    """Whether a parameter is the end of a span, by its name."""
    return name.rpartition("_")[2] in {"to", "end", "until"}
