"""Where the values of a mitigation come from: the steps and parameters behind its arguments and its branch."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from agents.triage.bindings import out_names, words_of
from agents.triage.footing import expressions_of, named_steps
from agents.triage.outcome import StepOutcome
from agents.triage.scheduler import Graph
from orchestrator.core.actions.taint import Given, Origin, free_columns, taints
from orchestrator.core.errors import ExpressionError
from orchestrator.core.expressions import compile_expression
from orchestrator.core.rendering import placeholders
from playbooks.guide import Branch, Guide, MessageValueSource, Mitigation, Step
from playbooks.services import Services

_OWN = frozenset({"rows", "row", "out"})
_WORDS = {
    "message": "its value was read from the message",
    "alert": "its value was read from the alert's payload",
    "session": "its value was said earlier in the session",
    "given": "its value was given with the question",
}


def inventory_names(services: Services) -> frozenset[str]:
    """The names that the inventory knows: services, roles, resources with the last part of their ids."""
    found: set[str] = set()
    for service in services:
        found.update(service.names, service.namespaces, service.resource_ids)
        found.update(item.rpartition("/")[2] for item in service.resource_ids)
    return frozenset(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Concluding:
    """A step that concluded, the branch that it took (whose `out` its texts may name), and the check that held.

    Attributes:
        led: The earlier steps whose edges led to it, with the conditions that held there.
    """

    guide: Guide
    step: Step
    branch: Branch | None
    check: str | None
    led: Mapping[str, str] = field(default_factory=dict)


def led_to(guide: Guide, name: str, outcomes: Sequence[StepOutcome]) -> Mapping[str, str]:
    """The steps by whose edges a step was reached, each with its branch's condition; those of an `otherwise` have none.

    Who can write a log line can make a condition hold, and hardly keep one from holding.
    """
    led: dict[str, str] = {}
    reached = {name}
    pending = [name]
    while pending:
        after = pending.pop()
        for item in outcomes:
            if after in item.next and item.id not in reached:
                reached.add(item.id)
                pending.append(item.id)
                if item.check in {branch.when for branch in guide.step(item.id).branches}:
                    led[item.id] = str(item.check)
    return led


def tainted_by(
    concluding: Concluding,
    mitigation: Mitigation,
    *,
    arguments: Mapping[str, object],
    undo_arguments: Mapping[str, object],
    origins: Mapping[str, str],
    known: Collection[str],
) -> tuple[str, ...]:
    """Why free text had a hand in a mitigation that a branch of a step proposes; see `core.actions.taint`.

    What takes it back is done under the same rules, so that its arguments count as well.

    Args:
        concluding: Where it is proposed.
        mitigation: As written.
        arguments: As filled in.
        undo_arguments: Likewise.
        origins: Where each parameter's value came from.
        known: What the inventory knows.
    """
    lineage = _Lineage(concluding, origins)
    given = [
        Given(name=f"{of}{name}", value=value, origin=lineage.of(_expressions(written.get(name))))
        for of, filled, written in (
            ("", arguments, mitigation.arguments),
            ("undo.", undo_arguments, mitigation.undo_arguments),
        )
        for name, value in filled.items()
    ]
    chosen_by = lineage.of([concluding.check] if concluding.check else [])
    for name, check in concluding.led.items():
        earlier = replace(concluding, step=concluding.guide.step(name), branch=None)
        chosen_by = chosen_by.joined(_Lineage(earlier, origins).of([check]))
    return taints(given, chosen_by=chosen_by, known=known)


class _Lineage:
    """What stands behind expressions of one step."""

    def __init__(self, concluding: Concluding, origins: Mapping[str, str]) -> None:
        self._guide = concluding.guide
        self._step = concluding.step
        self._outs = {**concluding.step.out, **(concluding.branch.out if concluding.branch else {})}
        self._origins = origins
        self._graph = Graph.of(concluding.guide)

    def of(self, expressions: Iterable[str]) -> Origin:
        """The steps with free text, and the parameters that people wrote, behind expressions."""
        texts = list(self._spread(expressions))
        named = set(named_steps(texts, self._graph.ancestors(self._step.id)))
        if any(names & _OWN for names in map(_names, texts)):
            named.add(self._step.id)
        reached = self._behind(named)
        read = {
            name: columns
            for name in self._graph.order
            if name in reached and (columns := _free_text(self._guide.step(name)))
        }
        return Origin(steps=read, words=tuple(self._parameters(texts)))

    def _spread(self, expressions: Iterable[str]) -> Iterator[str]:
        """The expressions, and those of the step's own `out` where they name it."""
        for text in expressions:
            yield text
            if "out" in _names(text):
                yield from self._outs.values()

    def _behind(self, named: Iterable[str]) -> set[str]:
        """Those steps, and the earlier ones whose values their queries, outs and texts use."""
        found: set[str] = set()
        pending = list(named)
        while pending:
            name = pending.pop()
            if name in found:
                continue
            found.add(name)
            step, earlier = self._guide.step(name), self._graph.ancestors(name)
            words = words_of(step.query)
            pending += [
                other for other in earlier for out in out_names(self._guide.step(other)) if f"{other}_{out}" in words
            ]
            pending += named_steps(step.out.values() if step.query else expressions_of(step), earlier)
        return found

    def _parameters(self, texts: Iterable[str]) -> Iterator[str]:
        """The parameters that are used themselves and were not compared with a column of the data."""
        used = frozenset[str]().union(*map(_names, texts))
        for parameter in self._guide.parameters:
            origin = self._origins.get(parameter.name, "")
            # a value that the message names was found among a column's values, or in the inventory
            matched = any(isinstance(source, MessageValueSource) for source in parameter.sources)
            if parameter.name in used and origin in _WORDS and not (origin == "message" and matched):
                yield f"{parameter.name}: {_WORDS[origin]}"


def _free_text(step: Step) -> tuple[str, ...]:
    """What of a step's rows anybody may have written."""
    if step.ask is not None:
        return ("a person's answer",)
    if step.run is not None:
        return (f"the outcome of guide {step.run.guide!r}",)
    return free_columns(words_of(step.query))


def _names(text: str) -> frozenset[str]:
    try:
        return compile_expression(text).names
    except ExpressionError:
        return frozenset()


def _expressions(value: object) -> tuple[str, ...]:
    match value:
        case str():
            return placeholders(value)
        case Mapping():
            return tuple(text for item in value.values() for text in _expressions(item))
        case list() | tuple():
            return tuple(text for item in value for text in _expressions(item))
        case _:
            return ()
