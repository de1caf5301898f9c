"""Asks reading workflows for an answer now; implements the port `WorkflowReads`."""

from collections.abc import Mapping
from typing import assert_never

from orchestrator.core.errors import QueryError
from orchestrator.core.workflows import Accepted, Done, Refused, Unknown, Workflows, action_key


class WorkflowReader:
    """Reading workflows as questions with answers; one that changes something is not called.

    Args:
        workflows: Those of the host or of Azure.
    """

    def __init__(self, workflows: Workflows) -> None:
        self._workflows = workflows

    async def read_now(self, name: str, body: Mapping[str, object]) -> Mapping[str, object]:
        """What the workflow answers; QueryError where it is none that reads, or does not answer, with the reason."""
        spec = self._workflows.specs.get(name)
        if spec is None:
            raise QueryError(f"the workflow {name!r} is not configured: add it to the settings")
        if spec.changing:
            raise QueryError(f"the workflow {name!r} changes something, and is not asked: propose it as an action")
        outcome = await self._workflows.call(name, body, key=action_key(name, "read"))
        match outcome:
            case Done(body=Mapping() as answer):
                return answer
            case Done():
                raise QueryError(f"the workflow {name!r} answered {outcome.status} without an object")
            case Refused():
                raise QueryError(
                    f"the workflow {name!r} refused: {outcome.message}",
                    retryable=outcome.retryable,
                    retry_after_s=outcome.retry_after_s,
                )
            case Accepted():
                raise QueryError(f"the workflow {name!r} has not answered in time", retryable=True)
            case Unknown():
                raise QueryError(f"the workflow {name!r} gave no answer: {outcome.reason}", retryable=True)
            case _:
                assert_never(outcome)
