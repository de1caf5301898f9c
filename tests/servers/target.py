"""A target of actions that acts once for each request that arrives, whatever its key, and processes that can be killed.

What a test sees as a second effect is one: nothing here repairs what the caller does wrong.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from orchestrator.core.actions.commands import Ruled
from orchestrator.core.actions.request import ActionRequest, BlastRadius, Undo, Verification
from orchestrator.core.actions.state import Action
from orchestrator.core.policy import Mode
from orchestrator.core.ruling import Decision, Ruling
from orchestrator.core.workflows import (
    Absent,
    Accepted,
    Body,
    Done,
    Outcome,
    Reading,
    Refused,
    Unknown,
    WorkflowSpec,
)
from orchestrator.engine.acting.acting import Acting
from orchestrator.engine.acting.ports import Looked

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
RESTART = "restart_service"
SPECS = {name: WorkflowSpec(name=name, title=name, changing=True) for name in (RESTART, "scale_out")}
FAULTS = (
    "none",
    "lost_after",
    "lost_before",
    "late",
    "slow_and_late",
    "refused",
    "throttled",
    "accepted",
    "killed_before",
    "killed_after",
    "replies_later",
)


class Killed(BaseException):
    """The process ends here: nothing of it runs any more."""


@dataclass
class Clock:
    """The time, which stands still until it is moved."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, time: timedelta) -> None:
        """Let time pass."""
        self.now += time


@dataclass
class Target:
    """Outside systems behind workflows.

    Attributes:
        faults: Of the next calls, in order; then there are none.
        effects: What was done: the key and what with.
        coming: Requests under way: when they arrive, and whether the target took them already.
        replies: Replies that come when a test delivers them.
        attempts: The calls that were begun.
    """

    clock: Clock
    faults: list[str] = field(default_factory=list)
    effects: list[tuple[str, Mapping[str, object]]] = field(default_factory=list)
    coming: list[tuple[datetime, str, Mapping[str, object], bool]] = field(default_factory=list)
    replies: list[tuple[str, Outcome]] = field(default_factory=list)
    attempts: list[str] = field(default_factory=list)

    @property
    def specs(self) -> Mapping[str, WorkflowSpec]:
        """The workflows there are."""
        return SPECS

    def count(self, key: str) -> int:
        """How often a key was acted on, with what is under way."""
        self.deliver()
        return sum(one == key for one, _ in self.effects) + sum(one[1] == key for one in self.coming)

    def deliver(self) -> None:
        """Let arrive what has arrived by now."""
        for item in [one for one in self.coming if one[0] <= self.clock.now]:
            self.coming.remove(item)
            self._act(item[1], item[2])

    def _act(self, key: str, body: Mapping[str, object]) -> Done:
        self.effects.append((key, body))
        return Done(key=key, status=200, body={"number": len(self.effects)}, run_id=f"run-{len(self.effects)}")

    async def call(self, name: str, body: Body, *, key: str) -> Outcome:  # noqa: C901, PLR0911  # one case a fault
        """Act, as the next fault has it."""
        self.deliver()
        self.attempts.append(key)
        fault = self.faults.pop(0) if self.faults else "none"
        lost = Unknown(key=key, reason=f"{name} gave no reply")
        match fault:
            case "none":
                return self._act(key, dict(body))
            case "lost_after":
                self._act(key, dict(body))
                return lost
            case "lost_before":
                return lost
            case "late":
                self.coming.append((self.clock.now + 290 * timedelta(seconds=1), key, dict(body), False))
                return lost
            case "slow_and_late":
                self.clock.pass_by(timedelta(seconds=390))
                self.coming.append((self.clock.now + timedelta(seconds=290), key, dict(body), False))
                return lost
            case "refused":
                return Refused(key=key, code="Disabled", message="the workflow is disabled")
            case "throttled":
                return Refused(key=key, code="TooMany", message="later", retryable=True, retry_after_s=60)
            case "accepted":
                self.coming.append((self.clock.now + 20 * MINUTE, key, dict(body), True))
                return Accepted(key=key, run_id="run-a")
            case "killed_before":
                raise Killed
            case "killed_after":
                self._act(key, dict(body))
                raise Killed
            case "replies_later":
                self.replies.append((key, self._act(key, dict(body))))
                return lost
            case _:
                raise AssertionError(fault)

    async def read(self, key: str, *, name: str | None = None, sent_at: datetime | None = None) -> Reading:
        """What can be seen of a key at this moment; a request under way cannot."""
        self.deliver()
        if any(one == key for one, _ in self.effects):
            return Done(key=key, status=200, body={"number": 1})
        if any(one[1] == key and one[3] for one in self.coming):
            return Accepted(key=key, run_id="run-a")
        return Absent(key=key, source="lookup")


