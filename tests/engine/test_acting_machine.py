"""No order of crashes, retries, double clicks, late replies, expiry and edits does anything twice, or unasked."""

import asyncio
import tempfile
from collections.abc import Coroutine
from contextlib import ExitStack, closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule
from target import FAULTS, MINUTE, Killed, Mortal, World, restart

from orchestrator.core.actions.commands import Approve, Attest, BreakGlass, Deny, Report
from orchestrator.core.actions.events import ActionApproved, ActionClaimed, ApprovalGiven
from orchestrator.core.actions.request import BlastRadius
from orchestrator.core.actions.state import ACTED, UNSETTLED, Action, Stage
from orchestrator.engine.acting.acting import Acting
from orchestrator.engine.acting.advancing import Advancing
from orchestrator.engine.acting.ports import Looked
from orchestrator.store.actions import StoredActions
from orchestrator.store.database import SqliteDatabase

FAULT = st.sampled_from(FAULTS)
STEPS = st.sampled_from([None, None, None, 1, 2, 3, 4, 5, 6, 7, 8])
WHO = st.sampled_from(["local:ann", "LOCAL:Ann", "local:ben", "local:cat", "local:dave"])
ON_CALL, LEAD = {"local:ann", "local:ben"}, {"local:cat"}
LOOKED = st.sampled_from(
    [
        Looked(held=True, again=False, text="it helped"),
        Looked(held=False, again=False, text="it did not help"),
        Looked(held=None, again=True, text="not yet"),
    ]
)


