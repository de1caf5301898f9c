import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from orchestrator.app.approvals import read_judging, show_approval
from orchestrator.app.approving import Yes, approve, settle
from orchestrator.app.desk import HandoffDesk
from orchestrator.app.identity import this_user
from orchestrator.app.state import open_state
from orchestrator.core.actions.commands import Approve, Claim, Command, Report, Verify
from orchestrator.core.actions.request import ActionRequest, BlastRadius, Verification
from orchestrator.core.actions.state import Action
from orchestrator.core.workflows import Accepted, Done, Outcome, Unknown
from orchestrator.settings import Settings
from orchestrator.store.actions import StoredActions
from orchestrator.store.database import Database
from orchestrator.store.handoffs import StoredHandoffs
from playbooks.services import Services

REQUEST = ActionRequest(
    workflow="restart_service",
    arguments={"service": "cart"},
    subject="cart",
    service="cart",
    environment="sample",
    radius=BlastRadius(value=3, unit="pods"),
    requested_by=this_user(),
    verification=Verification(
        step="s", kql=None, expect="true", wait=timedelta(minutes=5), window=timedelta(minutes=5)
    ),
)
POLICY = """\
roles: {here: ["local:*"]}
rules:
  - id: two
    approvers: [here]
    approvals: 2
    break_glass: {roles: [here]}
"""
DONE, LOST = Done(key="k", status=200, body={"replaced": 3}), Unknown(key="k", reason="the reply was lost")


class Target:
    """Does what it is told, and counts how often; `outcome` is what its calls come to."""

    def __init__(self, outcome: Outcome = DONE, *, held: bool | None = True, later: Outcome | None = None) -> None:
        self.outcome = outcome
        self.later = later
        self.held = held
        self.calls: list[str] = []

    @asynccontextmanager
    async def opened(self, _settings: Settings, database: Database) -> AsyncIterator["Doer"]:
        yield Doer(self, database)


class Doer:
    """The engine's part: claims, calls, reports, verifies."""

    def __init__(self, target: Target, database: Database) -> None:
        self._target = target
        self._stored = StoredActions(database)
        self._desk = HandoffDesk(database, Services())

    def _handle(self, name: str, command: Command) -> tuple[Action, bool]:
        handled = self._stored.handle(name, command, now=datetime.now(UTC))
        return handled.action, handled.declined is None

    async def perform(self, name: str) -> Action:
        action = self._stored.find(name)
        claim = Claim(process="p", fingerprint=action.request.fingerprint, patience=timedelta(minutes=1))
        action, mine = self._handle(name, claim)
        if not mine:
            return action
        await asyncio.sleep(0)
        self._target.calls.append(name)
        self._handle(name, Report(attempt=action.attempts, outcome=self._target.outcome))
        return await self.verify(name)

    async def settle(self, name: str) -> Action:
        action = self._stored.find(name)
        outcome = self._target.later or self._target.outcome
        self._handle(name, Report(attempt=action.attempts, outcome=outcome))
        return await self.verify(name)

    async def verify(self, name: str) -> Action:
        if self._target.held is not None:
            self._handle(name, Verify(held=self._target.held, final=True, text="row.share = 0.002"))
        return self._stored.find(name)

    def take_over(self, action: Action) -> None:
        self._desk.take(action, at=datetime.now(UTC))


@pytest.fixture
def settings() -> Settings:
    """One approval is enough on the sample."""
    return Settings()


@pytest.fixture
def two(tmp_path: Path) -> Settings:
    """A policy that asks for two persons."""
    (tmp_path / "p.yaml").write_text(POLICY, encoding="utf-8")
    return Settings(policies=tmp_path)


def file(settings: Settings, request: ActionRequest = REQUEST, *, age: timedelta = timedelta(0)) -> str:
    """Propose an action; its id."""
    now = datetime.now(UTC) - age
    with open_state(settings) as database:
        return StoredActions(database).file(request, read_judging(settings).rule(request, now), now=now).action.id


async def yes(
    settings: Settings,
    target: Target,
    *,
    digest: str = REQUEST.fingerprint,
    break_glass: str | None = None,
    wait: bool = False,
) -> dict:
    """Approve A-1 as this user."""
    told: list[str] = []
    said = Yes(digest=digest, break_glass=break_glass)
    found = await approve(settings, "A-1", said, wait=wait, tell=told.append, opened=target.opened)
    return {**found, "told": told}


