"""What a step's expressions stand on: the earlier steps that they name, and the evidence that they rest on."""

import re
from collections.abc import Iterable, Iterator, Mapping

from agents.triage.scheduler import Graph
from orchestrator.core.claims import Frame, StepFrame
from orchestrator.core.rendering import placeholders
from playbooks.guide import Branch, Mitigation, Step

_NAMED = re.compile(r"\bsteps\s*(?:\.\s*(?P<dot>[A-Za-z_]\w*)|\[\s*[\"'](?P<key>\w+)[\"']\s*\])")
_WORD = re.compile(r"\bsteps\b")


def expressions_of(step: Step) -> tuple[str, ...]:
    """Every CEL text of a step: of `out`, `when`, texts, conclusions and mitigations."""
    found = [*step.out.values()]
    if step.run is not None:
        found.extend(_in_templates(step.run.arguments))
    if step.metrics is not None:
        found.extend(_in_templates([step.metrics.templates(), step.metrics.start, step.metrics.end]))
    if step.ask is not None:
        found.extend(placeholders(step.ask.question))
    for branch in step.branches:
        found.extend(_of_branch(branch))
    return tuple(found)


def _of_branch(branch: Branch) -> Iterator[str]:
    if branch.when is not None:
        yield branch.when
    yield from branch.out.values()
    yield from placeholders(branch.text)
    if branch.conclusion is not None:
        yield from placeholders(branch.conclusion.object)
        yield from placeholders(branch.conclusion.summary)
        for mitigation in branch.conclusion.mitigations:
            yield from _of_mitigation(mitigation)


def _of_mitigation(mitigation: Mitigation) -> Iterator[str]:
    yield mitigation.blast_radius
    yield from placeholders(mitigation.by_hand)
    yield from _in_templates(mitigation.arguments)
    yield from _in_templates(mitigation.undo_arguments)


def _in_templates(value: object) -> Iterator[str]:
    match value:
        case str():
            yield from placeholders(value)
        case Mapping():
            for item in value.values():
                yield from _in_templates(item)
        case list() | tuple():
            for item in value:
                yield from _in_templates(item)


def named_steps(expressions: Iterable[str], candidates: Iterable[str]) -> frozenset[str]:
    """The candidates that the expressions name as `steps.<id>`; all, where `steps` is used as a whole."""
    among = frozenset(candidates)
    found: set[str] = set()
    for text in expressions:
        names = [match["dot"] or match["key"] for match in _NAMED.finditer(text)]
        if len(names) < len(_WORD.findall(text)):
            return among
        found.update(names)
    return among & found


def frame_of(
    own: StepFrame,
    expressions: Iterable[str],
    *,
    graph: Graph,
    decided: Mapping[str, StepFrame],
    values: Mapping[str, object],
) -> Frame:
    """The smallest frame in which the expressions can be evaluated: the steps they name, and those which these need."""
    ancestors = graph.ancestors(own.step)
    needed: set[str] = set()
    pending = named_steps(expressions, ancestors)
    while pending:
        needed |= pending
        outs = [text for name in pending for _, text in decided[name].out]
        pending = named_steps(outs, ancestors) - needed
    steps = tuple(decided[name] for name in ancestors if name in needed)
    return Frame(values=values, steps=(*steps, own), current=own.step)


def evidence_for(frame: Frame, *, graph: Graph, decided: Mapping[str, StepFrame]) -> tuple[str, ...]:
    """Evidence that a statement made in `frame` rests on, in file order.

    A decision that names no step with evidence cites that of its direct parents, or of the nearest steps before them.
    """
    cited = {step.evidence for step in frame.steps if step.evidence is not None}
    level: tuple[str, ...] = graph.parents[frame.current]
    while not cited and level:
        cited = {evidence for name in level if (evidence := decided[name].evidence) is not None}
        level = tuple(dict.fromkeys(parent for name in level for parent in graph.parents[name]))
    known = {**decided, **{step.step: step for step in frame.steps}}
    ordered = [known[name].evidence for name in graph.order if name in known]
    return tuple(evidence for evidence in ordered if evidence is not None and evidence in cited)
