"""Lets workers take messages from their queues, and measures the queues."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
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


@dataclass(slots=True, kw_only=True)
class Line:
    """One queue and its worker, as far as they have been played.

    Attributes:
        messages: All that came, in order.
        waiting: Of those, when each may be taken, its index and which delivery it is; a heap.
        free: When each of the worker's concurrent handlers is free again; a heap.
        heads: The handlers that there were at the beginning.
        gap_s: Usual seconds from one message to the next.
    """

    worker: Service
    host: str
    resource_id: str
    messages: list[Sent]
    waiting: list[tuple[float, int, int]]
    free: list[float]
    heads: int
    gap_s: float
    completed: list[float]
    dead: list[float]

    @classmethod
    def form(cls, world: World, worker: Service, sent: Sequence[Sent]) -> "Line":
        """A queue with the messages of a world's whole length before it, and nothing done yet."""
        host = worker.operations[0].path
        heads = len(world.instances[worker.name])
        line = cls(
            worker=worker,
            host=host,
            resource_id=next(t.resource_id for s in world.services.values() for t in s.targets if t.host == host),
            messages=[],
            waiting=[],
            free=[0.0] * heads,
            heads=heads,
            gap_s=0.0,
            completed=[],
            dead=[],
        )
        line.add(sent)
        line.gap_s = world.length_s / max(1, len(line.messages))
        return line

    def add(self, sent: Sequence[Sent]) -> None:
        """Put those messages that are for this queue behind the others."""
        new = sorted((one for one in sent if one.queue == self.host), key=lambda one: (one.t, one.call_id))
        first = len(self.messages)
        self.messages.extend(new)
        for index, one in enumerate(new, start=first):
            heappush(self.waiting, (one.t, index, 1))

    def staff(self, handlers: int, *, at: float) -> None:
        """Have as many handlers as that from now on."""
        while len(self.free) < handlers:
            heappush(self.free, at)
        self.free = sorted(self.free)[:handlers]

    def play(self, *, until: float, roster: Roster, traffic: Traffic, fault: Fault, telemetry: Telemetry, rng: Random,
             since: float = 0.0) -> None:  # fmt: skip
        """Let the worker take what it can before `until`."""
        while self.waiting and self.free:
            t, index, delivery = self.waiting[0]
            start = max(t + 0.02, self.free[0], since)
            consumption = fault.consumption(self.worker, start)
            if start > until or consumption.capacity == 0.0 or not roster.alive(self.worker.name, start):
                break
            heappop(self.waiting)
            heappop(self.free)
            own_s = _handling_s(self.worker, consumption.capacity, heads=self.heads, gap_s=self.gap_s, rng=rng)
            lock_lost = own_s > _LOCK_S and chance(rng, 0.3)
            done = _handle(
                self.messages[index], self.worker, start=start, own_s=own_s, lock_lost=lock_lost, traffic=traffic,
                telemetry=telemetry,
            )  # fmt: skip
            heappush(self.free, done)
            if not lock_lost:
                self.completed.append(done)
            elif delivery < 4:  # noqa: PLR2004  # the queue's max delivery count
                heappush(self.waiting, (done, index, delivery + 1))
            else:
                self.dead.append(done)

    def history(self) -> QueueHistory:
        """What came, left and was given up so far."""
        return QueueHistory(
            queue=self.host.split("/")[1],
            resource_id=self.resource_id,
            enqueued=tuple(one.t for one in self.messages),
            completed=tuple(sorted(self.completed)),
            dead=tuple(sorted(self.dead)),
        )


def play_queues(world: World, *, traffic: Traffic, fault: Fault, telemetry: Telemetry, rng: Random) -> list[Line]:
    """Process what `traffic` sent, worker by worker."""
    roster = Roster(world)
    lines = [Line.form(world, worker, traffic.sent) for worker in world.tier("worker")]
    for line in lines:
        line.play(until=world.length_s, roster=roster, traffic=traffic, fault=fault, telemetry=telemetry, rng=rng)
    return lines


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


def log_stall(
    world: World, worker: Service, *, at: float, telemetry: Telemetry, rng: Random, until: float | None = None
) -> None:
    """A consumer that lost its link says so every half minute and takes nothing, to the world's end by default."""
    end = world.length_s if until is None else until
    instances = [item for item in world.instances[worker.name] if item.stop > end]
    t = at
    while t < end:
        for item in instances:
            telemetry.background(
                worker, item, t + rng.uniform(0, 10), level=WARNING,
                text="ServiceBusProcessor: receive link detached (amqp:link:detach-forced); reconnect failed,"
                f" messages received in the last 30 s: 0, queue {worker.operations[0].path}",
            )  # fmt: skip
        t += 30.0
