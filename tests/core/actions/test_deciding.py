from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from orchestrator.core.actions.commands import (
    Approve,
    Attest,
    BreakGlass,
    Claim,
    Deny,
    Expire,
    Learn,
    Report,
    ReviewGlass,
    Rule,
    Ruled,
    Verify,
    Void,
)
from orchestrator.core.actions.events import read_event
from orchestrator.core.actions.request import BlastRadius, read_request
from orchestrator.core.actions.state import Stage, fold
from orchestrator.core.ruling import Decision
from orchestrator.core.workflows import Absent, Accepted, Done, Refused, Unknown

MINUTE = timedelta(minutes=1)
KEY = "restart_service:checkout:1"
Propose = Callable[..., Any]
Rulings = Callable[..., Ruled]


def approve(told: Any, ruled: Ruled, by: str = "local:ann", **fields: Any) -> Approve:
    """A yes to what the action is."""
    mark = fields.pop("fingerprint", told.action.request.fingerprint)
    return Approve(by=by, fingerprint=mark, ruled=ruled, via="cli", **fields)


def claim(told: Any, process: str = "p1") -> Claim:
    """The beginning of what the action is."""
    return Claim(process=process, fingerprint=told.action.request.fingerprint, patience=5 * MINUTE)


@pytest.fixture
def approved(propose: Propose, rulings: Rulings) -> Any:
    """An action that ann approved."""
    told = propose()
    told.tell(Rule(ruled=rulings()))
    told.tell(approve(told, rulings()))
    return told


@pytest.fixture
def claimed(approved: Any) -> Any:
    """An action whose call may be under way since minute 1."""
    approved.tell(claim(approved), after=MINUTE)
    return approved


def test_one_yes_of_a_member_approves(approved: Any) -> None:
    """The action may be begun, and who said yes is known."""
    assert (approved.action.stage, [given.by for given in approved.action.approvals]) == (Stage.APPROVED, ["local:ann"])


def test_a_second_click_changes_nothing(approved: Any, rulings: Rulings) -> None:
    """The same yes again is no event and no refusal."""
    answer = approved.tell(approve(approved, rulings()))
    assert (answer.events, answer.declined, approved.action.stage) == ((), None, Stage.APPROVED)


def test_a_stranger_may_not_approve(propose: Propose, rulings: Rulings) -> None:
    """Who has no role that the rule names is told who has."""
    told = propose()
    told.tell(Rule(ruled=rulings()))
    answer = told.tell(approve(told, rulings(), by="local:eve"))
    assert (answer.events, told.action.stage) == ((), Stage.WAITING)
    assert answer.declined == "local:eve may not approve A-7: the rule asks for on_call (local:ann, local:ben)"


@pytest.mark.parametrize(
    "change",
    [
        {"arguments": {"service": "cart"}},
        {"guide_version": "9f9f"},
        {"radius": BlastRadius(value=4, unit="instances")},
        {"environment": "production"},
    ],
)
def test_a_yes_to_something_else_is_none(propose: Propose, rulings: Rulings, change: dict[str, Any]) -> None:
    """One changed argument, guide version, reach or environment voids the yes."""
    told, other = propose(), propose(**change)
    told.tell(Rule(ruled=rulings()))
    answer = told.tell(approve(told, rulings(), fingerprint=other.action.request.fingerprint))
    assert answer.declined == "A-7 is not what you were shown: its arguments, guide or reach differ; look at it again"
    assert told.action.stage is Stage.WAITING


def test_two_persons_are_two_names(propose: Propose, rulings: Rulings) -> None:
    """The same name in other letters is the same person; it is said that local names are not authenticated."""
    told, two = propose(), rulings(persons=2)
    told.tell(Rule(ruled=two))
    first = told.tell(approve(told, two))
    again = told.tell(approve(told, two, by="LOCAL:Ann"))
    assert (first.declined, again.events, told.action.stage) == (None, (), Stage.WAITING)
    assert "under another name than local:ann; local names are not authenticated" in again.note
    told.tell(approve(told, two, by="local:ben"))
    assert told.action.stage is Stage.APPROVED


