"""Plays gold action sequences through our tools: once, and with every write delivered up to five times in any order."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from ordering.end_states import differences, snapshot
from ordering.hosting import Shop, Template
from ordering.reference import Reference, RefusedError
from ordering.retail import WRITES, Raw, Task, Write, write_of

from orchestrator.core.workflows import Outcome, action_key
from plugins.logicapps.host.faults import Fault, FaultKind

MOST = 5
"""Deliveries of one write."""
_TOGETHER = 0.3
"""How often a delivery is sent beside the one before it, not after it."""
_FAULTY = 0.4
_FAULTS = (
    Fault(kind=FaultKind.LOST_REPLY),
    Fault(kind=FaultKind.LATE_REPLY),
    Fault(kind=FaultKind.ERROR, after_work=True),
    Fault(kind=FaultKind.DUPLICATE),
    Fault(kind=FaultKind.RESUBMIT),
    Fault(kind=FaultKind.LOST_LOCATION),
    Fault(kind=FaultKind.INNER, after_work=True),
)
"""Each does its work, so that a first delivery comes before what builds on it."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One sending of a write: which of the task's, and whether it goes beside the one before."""

    number: int
    beside: bool = False


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a sequence.

    Attributes:
        wrong: Where the end state differs, in words.
        acted: How many changes were made.
        expected: How many the reference made.
        sent: How many deliveries there were.
    """

    wrong: Sequence[str]
    acted: int
    expected: int
    sent: int


async def play(
    template: Template,
    database: Raw,
    task: Task,
    deliveries: Sequence[Delivery],
    *,
    keyed: bool,
    faults: Sequence[Fault] = (),
) -> Played:
    """Deliver a task's writes; unkeyed, each delivery has a key of its own, as a client without keys acts."""
    calls = [call for call in task.actions if call["name"] in WRITES]
    reference, expected = _expected(database, calls)
    writes = [write_of(call) for call in calls]
    async with template.open(faults) as shop:
        before = snapshot(shop)
        await _send(shop, task, writes, deliveries, keyed=keyed)
        acted = shop.store.count("order_change")
        return Played(differences(shop, before, reference), acted, expected, len(deliveries))


def _expected(database: Raw, calls: Sequence[Raw]) -> tuple[Reference, int]:
    reference, done = Reference(database), 0
    for call in calls:
        try:
            reference.call(call["name"], call["arguments"])
        except RefusedError:
            continue
        done += 1
    return reference, done


async def _send(
    shop: Shop, task: Task, writes: Sequence[Write], deliveries: Sequence[Delivery], *, keyed: bool
) -> None:
    under_way: list[asyncio.Task[Outcome]] = []
    for count, delivery in enumerate(deliveries, start=1):
        if not delivery.beside:
            await asyncio.gather(*under_way)
            await shop.rest()
            under_way.clear()
        write = writes[delivery.number]
        kind = "update_customer" if write.action == "update_customer" else "update_order"
        subject = f"{task.id}.{delivery.number}" + ("" if keyed else f".{count}")
        key = action_key(kind, subject)
        under_way.append(asyncio.create_task(shop.deliver(write, key=key)))
    await asyncio.gather(*under_way)
    await shop.rest()


def once(task: Task) -> list[Delivery]:
    """Each write once, in order."""
    return [Delivery(number) for number in range(len(task.writes))]


def repeated(task: Task, random: Random) -> list[Delivery]:
    """Each write one to five times; first deliveries in order, the others at any later place."""
    order = list(range(len(task.writes)))
    for number in range(len(task.writes)):
        for _ in range(random.randrange(MOST)):
            order.insert(random.randint(order.index(number) + 1, len(order)), number)
    seen: set[int] = set()
    found: list[Delivery] = []
    for number in order:
        again = number in seen and found[-1].number == number
        found.append(Delivery(number, beside=again and random.random() < _TOGETHER))
        seen.add(number)
    return found


def some_faults(random: Random, deliveries: Sequence[Delivery]) -> list[Fault]:
    """A fault for some of the requests."""
    return [random.choice(_FAULTS) for _ in deliveries if random.random() < _FAULTY]
