"""An action's history as people read it, wherever it is shown: each event as a word and as a sentence."""

from collections.abc import Mapping
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
from orchestrator.core.table import iso_utc

Json = dict[str, object]
_WHERE = {"cli": "at the command line", "chat": "in a chat"}
_DECISIONS = {"forbidden": "no", "approval": "that a person must approve", "allowed": "yes"}
_WORDS: Mapping[type, str] = {
    ActionRequested: "proposed",
    ApprovalGiven: "approved",
    ActionApproved: "cleared",
    GlassBroken: "glass broken",
    GlassReviewed: "reviewed",
    ActionDenied: "denied",
    ActionExpired: "expired",
    ActionVoided: "voided",
    ActionClaimed: "begun",
    CallPutOff: "put off",
    CallAccepted: "accepted",
    CallAbsent: "not arrived",
    OutcomeUnknown: "unknown",
    OwnerNamed: "given to a person",
    ActionDone: "done",
    ActionFailed: "failed",
    UndoOffered: "undo proposed",
}


def history_entry(event: AnyActionEvent) -> Json:
    """`at`, `what` happened in a word, `who` did it (None for the program) and `text`, a sentence of all that."""
    return {"at": iso_utc(event.at), "what": _word(event), "who": _who(event), "text": told(event)}


def _word(event: AnyActionEvent) -> str:
    match event:
        case ActionRuled():
            return f"ruled: {event.decision}"
        case ActionVerified():
            return {True: "verified", False: "not verified", None: "not told"}[event.held]
        case _:
            return _WORDS[type(event)]


def _who(event: AnyActionEvent) -> Json | None:
    match event:
        case ApprovalGiven() | GlassBroken():
            return {"name": event.by, "authenticated": event.authenticated}
        case GlassReviewed() | ActionDenied():
            return {"name": event.by, "authenticated": not event.by.startswith("local:")}
        case ActionRequested():
            request: Mapping[str, object] = event.request
            return {"name": str(request.get("requested_by", "")), "authenticated": request.get("authenticated") is True}
        case _:
            return None


def told(event: AnyActionEvent) -> str:  # noqa: C901, PLR0911, PLR0912  # one case an event
    """What happened, in a sentence."""
    match event:
        case ActionRequested():
            by = event.request.get("requested_by")
            return "Proposed" + (f" by {by}." if by else ".")
        case ActionRuled():
            return f"The policy says {_DECISIONS.get(event.decision, event.decision)}: {'; '.join(event.reasons)}."
        case ApprovalGiven():
            where = _WHERE.get(event.via, f"in {event.via}")
            return f"Approved by {event.by}{_vouched(authenticated=event.authenticated)} {where}."
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
            instead = f"; {event.by_action} took its place" if event.by_action else ""
            return f"Void: {event.reason}{instead}."
        case ActionClaimed():
            return f"Begun, attempt {event.attempt}, by {event.process}."
        case CallPutOff():
            return f"Put off until {iso_utc(event.not_before)}: {event.reason}"
        case CallAccepted():
            return "The target took the call" + (f" as the run {event.run_id}." if event.run_id else ".")
        case CallAbsent():
            return f"The call of attempt {event.attempt} never arrived, says {event.source}."
        case OutcomeUnknown():
            return f"Its outcome is unknown, and a {event.owner} settles it: {event.reason}"
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


def _vouched(*, authenticated: bool) -> str:
    return "" if authenticated else " (not authenticated)"


def _verdict(event: ActionVerified) -> str:
    if event.held is None:
        return "Not verified" if event.final else "Not verified yet"
    return "Verified" if event.held else "It did not help"
