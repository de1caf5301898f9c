"""The scenarios by name, and `make`, which plays one into a folder."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import Any

from orchestrator.core.errors import InputError
from playbooks.samples.azure import record_azure
from playbooks.samples.cluster import record_cluster
from playbooks.samples.draw import Cast, Size, draw_cast, draw_world
from playbooks.samples.fault import Fault
from playbooks.samples.folder import Format, refuse_taken, write_folder
from playbooks.samples.incidents import (
    StuckConsumer,
    plan_bad_deploy,
    plan_bad_flag,
    plan_stuck_consumer,
)
from playbooks.samples.leak import plan_memory_leak
from playbooks.samples.manifest import Manifest, write_manifest
from playbooks.samples.marks import Mark, first_notes
from playbooks.samples.noise import Noise, add_flags, add_noise
from playbooks.samples.outages import (
    plan_certificate_expired,
    plan_connections_exhausted,
    plan_dependency_down,
    plan_zone_outage,
)
from playbooks.samples.queueing import Line, log_stall, play_queues
from playbooks.samples.recorder import Late, Recorder
from playbooks.samples.shop import SHOP_CAST, SHOP_END, plan_shop
from playbooks.samples.telemetry import Telemetry
from playbooks.samples.topology import World
from playbooks.samples.traffic import Traffic

VERSION = 1
"""Raised whenever the same name and seed would give other rows."""

Plan = Callable[[World, Random, float], Fault]
Rows = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A kind of folder.

    Attributes:
        plan: Adds the fault to a world, or None for a healthy one.
        rows: About how many rows of application telemetry are drawn, least and most.
        hours: Length of the history, least and most.
        fault_min: Minutes from the fault's start to the folder's end, least and most.
        cast: Fixed names in place of drawn ones.
        thinning: Operations behind each recorded one, where sampling is heavy.
        end: Fixed end in place of a drawn one.
    """

    name: str
    title: str
    plan: Plan | None = None
    rows: tuple[int, int] = (30_000, 48_000)
    hours: tuple[float, float] = (4.5, 6.0)
    fault_min: tuple[float, float] = (20.0, 70.0)
    cast: Cast | None = None
    thinning: int = 1
    end: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A world as it stands at its end, with what it takes to play it on.

    Attributes:
        per_minute: Operations that enter in a minute of middling load.
        lines: The queues, as far as their workers came.
        late: Rows that were under way at the end.
    """

    scenario: str
    seed: int
    end: datetime
    world: World
    fault: Fault
    noise: Noise
    per_minute: float
    lines: tuple[Line, ...]
    rows: Rows
    late: tuple[Late, ...]


def _by_name(*scenarios: Scenario) -> Mapping[str, Scenario]:
    return MappingProxyType({scenario.name: scenario for scenario in scenarios})


SCENARIOS: Mapping[str, Scenario] = _by_name(
    Scenario(
        name="shop",
        title="A shop whose checkout answers 502 since 10:20 UTC, after a deployment",
        plan=plan_shop,
        rows=(44_000, 44_000),
        hours=(4.5, 4.5),
        fault_min=(30.0, 30.0),
        cast=SHOP_CAST,
        end=SHOP_END,
    ),
    Scenario(name="deploy_5xx", title="Server errors after a deployment", plan=plan_bad_deploy),
    Scenario(name="dependency_down", title="A dependency that fails or crawls", plan=plan_dependency_down),
    Scenario(
        name="db_connections_exhausted", title="A database without free connections", plan=plan_connections_exhausted
    ),
    Scenario(
        name="queue_backlog", title="A queue whose consumer does not keep up", plan=plan_stuck_consumer, thinning=25
    ),
    Scenario(
        name="memory_leak_oom", title="A memory leak, with containers killed at their limit", plan=plan_memory_leak
    ),
    Scenario(
        name="certificate_expired", title="An expired certificate of a called host", plan=plan_certificate_expired
    ),
    Scenario(name="zone_outage", title="An availability zone that fails", plan=plan_zone_outage),
    Scenario(name="bad_config_flag", title="A feature flag that breaks whom it is on for", plan=plan_bad_flag),
    Scenario(name="healthy_busy", title="A healthy system under load", rows=(40_000, 48_000)),
    Scenario(name="healthy_quiet", title="A healthy system at night", rows=(15_000, 20_000)),
)


def find_scenario(name: str) -> Scenario:
    """The scenario of this name; raises InputError with the nearest names."""
    if name in SCENARIOS:
        return SCENARIOS[name]
    near = get_close_matches(name, SCENARIOS, n=2, cutoff=0.4)
    hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(SCENARIOS)}"
    raise InputError(f"unknown sample {name!r}: {hint}")


def make(
    name: str,
    *,
    seed: int,
    out: Path,
    end: datetime | None = None,
    fmt: Format = "parquet",
    manifest_path: Path | None = None,
    seen: int = 0,
) -> Manifest:
    """Write one file per table into the new folder `out`; the same name, seed and version give the same bytes.

    Args:
        name: One of `SCENARIOS`.
        seed: Draws names, sizes, times and the fault.
        out: Absent or an empty folder; it appears whole or not at all.
        end: The folder's "now"; by default drawn from the seed (fixed for `shop`).
        fmt: `parquet`, or `csv` (gzipped).
        manifest_path: Where to write the truth as JSON; must lie outside `out`.
        seen: The highest number of a change that has no effect in it, because it was made before.

    Raises:
        InputError: unknown name, a folder that is not empty, a path that cannot be written, an `end` without zone.
    """
    scenario = find_scenario(name)
    refuse_taken(out)
    if manifest_path is not None and manifest_path.resolve().is_relative_to(out.resolve()):
        raise InputError(
            f"manifest path {str(manifest_path)!r} lies inside the data folder; choose a path outside {str(out)!r}"
        )
    played = play(scenario, seed=seed, end=end)
    notes = first_notes(
        Mark(sample=name, seed=seed, version=VERSION, format=fmt, end=played.end.isoformat()), seen=seen
    )
    write_folder(played.rows, out=out, fmt=fmt, workspace=played.world.workspace, notes=notes)
    manifest = _describe(played)
    if manifest_path is not None:
        write_manifest(manifest, manifest_path)
    return manifest


def play(scenario: Scenario, *, seed: int, end: datetime | None = None) -> Played:
    """The world, its fault and all rows; pure."""
    if end is not None and end.tzinfo is None:
        raise InputError(f"the end {end.isoformat()!r} has no time zone; add one, e.g. {end.isoformat() + 'Z'!r}")
    rng = Random(f"{scenario.name}/{seed}/{VERSION}")  # noqa: S311  # reproducible, not secret
    length_s = float(round(rng.uniform(*scenario.hours) * 3_600))
    drawn = scenario.end or _draw_end(rng)
    finish = end or drawn
    epoch_s = (finish - timedelta(seconds=length_s)).timestamp()
    size = Size(length_s=length_s, thinning=scenario.thinning, sampled=scenario.cast is None)
    world = draw_world(rng, cast=scenario.cast or draw_cast(rng), size=size, epoch_s=epoch_s)
    at = length_s - round(rng.uniform(*scenario.fault_min) * 60, 1)
    add_flags(world, rng)
    fault = scenario.plan(world, rng, at) if scenario.plan else Fault()
    noise = add_noise(world, rng, fault=fault, at=at)
    target_rows = rng.uniform(*scenario.rows)
    recorder = Recorder(world, Random(rng.getrandbits(64)))  # noqa: S311  # as above; apart, so that lag draws nothing else
    per_minute = target_rows / (world.length_s / 60) / _rows_per_operation(world)
    lines = _record(world, fault=fault, noise=noise, rng=rng, recorder=recorder, per_minute=per_minute)
    return Played(
        scenario=scenario.name,
        seed=seed,
        end=finish,
        world=world,
        fault=fault,
        noise=noise,
        per_minute=per_minute,
        lines=tuple(lines),
        rows=recorder.sorted_rows(),
        late=tuple(recorder.late),
    )


def _draw_end(rng: Random) -> datetime:
    """Some moment of 2026, by day or by night."""
    return datetime(2026, 1, 5, tzinfo=UTC) + timedelta(
        days=rng.randint(0, 280), seconds=round(rng.uniform(0, 86_400), 3)
    )


def _record(
    world: World, *, fault: Fault, noise: Noise, rng: Random, recorder: Recorder, per_minute: float
) -> list[Line]:
    telemetry = Telemetry(world, recorder=recorder, noise=noise, rng=rng)
    traffic = Traffic(world, fault=fault, noise=noise, telemetry=telemetry, rng=rng, per_minute=per_minute)
    traffic.play()
    lines = play_queues(world, traffic=traffic, fault=fault, telemetry=telemetry, rng=rng)
    if isinstance(fault, StuckConsumer) and fault.mode == "stalled":
        log_stall(world, world.services[fault.consumer], at=fault.at, telemetry=telemetry, rng=rng)
    record_cluster(world, fault=fault, recorder=recorder, rng=rng)
    record_azure(world, fault=fault, queues=[line.history() for line in lines], recorder=recorder, rng=rng)
    return lines


def _rows_per_operation(world: World) -> float:
    """About how many rows an operation that enters leaves behind."""
    rows = 0.0
    for name, visits in world.visits().items():
        service = world.services[name]
        weights = sum(op.weight for op in service.operations)
        calls = sum(op.weight / weights * call.share for op in service.operations for call in op.calls)
        rows += visits * service.keep * (1.3 + calls + 0.25 * 2)
    return rows


def _describe(played: Played) -> Manifest:
    world, truth = played.world, played.fault.truth
    start = datetime.fromtimestamp(world.epoch_s, UTC)
    return Manifest(
        scenario=played.scenario,
        seed=played.seed,
        version=VERSION,
        kind=truth.kind if truth else None,
        cause=truth.cause if truth else None,
        service=truth.service if truth else None,
        object=truth.object if truth else None,
        also=truth.also if truth else (),
        affected=truth.affected if truth else (),
        started_at=start + timedelta(seconds=truth.started_s) if truth else None,
        start=start,
        end=start + timedelta(seconds=world.length_s),
        services=tuple(world.services),
        silent=world.silent,
        red_herrings=tuple(world.herrings),
        rows={name: len(table) for name, table in played.rows.items()},
    )
