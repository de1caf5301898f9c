"""Fills in a conclusion's mitigations from the rows that proved it."""

import re
from collections.abc import Mapping

from agents.triage.outcome import ProposedMitigation
from orchestrator.core.errors import ExpressionError
from orchestrator.core.expressions import compile_expression
from orchestrator.core.rendering import Placeholder, format_value, parse_template, placeholders, resolve
from playbooks.guide import Mitigation

_ONE_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@+=,-]*")
"""What every shell takes as one word, and no program as an option."""


def propose(mitigation: Mitigation, scope: Mapping[str, object]) -> ProposedMitigation:
    """The mitigation with exact arguments; one that has no value for an argument says so in `problem`."""
    problems: list[str] = []
    arguments = _resolved(mitigation.arguments, scope, problems)
    undo_arguments = _resolved(mitigation.undo_arguments, scope, problems)
    by_hand = _command(mitigation.by_hand, scope, problems)
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
        written=mitigation,
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


def _command(template: str, scope: Mapping[str, object], problems: list[str]) -> str:
    """The command to copy; none where a value, perhaps of a log cell, means more than a word to a shell."""
    words: list[str] = []
    found: list[str] = []
    try:
        for part in parse_template(template):
            if not isinstance(part, Placeholder):
                words.append(part)
                continue
            value = compile_expression(part.expression).evaluate(scope)
            words.append(format_value(value, part.spec))
            if not isinstance(value, int | float) and (value is None or not _ONE_WORD.fullmatch(words[-1])):
                found.append(
                    f"the value {words[-1]!r} of {part.expression!r} is not safe in a shell: write the command by hand"
                )
    except ExpressionError as error:
        found.append(error.message)
    problems.extend(found)
    return "" if found else "".join(words)


def _blast_radius(text: str, scope: Mapping[str, object]) -> object:
    """An expression, or one in braces; None where it has no value: an unknown reach is not a reach of nothing."""
    if not text:
        return None
    try:
        return resolve(text, scope) if placeholders(text) else compile_expression(text).evaluate(scope)
    except ExpressionError:
        return None
