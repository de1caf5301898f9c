"""What the killed processes do of actions: propose, approve, call, settle what became of it, look for the effect."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from crashing.host import ACTS

from orchestrator.app.desk import HandoffDesk
from orchestrator.core.actions.commands import Approve, Deny, Ruled
from orchestrator.core.actions.request import ActionRequest, BlastRadius, Undo, Verification
from orchestrator.core.actions.state import UNSETTLED, Action, Stage
from orchestrator.core.policy import Mode
from orchestrator.core.ruling import Decision, Ruling
from orchestrator.core.workflows import Workflows
from orchestrator.engine.acting.acting import Acting
from orchestrator.engine.acting.advancing import Advancing
from orchestrator.engine.acting.ports import Looked
from orchestrator.store.actions import StoredActions
from orchestrator.store.database import Database
from playbooks.services import Services

CALL = timedelta(seconds=1.2)
ARRIVAL = timedelta(seconds=0.8)  # the host delivers late by 0.3 s at most
POLL_S = 0.05
PERSONS = ("local:ann", "local:ben")
NO_SERVICES = Services()
SINGLE, PAIR = (
    Ruled(
        ruling=Ruling(
            decision=Decision.APPROVAL,
            reasons=("the benchmark asks",),
            persons=persons,
            roles=("on_call",),
            expires_after=timedelta(hours=12),
        ),
        mode=Mode.REVIEW,
        approvers=frozenset(PERSONS),
    )
    for persons in (1, 2)
)
DENIED = 7  # one in so many is denied
TWO_PERSONS = 3  # one in so many takes two
HARMS = 6
FAILS = 4  # one in so many does not help


def request(number: int) -> ActionRequest:
    """The action of a number."""
    service = f"service-{number}"
    return ActionRequest(
        workflow=ACTS,
        arguments={"service": service},
        subject=service,
        service=service,
        environment="benchmark",
        radius=BlastRadius(value=float(number % 5), unit="instances"),
        requested_by="local:dan",
        verification=Verification(
            step="targets", kql=None, expect="true", wait=timedelta(0), window=timedelta(seconds=0.01)
        ),
        undo=Undo(workflow=ACTS, arguments={"service": f"undo-{number}"}),
    )


def ruled(asked: ActionRequest) -> Ruled:
    """One person, for some two."""
    return PAIR if number_of(asked) % TWO_PERSONS == 0 else SINGLE


def number_of(asked: ActionRequest) -> int:
    """The number of an action, or of the one that it takes back."""
    return int(asked.subject.rpartition("-")[2])


class Looking:
    """Sees at once whether an action helped."""

    async def data_clock(self, asked: ActionRequest) -> datetime | None:  # noqa: ARG002  # the port's signature
        """The wall clock."""
        return None

    def is_ready(self, action: Action, *, now: datetime) -> bool:
        """When its window is over."""
        return action.verify_at is not None and now >= action.verify_at

    async def look(self, action: Action) -> Looked:
        """Some do not help."""
        helped = number_of(action.request) % FAILS != 0
        return Looked(held=helped, again=False, text="it helped" if helped else "it did not help")


async def act(
    database: Database,
    workflows: Workflows,
    *,
    numbers: range,
    process: str,
    told: Callable[..., None],
    plant: str | None,
) -> None:
    """Propose and approve these actions, then do what is due of all, until nothing is."""
    actions = StoredActions(database)
    for number in numbers:
        await _decide(actions, number, told)
    acting = Acting(
        actions=actions,
        workflows=workflows,
        judge=lambda asked, _now: ruled(asked),
        process=process,
        verifier=Looking(),
        desk=HandoffDesk(database, NO_SERVICES),
        call=CALL,
        arrival=ARRIVAL,
    )
    while pending(actions):
        if plant:
            await _harm(actions, workflows, plant)
        await Advancing(acting).advance()  # a new one makes no pauses before it asks again
        await asyncio.sleep(POLL_S)
    if plant:
        await _harm(actions, workflows, plant)


async def _decide(actions: StoredActions, number: int, told: Callable[..., None]) -> None:
    """Propose one, and say yes or no to it; each answer is told before anything else happens."""
    asked = request(number)
    now = datetime.now(UTC)
    filed = await asyncio.to_thread(actions.file, asked, ruled(asked), now=now)
    name = filed.action.id
    told("filed", name, number)
    if filed.action.stage is not Stage.WAITING:
        return
    if number % DENIED == 0:
        handled = actions.handle(name, Deny(by="local:ann", reason="the benchmark says no", via="cli"), now=now)
        told("denied", name, handled.action.stage.value)
        return
    for person in PERSONS[: ruled(asked).ruling.persons]:
        yes = Approve(by=person, fingerprint=asked.fingerprint, ruled=ruled(asked), via="cli")
        handled = actions.handle(name, yes, now=now)
        told("approved", name, person)


def pending(actions: StoredActions) -> list[Action]:
    """The actions that are not where they stay."""
    found = actions.listed(stages=(Stage.APPROVED, *sorted(UNSETTLED), Stage.DONE, Stage.UNVERIFIED), limit=100_000)
    return [action for action in found if not _stays(action)]


def _stays(action: Action) -> bool:
    if action.stage is Stage.UNKNOWN:
        return action.owner is not None and action.unknown is not None and action.unknown.owner == "person"
    return action.stage is Stage.UNVERIFIED and action.undo is not None


async def _harm(actions: StoredActions, workflows: Workflows, plant: str) -> None:
    """What no process may do, to see that it is found: call on a guess, or without an approval."""
    stage = Stage.CLAIMED if plant == "claim" else Stage.WAITING
    for action in actions.listed(stages=(stage,), limit=1):
        for _ in range(HARMS):  # one of them meets no fault that keeps it from acting
            await workflows.call(ACTS, dict(action.request.arguments), key=action.key)
