"""The values of a guide's parameters, from what is given, the alert, the message, the session and defaults.

Pure: what is missing or ambiguous becomes a question, never a guess.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import TypeAlias

from orchestrator.core.errors import InputError
from orchestrator.core.ports import QueryParameter
from orchestrator.core.table import ColumnType, Value, iso_utc
from orchestrator.core.times import TimeSpan, find_span
from orchestrator.core.window import Window
from playbooks.guide import (
    AlertSource,
    DefaultSource,
    Guide,
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
from playbooks.yaml_values import nearest_names

_DATETIME = ParameterType(ColumnType.DATETIME)
_LAST_HOUR = timedelta(hours=1)
_MAX_CHOICES = 10
KnownValues: TypeAlias = Mapping[tuple[str, str], Sequence[str]] | Callable[[str, str], Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A value that is missing; `choices` are known values, empty where any would do."""

    parameter: str
    type: ParameterType
    text: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """Typed values in the guide's order, the questions left, the run's window, and where each value came from."""

    values: tuple[QueryParameter, ...]
    questions: tuple[Question, ...]
    window: Window
    origins: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Found:
    value: Value
    origin: str


@dataclass(frozen=True, slots=True)
class _Unclear:
    """A source that names something which cannot be taken as it is."""

    text: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Context:
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


def resolve_parameters(
    guide: Guide,
    *,
    message: str,
    alert: object = None,
    session: Mapping[str, object] | None = None,
    now: datetime,
    tz: tzinfo,
    services: Services | None = None,
    values: KnownValues | None = None,
    given: Mapping[str, object] | None = None,
) -> Resolved:
    """Resolve every parameter: a given value first, else the parameter's sources in their order.

    `values` knows the values of `values_of` columns by (table, column). Raises InputError for a given name that the
    guide does not have and for a given value of the wrong type.
    """
    context = _Context(
        message=message,
        alert=alert,
        session=session or {},
        now=now,
        tz=tz,
        services=services if services is not None else Services(),
        values=values if values is not None else {},
        span=find_span(message, now=now, tz=tz),
    )
    found: dict[str, _Found | _Unclear] = {}
    for parameter in sorted(guide.parameters, key=_numbers_last):
        answer = _given(parameter, given or {}, guide, context) or _from_sources(parameter, context)
        if answer is not None:
            found[parameter.name] = answer
    _fill_relative(guide, found, context)
    _refuse_backward(guide, found)
    return _resolved(guide, found, context)


def _numbers_last(parameter: Parameter) -> bool:
    """Numbers are looked for outside of the names that other parameters found."""
    return any(isinstance(source, MessageNumberSource) for source in parameter.sources)


def _given(
    parameter: Parameter, given: Mapping[str, object], guide: Guide, context: _Context
) -> _Found | _Unclear | None:
    names = [item.name for item in guide.parameters]
    for name in given:
        if name not in names:
            raise InputError(f"guide {guide.id!r} has no parameter {name!r}{nearest_names(name, names)}")
    if parameter.name not in given:
        return None
    try:
        return _Found(_read(given[parameter.name], parameter, context), "given")
    except InputError as error:
        raise InputError(f"parameter {parameter.name} ({parameter.type}): {error.message}") from error


def _read(raw: object, parameter: Parameter, context: _Context) -> Value:
    """A value by type; a datetime may also be relative, or as people write it."""
    if parameter.type != _DATETIME or not isinstance(raw, str):
        return parse_literal(raw, parameter.type, tz=context.tz)
    relative = parse_relative(raw)
    if relative is not None and relative.base == "now":
        return context.now + relative.offset
    try:
        return parse_literal(raw, parameter.type, tz=context.tz)
    except InputError:
        span = find_span(raw, now=context.now, tz=context.tz)
        moment = span.end if _is_end(parameter.name) and span.end is not None else span.start
        if moment is None:
            raise
        return moment


def _from_sources(parameter: Parameter, context: _Context) -> _Found | _Unclear | None:
    for source in parameter.sources:
        if isinstance(source, DefaultSource) and parameter.type == _DATETIME and parse_relative(source.value):
            return None  # filled once the times that it hangs on are known
        try:
            answer = _from_source(source, parameter, context)
        except InputError as error:
            return _Unclear(f"{_where(source)} cannot be used: {error.message}")
        if answer is not None:
            return answer
    return None


def _from_source(source: Source, parameter: Parameter, context: _Context) -> _Found | _Unclear | None:
    match source:
        case AlertSource(path=path):
            raw = _follow(context.alert, path)
            return None if raw in (None, "") else _Found(_aliased(_read(raw, parameter, context), parameter, context),
                                                         "alert")  # fmt: skip
        case MessageTimeSource(edge=edge):
            moment = context.span.start if edge is TimeEdge.START else context.span.end
            return None if moment is None else _Found(moment, "message")
        case MessageNumberSource():
            return _number(parameter, context)
        case MessageValueSource():
            return _named_value(source, parameter, context)
        case SessionSource():
            raw = context.session.get(parameter.name)
            return None if raw in (None, "") else _Found(_read(raw, parameter, context), "session")
        case DefaultSource(value=value):
            return _Found(parse_literal(value, parameter.type, tz=context.tz), "default")


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


def _aliased(value: Value, parameter: Parameter, context: _Context) -> Value:
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


