"""An action's history as people read it: what happened, when, by whom, in a sentence made from the event."""

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


def history_entry(event: AnyActionEvent) -> Json:
    """`at`, `what` happened, `who` did it (None for the program) and `text`, which may be empty."""
    what, text = _told(event)
    return {"at": iso_utc(event.at), "what": what, "who": _who(event), "text": text}


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


def _told(event: AnyActionEvent) -> tuple[str, str]:  # noqa: C901, PLR0911, PLR0912  # one case an event
    match event:
        case ActionRequested():
            return "proposed", f"with the key {event.key}"
        case ActionRuled():
            return f"ruled: {event.decision}", "; ".join(event.reasons)
        case ApprovalGiven():
            return "approved", _WHERE.get(event.via, f"in {event.via}")
        case ActionApproved():
            return "cleared", event.how
        case GlassBroken():
            return "glass broken", event.reason
        case GlassReviewed():
            return "reviewed", event.note
        case ActionDenied():
            return "denied", event.reason
        case ActionExpired():
            return "expired", "nobody approved or began it in time"
        case ActionVoided():
            return "voided", f"{event.reason}{f'; {event.by_action} took its place' if event.by_action else ''}"
        case ActionClaimed():
            return "begun", f"attempt {event.attempt} by {event.process}"
        case CallPutOff():
            return "put off", f"{event.reason}; not before {iso_utc(event.not_before)}"
        case CallAccepted():
            return "accepted", f"as the run {event.run_id}" if event.run_id else "by its target"
        case CallAbsent():
            return "not arrived", f"its target was read ({event.source}): nothing was done"
        case OutcomeUnknown():
            return "unknown", f"{event.reason}; it is settled by a {event.owner}"
        case OwnerNamed():
            return "given to a person", f"as {event.item}"
        case ActionDone():
            return "done", event.note or f"told by the {event.by}"
        case ActionFailed():
            return "failed", f"{event.code}: {event.reason}"
        case ActionVerified():
            held = {True: "verified", False: "not verified", None: "not told"}[event.held]
            return held, event.text
        case UndoOffered():
            return "undo proposed", f"as {event.action}"
        case _:
            assert_never(event)
