"""What a mitigation may name: workflows with their arguments, what is done by hand, and units of reach."""

from pathlib import Path
from typing import Any

import pytest

from playbooks.guide import Mitigation
from playbooks.mitigations import BY_HAND, mitigation_problems
from playbooks.workflow import load_workflows

WORKFLOWS = load_workflows(Path(__file__).parents[2] / "playbooks" / "workflows")
GOOD: dict[str, Any] = {
    "action": "restart_service",
    "arguments": {"service": "{p_service}"},
    "by_hand": "kubectl rollout restart deployment/{p_service}",
    "blast_radius": "row.instances",
    "blast_unit": "instances",
}


def problems(**parts: Any) -> list[str]:
    """What is wrong with a good mitigation that has these parts instead."""
    return list(mitigation_problems(Mitigation(**{**GOOD, **parts}), WORKFLOWS))


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"blast_radius": "", "blast_unit": ""},
        {"action": "toggle_feature_flag", "arguments": {"flag": "f", "enabled": False}},
        {"undo_action": "scale_out", "undo_arguments": {"service": "s", "instances": 2}},
        {"action": BY_HAND, "arguments": {"what": "ask the owner"}, "undo_action": None},
    ],
)
def test_nothing_is_wrong(parts: dict[str, Any]) -> None:
    """Workflows with all they need, and work by hand that says what it is."""
    assert problems(**parts) == []


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"action": "restart_servce"}, "there is no workflow 'restart_servce' that changes something"),
        ({"action": "find_change"}, "there is no workflow 'find_change' that changes something"),
        ({"arguments": {"servce": "s"}}, "restart_service has no argument 'servce'"),
        ({"arguments": {}}, "restart_service needs the argument 'service'"),
        ({"arguments": {"service": "s", "key": "k"}}, "restart_service has no argument 'key'"),
        ({"action": BY_HAND, "arguments": {"service": "s"}}, "by_hand has the one argument `what`"),
        ({"action": BY_HAND, "arguments": {"what": "w"}, "by_hand": ""}, "done by hand needs `by_hand`"),
        ({"undo_action": "undo_it"}, "undo: there is no workflow 'undo_it'"),
        ({"blast_unit": "pods"}, "the unit 'pods' of blast_radius is none of instances, messages, orders,"),
        ({"blast_unit": ""}, "the unit '' of blast_radius is none of"),
    ],
)
def test_what_is_wrong_is_named(parts: dict[str, Any], expected: str) -> None:
    """The action, the argument or the unit."""
    assert any(problem.startswith(expected) or expected in problem for problem in problems(**parts))
