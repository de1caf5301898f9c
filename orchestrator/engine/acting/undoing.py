"""What takes an action back, as a proposal of its own under the same rules."""

from dataclasses import replace

from orchestrator.core.actions.request import ActionRequest
from orchestrator.core.actions.state import Action
from orchestrator.core.actions.subject import acted_on


def undo_request(action: Action) -> ActionRequest | None:
    """The proposal to take back an action that did not help; None where nothing does.

    It reaches as far as the action did and comes from the same texts; how to see that it helped is not known.
    """
    request = action.request
    if request.undo is None or action.verified is None:
        return None
    arguments = dict(request.undo.arguments)
    return replace(
        request,
        workflow=request.undo.workflow,
        arguments=arguments,
        subject=acted_on(arguments, environment=request.environment),
        by_hand="",
        because=f"{action.id} ({request.workflow}) did not help: {action.verified.text}",
        verification=None,
        undo=None,
        undo_of=action.id,
    )
