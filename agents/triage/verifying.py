"""Looks whether an action helped: the guide's own question again, in a window after the action, never the incident's.

The step that a mitigation's `verify` names, and the earlier ones that it needs, become a small guide of their own,
which runs like any other: its evidence is recorded, and its sentence is rendered from rows. Only the two parameters
that are the window's edges are given anew; the rest stay what the run had, such as the hours that counted as normal.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from types import MappingProxyType

from agents.triage.bindings import column_type, out_names, words_of
from agents.triage.coverage import coverage_of
from agents.triage.footing import expressions_of, named_steps
from agents.triage.outcome import GuideOutcome, StepOutcome
from agents.triage.port import EvidencePort
from agents.triage.progress import StepProgress
from agents.triage.runner import run_guide
from agents.triage.scheduler import Graph, StepStatus
from orchestrator.core.actions.request import Verification
from orchestrator.core.cel.tree import Name, Select, walk
from orchestrator.core.errors import InputError
from orchestrator.core.expressions import compile_expression
from orchestrator.core.ports import QueryParameter
from orchestrator.core.table import ColumnType, iso_utc
from orchestrator.core.window import Window
from playbooks.guide import Branch, BranchKind, Guide, Step
from playbooks.literals import parse_literal
from playbooks.parameters import window_names

OWN_QUERY = "verification"
"""The id of the step that asks a `verify` with a query of its own."""
ROW_COUNT = "rows_found"
_NO_GUIDES: Mapping[str, Guide] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What was found.

    Attributes:
        held: Whether what was expected is so; None where that cannot be told, for a reason that `text` gives.
        again: Whether it may be told later: rows may still arrive, or a backend may answer again.
        text: A sentence; where it could be told, rendered from rows.
        evidence: Ids of what it rests on.
        check: The expression that was true on the rows; empty where it could not be told.
    """

    held: bool | None
    again: bool
    text: str
    evidence: tuple[str, ...] = ()
    check: str = ""


def verification_window(verification: Verification, done_at: datetime) -> Window:
    """The window in which its effect is looked for."""
    start = done_at + verification.wait
    return Window(start, start + verification.window)


async def verify_action(
    guide: Guide,
    verification: Verification,
    *,
    done_at: datetime,
    port: EvidencePort,
    guides: Mapping[str, Guide] = _NO_GUIDES,
) -> Verified:
    """Look for the effect of an action that was done then, by the clock of the data.

    `guide` is the version that proposed it. Raises what the port raises besides failed queries, such as `StoreError`.
    """
    window = verification_window(verification, done_at)
    try:
        asked = verifying_guide(guide, verification)
        parameters = _parameters(guide, verification, window)
    except InputError as error:
        return Verified(held=None, again=False, text=f"it cannot be told whether it helped: {error.message}")
    outcome = await run_guide(asked, port=port, parameters=parameters, window=window, emit=_nobody, guides=guides)
    return _judged(asked, outcome, window)


def _nobody(_progress: StepProgress) -> None:
    """Nobody listens."""


def verifying_guide(guide: Guide, verification: Verification) -> Guide:
    """The guide that only verifies: the steps that are needed, one after another, and as the last one the question.

    Raises InputError for a step that is not there, an expectation that is none, or a query without the new window.
    """
    last = _question(guide, verification)
    _refuse_unbounded(guide, last)
    graph = Graph.of(guide)
    among = graph.ancestors(last.id) if last.id in graph.order else graph.topological
    needed = _needed(guide, last, among)
    chain = [*(name for name in graph.topological if name in needed), last.id]
    steps = [_led_to(_bare(guide.step(name)), after) for name, after in pairwise(chain)]
    return replace(guide, start=(chain[0],), steps=(*steps, last), impact=None)


def _question(guide: Guide, verification: Verification) -> Step:
    """The last step; it says that what was expected is so, or that it is not."""
    expect = verification.expect
    compile_expression(expect)
    if verification.step is not None:
        known = {step.id: step for step in guide.steps}
        if verification.step not in known:
            raise InputError(f"guide {guide.id!r} has no step {verification.step!r}; its steps are {', '.join(known)}")
        step = known[verification.step]
    else:
        step = Step(id=OWN_QUERY, title="Did it help?", prose="", branches=(), kql=verification.kql)
    text = _template(expect)
    return replace(
        step,
        out={**step.out, ROW_COUNT: "size(rows)"},
        branches=(
            Branch(kind=BranchKind.HEALTHY, when=expect, text=text),
            Branch(kind=BranchKind.FINDING, when=None, text=text),
        ),
    )


def _template(expect: str) -> str:
    """The values of the first row that the expectation reads, else how many rows there are."""
    tree = compile_expression(expect).tree
    columns = dict.fromkeys(
        node.field for node in walk(tree) if isinstance(node, Select) and node.operand == Name("row")
    )
    values = ", ".join(f"{name} is {{size(rows) > 0 ? row.{name} : null}}" for name in columns)
    return f"{values} (rows: {{size(rows)}})" if values else "the query gives this many rows: {size(rows)}"