async def test_an_approval_that_is_enough_is_done_at_once(settings: Settings):
    """With progress, outcome and verification; a second one prints the same and calls nothing."""
    file(settings)
    target = Target()
    first = await yes(settings, target)
    again = await yes(settings, target)
    assert (first["state"], first["result"]["status"], first["result"]["outcome"]) == ("verified", "done", "replaced=3")
    assert first["told"] == ["A-1: calling restart_service on cart"]
    assert (again["result"], again["told"], target.calls) == (first["result"], [], ["A-1"])


async def test_two_who_approve_at_once_call_once(settings: Settings):
    """Whichever comes first."""
    file(settings)
    target = Target()
    found = await asyncio.gather(*(yes(settings, target) for _ in range(5)))
    assert target.calls == ["A-1"]
    assert {item["result"]["status"] for item in found} <= {"done", "accepted"}


async def test_a_second_person_is_waited_for(two: Settings):
    """The same name twice changes nothing and prints the same; another name completes it."""
    file(two)
    target = Target()
    first, again = await yes(two, target), await yes(two, target)
    assert (first["result"], first["result"]["status"], target.calls) == (again["result"], "waiting", [])
    assert "not authenticated" in first["result"]["message"]
    with open_state(two) as database:
        ruled = read_judging(two).rule(REQUEST, datetime.now(UTC))
        other = Approve(by="local:another", fingerprint=REQUEST.fingerprint, ruled=ruled, via="cli")
        StoredActions(database).handle("A-1", other, now=datetime.now(UTC))
    # the other's process died before it called: whoever looks next takes it up
    assert (await yes(two, target))["result"]["status"] == "done"
    assert target.calls == ["A-1"]


async def test_what_was_not_shown_is_refused(settings: Settings):
    """One changed argument is another action."""
    file(settings)
    target = Target()
    other = replace(REQUEST, arguments={"service": "orders"})
    found = await yes(settings, target, digest=other.fingerprint)
    assert (found["result"]["status"], target.calls) == ("refused", [])
    assert "is not what you were shown" in found["result"]["message"]


@pytest.mark.parametrize(
    ("policy", "reason"),
    [
        (POLICY.replace("local:*", "local:somebody-else"), "may not approve A-1"),
        ("rules: 3\n", "the policies cannot be read"),
        (POLICY + "    environments: [production]\n", "no rule is for restart_service in sample"),
    ],
)
async def test_the_policy_of_now_decides(two: Settings, policy: str, reason: str):
    """It may have changed since the action was proposed."""
    file(two)
    assert two.policies is not None
    (two.policies / "p.yaml").write_text(policy, encoding="utf-8")
    target = Target()
    found = await yes(two, target)
    assert (found["result"]["status"], target.calls) == ("refused", [])
    assert reason in found["result"]["message"]


async def test_what_ran_out_of_time_is_refused(settings: Settings):
    """Judged when it is read: no worker wrote it down."""
    file(settings, age=timedelta(hours=25))
    found = await yes(settings, Target())
    assert (found["state"], found["result"]["status"]) == ("expired", "refused")


async def test_broken_glass_acts_alone_and_is_announced(two: Settings):
    """An item for the review is made, and the progress says who did it and why."""
    file(two)
    target = Target()
    with capture_logs() as log:
        found = await yes(two, target, break_glass="nobody answers")
    assert [(entry["event"], entry["by"], entry["reason"]) for entry in log] == [
        ("glass broken", this_user(), "nobody answers")
    ]
    assert (found["result"]["status"], target.calls) == ("done", ["A-1"])
    assert "glass broken" in found["told"][0]
    assert found["broken_glass"]["reason"] == "nobody answers"
    with open_state(two) as database:
        item = StoredHandoffs(database).find("H-1")
    assert item is not None
    assert item.parked.kind.value == "broken_glass_review"


