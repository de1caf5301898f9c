"""The ledger's actions as incidents show them: each event in a sentence."""

from collections.abc import Mapping
from datetime import datetime

from orchestrator.core.action_history import told
from orchestrator.core.actions.events import (
    ActionApproved,
    ActionDenied,
    ActionExpired,
    ActionRequested,
    ActionRuled,
    ActionVerified,
    AnyActionEvent,
    ApprovalGiven,
    GlassBroken,
    GlassReviewed,
)
from orchestrator.core.actions.state import ACTED, OPEN, UNSETTLED, Action, Stage
from orchestrator.core.incidents.dossier import Act, ActEvent, ActKind
from orchestrator.core.incidents.sentences import one_line

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
