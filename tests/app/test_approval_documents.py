import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from orchestrator.app.approval_documents import action_document, result_document
from orchestrator.core.actions.commands import (
    Approve,
    Attest,
    BreakGlass,
    Claim,
    Command,
    Deny,
    NameOwner,
    OfferUndo,
    Report,
    ReviewGlass,
    Rule,
    Verify,
    Void,
)
from orchestrator.core.actions.deciding import decide
from orchestrator.core.actions.events import ActionRequested
from orchestrator.core.actions.request import ActionRequest, BlastRadius, Undo, Verification
from orchestrator.core.actions.state import Action, evolve, fold
from orchestrator.core.errors import Place
from orchestrator.core.judging import judge
from orchestrator.core.policy import Mode, Policy, Scope
from orchestrator.core.policy import Rule as PolicyRule
from orchestrator.core.workflows import Accepted, Done, Refused, Unknown

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "schemas" / "approval.schema.json").read_text())
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
ALICE, BOB, CAROL = "local:alice", "local:bob", "local:carol"
REQUEST = ActionRequest(
    workflow="roll_back_deploy",
    arguments={"service": "checkout", "to_version": "v41"},
    subject="checkout",
    service="checkout",
    environment="production",
    radius=BlastRadius(value=4, unit="instances are replaced"),
    requested_by=ALICE,
    by_hand="kubectl rollout undo deployment/checkout",
    because="18 % of requests fail since v42",
    evidence=("E1", "E2"),
    verification=Verification(
        step="impact", kql=None, expect="row.share <= 0.01", wait=timedelta(minutes=5), window=timedelta(seconds=90)
    ),
    undo=Undo(workflow="deploy_version", arguments={"version": "v42"}),
    run="r1",
    guide="deploy_regression",
    guide_version="abc",
)
POLICY = Policy(
    rules=(
        PolicyRule(
            id="two", place=Place("p.yaml", 3), scope=Scope(), approvers=("here",), approvals=2, break_glass=("lead",)
        ),
    ),
    roles={"here": ("local:*",), "lead": (CAROL,)},
    version="v1",
)


def ruled(action: Action, policy: Policy = POLICY):
    """The policy's word at noon."""
    return judge(policy, action.request, mode=Mode.REVIEW, now=NOW)


def proposed(request: ActionRequest = REQUEST) -> Action:
    """An action that waits for two."""
    action = fold("A-7", [ActionRequested(at=NOW, request=request.document(), key="roll_back_deploy:checkout:1")])
    return after(action, Rule(ruled=ruled(action)))


def after(action: Action, *commands: Command) -> Action:
    """The action after commands, each of which must be followed."""
    for command in commands:
        answer = decide(action, command, now=NOW)
        assert answer.declined is None
        for event in answer.events:
            action = evolve(action, event)
    return action


def approval(action: Action, by: str) -> Approve:
    """A yes to what the action is."""
    return Approve(by=by, fingerprint=action.request.fingerprint, ruled=ruled(action), via="cli")


def approved() -> Action:
    """By both."""
    action = after(proposed(), approval(proposed(), ALICE))
    return after(action, approval(action, BOB))


CLAIM = Claim(process="p1", fingerprint=REQUEST.fingerprint, patience=timedelta(minutes=1))
KEY = "roll_back_deploy:checkout:1"


def done() -> Action:
    """Called, and answered."""
    outcome = Done(key=KEY, status=200, body={"replaced": 4})
    return after(approved(), CLAIM, Report(attempt=1, outcome=outcome))


def document(action: Action, user: str = BOB, now: datetime = NOW) -> dict[str, object]:
    """As a command prints it, valid by its schema."""
    found = action_document(action, ruled(action), POLICY, now=now, user=user)
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(found)] == []
    return found


def result(action: Action, declined: str | None = None) -> tuple[object, object]:
    """Status and message, valid by the schema."""
    found = result_document(action, ruled(action), now=NOW, declined=declined)
    errors = Draft202012Validator(SCHEMA["properties"]["result"]).iter_errors(found)
    assert [error.message for error in errors] == []
    return found["status"], found["message"]


def test_what_waits_is_told_with_who_may_and_who_has():
    """Exact arguments, reach, verification, undo, guide, evidence and rule."""
    action = after(proposed(), approval(proposed(), ALICE))
    found = document(action)
    expected = {
        "id": "A-7",
        "state": "waiting",
        "digest": REQUEST.fingerprint,
        "open_to_you": True,
        "action": "roll_back_deploy",
        "arguments": {"service": "checkout", "to_version": "v41"},
        "blast_radius": {"value": 4, "unit": "instances are replaced"},
        "verify": {"step": "impact", "window_after": "90s", "wait": "5m", "expect": "row.share <= 0.01"},
        "undo": {"action": "deploy_version", "arguments": {"version": "v42"}},
        "guide": {"id": "deploy_regression", "version": "abc"},
        "claims": [{"text": "18 % of requests fail since v42", "evidence": ["E1", "E2"]}],
        "requester": {"name": ALICE, "authenticated": False},
        "expires_in_s": 1800.0,
        "approvals": [{"name": ALICE, "authenticated": False, "at": "2026-11-25T12:00:00Z", "via": "cli"}],
    }
    assert {name: found[name] for name in expected} == expected
    assert [item["what"] for item in found["history"]] == ["proposed", "ruled: approval", "approved"]  # type: ignore[union-attr,attr-defined,index]  # documents
    assert result(action) == (
        "waiting",
        (
            "A-7 waits: 1 more person must approve, under another name than local:alice; local names are not "
            "authenticated: the rule tells names apart, not persons"
        ),
    )


