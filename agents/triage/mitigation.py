"""Fills in a conclusion's mitigations from the rows that proved it."""

from collections.abc import Mapping

from agents.triage.outcome import ProposedMitigation
from orchestrator.core.errors import ExpressionError
from orchestrator.core.expressions import compile_expression
from orchestrator.core.rendering import placeholders, render, resolve
from playbooks.guide import Mitigation


def propose(mitigation: Mitigation, scope: Mapping[str, object]) -> ProposedMitigation:
    """The mitigation with exact arguments; one that has no value for an argument says so in `problem`."""
    problems: list[str] = []
    arguments = _resolved(mitigation.arguments, scope, problems)
    undo_arguments = _resolved(mitigation.undo_arguments, scope, problems)
    try:
        by_hand = render(mitigation.by_hand, scope)
    except ExpressionError as error:
        problems.append(error.message)
        by_hand = ""
    return ProposedMitigation(
        action=mitigation.action,
        arguments=arguments,
        by_hand=by_hand,
        blast_radius=_blast_radius(mitigation.blast_radius, scope),
        blast_unit=mitigation.blast_unit,
        verify=mitigation.verify,
        undo_action=mitigation.undo_action,
        undo_arguments=undo_arguments,
        problem="; ".join(dict.fromkeys(problems)) or None,
    )


def _resolved(arguments: Mapping[str, object], scope: Mapping[str, object], problems: list[str]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in arguments.items():
        try:
            found[name] = resolve(value, scope)
        except ExpressionError as error:
            problems.append(f"argument {name!r}: {error.message}")
            continue
        if found[name] is None:
            problems.append(f"argument {name!r}: {value!r} is null")
    return found


def _blast_radius(text: str, scope: Mapping[str, object]) -> object:
    """An expression, or one in braces; None where it has no value: an unknown reach is not a reach of nothing."""
    if not text:
        return None
    try:
        return resolve(text, scope) if placeholders(text) else compile_expression(text).evaluate(scope)
    except ExpressionError:
        return None
