from datetime import timedelta

import pytest
from dossiers import AT, later

from orchestrator.core.action_history import history_entry, told
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
from orchestrator.core.actions.request import ActionRequest, BlastRadius
from orchestrator.core.actions.state import fold
from orchestrator.core.incidents.acted import act_of
from orchestrator.core.incidents.dossier import Act, ActKind

REQUEST = ActionRequest(
    workflow="restart_service",
    arguments={"p_service": "checkout"},
    subject="checkout",
    environment="prod",
    radius=BlastRadius(value=2, unit="instances"),
    requested_by="local:bo",
    incident="INC-3",
)
REQUESTED = ActionRequested(at=AT, request=REQUEST.document(), key="k")
RULED = ActionRuled(at=AT, decision="approval", reasons=("a rule",), mode="review", expires_at=later(60))
GIVEN = ApprovalGiven(at=later(1), by="local:ana", authenticated=False, fingerprint="f", via="cli")
SAID: dict[AnyActionEvent, str] = {
    RULED: "The policy says that a person must approve: a rule.",
    GIVEN: "Approved by local:ana (not authenticated) at the command line.",
    ActionApproved(at=AT, how="approved by local:ana", fingerprint="f"): "It may be done: approved by local:ana.",
    GlassBroken(at=AT, by="ana", authenticated=True, fingerprint="f", reason="fire", via="cli"): (
        "Glass broken by ana: fire"
    ),
    GlassReviewed(at=AT, by="bo", note="right"): "The broken glass was reviewed by bo: right",
    ActionDenied(at=AT, by="bo", reason="no", via="cli"): "Denied by bo: no",
    ActionExpired(at=AT): "It expired before it was begun.",
    ActionVoided(at=AT, reason="another took its place"): "Void: another took its place.",
    ActionClaimed(at=AT, process="p", attempt=1, until=AT): "Begun, attempt 1, by p.",
    CallPutOff(at=AT, attempt=1, reason="busy", not_before=AT): "Put off until 2026-11-22T10:20:00Z: busy",
    CallAccepted(at=AT, run_id=None): "The target took the call.",
    CallAccepted(at=AT, run_id="r-1"): "The target took the call as the run r-1.",
    CallAbsent(at=AT, attempt=1, source="run_history"): "The call of attempt 1 never arrived, says run_history.",
    OutcomeUnknown(
        at=AT, reason="lost reply", owner="read"
    ): "Its outcome is unknown, and a read settles it: lost reply",
    OwnerNamed(at=AT, item="H-5"): "H-5 waits for a person to settle it.",
    ActionDone(at=AT, by="call"): "Done.",
    ActionDone(at=AT, by="local:ana", note="seen"): "Done, says local:ana: seen",
    ActionFailed(at=AT, by="call", code="400", reason="bad"): "Failed (400): bad",
    ActionVerified(at=AT, held=True, final=True, text="0.1% fail"): "Verified: 0.1% fail",
    ActionVerified(at=AT, held=False, final=True, text="9% fail"): "It did not help: 9% fail",
    ActionVerified(at=AT, held=None, final=False, text="no rows"): "Not verified yet: no rows",
    UndoOffered(at=AT, action="A-8"): "A-8 would take it back.",
}


@pytest.mark.parametrize("event", SAID, ids=lambda event: event.kind)
def test_every_event_is_told_in_a_sentence(event: AnyActionEvent):
    """What happened, by whom, and why."""
    assert told(event) == SAID[event]


def test_a_history_has_a_word_for_every_event():
    """Beside the sentence, which is the same wherever the event is shown."""
    found = [history_entry(event) for event in SAID]
    assert [entry["text"] for entry in found] == list(SAID.values())
    words = [
        "ruled: approval",
        "approved",
        "cleared",
        "glass broken",
        "reviewed",
        "denied",
        "expired",
        "voided",
        "begun",
    ]
    words += [
        "put off",
        "accepted",
        "accepted",
        "not arrived",
        "unknown",
        "given to a person",
        "done",
        "done",
        "failed",
    ]
    assert [entry["what"] for entry in found] == [*words, "verified", "not verified", "not told", "undo proposed"]


def act(*events: AnyActionEvent, minutes: float = 5) -> Act:
    """The action of this history, at that time."""
    return act_of(fold("A-7", [REQUESTED, *events]), now=AT + timedelta(minutes=minutes))


def test_an_action_as_an_incident_shows_it():
    """What it is, whose, and each event with its kind and who it was."""
    found = act(RULED, GIVEN)
    assert (found.title, found.receipt, found.incident) == ("restart service checkout", "action:A-7", "INC-3")
    assert [(event.seq, event.kind, event.who) for event in found.events] == [
        (1, ActKind.ACTION, "local:bo"),
        (2, ActKind.APPROVAL, ""),
        (3, ActKind.APPROVAL, "local:ana"),
    ]


def test_whether_it_waits_or_is_over_is_judged_now():
    """One whose time ran out waits no more, though nobody wrote that down."""
    waits, over = act(RULED), act(RULED, minutes=61)
    assert (waits.waiting, waits.settled, waits.state) == (True, False, "waiting for approval")
    assert (over.waiting, over.settled, over.acted, over.state) == (False, True, False, "expired")


def test_a_verification_brings_its_queries():
    """They become part of the event's receipt."""
    evidence = {"id": "V1", "query": "AppRequests | count"}
    done = ActionDone(at=AT, by="call")
    found = act(RULED, done, ActionVerified(at=AT, held=True, final=True, text="t", check="c", evidence=(evidence,)))
    assert (found.acted, found.state) == (True, "done and verified")
    assert (found.events[-1].kind, found.events[-1].evidence) == (ActKind.VERIFICATION, (evidence,))