def test_a_yes_of_somebody_who_lost_the_role_counts_no_longer(propose: Propose, rulings: Rulings) -> None:
    """Votes are counted under the policy of the last yes."""
    told, two = propose(), rulings(persons=2)
    told.tell(Rule(ruled=two))
    told.tell(approve(told, two))
    told.tell(approve(told, rulings(persons=2, approvers=("local:ben", "local:cat")), by="local:ben"))
    assert told.action.stage is Stage.WAITING


def test_a_requester_consents_only_where_a_service_vouches(propose: Propose, rulings: Rulings) -> None:
    """A local name's consent is none; an authenticated requester's is."""
    consent = rulings(consent=True, approvers=())
    told = propose()
    told.tell(Rule(ruled=consent))
    local = told.tell(approve(told, consent, by="local:dave"))
    assert local.declined is not None
    assert "your own yes as the requester counts only where a service vouches" in local.declined
    told.tell(approve(told, consent, by="local:dave", authenticated=True))
    assert told.action.stage is Stage.APPROVED


def test_a_policy_that_says_no_by_now_is_obeyed(propose: Propose, rulings: Rulings) -> None:
    """The ruling of the moment of the yes decides."""
    told = propose()
    told.tell(Rule(ruled=rulings()))
    answer = told.tell(approve(told, rulings(Decision.FORBIDDEN, reasons=("a freeze holds",))))
    assert answer.declined == "A-7 may not be done: a freeze holds"


def test_what_a_policy_lets_pass_is_approved(propose: Propose, rulings: Rulings) -> None:
    """An autonomous action waits for nobody."""
    told = propose()
    told.tell(Rule(ruled=rulings(Decision.ALLOWED)))
    assert told.action.stage is Stage.APPROVED


@pytest.mark.parametrize("late", [30 * MINUTE, 31 * MINUTE])
def test_a_late_yes_finds_it_expired(propose: Propose, rulings: Rulings, late: timedelta) -> None:
    """Expiry is judged when somebody comes, though nobody wrote it down."""
    told = propose()
    told.tell(Rule(ruled=rulings()))
    answer = told.tell(approve(told, rulings()), after=late)
    assert (told.action.stage, answer.declined is None) == (Stage.EXPIRED, False)


def test_an_approval_that_was_not_used_expires(approved: Any) -> None:
    """Nothing is begun after its time."""
    answer = approved.tell(claim(approved), after=30 * MINUTE)
    assert (approved.action.stage, answer.declined is None) == (Stage.EXPIRED, False)


def test_asking_the_policy_again_gives_no_more_time(propose: Propose, rulings: Rulings) -> None:
    """The first ruling sets the time."""
    told = propose()
    told.tell(Rule(ruled=rulings()))
    until = told.action.expires_at
    told.tell(Rule(ruled=rulings()), after=20 * MINUTE)
    assert told.action.expires_at == until


def test_a_no_is_final(propose: Propose, rulings: Rulings) -> None:
    """After it nobody's yes counts, and the answer says whose no it was."""
    told = propose()
    told.tell(Rule(ruled=rulings()))
    told.tell(Deny(by="local:ben", reason="peak hour", via="chat"))
    answer = told.tell(approve(told, rulings()))
    assert (told.action.stage, answer.declined) == (Stage.DENIED, "A-7 was denied by local:ben: peak hour")


def test_glass_is_broken_by_a_named_role_for_a_reason(propose: Propose, rulings: Rulings) -> None:
    """Others and an empty reason are declined; whoever broke it does not review it."""
    told, two = propose(), rulings(persons=2)
    told.tell(Rule(ruled=two))
    mark = told.action.request.fingerprint

    def breaking(by: str, reason: str) -> BreakGlass:
        return BreakGlass(by=by, fingerprint=mark, reason=reason, ruled=two, via="cli")

    assert told.tell(breaking("local:ann", "all is down")).declined is not None
    assert told.tell(breaking("local:cat", "  ")).declined is not None
    told.tell(breaking("local:cat", "all is down"))
    assert told.action.stage is Stage.APPROVED
    assert told.tell(ReviewGlass(by="local:cat", note="fine")).declined is not None
    told.tell(ReviewGlass(by="local:ann", note="right so"))
    assert told.action.review.by == "local:ann"


