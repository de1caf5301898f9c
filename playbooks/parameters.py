"""The values of a guide's parameters, from what is given, the alert, the message, the session and defaults.

Pure: what is missing or ambiguous becomes a question, never a guess.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from orchestrator.core.errors import InputError
from orchestrator.core.ports import QueryParameter
from orchestrator.core.table import ColumnType, iso_utc
from orchestrator.core.times import find_span
from orchestrator.core.window import Window
from playbooks.guide import (
    DefaultSource,
    Guide,
    MessageNumberSource,
    MessageValueSource,
    Parameter,
    ParameterType,
)
from playbooks.literals import parse_relative
from playbooks.parameter_sources import (
    ALERT,
    DATETIME,
    Context,
    Found,
    KnownValues,
    Unclear,
    from_sources,
    is_end,
    label,
    read_given,
)
from playbooks.services import Services
from playbooks.yaml_values import nearest_names

_LAST_HOUR = timedelta(hours=1)
_MAX_CHOICES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A value that is missing; `choices` are known values, empty where any would do."""

    parameter: str
    type: ParameterType
    text: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """Typed values in the guide's order, the questions left, the run's window, and where each value came from.

    `beyond` is the window's start where an alert gives it and it is not before now: the data cannot reach it yet.
    """

    values: tuple[QueryParameter, ...]
    questions: tuple[Question, ...]
    window: Window
    origins: Mapping[str, str]
    beyond: datetime | None = None


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
    context = Context(
        message=message,
        alert=alert,
        session=session or {},
        now=now,
        tz=tz,
        services=services if services is not None else Services(),
        values=values if values is not None else {},
        span=find_span(message, now=now, tz=tz),
    )
    found: dict[str, Found | Unclear] = {}
    for parameter in sorted(guide.parameters, key=_numbers_last):
        answer = _given(parameter, given or {}, guide, context) or from_sources(parameter, context)
        if answer is not None:
            found[parameter.name] = answer
    _fill_relative(guide, found, context)
    beyond = _beyond(guide, found, context)
    _refuse_backward(guide, found)
    return replace(_resolved(guide, found, context), beyond=beyond)


def _numbers_last(parameter: Parameter) -> bool:
    """Numbers are looked for outside of the names that other parameters found."""
    return any(isinstance(source, MessageNumberSource) for source in parameter.sources)


def _given(parameter: Parameter, given: Mapping[str, object], guide: Guide, context: Context) -> Found | Unclear | None:
    names = [item.name for item in guide.parameters]
    for name in given:
        if name not in names:
            raise InputError(f"guide {guide.id!r} has no parameter {name!r}{nearest_names(name, names)}")
    if parameter.name not in given:
        return None
    try:
        return Found(read_given(given[parameter.name], parameter, context), "given")
    except InputError as error:
        raise InputError(f"parameter {parameter.name} ({parameter.type}): {error.message}") from error


def _fill_relative(guide: Guide, found: dict[str, Found | Unclear], context: Context) -> None:
    """Defaults such as `p_from-4h`, in whatever order they stand."""
    waiting = [item for item in guide.parameters if item.name not in found]
    progress = True
    while waiting and progress:
        progress = False
        for parameter in tuple(waiting):
            value = _relative_default(parameter, found, context)
            if value is not None:
                found[parameter.name] = Found(value, "default")
                waiting.remove(parameter)
                progress = True


def _relative_default(parameter: Parameter, found: Mapping[str, Found | Unclear], context: Context) -> datetime | None:
    for source in parameter.sources:
        relative = parse_relative(source.value) if isinstance(source, DefaultSource) else None
        if relative is None or parameter.type != DATETIME:
            continue
        base = found.get(relative.base)
        if relative.base == "now":
            return context.now + relative.offset
        if isinstance(base, Found) and isinstance(base.value, datetime):
            return base.value + relative.offset
    return None


def window_names(guide: Guide) -> tuple[str | None, str | None]:
    """The parameters that are the window's start and end, by their names."""
    times = [item.name for item in guide.parameters if item.type == DATETIME]
    start = next((name for name in times if name.rpartition("_")[2] in {"from", "start", "since"}), None)
    return start, next((name for name in times if is_end(name)), None)


def _beyond(guide: Guide, found: Mapping[str, Found | Unclear], context: Context) -> datetime | None:
    """A start that the alert gives and that now does not reach: who sent it cannot be asked to correct it."""
    start, _ = window_names(guide)
    answer, first = found.get(start or ""), _time_of(found, start)
    told = isinstance(answer, Found) and answer.origin == ALERT
    return first if told and first is not None and first >= context.now else None


def _refuse_backward(guide: Guide, found: dict[str, Found | Unclear]) -> None:
    """A span that does not start before it ends is asked for."""
    start, end = window_names(guide)
    first, last = _time_of(found, start), _time_of(found, end)
    if start is not None and first is not None and last is not None and first >= last:
        found[start] = Unclear(f"{start} {iso_utc(first)} is not before {end} {iso_utc(last)}")


def _time_of(found: Mapping[str, Found | Unclear], name: str | None) -> datetime | None:
    answer = found.get(name) if name is not None else None
    return answer.value if isinstance(answer, Found) and isinstance(answer.value, datetime) else None


def _resolved(guide: Guide, found: Mapping[str, Found | Unclear], context: Context) -> Resolved:
    values: list[QueryParameter] = []
    questions: list[Question] = []
    for parameter in guide.parameters:
        answer = found.get(parameter.name)
        if isinstance(answer, Found):
            kind = ColumnType.DYNAMIC if parameter.type.is_list else parameter.type.item
            values.append(QueryParameter(parameter.name, kind, answer.value))
        elif answer is not None or not _hangs_on_question(parameter):
            questions.append(_question(parameter, answer, context))
    start, end = window_names(guide)
    return Resolved(
        values=tuple(values),
        questions=tuple(questions),
        window=_window(_time_of(found, start), _time_of(found, end), context.now),
        origins={name: answer.origin for name, answer in found.items() if isinstance(answer, Found)},
    )


def _hangs_on_question(parameter: Parameter) -> bool:
    """A default that only waits for another parameter is not asked for by itself."""
    return any(isinstance(s, DefaultSource) and parse_relative(s.value) is not None for s in parameter.sources)


def _question(parameter: Parameter, unclear: Unclear | None, context: Context) -> Question:
    source = next((item for item in parameter.sources if isinstance(item, MessageValueSource)), None)
    asked = parameter.description or f"the {label(parameter)}"
    choices = unclear.choices if unclear is not None else ()
    if source is not None and not choices:
        choices = tuple(sorted(context.known(source)))[:_MAX_CHOICES]
    reason = unclear.text if unclear is not None else _unnamed(parameter, source, context)
    reason += "" if reason.endswith("?") or not reason else "."
    text = f"{reason} What is {asked} ({parameter.name}, {parameter.type})?".strip()
    return Question(parameter=parameter.name, type=parameter.type, text=text, choices=choices)


def _unnamed(parameter: Parameter, source: MessageValueSource | None, context: Context) -> str:
    """Why a value was not found in the message."""
    if source is None or not context.message:
        return ""
    if not context.known(source):
        return f"no {source.table}.{source.column} is known, as the table is empty or missing"
    return f"the message names no {label(parameter)} that {source.table}.{source.column} holds"


def _window(start: datetime | None, end: datetime | None, now: datetime) -> Window:
    if start is not None and end is not None and start < end:
        return Window(start, end)
    if start is not None and end is None and start < now:
        return Window(start, now)
    last = end or now
    return Window(last - _LAST_HOUR, last)
