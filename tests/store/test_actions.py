from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from orchestrator.core.actions.commands import Approve, Claim, Deny, Report, Ruled
from orchestrator.core.actions.request import ActionRequest, BlastRadius
from orchestrator.core.actions.state import Stage
from orchestrator.core.errors import InputError
from orchestrator.core.policy import Mode
from orchestrator.core.ruling import Decision, Ruling
from orchestrator.core.workflows import Done, Unknown
from orchestrator.store.actions import StoredActions
from orchestrator.store.database import Database

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
RULED = Ruled(
    ruling=Ruling(
        decision=Decision.APPROVAL,
        reasons=("the rule 'r' decides",),
        persons=1,
        roles=("on_call",),
        expires_after=HOUR,
    ),
    mode=Mode.REVIEW,
    approvers=frozenset({"local:ann", "local:ben"}),
)


def request(**fields: Any) -> ActionRequest:
    """Restart checkout."""
    told: dict[str, Any] = {
        "workflow": "restart_service",
        "arguments": {"service": "checkout"},
        "subject": "checkout",
        "environment": "sample",
        "radius": BlastRadius(value=3.0, unit="instances"),
        "requested_by": "local:dave",
        **fields,
    }
    return ActionRequest(**told)


def claim(process: str) -> Claim:
    """The beginning of it."""
    return Claim(process=process, fingerprint=request().fingerprint, patience=timedelta(minutes=5))


@pytest.fixture
def actions(database: Database) -> StoredActions:
    """An empty store of actions."""
    return StoredActions(database)


@pytest.fixture
def approved(actions: StoredActions) -> StoredActions:
    """A store in which A-1 is approved."""
    actions.file(request(), RULED, now=NOW)
    yes = Approve(by="local:ann", fingerprint=request().fingerprint, ruled=RULED, via="cli")
    assert actions.handle("A-1", yes, now=NOW).action.stage is Stage.APPROVED
    return actions


def test_the_same_proposal_is_the_same_action(actions: StoredActions) -> None:
    """However often it is proposed while it is open."""
    filed = [actions.file(request(run=run), RULED, now=NOW) for run in ("r1", "r2")]
    assert [(item.action.id, item.new) for item in filed] == [("A-1", True), ("A-1", False)]


def test_a_changed_argument_takes_the_place_and_voids(approved: StoredActions) -> None:
    """The yes to the old one is worth nothing for the new one."""
    other = approved.file(request(arguments={"service": "checkout", "force": True}), RULED, now=NOW)
    assert (other.action.id, other.action.stage) == ("A-2", Stage.WAITING)
    assert approved.find("A-1").stage is Stage.VOID


def test_nothing_new_on_a_subject_that_is_not_settled(approved: StoredActions) -> None:
    """Whoever would act differently on it waits until it is known what happened."""
    approved.handle("A-1", claim("p"), now=NOW)
    key = approved.find("A-1").key
    approved.handle("A-1", Report(attempt=1, outcome=Unknown(key=key, reason="504")), now=NOW)
    other = approved.file(request(arguments={"service": "checkout", "force": True}), RULED, now=NOW)
    assert other.declined == "A-1 on checkout is not settled yet (unknown); settle it first"
    same = approved.file(request(), RULED, now=NOW)
    assert (same.action.id, same.declined, same.action.stage) == ("A-1", None, Stage.UNKNOWN)


def test_a_no_stands_against_later_runs_for_a_day(actions: StoredActions) -> None:
    """A person who asks again gets a new action."""
    actions.file(request(), RULED, now=NOW)
    actions.handle("A-1", Deny(by="local:ben", reason="peak", via="cli"), now=NOW)
    assert actions.file(request(), RULED, now=NOW + HOUR).action.stage is Stage.DENIED
    assert actions.file(request(), RULED, now=NOW + HOUR, again=True).action.id == "A-2"
    assert actions.file(request(subject="cart"), RULED, now=NOW + HOUR).action.id == "A-3"


def test_each_action_on_a_fact_has_a_key_of_its_own(actions: StoredActions, database: Database) -> None:
    """Also after the earlier ones were taken away."""
    first = actions.file(request(), RULED, now=NOW).action
    with database.transaction(alone="actions") as connection:
        connection.execute("DELETE FROM action_events")
        connection.execute("DELETE FROM actions")
    second = actions.file(request(), RULED, now=NOW).action
    assert (first.key, second.key) == ("restart_service:checkout:1", "restart_service:checkout:2")


def test_what_looks_like_a_secret_is_not_proposed(actions: StoredActions) -> None:
    """Arguments are kept exactly or not at all."""
    secret = request(arguments={"service": "checkout", "password": "hunter2hunter2"})
    with pytest.raises(InputError, match=r"arguments look like a secret"):
        actions.file(secret, RULED, now=NOW)
    assert actions.listed() == ()


def test_an_action_is_found_by_id_key_stage_run_and_incident(approved: StoredActions) -> None:
    """Ids are read without their prefix, too; one that there is not is named."""
    approved.file(request(subject="cart", run="r9", incident="INC-3"), RULED, now=NOW)
    assert approved.find("a-1") == approved.find("1") == approved.by_key("restart_service:checkout:1")
    assert [item.id for item in approved.listed(stages=[Stage.WAITING])] == ["A-2"]
    assert [item.id for item in approved.listed(run="r9")] == ["A-2"]
    assert [item.id for item in approved.listed(incident="INC-3")] == ["A-2"]
    assert approved.by_key("nothing:x:1") is None
    for wrong in ("A-9", "B-1", ""):
        with pytest.raises(InputError):
            approved.find(wrong)


def test_many_processes_begin_once(approved: StoredActions) -> None:
    """Of claims at the same time one is followed."""
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda n: approved.handle("A-1", claim(f"p{n}"), now=NOW), range(8)))
    assert [item.declined for item in done].count(None) == 1


def test_what_happened_is_told_in_order(approved: StoredActions) -> None:
    """Each event with its action."""
    approved.handle("A-1", claim("p"), now=NOW + HOUR / 2)
    approved.handle("A-1", Report(attempt=1, outcome=Done(key="k", status=200)), now=NOW + HOUR / 2)
    kinds = [(action, event.kind) for action, event in approved.happened(since=NOW, limit=99)]
    assert [action for action, _ in kinds] == ["A-1"] * 7
    assert [kind for _, kind in kinds] == [
        "ActionRequested",
        "ActionRuled",
        "ApprovalGiven",
        "ActionApproved",
        "ActionClaimed",
        "ActionDone",
        "ActionVerified",
    ]