def test_nothing_is_begun_without_a_yes(propose: Propose, rulings: Rulings) -> None:
    """Waiting and forbidden actions cannot be claimed."""
    told = propose()
    assert told.tell(claim(told)).declined is not None
    told.tell(Rule(ruled=rulings()))
    assert told.tell(claim(told)).declined is not None


def test_one_process_begins(claimed: Any) -> None:
    """A second claim is declined, whoever makes it."""
    assert claimed.tell(claim(claimed, "p2"), after=2 * MINUTE).declined == "A-7 is being done"


def test_a_claim_needs_the_yes_of_what_is_about_to_be_done(approved: Any, propose: Propose) -> None:
    """A process that would do something else is stopped."""
    other = propose(arguments={"service": "cart"})
    assert approved.tell(claim(other)).declined is not None


def test_an_answer_settles(claimed: Any) -> None:
    """Done is done; what comes later changes nothing."""
    claimed.tell(Report(attempt=1, outcome=Done(key=KEY, status=200, body={"ok": True})), after=2 * MINUTE)
    assert claimed.action.stage is Stage.DONE
    late = claimed.tell(Report(attempt=1, outcome=Unknown(key=KEY, reason="504")), after=3 * MINUTE)
    assert (late.events, claimed.action.stage) == ((), Stage.DONE)


def test_a_refusal_for_now_is_made_again_later(claimed: Any) -> None:
    """The approval stands; the next claim is the second attempt, and not before its time."""
    refused = Refused(key=KEY, code="429", message="slow down", retryable=True, retry_after_s=60)
    claimed.tell(Report(attempt=1, outcome=refused), after=2 * MINUTE)
    assert claimed.tell(claim(claimed), after=2 * MINUTE).declined is not None
    claimed.tell(claim(claimed), after=3 * MINUTE)
    assert (claimed.action.stage, claimed.action.attempts) == (Stage.CLAIMED, 2)


def test_a_refusal_for_good_fails(claimed: Any) -> None:
    """The target will not do it."""
    claimed.tell(Report(attempt=1, outcome=Refused(key=KEY, code="404", message="no such service")))
    assert (claimed.action.stage, claimed.action.failed.reason) == (Stage.FAILED, "no such service")


def test_a_lost_answer_is_left_by_a_read_only(claimed: Any) -> None:
    """Unknown can be neither claimed nor approved away; a read that finds it done settles it."""
    claimed.tell(Report(attempt=1, outcome=Unknown(key=KEY, reason="the connection broke")))
    assert claimed.tell(claim(claimed), after=9 * MINUTE).declined is not None
    claimed.tell(Learn(reading=Done(key=KEY, status=200), holder_dead=False, asked_at=claimed.action.requested_at))
    assert (claimed.action.stage, claimed.action.done.by) == (Stage.DONE, "read")


@pytest.mark.parametrize(("asked", "dead", "stage"), [
    (2, False, Stage.CLAIMED),
    (6, False, Stage.APPROVED),
    (2, True, Stage.APPROVED),
])  # fmt: skip
def test_nothing_there_counts_once_nothing_can_arrive(claimed: Any, asked: int, dead: bool, stage: Stage) -> None:  # noqa: FBT001  # a parameter of the test
    """A read that was begun while the call could be under way does not let it be made again."""
    asked_at = claimed.action.requested_at + asked * MINUTE
    absent = Learn(reading=Absent(key=KEY, source="lookup"), holder_dead=dead, asked_at=asked_at, attempt=1)
    claimed.tell(absent, after=8 * MINUTE)
    assert claimed.action.stage is stage