class Actions(RuleBasedStateMachine):
    """Everything that can happen to actions on one service, in any order."""

    filed: Bundle[str] = Bundle("filed")

    @initialize(target=filed, faults=st.lists(FAULT, min_size=1, max_size=2), dies_after=STEPS)
    def begin(self, *, faults: list[str], dies_after: int | None) -> str:
        """A store with one action that was begun."""
        self.stack = ExitStack()
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        database = self.stack.enter_context(closing(SqliteDatabase(Path(folder) / "journal.db")))
        self.runner = self.stack.enter_context(asyncio.Runner())
        self.stored = StoredActions(database)
        self.world = World(self.stored)
        self.acknowledged: list[tuple[str, str, datetime]] = []
        return self.begin_one(service="checkout", faults=faults, dies_after=dies_after)

    def process(self, dies_after: int | None = None) -> tuple[Acting, Mortal]:
        """A new process."""
        return self.world.process(dies_after=dies_after)

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """What a process does until it ends or is killed."""
        with suppress(_Ended):
            return self.runner.run(_within(work))
        return None

    @rule(
        target=filed,
        service=st.sampled_from(["checkout", "cart"]),
        guide=st.sampled_from(["v1", "v2"]),
        reach=st.sampled_from([3.0, 5.0, None]),
        run=st.sampled_from(["r-1", "r-2", None]),
        again=st.booleans(),
        dies_after=STEPS,
    )
    def propose(
        self, *, service: str, guide: str, reach: float | None, run: str | None, again: bool, dies_after: int | None
    ) -> str:
        """A run proposes a restart, perhaps with another reach or by another version of the guide."""
        request = restart(
            subject="checkout",
            arguments={"service": service},
            guide_version=guide,
            radius=BlastRadius(value=reach, unit="instances"),
            run=run,
        )
        acting, _ = self.process(dies_after)
        found = self.run(acting.propose(request, again=again))
        return found.action.id if found is not None else "A-1"

    @rule(
        target=filed,
        service=st.sampled_from(["checkout", "cart"]),
        faults=st.lists(FAULT, min_size=1, max_size=2),
        dies_after=STEPS,
    )
    def begin_another(self, *, service: str, faults: list[str], dies_after: int | None) -> str:
        """One more."""
        return self.begin_one(service=service, faults=faults, dies_after=dies_after)

    def begin_one(self, *, service: str, faults: list[str], dies_after: int | None) -> str:
        """A proposal that both approve is begun at once."""
        name = self.propose_one(service=service)
        for who in ("local:ann", "local:ben"):
            self.say(name, who, name, glass=False)
        self.perform_one(name, faults, dies_after)
        return name

    def propose_one(self, *, service: str) -> str:
        """A person asks for it, once more if need be."""
        request = restart(subject="checkout", arguments={"service": service})
        found = self.run(self.process()[0].propose(request, again=True))
        return str(found.action.id)

    @rule(action=filed, who=WHO, stale=st.sampled_from([False, False, True]), other=filed)
    def approve(self, *, action: str, who: str, stale: bool, other: str) -> None:
        """Somebody says yes, perhaps to what another action would do, and perhaps twice."""
        for _ in range(2):
            self.say(action, who, other if stale else action, glass=False)

    @rule(action=filed, who=st.sampled_from(["local:cat", "local:cat", "local:ann"]))
    def break_glass(self, *, action: str, who: str) -> None:
        """Somebody acts alone."""
        self.say(action, who, action, glass=True)

    def say(self, action: str, who: str, shown: str, *, glass: bool) -> None:
        """A yes under the policy of now; what is acknowledged is noted."""
        known = {one.id: one for one in self.stored.listed()}
        if action not in known or shown not in known:
            return
        now = self.world.clock.now
        mark = known[shown].request.fingerprint
        ruled = self.world.law(known[action].request, now)
        yes = (
            BreakGlass(by=who, fingerprint=mark, reason="it burns", ruled=ruled, via="cli")
            if glass
            else Approve(by=who, fingerprint=mark, ruled=ruled, via="cli")
        )
        handled = self.stored.handle(action, yes, now=now)
        new = len(handled.action.events) > len(known[action].events)
        if handled.declined is None and new and not glass:
            self.acknowledged.append((action, who, now))

    @rule(action=filed)
    def deny(self, *, action: str) -> None:
        """Somebody says no."""
        if self.exists(action):
            self.stored.handle(action, Deny(by="local:ann", reason="no", via="cli"), now=self.world.clock.now)

    @rule(action=filed, faults=st.lists(FAULT, max_size=2), dies_after=STEPS)
    def perform(self, *, action: str, faults: list[str], dies_after: int | None) -> None:
        """A process begins it."""
        if self.exists(action):
            self.perform_one(action, faults, dies_after)

    def perform_one(self, action: str, faults: list[str], dies_after: int | None) -> None:
        """A process begins it, perhaps dies, and perhaps its target is at fault."""
        self.world.target.faults = list(faults)
        acting, _ = self.process(dies_after)
        self.run(acting.perform(action))

    @rule(action=filed, faults=st.lists(FAULT, min_size=2, max_size=2))
    def perform_twice(self, *, action: str, faults: list[str]) -> None:
        """Two processes begin it at once."""
        if self.exists(action):
            self.world.target.faults = faults
            self.run(self.both(action))

    async def both(self, action: str) -> None:
        """Two processes at once."""
        found = await asyncio.gather(
            *(_within(self.process()[0].perform(action)) for _ in range(2)), return_exceptions=True
        )
        assert all(isinstance(item, Action | _Ended) for item in found), found

    @rule(action=filed, dies_after=STEPS)
    def settle(self, *, action: str, dies_after: int | None) -> None:
        """A process reads what became of it."""
        if self.exists(action):
            acting, _ = self.process(dies_after)
            self.run(acting.settle(action))

    @rule(faults=st.lists(FAULT, max_size=3), finds=st.lists(LOOKED, max_size=2), dies_after=STEPS)
    def advance(self, *, faults: list[str], finds: list[Looked], dies_after: int | None) -> None:
        """A worker does what is due."""
        self.world.target.faults, self.world.eyes.finds = faults, finds
        acting, _ = self.process(dies_after)
        self.run(Advancing(acting).advance())

    @rule(number=st.integers(min_value=0, max_value=3), attempt=st.integers(min_value=1, max_value=2))
    def reply_late(self, *, number: int, attempt: int) -> None:
        """A process that slept hears the reply to its call."""
        if number < len(self.world.target.replies):
            key, outcome = self.world.target.replies[number]
            action = self.stored.by_key(key)
            assert action is not None
            self.stored.handle(action.id, Report(attempt=attempt, outcome=outcome), now=self.world.clock.now)

    @rule(action=filed)
    def attest(self, *, action: str) -> None:
        """A person looks at the target and tells the truth, once nothing can be under way any more."""
        if not self.exists(action):
            return
        found = self.stored.find(action)
        over = found.claim is not None and self.world.clock.now >= found.claim.until
        if found.stage in UNSETTLED and over:
            done = self.world.target.count(found.key) > 0
            command = Attest(by="local:ann", done=done, note="I looked")
            self.stored.handle(action, command, now=self.world.clock.now)

    @rule(minutes=st.sampled_from([1, 3, 6, 6, 13, 13, 25, 70]))
    def wait(self, *, minutes: int) -> None:
        """Time passes; what is under way arrives."""
        self.world.clock.pass_by(minutes * MINUTE)
        self.world.target.deliver()

    @rule(persons=st.sampled_from([0, 1, 1, 2]))
    def change_policy(self, *, persons: int) -> None:
        """The policy asks for other numbers of persons from now on."""
        self.world.law.persons = persons

    def exists(self, action: str) -> bool:
        """Whether it was filed before its process was killed."""
        return any(one.id == action for one in self.stored.listed())

    @invariant()
    def every_key_acts_once(self) -> None:
        """No key has two effects, and each effect is of an action that was approved for exactly it."""
        keys = [key for key, _ in self.world.target.effects]
        assert len(keys) == len(set(keys)), keys
        for key, body in self.world.target.effects:
            action = self.stored.by_key(key)
            assert action is not None
            assert dict(action.request.arguments) == body
            assert_approved(action)

    @invariant()
    def outcomes_are_true(self) -> None:
        """What is said to be done was done; what is said to have failed was not, and does not come later."""
        for action in self.stored.listed():
            count = self.world.target.count(action.key)
            if action.stage in ACTED:
                assert count == 1, action
            if action.stage in {Stage.FAILED, Stage.DENIED, Stage.VOID, Stage.WAITING, Stage.FORBIDDEN}:
                assert count == 0, action

    @invariant()
    def one_at_a_time(self) -> None:
        """Of the actions of one kind on one thing at most one may be under way, and one open."""
        by_fact: dict[tuple[str, str], list[Action]] = {}
        for action in self.stored.listed():
            by_fact.setdefault((action.request.workflow, action.request.subject), []).append(action)
        for actions in by_fact.values():
            assert sum(one.stage in UNSETTLED for one in actions) <= 1
            waiting = {Stage.WAITING, Stage.APPROVED}
            now = self.world.clock.now
            assert sum(one.stage_at(now) in waiting for one in actions) <= 1

    @invariant()
    def approvals_stay(self) -> None:
        """Every yes that was acknowledged is on record."""
        for name, who, at in self.acknowledged:
            given = [one for one in self.stored.find(name).events if isinstance(one, ApprovalGiven | ActionApproved)]
            assert any(one.at == at for one in given), (name, who)

    def teardown(self) -> None:
        """In the end nothing is left open that a worker can settle."""
        if not hasattr(self, "stack"):
            return
        with self.stack:
            advancing = Advancing(self.process()[0])
            self.world.target.faults = []
            for _ in range(12):
                self.world.clock.pass_by(10 * MINUTE)
                self.runner.run(advancing.advance())
            left = [one for one in self.stored.listed() if one.stage in UNSETTLED]
            assert left == []
            self.every_key_acts_once()
            self.outcomes_are_true()


