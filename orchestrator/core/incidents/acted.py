"""The ledger's actions as incidents show them: each event in a sentence."""

from collections.abc import Mapping
from datetime import datetime
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
from orchestrator.core.actions.state import ACTED, OPEN, UNSETTLED, Action, Stage
from orchestrator.core.incidents.dossier import Act, ActEvent, ActKind
from orchestrator.core.incidents.sentences import one_line
from orchestrator.core.table import iso_utc

_STATES: Mapping[Stage, str] = {
    Stage.FORBIDDEN: "forbidden by the policy",
    Stage.WAITING: "waiting for approval",
    Stage.APPROVED: "approved and not begun",
    Stage.CLAIMED: "under way",
    Stage.ACCEPTED: "under way",
    Stage.UNKNOWN: "of unknown outcome",
    Stage.DONE: "done, its effect not yet looked for",
    Stage.VERIFIED: "done and verified",
    Stage.UNVERIFIED: "done, and it did not help",
    Stage.UNTOLD: "done, and the data cannot tell whether it helped",
}
_APPROVALS = (ActionRuled, ApprovalGiven, ActionApproved, GlassBroken, GlassReviewed, ActionDenied, ActionExpired)


def act_of(action: Action, *, now: datetime) -> Act:
    """The action as it stands now, with its history."""
    stage = action.stage_at(now)
    request = action.request
    return Act(
        id=action.id,
        name=request.workflow,
        subject=request.subject,
        state=_STATES.get(stage, stage.value),
        waiting=stage is Stage.WAITING,
        settled=stage not in OPEN and stage not in UNSETTLED,
        acted=stage in ACTED,
        incident=request.incident or "",
        run=request.run or "",
        by_hand=request.by_hand or "",
        arguments=request.arguments,
        events=tuple(_event(event, seq) for seq, event in enumerate(action.events, start=1)),
    )


def _event(event: AnyActionEvent, seq: int) -> ActEvent:
    kind = ActKind.VERIFICATION if isinstance(event, ActionVerified) else ActKind.ACTION
    return ActEvent(
        seq=seq,
        at=event.at,
        kind=ActKind.APPROVAL if isinstance(event, _APPROVALS) else kind,
        name=event.kind,
        text=one_line(told(event), limit=600),
        who=_who(event),
        facts=_facts(event),
        evidence=event.evidence if isinstance(event, ActionVerified) else (),
    )


def _who(event: AnyActionEvent) -> str:
    by = event.by if isinstance(event, ApprovalGiven | GlassBroken | GlassReviewed | ActionDenied) else ""
    return by or (str(event.request.get("requested_by") or "") if isinstance(event, ActionRequested) else "")


def _facts(event: AnyActionEvent) -> tuple[tuple[str, str], ...]:
    match event:
        case ActionRequested():
            return (("key", event.key),)
        case ActionRuled():
            return (("rule", event.rule or ""), ("place", event.place or ""), ("mode", event.mode))
        case ApprovalGiven() | GlassBroken():
            authenticated = "yes" if event.authenticated else "no: the name of a local user"
            return (("for", event.fingerprint), ("via", event.via), ("authenticated", authenticated))
        case ActionVerified():
            return (("check", event.check),)
        case _:
            return ()


def told(event: AnyActionEvent) -> str:  # noqa: C901, PLR0911, PLR0912  # one case an event
    """What happened, in a sentence."""
    match event:
        case ActionRequested():
            by = event.request.get("requested_by")
            return "Proposed" + (f" by {by}." if by else ".")
        case ActionRuled():
            return f"The policy says {_DECISIONS.get(event.decision, event.decision)}: {'; '.join(event.reasons)}."
        case ApprovalGiven():
            return f"Approved by {event.by}{_vouched(authenticated=event.authenticated)}."
        case ActionApproved():
            return f"It may be done: {event.how}."
        case GlassBroken():
            return f"Glass broken by {event.by}{_vouched(authenticated=event.authenticated)}: {event.reason}"
        case GlassReviewed():
            return f"The broken glass was reviewed by {event.by}: {event.note}"
        case ActionDenied():
            return f"Denied by {event.by}: {event.reason}"
        case ActionExpired():
            return "It expired before it was begun."
        case ActionVoided():
            return f"Void: {event.reason}."
        case ActionClaimed():
            return f"Begun, attempt {event.attempt}."
        case CallPutOff():
            return f"Put off until {iso_utc(event.not_before)}: {event.reason}"
        case CallAccepted():
            return "The target took the call."
        case CallAbsent():
            return f"The call of attempt {event.attempt} never arrived, says {event.source}."
        case OutcomeUnknown():
            return f"Its outcome is unknown: {event.reason}"
        case OwnerNamed():
            return f"{event.item} waits for a person to settle it."
        case ActionDone():
            source = f", says {event.by}" if event.by != "call" else ""
            return f"Done{source}" + (f": {event.note}" if event.note else ".")
        case ActionFailed():
            return f"Failed ({event.code}): {event.reason}"
        case ActionVerified():
            return f"{_verdict(event)}: {event.text}"
        case UndoOffered():
            return f"{event.action} would take it back."
        case _:
            assert_never(event)


_DECISIONS = {"forbidden": "no", "approval": "that a person must approve", "allowed": "yes"}


def _vouched(*, authenticated: bool) -> str:
    return "" if authenticated else " (not authenticated)"


def _verdict(event: ActionVerified) -> str:
    if event.held is None:
        return "Not verified" if event.final else "Not verified yet"
    return "Verified" if event.held else "It did not help"