def _number(parameter: Parameter, context: _Context) -> _Found | _Unclear | None:
    numbers = find_numbers(context.message, without=(context.span.text, *context.named))
    if len(numbers) > 1:
        return _Unclear(f"the message names several numbers: {', '.join(numbers)}", numbers)
    return _Found(parse_literal(numbers[0], parameter.type), "message") if numbers else None


def _named_value(source: MessageValueSource, parameter: Parameter, context: _Context) -> _Found | _Unclear | None:
    named = find_values(context.message, context.known(source), context.aliases(source))
    context.named.extend(named.values)
    if parameter.type.is_list and named.values:
        return _Found(list(named.values), "message")
    if len(named.values) == 1:
        return _Found(parse_literal(named.values[0], parameter.type), "message")
    if named.values:
        return _Unclear(f"the message names several: {', '.join(named.values)}", named.values)
    return _unknown_value(named, parameter)


def _unknown_value(named: Named, parameter: Parameter) -> _Unclear | None:
    if not named.near:
        return None
    near = " or ".join(named.near[:3])
    return _Unclear(f"no {_label(parameter)} {named.word!r}; did you mean {near}?", named.near)


def _label(parameter: Parameter) -> str:
    """`p_service` as people say it."""
    return parameter.name.removeprefix("p_").replace("_", " ")


def _fill_relative(guide: Guide, found: dict[str, _Found | _Unclear], context: _Context) -> None:
    """Defaults such as `p_from-4h`, in whatever order they stand."""
    waiting = [item for item in guide.parameters if item.name not in found]
    progress = True
    while waiting and progress:
        progress = False
        for parameter in tuple(waiting):
            value = _relative_default(parameter, found, context)
            if value is not None:
                found[parameter.name] = _Found(value, "default")
                waiting.remove(parameter)
                progress = True


def _relative_default(
    parameter: Parameter, found: Mapping[str, _Found | _Unclear], context: _Context
) -> datetime | None:
    for source in parameter.sources:
        relative = parse_relative(source.value) if isinstance(source, DefaultSource) else None
        if relative is None or parameter.type != _DATETIME:
            continue
        base = found.get(relative.base)
        if relative.base == "now":
            return context.now + relative.offset
        if isinstance(base, _Found) and isinstance(base.value, datetime):
            return base.value + relative.offset
    return None


def _is_end(name: str) -> bool:
    return name.rpartition("_")[2] in {"to", "end", "until"}


def _window_names(guide: Guide) -> tuple[str | None, str | None]:
    times = [item.name for item in guide.parameters if item.type == _DATETIME]
    start = next((name for name in times if name.rpartition("_")[2] in {"from", "start", "since"}), None)
    return start, next((name for name in times if _is_end(name)), None)


def _refuse_backward(guide: Guide, found: dict[str, _Found | _Unclear]) -> None:
    """A span that does not start before it ends is asked for."""
    start, end = _window_names(guide)
    first, last = _time_of(found, start), _time_of(found, end)
    if start is not None and first is not None and last is not None and first >= last:
        found[start] = _Unclear(f"{start} {iso_utc(first)} is not before {end} {iso_utc(last)}")


def _time_of(found: Mapping[str, _Found | _Unclear], name: str | None) -> datetime | None:
    answer = found.get(name) if name is not None else None
    return answer.value if isinstance(answer, _Found) and isinstance(answer.value, datetime) else None


def _resolved(guide: Guide, found: Mapping[str, _Found | _Unclear], context: _Context) -> Resolved:
    values: list[QueryParameter] = []
    questions: list[Question] = []
    for parameter in guide.parameters:
        answer = found.get(parameter.name)
        if isinstance(answer, _Found):
            kind = ColumnType.DYNAMIC if parameter.type.is_list else parameter.type.item
            values.append(QueryParameter(parameter.name, kind, answer.value))
        elif answer is not None or not _hangs_on_question(parameter):
            questions.append(_question(parameter, answer, context))
    start, end = _window_names(guide)
    return Resolved(
        values=tuple(values),
        questions=tuple(questions),
        window=_window(_time_of(found, start), _time_of(found, end), context.now),
        origins={name: answer.origin for name, answer in found.items() if isinstance(answer, _Found)},
    )


def _hangs_on_question(parameter: Parameter) -> bool:
    """A default that only waits for another parameter is not asked for by itself."""
    return any(isinstance(s, DefaultSource) and parse_relative(s.value) is not None for s in parameter.sources)


def _question(parameter: Parameter, unclear: _Unclear | None, context: _Context) -> Question:
    source = next((item for item in parameter.sources if isinstance(item, MessageValueSource)), None)
    asked = parameter.description or f"the {_label(parameter)}"
    choices = unclear.choices if unclear is not None else ()
    if source is not None and not choices:
        choices = tuple(sorted(context.known(source)))[:_MAX_CHOICES]
    reason = f"{unclear.text}{'' if unclear.text.endswith('?') else '.'} " if unclear is not None else ""
    text = f"{reason}What is {asked} ({parameter.name}, {parameter.type})?"
    return Question(parameter=parameter.name, type=parameter.type, text=text, choices=choices)


def _window(start: datetime | None, end: datetime | None, now: datetime) -> Window:
    if start is not None and end is not None and start < end:
        return Window(start, end)
    if start is not None and end is None and start < now:
        return Window(start, now)
    last = end or now
    return Window(last - _LAST_HOUR, last)
