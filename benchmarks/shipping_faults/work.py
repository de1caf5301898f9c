"""What each killed process does: it takes up orders, buys their shipments through the ledger, settles the rest."""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

from crashing.mortal import MortalDatabase
from shipping_faults.scene import CREATE, QUOTE, TOOLS, Scene, class_of, consignment, kind_of, request
from shipping_faults.target import SHIPPED

from orchestrator.app.azure import Azure
from orchestrator.app.doing import make_acting
from orchestrator.app.shipping.recording import ShipmentDesk
from orchestrator.app.state import open_state
from orchestrator.core.actions.request import ActionRequest
from orchestrator.core.actions.state import ACTED, UNSETTLED, Action, Stage
from orchestrator.core.errors import StoreError
from orchestrator.core.report import Json
from orchestrator.core.workflows import Done, Refused, Unknown, action_key
from orchestrator.engine.acting.acting import Acting
from orchestrator.engine.acting.advancing import Advancing
from orchestrator.store.actions import StoredActions
from playbooks.services import Services
from playbooks.workflow import load_workflows
from plugins.logicapps.address import parse_address
from plugins.logicapps.client import CallLimits, LogicAppsWorkflows
from plugins.logicapps.exchange import Exchange
from plugins.logicapps.transport import open_http

CALL = timedelta(seconds=4)
ARRIVAL = timedelta(seconds=1)  # the host delivers late by 0.3 s at most
PATIENCE = timedelta(minutes=10)
LANES = 8
MOST_OPEN = 80
"""No new order is taken up while so many are not settled: what is due comes first."""
ADVANCE_S = 0.4
BOTH_EVERY = 5
"""One order in so many is taken up by every process."""
SECOND_EVERY = 3
"""Of those, one in so many is wished for in another way by the second process."""
OTHER_EVERY = 40
"""After one purchase in so many its key comes again with another payload."""
_OPEN = tuple(sorted(stage.value for stage in (Stage.APPROVED, *UNSETTLED) if stage is not Stage.UNKNOWN))
"""Not those that nobody knows of: some are a person's by then, and stay so to the end."""
_LINE = re.compile(r"taken (\d+)")


class Told:
    """Writes down what this process did, at once: a line survives the process."""

    def __init__(self, scene: Scene, slot: int) -> None:
        self._file = os.open(scene.told(slot), os.O_WRONLY | os.O_APPEND)

    def __call__(self, *words: object) -> None:
        """One line."""
        os.write(self._file, (" ".join(map(str, words)) + "\n").encode())


def stream(scene: Scene, *, slot: int, slots: int) -> Iterator[int]:
    """The orders that a slot takes up: its share, and those that all take up."""
    taken = {int(number) for number in _LINE.findall(scene.told(slot).read_text())}
    for number in range(1, scene.orders + 1):
        if (number % slots == slot or number % BOTH_EVERY == 1) and number not in taken:
            yield number


def work(scene: Scene, *, slot: int, slots: int, points: int) -> None:
    """Do all there is to do, unless killed before.

    Args:
        scene: Where.
        slot: Which of the processes that live at once.
        slots: How many there are.
        points: At which point of the store to die; 0 is never.
    """
    asyncio.run(_work(scene, slot=slot, slots=slots, points=points))


async def _work(scene: Scene, *, slot: int, slots: int, points: int) -> None:
    told, settings = Told(scene, slot), scene.settings()
    with open_state(settings) as database:
        mortal = MortalDatabase(database, points=points)
        async with Azure(settings) as azure, clients(scene) as workflows:
            acting = make_acting(settings, mortal, azure=azure, workflows=workflows, services=Services())
            acting.call, acting.arrival = CALL, ARRIVAL
            rates = await quoted(workflows)
            orders = stream(scene, slot=slot, slots=slots)
            lanes = [asyncio.create_task(_lane(scene, mortal, acting, orders, rates, told, slot)) for _ in range(LANES)]
            await _advance(acting, ShipmentDesk(mortal), lanes)
            await asyncio.gather(*lanes)


@asynccontextmanager
async def clients(scene: Scene) -> AsyncIterator[LogicAppsWorkflows]:
    """A client of the target."""
    specs = {name: spec for name, spec in load_workflows(SHIPPED).items() if name in TOOLS}
    async with open_http() as http:
        yield LogicAppsWorkflows(
            specs=specs.values(),
            addresses=[parse_address(name, url) for name, url in scene.addresses().items()],
            exchange=Exchange(http),
            limits=CallLimits(attempts=6, backoff_s=0.1, gap_s=0.2),
            # the client believes that nothing arrived only minutes after a call; the ledger's own limit is kept here
            clock=lambda: datetime.now(UTC) + PATIENCE,
        )


