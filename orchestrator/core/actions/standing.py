"""What follows from a command, and where an action stands in words."""

from dataclasses import dataclass

from orchestrator.core.actions.events import ActionDenied, ActionVoided, AnyActionEvent
from orchestrator.core.actions.state import Action, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What follows from a command.

    Attributes:
        events: What happened; to be stored before anything else is done.
        declined: Why the command was not followed; None where it was.
        note: What the one who asked should know besides.
    """

    events: tuple[AnyActionEvent, ...] = ()
    declined: str | None = None
    note: str = ""


def no(why: str, *events: AnyActionEvent) -> Answer:
    """The command is not followed."""
    return Answer(events=events, declined=why)


def once(event: AnyActionEvent, *, known: bool) -> Answer:
    """The event, unless the action knows it already."""
    return Answer() if known else Answer(events=(event,))


def standing(action: Action) -> str:
    """Where an action stands, in a sentence."""
    text = f"{action.id} is {action.stage.value}"
    match action.stage:
        case Stage.DENIED:
            denied = next(event for event in reversed(action.events) if isinstance(event, ActionDenied))
            text = f"{action.id} was denied by {denied.by}: {denied.reason or 'no reason given'}"
        case Stage.VOID:
            void = next(event for event in reversed(action.events) if isinstance(event, ActionVoided))
            text = f"{action.id} is void: {void.reason}"
        case Stage.FAILED if action.failed is not None:
            text = f"{action.id} failed: {action.failed.reason}"
        case Stage.CLAIMED:
            text = f"{action.id} is being done"
        case Stage.UNKNOWN if action.unknown is not None:
            text = f"nobody knows yet whether {action.id} was done: {action.unknown.reason}"
        case Stage.ACCEPTED:
            text = f"the target is at work on {action.id}"
    return text
