"""Workflows as tools: what there is, and what became of a call. None acts: an action is proposed, never called."""

import json
from typing import Annotated

from semantic_kernel.functions import kernel_function

from orchestrator.core.errors import InputError, ToolError
from orchestrator.core.redaction import redact_value
from orchestrator.core.workflows import Absent, Accepted, Done, Reading, Unknown, Workflows


class WorkflowTools:
    """Plugin `workflows`.

    Args:
        workflows: Asked for what they promise, and for what became of a key.
    """

    def __init__(self, workflows: Workflows) -> None:
        self._workflows = workflows

    @kernel_function(
        name="list", description="The workflows there are: what each does, whether it changes something, its schemas."
    )
    async def list_workflows(self) -> str:
        """Names, sentences and schemas as JSON."""
        return json.dumps(
            {
                name: {
                    "does": spec.title,
                    "changes": spec.changing,
                    "request": spec.request,
                    "response": spec.response,
                }
                for name, spec in self._workflows.specs.items()
            }
        )

    @kernel_function(name="outcome", description="What became of an action's call, by its key; it changes nothing.")
    async def outcome(self, action_key: Annotated[str, "the key of the action, such as open_ticket:INC-7:1"]) -> str:
        """Read, and tell in JSON."""
        try:
            reading = await self._workflows.read(action_key)
        except InputError as error:
            raise ToolError(error.message) from error
        return json.dumps(redact_value(_document(reading)))


def _document(reading: Reading) -> dict[str, object]:
    match reading:
        case Done(body=body):
            return {"key": reading.key, "outcome": "done", "answer": body}
        case Accepted():
            return {"key": reading.key, "outcome": "still at work"}
        case Absent():
            return {"key": reading.key, "outcome": "never done"}
        case Unknown(reason=reason, owner=owner):
            return {"key": reading.key, "outcome": "unknown", "reason": reason, "left_to": owner}
