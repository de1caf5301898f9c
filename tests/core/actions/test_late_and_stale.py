from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from orchestrator.core.actions.commands import Approve, Attest, BreakGlass, Claim, Learn, Report, Rule, Ruled
from orchestrator.core.actions.state import Stage
from orchestrator.core.ruling import Decision
from orchestrator.core.workflows import Absent, Accepted, Done, Refused, Unknown

MINUTE = timedelta(minutes=1)
KEY = "restart_service:checkout:1"
Rulings = Callable[..., Ruled]


def claim(told: Any, *, process: str = "p1", ruled: Ruled | None = None) -> Claim:
    """The beginning of what the action is, by a call of at most five minutes."""
    return Claim(process=process, fingerprint=told.action.request.fingerprint, patience=5 * MINUTE, ruled=ruled)


def approve(told: Any, ruled: Ruled, by: str = "local:ann") -> Approve:
    """A yes to what the action is."""
    return Approve(by=by, fingerprint=told.action.request.fingerprint, ruled=ruled, via="cli")


@pytest.fixture
def approved(propose: Callable[..., Any], rulings: Rulings) -> Any:
    """An action that ann approved."""
    told = propose()
    told.tell(Rule(ruled=rulings()))
    told.tell(approve(told, rulings()))
    return told


@pytest.fixture
def absent(approved: Any) -> Any:
    """An action whose first call was looked for and not found at minute 6."""
    approved.tell(claim(approved))
    reading = Absent(key=KEY, source="lookup")
    asked_at = approved.action.requested_at + 6 * MINUTE
    approved.tell(Learn(reading=reading, holder_dead=False, asked_at=asked_at, attempt=1), after=6 * MINUTE)
    assert approved.action.stage is Stage.APPROVED
    return approved


@pytest.mark.parametrize("after", [7 * MINUTE, 40 * MINUTE])
def test_a_late_answer_that_it_was_done_is_believed(absent: Any, after: timedelta) -> None:
    """What was not found and was done after all is not called again, nor does it expire."""
    absent.tell(Report(attempt=1, outcome=Done(key=KEY, status=200)), after=after)
    assert absent.action.stage is Stage.DONE
    assert absent.tell(claim(absent, process="p2"), after=after).declined is not None


def test_a_late_answer_corrects_a_failure(approved: Any) -> None:
    """A person who saw nothing at the target was too early."""
    approved.tell(claim(approved))
    approved.tell(Report(attempt=1, outcome=Unknown(key=KEY, reason="504")), after=MINUTE)
    approved.tell(Attest(by="local:ann", done=False, note="the pods are old"), after=6 * MINUTE)
    assert approved.action.stage is Stage.FAILED
    approved.tell(Report(attempt=1, outcome=Done(key=KEY, status=200)), after=7 * MINUTE)
    assert approved.action.stage is Stage.DONE


def test_nobody_says_that_it_was_not_done_while_it_may_arrive(approved: Any) -> None:
    """A no to what still can come would let the next action be a second effect."""
    approved.tell(claim(approved))
    approved.tell(Report(attempt=1, outcome=Unknown(key=KEY, reason="504")), after=MINUTE)
    early = approved.tell(Attest(by="local:ann", done=False, note="nothing there"), after=2 * MINUTE)
    assert (early.declined is None, approved.action.stage) == (False, Stage.UNKNOWN)


def test_a_read_of_an_earlier_attempt_says_nothing_of_the_next(absent: Any) -> None:
    """The process of attempt 1 is dead; the call of attempt 2 may be under way."""
    absent.tell(claim(absent, process="p2"), after=7 * MINUTE)
    asked_at = absent.action.requested_at + 6 * MINUTE
    stale = Learn(reading=Absent(key=KEY, source="lookup"), holder_dead=True, asked_at=asked_at, attempt=1)
    answer = absent.tell(stale, after=8 * MINUTE)
    assert (answer.events, absent.action.stage) == ((), Stage.CLAIMED)


def test_what_the_policy_forbids_by_now_is_not_begun(approved: Any, rulings: Rulings) -> None:
    """The approval stays, and counts again once the policy lets."""
    frozen = rulings(Decision.FORBIDDEN, reasons=("a freeze holds",))
    answer = approved.tell(claim(approved, ruled=frozen), after=MINUTE)
    assert (answer.declined, answer.events) == ("A-7 may not be done now: a freeze holds", ())
    approved.tell(claim(approved, ruled=rulings()), after=2 * MINUTE)
    assert approved.action.stage is Stage.CLAIMED


def test_what_takes_two_persons_by_now_waits_for_the_second(approved: Any, rulings: Rulings) -> None:
    """The first one's yes is kept."""
    two = rulings(persons=2)
    assert approved.tell(claim(approved, ruled=two), after=MINUTE).declined is not None
    assert approved.action.stage is Stage.WAITING
    approved.tell(approve(approved, two, by="local:ben"), after=2 * MINUTE)
    approved.tell(claim(approved, ruled=two), after=3 * MINUTE)
    assert approved.action.stage is Stage.CLAIMED


def test_what_passed_by_itself_needs_a_person_once_the_mode_says_so(
    propose: Callable[..., Any], rulings: Rulings
) -> None:
    """The ruling of the claim decides, not the one of the proposal."""
    told = propose()
    told.tell(Rule(ruled=rulings(Decision.ALLOWED, persons=0)))
    assert told.tell(claim(told, ruled=rulings()), after=MINUTE).declined is not None
    assert told.action.stage is Stage.WAITING


def test_a_refusal_for_now_keeps_the_time_of_the_approval(approved: Any) -> None:
    """A call that was put off beyond it is not made."""
    approved.tell(claim(approved))
    refused = Refused(key=KEY, code="429", message="busy", retryable=True, retry_after_s=3600)
    approved.tell(Report(attempt=1, outcome=refused), after=MINUTE)
    assert approved.tell(claim(approved), after=61 * MINUTE).declined is not None
    assert approved.action.stage is Stage.EXPIRED


@pytest.mark.parametrize(
    ("outcome", "stage"),
    [(Accepted(key=KEY, run_id="r"), Stage.ACCEPTED), (Unknown(key=KEY, reason="504"), Stage.UNKNOWN)],
)
def test_a_late_answer_that_it_may_be_under_way_holds_the_next_call(absent: Any, outcome: Any, stage: Stage) -> None:
    """A read that found nothing was overtaken: the target is read again before anything is called."""
    absent.tell(Report(attempt=1, outcome=outcome), after=7 * MINUTE)
    assert absent.action.stage is stage
    assert absent.tell(claim(absent, process="p2"), after=8 * MINUTE).declined is not None


def test_broken_glass_passes_while_its_breaker_may_break_it(propose: Callable[..., Any], rulings: Rulings) -> None:
    """Who lost the role since has let nothing pass."""
    told, two = propose(), rulings(persons=2)
    told.tell(Rule(ruled=two))
    mark = told.action.request.fingerprint
    told.tell(BreakGlass(by="local:cat", fingerprint=mark, reason="all is down", ruled=two, via="cli"))
    assert told.tell(claim(told, ruled=rulings(persons=2, breakers=("local:eve",)))).declined is not None
    assert told.action.stage is Stage.WAITING


def test_a_yes_to_what_passes_alone_is_a_members(propose: Callable[..., Any], rulings: Rulings) -> None:
    """A stranger's is none, also where the policy would ask nobody."""
    told = propose()
    told.tell(Rule(ruled=rulings()))
    answer = told.tell(approve(told, rulings(Decision.ALLOWED), by="local:eve"))
    assert (answer.events, answer.declined is None) == ((), False)