def _refuse_unbounded(guide: Guide, step: Step) -> None:
    """A query that does not look from the window's start on would judge the action by rows from before it."""
    if step.kql is None:
        return
    start, _ = window_names(guide)
    if start is None or start not in words_of(step.kql):
        named = repr(start) if start else "a parameter for the window's start"
        raise InputError(f"the query of step {step.id!r} does not use {named}, so that it has no window of its own")


def _needed(guide: Guide, last: Step, among: Sequence[str]) -> Mapping[str, bool]:
    """The earlier steps whose values the question uses, directly or not."""
    found: dict[str, bool] = {}
    pending = list(_uses(guide, last, among, [*last.out.values(), *expressions_of(last)]))
    graph = Graph.of(guide)
    while pending:
        name = pending.pop()
        if name in found:
            continue
        found[name] = True
        step = _bare(guide.step(name))
        pending += _uses(guide, step, graph.ancestors(name), expressions_of(step))
    return found


def _bare(step: Step) -> Step:
    """The step without what it says, unless a branch decides on values that others use."""
    return step if any(branch.out for branch in step.branches) else replace(step, branches=())


def _uses(guide: Guide, step: Step, among: Collection[str], expressions: Iterable[str]) -> Iterator[str]:
    words = words_of(step.query)
    for name in among:
        if any(f"{name}_{out}" in words for out in out_names(guide.step(name))):
            yield name
    yield from named_steps(expressions, among)


def _led_to(step: Step, after: str) -> Step:
    """The step with every branch leading on: it is asked for its values, whatever it says now."""
    branches = step.branches or (Branch(kind=BranchKind.RULED_OUT, when=None, text=""),)
    return replace(step, branches=tuple(replace(item, next=(after,)) for item in branches))


def _parameters(guide: Guide, verification: Verification, window: Window) -> tuple[QueryParameter, ...]:
    """The run's parameters with the window's edges anew; InputError where one is missing or has the wrong form."""
    start, end = window_names(guide)
    edges = {start: window.start, end: window.end}
    found: list[QueryParameter] = []
    for parameter in guide.parameters:
        if parameter.name in edges:
            found.append(QueryParameter(parameter.name, ColumnType.DATETIME, edges[parameter.name]))
            continue
        kept = verification.parameters.get(parameter.name)
        if not isinstance(kept, Mapping) or "value" not in kept:
            continue  # it had none in the run, either
        value = parse_literal(kept["value"], parameter.type)
        found.append(QueryParameter(parameter.name, column_type(parameter.type), value))
    return tuple(found)


def _judged(asked: Guide, outcome: GuideOutcome, window: Window) -> Verified:
    """What the last step says, where its rows can tell; silence is no proof unless the service was watched."""
    step = outcome.steps[-1]
    trouble = _trouble(asked, outcome, step)
    evidence = tuple(dict.fromkeys((*_own(outcome), *outcome.coverage.evidence)))
    if trouble is not None:
        reason, again = trouble
        text = f"it cannot be told whether it helped, from {_span(window)}: {reason}"
        return Verified(held=None, again=again, text=text, evidence=evidence)
    held = step.kind is BranchKind.HEALTHY
    said = "what was expected is so" if held else "what was expected is not so"
    return Verified(
        held=held,
        again=False,
        text=f"{said}: from {_span(window)} {step.text}",
        evidence=evidence,
        check=step.check or "",
    )


def _own(outcome: GuideOutcome) -> Iterator[str]:
    return (step.evidence for step in outcome.steps if step.evidence is not None)


def _trouble(asked: Guide, outcome: GuideOutcome, step: StepOutcome) -> tuple[str, bool] | None:
    """Why it cannot be told, and whether it may be later; None where it can."""
    if outcome.questions:
        return "a step waits for a person's answer", False
    if step.status is StepStatus.SKIPPED or step.unseen:
        return next((item.reason for item in outcome.steps if item.reason), None) or step.text, True
    if step.status is not StepStatus.DONE:
        return step.reason or "the query gave no whole answer", True
    watched = coverage_of(asked) is not None
    if watched and outcome.coverage.reached is not True:
        return outcome.coverage.reason, True
    return _silence(step, watched=watched)


def _silence(step: StepOutcome, *, watched: bool) -> tuple[str, bool] | None:
    """No rows show nothing bad only of a service that was watched, and never that something is bad."""
    undecided = step.kind not in {BranchKind.HEALTHY, BranchKind.FINDING}
    silent = step.out.get(ROW_COUNT) == 0
    if silent and (undecided or step.kind is BranchKind.FINDING or not watched):
        return "the query gives no rows", True
    return (step.reason or step.text, False) if undecided else None


def _span(window: Window) -> str:
    return f"{iso_utc(window.start)} to {iso_utc(window.end)}"
