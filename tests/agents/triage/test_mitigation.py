"""A mitigation's command is offered only where no value can mean more to a shell than itself."""

from datetime import UTC, datetime

import pytest

from agents.triage.mitigation import propose
from playbooks.guide import Mitigation

UNDO = Mitigation(
    action="rollback",
    arguments={"service": "{p_service}"},
    by_hand="kubectl rollout undo deployment/{p_service} && kubectl get pods",
)


@pytest.mark.parametrize("name", ["shop $(id)", "-rf", "a;b", "a\n", "`id`", "a'b", "", "$HOME", "a b", "a|b", None])
def test_no_command_of_unsafe_values(name: str | None):
    """A value that a shell would read as more than a word leaves no command, and stays exact in the arguments."""
    proposed = propose(UNDO, {"p_service": name})
    assert (proposed.by_hand, proposed.arguments) == ("", {"service": name})
    shown = "unknown" if name is None else name
    assert f"the value {shown!r} of 'p_service' is not safe in a shell: write the command by hand" in (
        proposed.problem or ""
    )


@pytest.mark.parametrize("name", ["checkout", "shop.example:443", "ns/checkout-api_2", "a@b+c=d,e"])
def test_command_of_plain_names(name: str):
    """Names, hosts and paths are rendered as they are."""
    proposed = propose(UNDO, {"p_service": name})
    assert (proposed.by_hand, proposed.problem) == (
        f"kubectl rollout undo deployment/{name} && kubectl get pods",
        None,
    )


def test_command_of_numbers_and_times():
    """Numbers, negative ones too, and times need no check."""
    made = Mitigation(action="restore", by_hand="restore {n:.1f} --at {at}")
    proposed = propose(made, {"n": -1.25, "at": datetime(2026, 3, 1, 10, 20, tzinfo=UTC)})
    assert (proposed.by_hand, proposed.problem) == ("restore -1.2 --at 2026-03-01T10:20:00Z", None)