@dataclass
class Mortal:
    """A store of actions as one process sees it, which is killed before or after the step of a number.

    Attributes:
        left: Steps until it is killed; None is never.
        dead: Whether it was.
    """

    actions: Any
    left: int | None = None
    dead: bool = False

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self.actions, name)

        def call(*args: Any, **given: Any) -> Any:
            self._step()
            found = method(*args, **given)
            self._step()
            return found

        return call

    def kill(self) -> None:
        """The process ends."""
        self.dead = True

    def _step(self) -> None:
        if self.left is not None:
            self.left -= 1
            self.dead = self.dead or self.left < 0
        if self.dead:
            raise Killed


@dataclass
class Eyes:
    """Looks for effects and finds what the test says."""

    clock: Clock
    finds: list[Looked] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)

    async def data_clock(self, request: ActionRequest) -> datetime | None:
        """The wall clock."""
        return None

    def is_ready(self, action: Action, *, now: datetime) -> bool:
        """Once the window is over."""
        return action.verify_at is not None and now >= action.verify_at

    async def look(self, action: Action) -> Looked:
        """The next of the script; it held where the script is over."""
        self.seen.append(action.id)
        return self.finds.pop(0) if self.finds else Looked(held=True, again=False, text="it is as it was", check="true")


@dataclass
class Persons:
    """Who is given actions: the stages in which they were, by id."""

    taken: dict[str, list[str]] = field(default_factory=dict)

    def take(self, action: Action, *, at: datetime) -> None:
        """Note it."""
        self.taken.setdefault(action.id, []).append(action.stage.value)


@dataclass
class Law:
    """A policy that the test changes: how many of ann and ben must say yes; 0 lets it pass."""

    persons: int = 1
    expires_after: timedelta = 60 * MINUTE
    consent: bool = False

    def __call__(self, _request: ActionRequest, _now: datetime) -> Ruled:
        ruling = Ruling(
            decision=Decision.APPROVAL if self.persons else Decision.ALLOWED,
            reasons=("the rule 'r' decides",),
            rule="r",
            persons=self.persons,
            roles=("on_call",),
            break_glass=("lead",),
            expires_after=self.expires_after,
            consent=self.consent,
        )
        on_call, lead = frozenset({"local:ann", "local:ben"}), frozenset({"local:cat"})
        return Ruled(ruling=ruling, mode=Mode.AUTONOMOUS, approvers=on_call, breakers=lead)


def restart(**fields: Any) -> ActionRequest:
    """Restart checkout; it can be seen whether that helped, and taken back."""
    told: dict[str, Any] = {
        "workflow": RESTART,
        "arguments": {"service": "checkout"},
        "subject": "checkout",
        "environment": "production",
        "radius": BlastRadius(value=3.0, unit="instances"),
        "requested_by": "local:dave",
        "guide": "memory_oom",
        "guide_version": "v1",
        "verification": Verification(
            step="impact", kql=None, expect="true", wait=5 * MINUTE, window=15 * MINUTE, parameters={}, inputs={}
        ),
        "undo": Undo(workflow="scale_out", arguments={"service": "checkout", "instances": 3}),
    }
    return replace(ActionRequest(**told), **fields)


@dataclass
class World:
    """A store that several processes share, and what is outside of them."""

    actions: Any
    clock: Clock = field(default_factory=Clock)
    law: Law = field(default_factory=Law)
    persons: Persons = field(default_factory=Persons)

    def __post_init__(self) -> None:
        self.target = Target(self.clock)
        self.eyes = Eyes(self.clock)
        self._count = 0

    def process(self, *, dies_after: int | None = None) -> tuple[Acting, Mortal]:
        """A new process, and its life; the number is of steps of its store."""
        self._count += 1
        life = Mortal(self.actions, left=dies_after)
        acting = Acting(
            actions=life,
            workflows=self.target,
            judge=self.law,
            process=f"p{self._count}",
            verifier=self.eyes,
            desk=self.persons,
            clock=self.clock,
        )
        return acting, life
