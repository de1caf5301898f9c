"""The words of mitigations: which actions there are, in what their reach is counted, and what is wrong with one."""

from collections.abc import Iterator, Mapping

from orchestrator.core.workflows import WorkflowSpec
from playbooks.guide import Mitigation
from playbooks.yaml_values import nearest_names

BY_HAND = "by_hand"
"""The action of a mitigation that only a person can do: its argument `what` says what, `by_hand` how."""
UNITS = frozenset({"instances", "requests per minute", "users", "orders", "messages"})
"""What a blast radius is counted in, so that policies can compare it."""
_GIVEN = frozenset({"key"})


def mitigation_problems(mitigation: Mitigation, workflows: Mapping[str, WorkflowSpec]) -> Iterator[str]:
    """What keeps a mitigation from being done as an action."""
    yield from _action_problems(mitigation.action, mitigation.arguments, workflows)
    if mitigation.action == BY_HAND and not mitigation.by_hand:
        yield "an action that is done by hand needs `by_hand`: write the command or what to do"
    if mitigation.undo_action is not None:
        problems = _action_problems(mitigation.undo_action, mitigation.undo_arguments, workflows)
        yield from (f"undo: {problem}" for problem in problems)
    if mitigation.blast_radius and mitigation.blast_unit not in UNITS:
        yield f"the unit {mitigation.blast_unit!r} of blast_radius is none of {', '.join(sorted(UNITS))}"


def _action_problems(
    action: str, arguments: Mapping[str, object], workflows: Mapping[str, WorkflowSpec]
) -> Iterator[str]:
    if action == BY_HAND:
        if set(arguments) != {"what"}:
            yield f"{BY_HAND} has the one argument `what`, which says in words what to do"
        return
    spec = workflows.get(action)
    if spec is None or not spec.changing:
        known = frozenset(name for name, one in workflows.items() if one.changing) | {BY_HAND}
        yield f"there is no workflow {action!r} that changes something{nearest_names(action, known)}"
        return
    fields, wanted = _fields(spec)
    for name in sorted(set(arguments) - fields):
        yield f"{action} has no argument {name!r}{nearest_names(name, fields)}"
    for name in sorted(wanted - set(arguments)):
        yield f"{action} needs the argument {name!r}"


def _fields(spec: WorkflowSpec) -> tuple[frozenset[str], frozenset[str]]:
    """The arguments that a workflow takes, and those that it needs; the key is given by who acts."""
    properties, required = spec.request.get("properties"), spec.request.get("required")
    fields = frozenset(properties if isinstance(properties, Mapping) else ())
    wanted = frozenset(required if isinstance(required, list) else ())
    return fields - _GIVEN, wanted - _GIVEN
