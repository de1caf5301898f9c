"""Tries orders of proposals, approvals, calls, crashes, late answers, reads and clocks, and watches what is done.

The target does not tell repeated calls apart: a second call is a second effect. A call that was sent arrives before the
time that its claim allows, or never; its answer may come at any time after, or never. A process that is killed sends
nothing more, but what it has sent may still arrive.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from orchestrator.core.actions.commands import (
    Approve,
    Attest,
    BreakGlass,
    Claim,
    Deny,
    Expire,
    Learn,
    Report,
    Rule,
    Ruled,
    Verify,
    Void,
)
from orchestrator.core.actions.keeping import Actions
from orchestrator.core.actions.request import ActionRequest, BlastRadius
from orchestrator.core.actions.state import OPEN, UNSETTLED, Action, Stage
from orchestrator.core.policy import Mode
from orchestrator.core.ruling import Decision, Ruling
from orchestrator.core.workflows import Absent, Accepted, Done, Outcome, Reading, Refused, Unknown

PATIENCE = timedelta(minutes=5)
WAITS = timedelta(minutes=30)
MEMBERS = frozenset({"local:ann", "local:ben"})
PEOPLE = st.sampled_from(["local:ann", "LOCAL:Ann ", "local:ben", "local:eve"])
NOT_DONE = OPEN | {Stage.FAILED, Stage.DENIED, Stage.EXPIRED, Stage.VOID}
VARIANTS = [
    {"arguments": {"service": "checkout"}},
    {"arguments": {"service": "checkout", "force": True}},
    {"arguments": {"service": "checkout"}, "guide_version": "2"},
    {"arguments": {"service": "checkout"}, "radius": BlastRadius(value=9.0, unit="instances")},
]


@dataclass
class Call:
    """A claim of a process, and how far its call has come."""

    action: str
    key: str
    mark: str
    attempt: int
    until: datetime
    sent: bool = False
    flying: bool = False
    alive: bool = True


@dataclass(frozen=True)
class Read:
    """What a read found, not yet told."""

    action: str
    reading: Reading
    asked_at: datetime
    attempt: int
    dead: bool


class ActionMachine(RuleBasedStateMachine):
    """One thing to act on, as many processes and persons as there may be; a test says which store keeps the actions."""

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 11, 25, 10, tzinfo=UTC)
        self.actions = self.opened()
        self.ids: list[str] = []
        self.persons, self.decision = 1, Decision.APPROVAL
        self.calls: list[Call] = []
        self.reads: list[Read] = []
        self.effects: list[tuple[str, str]] = []
        self.yes: dict[str, set[str]] = {}
        self.first_ruled: dict[str, datetime] = {}
        self.final: dict[str, Stage] = {}

    def opened(self) -> Actions:
        """An empty store."""
        raise NotImplementedError

    def ruled(self) -> Ruled:
        """What the policy says now."""
        ruling = Ruling(
            decision=self.decision,
            reasons=("the rule 'r' decides",),
            rule="r",
            persons=self.persons,
            roles=("on_call",),
            break_glass=("lead",),
            expires_after=None if self.decision is Decision.FORBIDDEN else WAITS,
        )
        return Ruled(ruling=ruling, mode=Mode.REVIEW, approvers=MEMBERS, breakers=frozenset({"local:cat"}))

    def some(self, data: st.DataObject) -> Action:
        """One of the actions, as it is stored."""
        return self.actions.find(data.draw(st.sampled_from(self.ids)))

    # what people and the policy do

    @rule(variant=st.sampled_from(VARIANTS), run=st.sampled_from([None, "r1", "r2"]), again=st.booleans())
    def propose(self, variant: dict[str, object], run: str | None, again: bool) -> None:  # noqa: FBT001  # hypothesis draws it
        told = {"radius": BlastRadius(value=3.0, unit="instances"), "guide_version": "1", **variant}
        request = ActionRequest(
            workflow="restart_service",
            subject="checkout",
            environment="sample",
            requested_by="local:dave",
            guide="memory_oom",
            run=run,
            **told,  # type: ignore[arg-type]  # the variant's fields
        )
        filed = self.actions.file(request, self.ruled(), now=self.now, again=again)
        if filed.new:
            self.ids.append(filed.action.id)
        if filed.declined is None:
            assert filed.action.request.fingerprint == request.fingerprint

    @rule(persons=st.sampled_from([1, 2]), decision=st.sampled_from(list(Decision)))
    def change_policy(self, persons: int, decision: Decision) -> None:
        self.persons, self.decision = persons, decision

    @rule(variant=st.sampled_from(VARIANTS))
    def come_to_a_claim(self, variant: dict[str, object]) -> None:
        """What seldom comes about by itself: one thing is proposed, approved by all, and begun."""
        self.persons, self.decision = 2, Decision.APPROVAL
        self.propose(variant, None, again=True)
        for name in self.ids[-1:]:
            for by in ("local:ann", "local:ben"):
                self.approve_as(self.actions.find(name), by, self.actions.find(name).request.fingerprint)
            self.claim_as_new(self.actions.find(name))

    @precondition(lambda self: self.ids)
    @rule(data=st.data(), by=PEOPLE, shown=st.sampled_from([None, *VARIANTS]))
    def approve(self, data: st.DataObject, by: str, shown: dict[str, object] | None) -> None:
        """Twice the same person is a double click; what was shown may be out of date."""
        action = self.some(data)
        self.approve_as(action, by, action.request.fingerprint if shown is None else "another")

    def approve_as(self, action: Action, by: str, mark: str) -> None:
        handled = self.actions.handle(
            action.id, Approve(by=by, fingerprint=mark, ruled=self.ruled(), via="cli"), now=self.now
        )
        gave = len(handled.action.approvals) > len(action.approvals)
        if gave:
            assert (handled.declined, mark) == (None, action.request.fingerprint)
            self.yes.setdefault(action.id, set()).add(by.strip().casefold())

    @precondition(lambda self: self.ids)
    @rule(data=st.data(), by=st.sampled_from(["local:cat", "local:eve"]))
    def break_glass(self, data: st.DataObject, by: str) -> None:
        action = self.some(data)
        command = BreakGlass(
            by=by, fingerprint=action.request.fingerprint, reason="all is down", ruled=self.ruled(), via="cli"
        )
        handled = self.actions.handle(action.id, command, now=self.now)
        assert handled.action.glass is None or handled.action.glass.by == "local:cat"

    @precondition(lambda self: self.ids)
    @rule(data=st.data(), command=st.sampled_from(["deny", "void", "expire", "rule", "verify"]))
    def say(self, data: st.DataObject, command: str) -> None:
        told = {
            "deny": Deny(by="local:ben", reason="peak", via="cli"),
            "void": Void(reason="the guide changed"),
            "expire": Expire(),
            "rule": Rule(ruled=self.ruled()),
            "verify": Verify(held=True, final=True, text="it helped"),
        }
        self.actions.handle(self.some(data).id, told[command], now=self.now)

    @rule(minutes=st.sampled_from([1, 4, 6, 6, 31]))
    def pass_time(self, minutes: int) -> None:
        """What has not arrived by the time that its claim allows never does."""
        self.now += timedelta(minutes=minutes)
        for call in self.calls:
            call.flying = call.flying and self.now < call.until

    # what processes do

    @precondition(lambda self: self.ids)
    @rule(data=st.data())
    def claim(self, data: st.DataObject) -> None:
        self.claim_as_new(self.some(data))

    def claim_as_new(self, action: Action) -> None:
        command = Claim(
            process=f"p{len(self.calls)}",
            fingerprint=action.request.fingerprint,
            patience=PATIENCE,
            ruled=self.ruled(),
        )
        handled = self.actions.handle(action.id, command, now=self.now)
        if handled.declined is not None:
            return
        self.check_leave(action)
        claim = handled.action.claim
        assert claim is not None
        self.calls.append(Call(action.id, action.key, action.request.fingerprint, claim.attempt, until=claim.until))

    def check_leave(self, action: Action) -> None:
        """A claim has an approval of now for exactly this, within its time, and nothing else may arrive any more."""
        assert self.decision is not Decision.FORBIDDEN
        votes = self.yes.get(action.id, set()) & MEMBERS
        assert self.decision is Decision.ALLOWED or action.glass is not None or len(votes) >= self.persons
        assert action.expires_at is None or self.now < action.expires_at
        assert not any(call.flying or (call.alive and not call.sent and self.now < call.until) for call in self.calls)
        assert all(key != action.key for key, _ in self.effects)

    @precondition(lambda self: any(self.can_send(call) for call in self.calls))
    @rule(data=st.data())
    def send(self, data: st.DataObject) -> None:
        call = data.draw(st.sampled_from([call for call in self.calls if self.can_send(call)]))
        call.sent = call.flying = True

    def can_send(self, call: Call) -> bool:
        return call.alive and not call.sent and self.now < call.until

    @precondition(lambda self: any(call.flying for call in self.calls))
    @rule(data=st.data())
    def arrive(self, data: st.DataObject) -> None:
        call = data.draw(st.sampled_from([call for call in self.calls if call.flying]))
        call.flying = False
        self.effects.append((call.key, call.mark))

    @precondition(lambda self: any(call.alive for call in self.calls))
    @rule(data=st.data(), heard=st.booleans())
    def end_call(self, data: st.DataObject, heard: bool) -> None:  # noqa: FBT001  # hypothesis draws it
        """The process hears what its call became, or that it does not know; a refusal means that nothing was done."""
        call = data.draw(st.sampled_from([call for call in self.calls if call.alive]))
        outcome: Outcome = Unknown(key=call.key, reason="the reply was lost")
        if heard and self.done(call.key):
            outcome = Done(key=call.key, status=200)
        elif heard and call.flying:
            again = data.draw(st.booleans())
            call.flying = False
            outcome = Refused(key=call.key, code="429", message="no", retryable=again, retry_after_s=30)
        elif not call.sent:
            call.sent = True  # it never will be
        self.actions.handle(call.action, Report(attempt=call.attempt, outcome=outcome), now=self.now)
        call.alive = heard is False and data.draw(st.booleans())  # it may be heard once more, late

    @precondition(lambda self: any(call.alive for call in self.calls))
    @rule(data=st.data())
    def kill(self, data: st.DataObject) -> None:
        data.draw(st.sampled_from([call for call in self.calls if call.alive])).alive = False

    def done(self, key: str) -> bool:
        return any(one == key for one, _ in self.effects)

    @precondition(lambda self: any(self.actions.find(name).claim for name in self.ids))
    @rule(data=st.data())
    def begin_read(self, data: st.DataObject) -> None:
        """A read of what is on its way may find nothing; one of what arrived finds it, or does not know."""
        claimed = [name for name in self.ids if self.actions.find(name).claim]
        action = self.actions.find(data.draw(st.sampled_from(claimed)))
        readings: list[Reading] = [Unknown(key=action.key, reason="the history is out of reach")]
        if self.done(action.key):
            readings.append(Done(key=action.key, status=200))
        else:
            readings.append(Absent(key=action.key, source="lookup"))
        if any(call.flying and call.key == action.key for call in self.calls):
            readings.append(Accepted(key=action.key))
        own = [call for call in self.calls if (call.action, call.attempt) == (action.id, action.attempts)]
        dead = all(not call.alive and not call.flying for call in own)
        self.reads.append(
            Read(action.id, data.draw(st.sampled_from(readings)), self.now, attempt=action.attempts, dead=dead)
        )

    @precondition(lambda self: self.reads)
    @rule(data=st.data())
    def end_read(self, data: st.DataObject) -> None:
        """A read may be told late, and more than once."""
        read = data.draw(st.sampled_from(self.reads))
        learn = Learn(reading=read.reading, holder_dead=read.dead, asked_at=read.asked_at, attempt=read.attempt)
        self.actions.handle(read.action, learn, now=self.now)

    @precondition(lambda self: any(self.actions.find(name).stage in UNSETTLED for name in self.ids))
    @rule(data=st.data())
    def attest(self, data: st.DataObject) -> None:
        """A person says what is to be seen at the target now."""
        open_ones = [name for name in self.ids if self.actions.find(name).stage in UNSETTLED]
        action = self.actions.find(data.draw(st.sampled_from(open_ones)))
        seen = Attest(by="local:ann", done=self.done(action.key), note="looked at the pods")
        self.actions.handle(action.id, seen, now=self.now)

    # what must always be so

    @invariant()
    def at_most_one_effect(self) -> None:
        keys = [key for key, _ in self.effects]
        assert len(keys) == len(set(keys))

    @invariant()
    def an_effect_is_what_was_approved(self) -> None:
        marks = {self.actions.find(name).key: self.actions.find(name).request.fingerprint for name in self.ids}
        assert all(marks[key] == mark for key, mark in self.effects)

    @invariant()
    def what_was_done_is_never_said_not_to_be(self) -> None:
        """Until somebody knows it is unsettled; every other end means that nothing was done."""
        for name in self.ids:
            action = self.actions.find(name)
            assert action.stage not in NOT_DONE or not self.done(action.key)

    @invariant()
    def a_denial_is_final(self) -> None:
        for name in self.ids:
            stage = self.actions.find(name).stage
            if self.final.get(name) is Stage.DENIED:
                assert stage is Stage.DENIED
            self.final[name] = stage
