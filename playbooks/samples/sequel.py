"""Plays a world on after its end, a minute at a time, with the changes that were made meanwhile.

The same changes at the same minutes give the same rows, however often and however far it is played: each minute draws
from a stream of its own, so that a longer sequel begins with the rows of a shorter one.
"""

import copy
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

from playbooks.samples import azure, cluster
from playbooks.samples.fault import Fault
from playbooks.samples.incidents import StuckConsumer
from playbooks.samples.leak import MemoryLeak
from playbooks.samples.queueing import Line, log_stall
from playbooks.samples.recorder import Late, Recorder
from playbooks.samples.remedies import Remedy, Timed, remedy
from playbooks.samples.scenario import VERSION, Played
from playbooks.samples.telemetry import Telemetry
from playbooks.samples.topology import Roster, World
from playbooks.samples.traffic import Traffic

MINUTE_S = 60.0
_INVENTORY_MIN, _USE_MIN = 5, 4


def play_on(played: Played, changes: Sequence[Timed], *, since: int, until: int) -> dict[str, list[tuple[Any, ...]]]:
    """The rows that arrive after minute `since` and by minute `until` after the world's end, by table and time."""
    sequel = Sequel(played)
    for minute in range(until):
        for change in (one.change for one in changes if one.minute == minute):
            sequel.change(change, minute=minute)
        sequel.play_minute(minute)
    end_s = played.world.length_s
    rows: dict[str, list[tuple[Any, ...]]] = {}
    for late in sequel.late:
        if end_s + since * MINUTE_S < late.arrived <= end_s + until * MINUTE_S:
            rows.setdefault(late.table, []).append(late.row)
    return {name: sorted(table, key=lambda row: row[:2]) for name, table in sorted(rows.items())}


class Sequel:
    """A world that is played on; `late` has all its rows with when they arrive."""

    def __init__(self, played: Played) -> None:
        self.late: list[Late] = list(played.late)
        self._played = played
        self._world = _copied(played.world)
        self._fault: Fault = played.fault
        self._lines = [_copied_line(line) for line in played.lines]
        self._places = sorted({row[5] for row in played.rows.get("AppAvailabilityResults", ())})
        self._manned = {line.worker.name: _alive(played.world, line, played.world.length_s) for line in self._lines}

    def change(self, change: Remedy, *, minute: int) -> None:
        """Make a change at the beginning of a minute."""
        at = self._world.length_s + minute * MINUTE_S
        self._fault = remedy(self._world, self._fault, change, at=at, rng=self._rng(f"change {change.number}"))

    def play_minute(self, minute: int) -> None:
        """One minute of traffic, queues, cluster and platform."""
        world, rng = self._world, self._rng(f"minute {minute}")
        start = world.length_s + minute * MINUTE_S
        end = start + MINUTE_S
        if isinstance(self._fault, MemoryLeak):
            self._fault = self._fault.kept_up(world, self._rng(f"kills {minute}"), until=end)
        recorder = Recorder(world, self._rng(f"lag {minute}"), end_s=float("-inf"))
        telemetry = Telemetry(world, recorder=recorder, noise=self._played.noise, rng=rng)
        self._play_traffic(start, end, telemetry=telemetry, rng=rng)
        cluster.record_events(world, recorder, start=start, end=end)
        azure.record_activities(world, recorder, start=start, end=end, rng=self._rng(f"log {minute}"))
        self._look(minute, start, recorder=recorder)
        self.late += recorder.late

    def _play_traffic(self, start: float, end: float, *, telemetry: Telemetry, rng: Random) -> None:
        world, fault, played = self._world, self._fault, self._played
        traffic = Traffic(
            world, fault=fault, noise=played.noise, telemetry=telemetry, rng=rng, per_minute=played.per_minute
        )
        traffic.play(start, end)
        roster = Roster(world)
        for line in self._lines:
            line.add(traffic.sent)
            self._staff(line, start)
            line.play(until=end, since=start, roster=roster, traffic=traffic, fault=fault, telemetry=telemetry, rng=rng)
        if isinstance(fault, StuckConsumer) and fault.mode == "stalled" and end <= fault.until:
            log_stall(world, world.services[fault.consumer], at=start, until=end, telemetry=telemetry, rng=rng)

    def _staff(self, line: Line, at: float) -> None:
        """Handlers as many as the instances are, in the proportion in which they were at the world's end."""
        before = self._manned[line.worker.name]
        now = _alive(self._world, line, at)
        line.staff(round(line.heads * now / before) if before else now, at=at)

    def _look(self, minute: int, start: float, *, recorder: Recorder) -> None:
        """What agents and the platform measure at their own pace."""
        world, fault, rng = self._world, self._fault, self._rng(f"look {minute}")
        if minute % _INVENTORY_MIN == 0:
            cluster.record_inventory(world, start + 30.0, fault=fault, recorder=recorder)
        if minute % _USE_MIN == 0:
            cluster.record_use(world, start + 10.0, fault=fault, recorder=recorder, rng=rng)
        queues = [line.history() for line in self._lines]
        last = start - (world.epoch_s + start) % MINUTE_S  # the minute of the clock that ends within this one
        azure.record_minute(world, last, fault=fault, queues=queues, recorder=recorder, rng=rng)
        host = azure.probed_host(world)
        if host is not None and minute % _INVENTORY_MIN == 1:
            for number, place in enumerate(self._places):
                t = start + 20.0 * number
                azure.record_probe(world, host, t, location=place, fault=fault, recorder=recorder, rng=rng)
        if minute % _INVENTORY_MIN == 2:  # noqa: PLR2004  # not when the inventory is taken
            for service in world.services.values():
                for item in world.instances[service.name]:
                    if item.ready <= start < item.stop:
                        t = start + rng.uniform(0, MINUTE_S)
                        azure.record_counter(world, service, item, t, fault=fault, recorder=recorder)

    def _rng(self, purpose: str) -> Random:
        return Random(f"{self._played.scenario}/{self._played.seed}/{VERSION}/on/{purpose}")  # noqa: S311  # reproducible, not secret


def _copied(world: World) -> World:
    """A world of its own; what it wrote down before its end has been recorded."""
    return replace(
        world,
        instances={name: list(items) for name, items in world.instances.items()},
        flags=dict(world.flags),
        kube_events=[],
        activities=[],
        herrings=list(world.herrings),
        cordoned=set(world.cordoned),
    )


def _copied_line(line: Line) -> Line:
    copied = copy.copy(line)
    copied.messages, copied.waiting, copied.free = list(line.messages), list(line.waiting), list(line.free)
    copied.completed, copied.dead = list(line.completed), list(line.dead)
    return copied


def _alive(world: World, line: Line, t: float) -> int:
    return sum(1 for item in world.instances[line.worker.name] if item.ready <= t < item.stop)
