"""A guide run as a step of another: its parameters, and its outcome as rows."""

from collections.abc import Mapping, Sequence

from agents.triage.outcome import GuideOutcome
from agents.triage.typed import column_type, typed_parameter
from orchestrator.core.ports import QueryParameter
from orchestrator.core.table import Column, ColumnType, Table
from orchestrator.core.window import Window
from playbooks.guide import DefaultSource, Guide, MessageTimeSource, Parameter, TimeEdge

DEPTH_LIMIT = 3
COLUMNS = tuple(
    Column(name, ColumnType.STRING)
    for name in ("step", "status", "kind", "text", "evidence", "verdict", "cause", "object", "confidence")
)


def inner_guide(name: str, guides: Mapping[str, Guide], chain: Sequence[str]) -> Guide:
    """The guide to run inside those of `chain`; raises ValueError for an unknown one, a cycle, or one too deep."""
    if name not in guides:
        raise ValueError(f"there is no guide {name!r}; known are {', '.join(sorted(guides)) or 'none'}")
    path = " -> ".join((*chain, name))
    if name in chain:
        raise ValueError(f"the guides run each other in a circle: {path}")
    if len(chain) >= DEPTH_LIMIT:
        raise ValueError(f"guides may run each other at most {DEPTH_LIMIT} deep: {path}")
    return guides[name]


def inner_parameters(
    guide: Guide, arguments: Mapping[str, object], *, outer: Sequence[QueryParameter], window: Window
) -> tuple[QueryParameter, ...]:
    """Its parameters: the arguments, else the outer guide's of that name, else the window's edge or a literal default.

    Raises ValueError for an argument that it does not take, a value of another type, or one that is missing.
    """
    known = {parameter.name for parameter in guide.parameters}
    extra = sorted(set(arguments) - known)
    if extra:
        names = ", ".join(sorted(known)) or "none"
        raise ValueError(f"guide {guide.id!r} takes no argument {extra[0]!r}; its parameters are {names}")
    given = {item.name: item for item in outer}
    return tuple(_parameter(guide, item, arguments, given=given, window=window) for item in guide.parameters)


def _parameter(
    guide: Guide,
    parameter: Parameter,
    arguments: Mapping[str, object],
    *,
    given: Mapping[str, QueryParameter],
    window: Window,
) -> QueryParameter:
    name = parameter.name
    try:
        if name in arguments:
            return typed_parameter(name, arguments[name], parameter.type)
        if name in given and given[name].type is column_type(parameter.type):
            return given[name]
        for source in parameter.sources:
            match source:
                case MessageTimeSource(edge=edge):
                    at = window.start if edge is TimeEdge.START else window.end
                    return typed_parameter(name, at, parameter.type)
                case DefaultSource(value=value):
                    return typed_parameter(name, value, parameter.type)
                case _:
                    continue
    except ValueError as error:
        raise ValueError(f"parameter {name!r} of guide {guide.id!r}: {error}") from error
    raise ValueError(f"guide {guide.id!r} needs {name!r}: give it in `arguments`")


def outcome_table(outcome: GuideOutcome) -> Table:
    """One row per step, in file order, each with the verdict; what there is not is an empty text."""
    verdict = outcome.verdict
    end = (
        verdict.status.value,
        verdict.cause or "",
        verdict.object or "",
        verdict.confidence.value if verdict.confidence is not None else "",
    )
    rows = tuple(
        (step.id, step.status.value, step.kind.value if step.kind else "", step.text, step.evidence or "", *end)
        for step in outcome.steps
    )
    return Table(COLUMNS, rows)
