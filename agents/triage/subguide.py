"""A guide run as a step of another: its parameters, and its outcome as rows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from agents.triage.bindings import column_type
from agents.triage.outcome import GuideOutcome, Statement, VerdictStatus
from agents.triage.verdict import is_open, open_text
from orchestrator.core.errors import InputError
from orchestrator.core.ports import QueryParameter
from orchestrator.core.table import Column, ColumnType, Table
from orchestrator.core.window import Window
from playbooks.guide import DefaultSource, Guide, MessageTimeSource, Parameter, TimeEdge
from playbooks.literals import parse_literal, parse_relative

DEPTH_LIMIT = 3
COLUMNS = tuple(
    Column(name, ColumnType.STRING)
    for name in ("step", "status", "kind", "text", "evidence", "verdict", "cause", "object", "confidence")
)


def inner_guide(name: str, guides: Mapping[str, Guide], chain: Sequence[str]) -> Guide:
    """The guide to run inside those of `chain`; raises InputError for an unknown one, a cycle, or one too deep."""
    if name not in guides:
        raise InputError(f"there is no guide {name!r}; known are {', '.join(sorted(guides)) or 'none'}")
    path = " -> ".join((*chain, name))
    if name in chain:
        raise InputError(f"the guides run each other in a circle: {path}")
    if len(chain) >= DEPTH_LIMIT:
        raise InputError(f"guides may run each other at most {DEPTH_LIMIT} deep: {path}")
    return guides[name]


def inner_parameters(
    guide: Guide, arguments: Mapping[str, object], *, outer: Sequence[QueryParameter], window: Window
) -> tuple[QueryParameter, ...]:
    """Its parameters: the arguments, else the outer guide's of that name, else the window's edge or a literal default.

    Raises InputError for an argument that it does not take, a value of another type, or one that is missing.
    """
    known = {parameter.name for parameter in guide.parameters}
    extra = sorted(set(arguments) - known)
    if extra:
        names = ", ".join(sorted(known)) or "none"
        raise InputError(f"guide {guide.id!r} takes no argument {extra[0]!r}; its parameters are {names}")
    given = {item.name: item for item in outer}
    found: dict[str, QueryParameter] = {}
    for parameter in guide.parameters:
        kind, name = column_type(parameter.type), parameter.name
        if name not in arguments and name in given and given[name].type is kind:
            found[name] = given[name]
            continue
        raw = arguments[name] if name in arguments else _default(guide, parameter, known=found, window=window)
        try:
            found[name] = QueryParameter(name, kind, parse_literal(raw, parameter.type))
        except InputError as error:
            raise InputError(f"parameter {name!r} of guide {guide.id!r}: {error.message}") from error
    return tuple(found.values())


def _default(guide: Guide, parameter: Parameter, *, known: Mapping[str, QueryParameter], window: Window) -> object:
    """An edge of the window, a time that hangs on one known already, or a literal."""
    for source in parameter.sources:
        match source:
            case MessageTimeSource(edge=edge):
                return window.start if edge is TimeEdge.START else window.end
            case DefaultSource(value=value):
                relative = parse_relative(value) if parameter.type.item is ColumnType.DATETIME else None
                if relative is None:
                    return value
                base = window.end if relative.base == "now" else _value_of(known.get(relative.base))
                if isinstance(base, datetime):
                    return base + relative.offset
            case _:
                continue
    raise InputError(f"guide {guide.id!r} needs {parameter.name!r}: give it in `arguments`")


def _value_of(parameter: QueryParameter | None) -> object:
    return parameter.value if parameter is not None else None


def open_reason(outcome: GuideOutcome) -> str | None:
    """Why the inner run does not tell all: its open steps, or that it had no data; None where it does."""
    found = [f"inner {open_text(step)}" for step in outcome.steps if is_open(step)]
    if outcome.verdict.status is VerdictStatus.NO_DATA:
        found.append(f"guide {outcome.guide!r} had no data: {outcome.verdict.reason}")
    return "; ".join(found) or None


def inner_unknowns(outcome: GuideOutcome, key: str) -> tuple[Statement, ...]:
    """What the inner run could not tell, by the way to its steps; an outer scope cannot rebuild its frames."""
    return tuple(replace(item, step=f"{key}/{item.step}", frame=None) for item in outcome.unknown)


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