class _Ended(Exception):  # noqa: N818  # no error: the process was killed
    """A killed process, as a value: a task may not end by what is no exception."""


async def _within(work: Coroutine[Any, Any, Any]) -> Any:
    """The work of one process; a runner would end with the process otherwise."""
    try:
        return await work
    except Killed:
        raise _Ended from None


def assert_approved(action: Action) -> None:
    """The claim of every call follows an approval for exactly what was done, by those who may, that still held."""
    claims = [at for at, event in enumerate(action.events) if isinstance(event, ActionClaimed)]
    assert claims
    before = action.events[: claims[0]]
    approved = [event for event in before if isinstance(event, ActionApproved)]
    assert approved
    assert approved[-1].fingerprint == action.request.fingerprint
    assert action.expires_at is None or action.events[claims[0]].at < action.expires_at
    given = {
        event.by.casefold()
        for event in before
        if isinstance(event, ApprovalGiven) and event.fingerprint == action.request.fingerprint
    }
    glass = action.glass is not None and action.glass.by.casefold() in LEAD
    lets_pass = action.ruling is not None and action.ruling.decision == "allowed"
    assert glass or lets_pass or len(given & ON_CALL) >= (action.ruling.persons if action.ruling else 1)


Actions.TestCase.settings = settings(
    max_examples=30,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestActions = Actions.TestCase