def test_who_has_approved_is_not_asked_again():
    """Nor is anybody once it is past."""
    action = after(proposed(), approval(proposed(), ALICE))
    assert document(action, ALICE)["open_to_you"] is False
    assert document(approved(), CAROL)["open_to_you"] is True
    assert document(done(), CAROL)["open_to_you"] is False
    assert document(proposed(), now=NOW + timedelta(hours=1))["open_to_you"] is False


def test_it_expires_when_it_is_read():
    """Nobody needs to write it down first."""
    found = document(proposed(), now=NOW + timedelta(minutes=31))
    assert (found["state"], found["expires_in_s"]) == ("expired", -60.0)


UNKNOWN = Report(attempt=1, outcome=Unknown(key=KEY, reason="the reply was lost"))
REFUSED = Report(attempt=1, outcome=Refused(key=KEY, code="Conflict", message="another version runs"))
LATER = Report(attempt=1, outcome=Refused(key=KEY, code="Busy", message="later", retryable=True))
ACCEPTED = Report(attempt=1, outcome=Accepted(key=KEY))
HELD = Verify(held=True, final=True, text="row.share = 0.002")
NOT_HELD = Verify(held=False, final=True, text="row.share = 0.2")
UNTOLD = Verify(held=None, final=True, text="no rows")
SAW = Attest(by=BOB, done=True, note="the pods are 4 minutes old")


@pytest.mark.parametrize(
    ("action", "stage", "status", "message"),
    [
        (approved, "approved", "accepted", "approved, and not begun yet"),
        (lambda: after(approved(), CLAIM), "claimed", "accepted", "a process is doing it now"),
        (
            lambda: after(approved(), CLAIM, LATER),
            "approved",
            "accepted",
            "put off until 2026-11-25T12:00",
        ),
        (lambda: after(approved(), CLAIM, ACCEPTED), "accepted", "accepted", "its target is at work on it"),
        (lambda: after(approved(), CLAIM, UNKNOWN), "unknown", "unknown", "it may or may not have been done"),
        (lambda: after(approved(), CLAIM, UNKNOWN, NameOwner(item="H-2")), "unknown", "unknown", "a person as H-2"),
        (lambda: after(approved(), CLAIM, REFUSED), "failed", "failed", "it was not done: another version runs"),
        (lambda: after(approved(), CLAIM, UNKNOWN, SAW), "done", "done", "done"),
        (done, "done", "done", "done"),
        (lambda: after(done(), HELD), "verified", "done", "done, and verified"),
        (lambda: after(done(), NOT_HELD), "unverified", "unverified", "done, but what was expected of it is not so"),
        (lambda: after(done(), UNTOLD), "untold", "unverified", "the data cannot tell"),
        (lambda: after(proposed(), Deny(by=BOB, reason="no", via="cli")), "denied", "done", "A-7 is denied"),
        (lambda: after(proposed(), Void(reason="another cause")), "void", "refused", "A-7 is void"),
    ],
)
def test_a_result_is_told_from_where_the_action_stands(
    action: Callable[[], Action], stage: str, status: str, message: str
):
    """So that a repetition is told the same."""
    found = action()
    assert document(found)["state"] == stage
    assert result(found)[0] == status
    assert message in str(result(found)[1])


def test_what_was_done_is_told_with_its_verification_and_undo():
    """What the target answered, what was seen, what takes it back."""
    found = result_document(done(), ruled(done()), now=NOW)
    assert (found["outcome"], found["verification"], found["undo"]) == (
        "replaced=4",
        "can be looked for from 2026-11-25T12:06:30Z on, on the clock of the data",
        "deploy_version",
    )
    failed = after(done(), NOT_HELD, OfferUndo(action="A-8"))
    told = result_document(failed, ruled(failed), now=NOW)
    assert (told["verification"], told["undo"]) == (
        "row.share = 0.2",
        "proposed as A-8: switchboard approvals show A-8",
    )
    without = replace(REQUEST, verification=None, undo=None)
    assert document(proposed(without))["verify"] is None


def test_broken_glass_is_told_with_its_review():
    """Who, why, and who looked at it."""
    broken = BreakGlass(
        by=CAROL, fingerprint=REQUEST.fingerprint, reason="all are asleep", ruled=ruled(proposed()), via="cli"
    )
    action = after(proposed(), broken, ReviewGlass(by=BOB, note="it was right"))
    assert document(action)["broken_glass"] == {
        "name": CAROL,
        "authenticated": False,
        "at": "2026-11-25T12:00:00Z",
        "reason": "all are asleep",
        "review": {"name": BOB, "at": "2026-11-25T12:00:00Z", "note": "it was right"},
    }
    assert document(action)["state"] == "approved"


def test_what_was_declined_is_refused():
    """With the reason."""
    assert result(proposed(), declined="local:zoe may not approve A-7") == ("refused", "local:zoe may not approve A-7")


def test_secrets_are_not_shown():
    """Wherever they came from."""
    secret = "AccountKey=c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA=="
    action = after(proposed(), Deny(by=BOB, reason=f"it holds {secret}", via="cli"))
    assert "c2VjcmV0" not in json.dumps(document(action))