async def quoted(workflows: LogicAppsWorkflows) -> dict[str, Sequence[Json]]:
    """The rates of each class of orders, cheapest first."""
    found: dict[str, Sequence[Json]] = {}
    for number in range(8):
        for _ in range(200):
            outcome = await workflows.call(QUOTE, consignment(number), key=f"quote:{number}:1")
            if isinstance(outcome, Done) and isinstance(outcome.body, Mapping):
                found[class_of(number)] = outcome.body["rates"]
                break
            await asyncio.sleep(0.05)  # the host is being started again
    return found


async def _lane(
    scene: Scene,
    database: MortalDatabase,
    acting: Acting,
    orders: Iterator[int],
    rates: Mapping[str, Sequence[Json]],
    told: Told,
    slot: int,
) -> None:
    """One order after another."""
    for number in orders:
        while await asyncio.to_thread(_open_ones, database) > MOST_OPEN:  # noqa: ASYNC110  # the store tells
            await asyncio.sleep(ADVANCE_S)
        while True:
            try:
                await _taken_up(scene, acting, number, rates, told, slot)
                break
            except StoreError as error:  # the other process held the store for too long: what was done is known there
                if not error.retryable:
                    raise
        told("taken", number)


async def _taken_up(
    scene: Scene, acting: Acting, number: int, rates: Mapping[str, Sequence[Json]], told: Told, slot: int
) -> None:
    """Propose an order's shipment and buy it; again is the same."""
    second = slot > 0 and number % BOTH_EVERY == 1 and number % SECOND_EVERY == 0
    wanted = request(scene, number, rates, second=second)
    if scene.plant == "claim":
        await _unclaimed(acting, wanted, slot)
        return
    filed = await acting.propose(wanted)
    told("filed", number, filed.action.id)
    if filed.declined is not None:
        return
    action = await acting.perform(filed.action.id)
    if scene.plant == "settle":
        await _repeated(acting, action)
    if number % OTHER_EVERY == 2 and not kind_of(number):
        await _other_payload(scene, action, told)


def _open_ones(database: MortalDatabase) -> int:
    marks = ", ".join("?" for _ in _OPEN)
    ((found,),) = database.read(f"SELECT count(*) FROM actions WHERE stage IN ({marks})", *_OPEN)
    return int(str(found))


async def _unclaimed(acting: Acting, wanted: ActionRequest, slot: int) -> None:
    """What no process may do: act without a claim that the others see, so that each has a key of its own."""
    filed = await acting.propose(wanted)
    key = action_key(CREATE, f"{wanted.subject}.{slot}")
    await acting.workflows.call(CREATE, dict(wanted.arguments), key=key)
    with suppress(StoreError):
        await acting.perform(filed.action.id)


async def _repeated(acting: Acting, action: Action) -> None:
    """What no process may do: take an unknown outcome for none, and ask again under a new key."""
    if action.stage in UNSETTLED:
        key = action_key(CREATE, f"{action.request.subject}.again")
        await acting.workflows.call(CREATE, dict(action.request.arguments), key=key)


async def _other_payload(scene: Scene, action: Action, told: Told) -> None:
    """A key that was used comes again with another payload, from somebody who knows nothing of the first."""
    if action.stage not in ACTED:
        return
    body = {**action.request.arguments, "reference": "another"}
    async with clients(scene) as stranger:
        outcome = await stranger.call(CREATE, body, key=action.key)
    refused = isinstance(outcome, Refused) and outcome.code == "IdempotencyKeyReused"
    lost = isinstance(outcome, Unknown) or (isinstance(outcome, Refused) and outcome.retryable)
    told("other", action.key, "refused" if refused else "lost" if lost else outcome.kind)


async def _advance(acting: Acting, shipments: ShipmentDesk, lanes: Sequence["asyncio.Task[None]"]) -> None:
    """What is due of all actions, whoever began them, until nothing is and all orders are taken up."""
    while True:
        try:
            await Advancing(acting).advance()  # a new one makes no pauses before it asks again
            # what a process that died had not written down yet, as a worker looks for it
            await asyncio.to_thread(shipments.look, datetime.now(UTC))
            if all(lane.done() for lane in lanes) and not await asyncio.to_thread(pending, acting.actions):
                return
        except StoreError as error:  # the other process held the store for too long: this one looks again
            if not error.retryable:
                raise
        await asyncio.sleep(ADVANCE_S)


def pending(actions: object) -> list[Action]:
    """The actions that are not where they stay."""
    assert isinstance(actions, StoredActions)
    found = actions.listed(stages=(Stage.APPROVED, *sorted(UNSETTLED)), limit=1_000)
    return [action for action in found if not _stays(action)]


def _stays(action: Action) -> bool:
    unknown = action.unknown
    return (
        action.stage is Stage.UNKNOWN and action.owner is not None and unknown is not None and unknown.owner == "person"
    )
