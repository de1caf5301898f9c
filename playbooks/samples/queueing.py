"""Lets workers take messages from their queues, and measures the queues."""

from bisect import bisect_right
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from math import exp
from random import Random

from playbooks.samples.chance import chance
from playbooks.samples.fault import Failure, Fault
from playbooks.samples.telemetry import WARNING, Telemetry
from playbooks.samples.topology import Roster, Service, World
from playbooks.samples.traffic import Sent, Traffic

_LOCK_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueHistory:
    """When messages of one queue came, left done, and were given up; each list in order, seconds."""

    queue: str
    resource_id: str
    enqueued: tuple[float, ...]
    completed: tuple[float, ...]
    dead: tuple[float, ...]

    def counts(self, start: float, end: float) -> tuple[int, int, int, int]:
        """Messages in, out and dead-lettered within a span, and those waiting at its end."""
        came, left, lost = (self._until(times, end) for times in (self.enqueued, self.completed, self.dead))
        before = [self._until(times, start) for times in (self.enqueued, self.completed, self.dead)]
        return came - before[0], left - before[1], lost, came - left - lost

    @staticmethod
    def _until(times: tuple[float, ...], t: float) -> int:
        return bisect_right(times, t)


def play_queues(
    world: World, *, traffic: Traffic, fault: Fault, telemetry: Telemetry, rng: Random
) -> list[QueueHistory]:
    """Process what `traffic` sent, worker by worker."""
    roster = Roster(world)
    return [
        _play_queue(world, worker, traffic=traffic, fault=fault, telemetry=telemetry, rng=rng, roster=roster)
        for worker in world.tier("worker")
    ]


def _play_queue(
    world: World, worker: Service, *, traffic: Traffic, fault: Fault, telemetry: Telemetry, rng: Random, roster: Roster
) -> QueueHistory:
    host = worker.operations[0].path
    messages = sorted((sent for sent in traffic.sent if sent.queue == host), key=lambda sent: (sent.t, sent.call_id))
    gap_s = world.length_s / max(1, len(messages))
    heads = len(world.instances[worker.name])
    free = [0.0] * heads  # when each concurrent handler is free again
    heapify(free)
    waiting = [(sent.t, index, 1) for index, sent in enumerate(messages)]
    heapify(waiting)
    completed: list[float] = []
    dead: list[float] = []
    while waiting:
        t, index, delivery = heappop(waiting)
        start = max(t + 0.02, heappop(free))
        consumption = fault.consumption(worker, start)
        if start > world.length_s or consumption.capacity == 0.0 or not roster.alive(worker.name, start):
            break
        own_s = _handling_s(worker, consumption.capacity, heads=heads, gap_s=gap_s, rng=rng)
        lock_lost = own_s > _LOCK_S and chance(rng, 0.3)
        done = _handle(
            messages[index], worker, start=start, own_s=own_s, lock_lost=lock_lost, traffic=traffic, telemetry=telemetry
        )
        heappush(free, done)
        if not lock_lost:
            completed.append(done)
        elif delivery < 4:  # noqa: PLR2004  # the queue's max delivery count
            heappush(waiting, (done, index, delivery + 1))
        else:
            dead.append(done)
    return _history(world, host, messages, completed=completed, dead=dead)


def _history(
    world: World, host: str, messages: list[Sent], *, completed: list[float], dead: list[float]
) -> QueueHistory:
    resource_id = next(t.resource_id for s in world.services.values() for t in s.targets if t.host == host)
    return QueueHistory(
        queue=host.split("/")[1],
        resource_id=resource_id,
        enqueued=tuple(sent.t for sent in messages),
        completed=tuple(sorted(completed)),
        dead=tuple(sorted(dead)),
    )


def _handling_s(worker: Service, capacity: float | None, *, heads: int, gap_s: float, rng: Random) -> float:
    """Seconds that a message takes: the usual, or so long that `heads` handlers do `capacity` of what arrives."""
    usual = worker.operations[0].own_ms / 1_000
    spread = exp(0.35 * rng.gauss(0.0, 1.0))
    return usual * spread if capacity is None else heads * gap_s / capacity * spread


def _handle(
    sent: Sent, worker: Service, *, start: float, own_s: float, lock_lost: bool, traffic: Traffic, telemetry: Telemetry
) -> float:
    """One message through the worker; returns when its handler is free."""
    telemetry.message(start - sent.t)
    broken = Failure("lock", "500") if lock_lost else None
    outcome = traffic.visit(worker, start, sent.trace, parent_id=sent.call_id, slow_ms=own_s * 1_000, broken=broken)
    return start + outcome.took_ms / 1_000


def log_stall(world: World, worker: Service, *, at: float, telemetry: Telemetry, rng: Random) -> None:
    """A consumer that lost its link says so every half minute and takes nothing."""
    instances = [item for item in world.instances[worker.name] if item.stop > world.length_s]
    t = at
    while t < world.length_s:
        for item in instances:
            telemetry.background(
                worker, item, t + rng.uniform(0, 10), level=WARNING,
                text="ServiceBusProcessor: receive link detached (amqp:link:detach-forced); reconnect failed,"
                f" messages received in the last 30 s: 0, queue {worker.operations[0].path}",
            )  # fmt: skip
        t += 30.0
