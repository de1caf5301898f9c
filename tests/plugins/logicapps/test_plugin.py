"""What a model may do with workflows: read."""

import json
from typing import Any

import pytest
from semantic_kernel import Kernel

from orchestrator.core.errors import ToolError
from orchestrator.core.workflows import Absent, Accepted, Done, Reading, Unknown, WorkflowSpec
from plugins.logicapps.plugin import WorkflowTools

SPEC = WorkflowSpec(name="act", title="Act.", changing=True, request={"type": "object"}, response={})


class FakeWorkflows:
    """The port, with one reading; a call would fail the test."""

    def __init__(self, reading: Reading | None = None) -> None:
        self.reading = reading
        self.specs = {"act": SPEC}

    async def call(self, name: str, body: Any, *, key: str) -> Any:
        raise AssertionError("a model's tool called a workflow")

    async def read(self, key: str, *, name: str | None = None, sent_at: Any = None) -> Reading:
        assert self.reading is not None
        return self.reading


async def test_the_workflows_are_listed() -> None:
    """Each with its sentence, whether it changes something, and its schemas."""
    found = json.loads(await WorkflowTools(FakeWorkflows()).list_workflows())
    assert found == {"act": {"does": "Act.", "changes": True, "request": {"type": "object"}, "response": {}}}


@pytest.mark.parametrize(
    ("reading", "told"),
    [
        (Done(key="k", status=200, body={"a": 1}), {"outcome": "done", "answer": {"a": 1}}),
        (Accepted(key="k"), {"outcome": "still at work"}),
        (Absent(key="k", source="lookup"), {"outcome": "never done"}),
        (
            Unknown(key="k", reason="see https://x/y?sig=abcdefgh", owner="person"),
            {"outcome": "unknown", "reason": "see [redacted sas-url]", "left_to": "person"},
        ),
    ],
)
async def test_an_outcome_is_told_in_json(reading: Reading, told: dict[str, object]) -> None:
    """Secrets are taken out on the way to the model."""
    assert json.loads(await WorkflowTools(FakeWorkflows(reading)).outcome("k")) == {"key": "k", **told}


async def test_a_key_that_is_none_is_a_tool_error(bench: Any) -> None:
    """The model reads what was wrong with it."""
    with pytest.raises(ToolError, match="there is no workflow"):
        await WorkflowTools(bench.client).outcome("nonsense")


def test_the_schemas_of_the_tools() -> None:
    """Two functions that read, and none that acts."""
    plugin = Kernel().add_plugin(WorkflowTools(FakeWorkflows()), "workflows")
    assert {name: [p.name for p in function.parameters] for name, function in plugin.functions.items()} == {
        "list": [],
        "outcome": ["action_key"],
    }