async def test_a_lost_reply_has_an_owner_and_is_settled_by_reading(settings: Settings):
    """It is not called again; once the target tells, the item is resolved."""
    file(settings)
    target = Target(LOST)
    found = await yes(settings, target)
    assert (found["result"]["status"], found["handoff"]) == ("unknown", "H-1")
    shown = show_approval(settings, "A-1")
    assert (shown["state"], shown["handoff"]) == ("unknown", "H-1")
    assert (await yes(settings, target))["result"]["status"] == "unknown"
    assert target.calls == ["A-1"]
    told: list[str] = []
    still = await settle(settings, "A-1", found=None, note="", tell=told.append, opened=target.opened)
    assert still["result"]["status"] == "unknown"  # type: ignore[index]  # a document
    target.outcome = DONE
    known = await settle(settings, "A-1", found=None, note="", tell=told.append, opened=target.opened)
    assert (known["result"]["status"], len(told), target.calls) == ("done", 2, ["A-1"])  # type: ignore[index]  # a document
    with open_state(settings) as database:
        item = StoredHandoffs(database).find("H-1")
    assert item is not None
    assert item.state.value == "resolved"


@pytest.mark.parametrize(("found", "stage"), [("done", "done"), ("absent", "failed")])
async def test_a_person_settles_what_cannot_be_read(settings: Settings, found: str, stage: str):
    """By what they saw at the target, once nothing can arrive there any more; a second finding is refused."""
    file(settings)
    target = Target(LOST, held=None)
    await yes(settings, target)

    async def saw(now: datetime) -> dict:
        return await settle(settings, "A-1", found=found, note="I looked", tell=print, opened=target.opened, now=now)

    if found == "absent":
        early = await saw(datetime.now(UTC))
        assert "may be under way" in early["result"]["message"]
    settled, again = [await saw(datetime.now(UTC) + timedelta(minutes=2)) for _ in range(2)]
    assert (settled["state"], settled["result"]["status"]) == (stage, "done")
    assert again["result"]["status"] == "refused"


async def test_what_did_not_help_is_given_to_a_person(settings: Settings):
    """It is told as not verified."""
    file(settings)
    found = await yes(settings, Target(held=False))
    assert (found["state"], found["result"]["status"]) == ("unverified", "unverified")
    with open_state(settings) as database:
        item = StoredHandoffs(database).find("H-1")
    assert item is not None
    assert item.parked.kind.value == "unverified_action"


async def test_a_verification_that_is_due_is_made_by_who_looks(settings: Settings):
    """Without a worker the next one who shows it finds out."""
    file(settings)
    target = Target(held=None)
    await yes(settings, target)
    assert show_approval(settings, "A-1")["due"] is False
    later = datetime.now(UTC) + timedelta(minutes=11)
    assert show_approval(settings, "A-1", now=later)["due"] is True
    target.held = True
    told: list[str] = []
    early = await settle(settings, "A-1", found=None, note="", tell=told.append, opened=target.opened)
    assert (early["state"], told) == ("done", [])
    found = await settle(settings, "A-1", found=None, note="", tell=told.append, opened=target.opened, now=later)
    assert (found["state"], told) == ("verified", ["A-1: looking whether it helped"])


async def test_who_waits_is_told_the_end(settings: Settings):
    """The target takes it and ends later; then it is looked whether it helped."""
    file(settings)
    target = Target(Accepted(key="k"), later=DONE)
    found = await yes(settings, target, wait=True)
    assert (found["state"], found["result"]["status"], target.calls) == ("verified", "done", ["A-1"])
    assert found["told"][1:] == ["A-1: waiting for its target"]


async def test_who_does_not_wait_is_told_that_it_goes_on(settings: Settings):
    """It is with the target, and nothing calls again."""
    file(settings)
    target = Target(Accepted(key="k"))
    first, again = await yes(settings, target), await yes(settings, target)
    assert (first["state"], first["result"]["status"], again["result"]) == ("accepted", "accepted", first["result"])
    assert target.calls == ["A-1"]


async def test_without_waiting_the_verification_is_left_to_later(settings: Settings):
    """It is done, and said from when it can be verified."""
    file(settings)
    found = await yes(settings, Target(held=None))
    assert (found["state"], found["result"]["status"]) == ("done", "done")
    assert "can be looked for from" in found["result"]["verification"]
