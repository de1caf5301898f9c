"""Where an action stands: what its events add up to."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from orchestrator.core.actions.events import (
    ActionApproved,
    ActionClaimed,
    ActionDenied,
    ActionDone,
    ActionExpired,
    ActionFailed,
    ActionRequested,
    ActionRuled,
    ActionVerified,
    ActionVoided,
    AnyActionEvent,
    ApprovalGiven,
    CallAbsent,
    CallAccepted,
    CallPutOff,
    GlassBroken,
    GlassReviewed,
    OutcomeUnknown,
    OwnerNamed,
    UndoOffered,
)
from orchestrator.core.actions.request import ActionRequest, read_request


class Stage(StrEnum):
    """Where an action stands."""

    FORBIDDEN = "forbidden"
    """The policy says no, now."""
    WAITING = "waiting"
    """A person must say yes."""
    APPROVED = "approved"
    """It may be begun."""
    DENIED = "denied"
    EXPIRED = "expired"
    VOID = "void"
    """Another action took its place, or what it rested on changed."""
    CLAIMED = "claimed"
    """Its call may be under way."""
    ACCEPTED = "accepted"
    """The target is at work on it."""
    UNKNOWN = "unknown"
    """Its call was made and nobody knows what became of it."""
    FAILED = "failed"
    """It was not done."""
    DONE = "done"
    """It was done; its effect is still to be looked for, or nothing says how."""
    VERIFIED = "verified"
    UNVERIFIED = "unverified"
    """It was done, and what was expected is not so."""
    UNTOLD = "untold"
    """It was done, and the data cannot tell whether it helped."""


OPEN = frozenset({Stage.FORBIDDEN, Stage.WAITING, Stage.APPROVED})
"""Nothing was done yet."""
UNSETTLED = frozenset({Stage.CLAIMED, Stage.ACCEPTED, Stage.UNKNOWN})
"""Something may have been done."""
ACTED = frozenset({Stage.DONE, Stage.VERIFIED, Stage.UNVERIFIED, Stage.UNTOLD})
"""It was done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One action as it stands; `events` are its history in order."""

    id: str
    key: str
    request: ActionRequest
    stage: Stage
    requested_at: datetime
    ruling: ActionRuled | None = None
    approvals: tuple[ApprovalGiven, ...] = ()
    glass: GlassBroken | None = None
    review: GlassReviewed | None = None
    claim: ActionClaimed | None = None
    not_before: datetime | None = None
    unknown: OutcomeUnknown | None = None
    owner: str | None = None
    done: ActionDone | None = None
    failed: ActionFailed | None = None
    verified: ActionVerified | None = None
    undo: str | None = None
    events: tuple[AnyActionEvent, ...] = ()

    @property
    def attempts(self) -> int:
        """How often it was claimed."""
        return self.claim.attempt if self.claim else 0

    @property
    def expires_at(self) -> datetime | None:
        """Until when it waits and an approval holds; None is for ever."""
        return self.ruling.expires_at if self.ruling else None

    @property
    def acted_at(self) -> datetime | None:
        """When it was done, on the clock of the data that verifies it; at the latest when its call was begun."""
        if self.done is None:
            return None
        return (self.claim.data_at if self.claim else None) or self.done.at

    @property
    def verify_at(self) -> datetime | None:
        """When its effect can be looked for, on the clock of the data; None where nothing is to be looked for."""
        check, at = self.request.verification, self.acted_at
        if check is None or at is None or (self.verified is not None and self.verified.final):
            return None
        return at + check.wait + check.window

    def stage_at(self, now: datetime) -> Stage:
        """Where it stands now, though nobody wrote down that its time ran out."""
        over = self.expires_at is not None and now >= self.expires_at
        return Stage.EXPIRED if over and self.stage in OPEN else self.stage


def evolve(action: Action, event: AnyActionEvent) -> Action:  # noqa: C901, PLR0911, PLR0912  # one case an event
    """The action after an event."""
    action = replace(action, events=(*action.events, event))
    match event:
        case ActionRequested():
            return action
        case ActionRuled():
            stage = {"forbidden": Stage.FORBIDDEN, "approval": Stage.WAITING, "allowed": Stage.WAITING}[event.decision]
            return replace(action, ruling=event, stage=stage)
        case ApprovalGiven():
            return replace(action, approvals=(*action.approvals, event))
        case ActionApproved():
            return replace(action, stage=Stage.APPROVED)
        case GlassBroken():
            return replace(action, glass=event)
        case GlassReviewed():
            return replace(action, review=event)
        case ActionDenied():
            return replace(action, stage=Stage.DENIED)
        case ActionExpired():
            return replace(action, stage=Stage.EXPIRED)
        case ActionVoided():
            return replace(action, stage=Stage.VOID)
        case ActionClaimed():
            return replace(action, stage=Stage.CLAIMED, claim=event, not_before=None, unknown=None)
        case CallPutOff():
            return replace(action, stage=Stage.APPROVED, not_before=event.not_before)
        case CallAbsent():
            return replace(action, stage=Stage.APPROVED, unknown=None)
        case CallAccepted():
            return replace(action, stage=Stage.ACCEPTED)
        case OutcomeUnknown():
            return replace(action, stage=Stage.UNKNOWN, unknown=event)
        case OwnerNamed():
            return replace(action, owner=event.item)
        case ActionDone():
            return replace(action, stage=Stage.DONE, done=event, unknown=None)
        case ActionFailed():
            return replace(action, stage=Stage.FAILED, failed=event, unknown=None)
        case ActionVerified():
            return replace(action, stage=_verified(event), verified=event)
        case UndoOffered():
            return replace(action, undo=event.action)
        case _:
            assert_never(event)


def _verified(event: ActionVerified) -> Stage:
    if event.held is None:
        return Stage.UNTOLD if event.final else Stage.DONE
    return Stage.VERIFIED if event.held else Stage.UNVERIFIED


def fold(action_id: str, events: Iterable[AnyActionEvent]) -> Action:
    """The action of a history, whose first event is its request."""
    first, *rest = events
    if not isinstance(first, ActionRequested):
        raise ValueError(f"the history of {action_id} begins with {first.kind}")  # noqa: TRY004  # it is the value
    action = Action(
        id=action_id,
        key=first.key,
        request=read_request(first.request),
        stage=Stage.FORBIDDEN,
        requested_at=first.at,
        events=(first,),
    )
    for event in rest:
        action = evolve(action, event)
    return action