def test_a_late_answer_of_an_earlier_attempt_only_tells_that_it_was_done(claimed: Any) -> None:
    """A refusal of the first call says nothing about the second."""
    nothing = Learn(
        reading=Absent(key=KEY, source="lookup"),
        holder_dead=True,
        asked_at=claimed.action.requested_at,
        attempt=1,
    )
    claimed.tell(nothing, after=2 * MINUTE)
    claimed.tell(claim(claimed, "p2"), after=3 * MINUTE)
    late = Report(attempt=1, outcome=Refused(key=KEY, code="400", message="no"))
    assert (claimed.tell(late).events, claimed.action.stage) == ((), Stage.CLAIMED)
    claimed.tell(Report(attempt=1, outcome=Done(key=KEY, status=200)))
    assert claimed.action.stage is Stage.DONE


def test_a_taken_call_waits_at_the_target(claimed: Any) -> None:
    """Accepted is told once, and left by a read."""
    claimed.tell(Report(attempt=1, outcome=Accepted(key=KEY, run_id="r")))
    again = claimed.tell(Learn(reading=Accepted(key=KEY), holder_dead=False, asked_at=claimed.action.requested_at))
    assert (claimed.action.stage, again.events) == (Stage.ACCEPTED, ())


def test_a_person_who_looked_at_the_target_settles(claimed: Any) -> None:
    """Not while the call may be under way, and not without saying what was seen."""
    claimed.tell(Report(attempt=1, outcome=Unknown(key=KEY, reason="504", owner="person")))
    assert claimed.tell(Attest(by="local:ann", done=True, note=" "), after=9 * MINUTE).declined is not None
    claimed.tell(Attest(by="local:ann", done=True, note="all pods are new"), after=9 * MINUTE)
    assert (claimed.action.stage, claimed.action.done.by) == (Stage.DONE, "local:ann")


@pytest.mark.parametrize(("held", "stage"), [(True, Stage.VERIFIED), (False, Stage.UNVERIFIED), (None, Stage.UNTOLD)])
def test_its_effect_is_told_once(claimed: Any, held: bool | None, stage: Stage) -> None:  # noqa: FBT001  # a parameter of the test
    """What was found stays."""
    claimed.tell(Report(attempt=1, outcome=Done(key=KEY, status=200)), after=2 * MINUTE)
    assert claimed.action.verify_at == claimed.action.done.at + 20 * MINUTE
    claimed.tell(Verify(held=held, final=True, text="what was found"), after=30 * MINUTE)
    second = claimed.tell(Verify(held=not held, final=True, text="otherwise"), after=31 * MINUTE)
    assert (claimed.action.stage, second.events, claimed.action.verify_at) == (stage, (), None)


def test_without_a_verification_it_is_untold_at_once(propose: Propose, rulings: Rulings) -> None:
    """Nothing pretends that it helped."""
    told = propose(verification=None)
    told.tell(Rule(ruled=rulings()))
    told.tell(approve(told, rulings()))
    told.tell(claim(told))
    told.tell(Report(attempt=1, outcome=Done(key=KEY, status=200)))
    assert told.action.stage is Stage.UNTOLD


@pytest.mark.parametrize("command", [Void(reason="x"), Expire()])
def test_what_may_have_been_done_is_neither_void_nor_expired(claimed: Any, command: Any) -> None:
    """Its outcome must be known first."""
    claimed.tell(command, after=99 * MINUTE)
    assert claimed.action.stage is Stage.CLAIMED


def test_a_history_is_read_as_it_was_written(claimed: Any) -> None:
    """Every event and the request survive JSON."""
    claimed.tell(Report(attempt=1, outcome=Done(key=KEY, status=200, body=[1])), after=2 * MINUTE)
    claimed.tell(Verify(held=False, final=True, text="still failing", evidence=({"id": "E1"},)), after=30 * MINUTE)
    events = [read_event(event.document()) for event in claimed.action.events]
    assert fold("A-7", events) == claimed.action
    assert read_request(claimed.action.request.document()) == claimed.action.request
