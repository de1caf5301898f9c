"""Writes what the platform itself reports: activity log, resource metrics, availability tests, process counters."""

import json
from collections.abc import Sequence
from random import Random

from playbooks.samples import names
from playbooks.samples.chance import chance
from playbooks.samples.fault import Fault
from playbooks.samples.outages import called_targets
from playbooks.samples.queueing import QueueHistory
from playbooks.samples.recorder import Recorder
from playbooks.samples.tables import performance_bucket
from playbooks.samples.topology import Activity, Instance, Service, Target, World, guid

MINUTE_S = 60.0
PROBE_S = 300.0


def record_azure(
    world: World, *, fault: Fault, queues: Sequence[QueueHistory], recorder: Recorder, rng: Random
) -> None:
    """All tables that no application writes."""
    for activity in world.activities:
        _record_activity(world, activity, recorder=recorder, rng=rng)
    minute = -(world.epoch_s % MINUTE_S) + MINUTE_S
    while minute + MINUTE_S <= world.length_s:
        record_minute(world, minute, fault=fault, queues=queues, recorder=recorder, rng=rng)
        minute += MINUTE_S
    _record_probes(world, fault=fault, recorder=recorder, rng=rng)
    _record_counters(world, fault=fault, recorder=recorder, rng=rng)


def record_minute(
    world: World, minute: float, *, fault: Fault, queues: Sequence[QueueHistory], recorder: Recorder, rng: Random
) -> None:
    """The resources' metrics of the minute that begins then."""
    for _, target in called_targets(world, "postgres"):
        _record_database(world, target, minute, fault=fault, recorder=recorder, rng=rng)
    for _, target in called_targets(world, "redis"):
        level = 38 + rng.gauss(0, 1.2)
        gauge(world, recorder, target.resource_id, minute, name="usedmemorypercentage", unit="Percent", value=level)
    if queues:
        thinning = max(service.item_count for service in world.tier("worker"))
        _record_bus(world, queues, minute, thinning=thinning, recorder=recorder)


def record_activities(world: World, recorder: Recorder, *, start: float, end: float, rng: Random) -> None:
    """The activity log of that time."""
    for activity in world.activities:
        if start <= activity.t < end:
            _record_activity(world, activity, recorder=recorder, rng=rng)


def _record_activity(world: World, activity: Activity, *, recorder: Recorder, rng: Random) -> None:
    operation = activity.operation
    provider = operation.split("/")[0]
    if world.upper_case and activity.category == "Administrative":
        operation, provider = operation.upper(), provider.upper()
    bag = json.dumps(dict(activity.properties))
    group = activity.resource_id.split("/")[4] if activity.resource_id.count("/") >= 4 else ""  # noqa: PLR2004  # position in the id
    substatus = "Created" if activity.status == "Success" and activity.operation.endswith("write") else ""
    row = (
        operation, activity.status, substatus, activity.category, activity.level, activity.caller,
        f"20.{rng.randint(30, 120)}.{rng.randint(1, 250)}.{rng.randint(1, 250)}", activity.correlation, guid(rng),
        recorder.stamp(activity.t + rng.uniform(20, 90)), group, provider, activity.resource_id, world.subscription,
        bag, bag, activity.resource_id.lower(),
    )  # fmt: skip
    recorder.put("AzureActivity", activity.t, row)


def _metric(world: World, recorder: Recorder, resource_id: str, t: float, *, name: str, unit: str,
            total: float, count: float, average: float, high: float, low: float) -> None:  # fmt: skip
    parts = resource_id.split("/")
    row = (
        name, round(total, 3), count, round(average, 3), round(high, 3), round(low, 3), "PT1M", unit,
        resource_id.upper(), parts[-1].upper(), world.group.upper(), parts[6].upper(), world.subscription,
        resource_id.lower(),
    )  # fmt: skip
    recorder.put("AzureMetrics", t, row)


def gauge(world: World, recorder: Recorder, resource_id: str, t: float, *, name: str, unit: str, value: float) -> None:
    """A level within a minute."""
    _metric(
        world,
        recorder,
        resource_id,
        t,
        name=name,
        unit=unit,
        total=value,
        count=1,
        average=value,
        high=value,
        low=value,
    )


def _count(world: World, recorder: Recorder, resource_id: str, t: float, *, name: str, value: float) -> None:
    _metric(
        world,
        recorder,
        resource_id,
        t,
        name=name,
        unit="Count",
        total=value,
        count=1,
        average=value,
        high=value,
        low=value,
    )


def _record_database(
    world: World, target: Target, minute: float, *, fault: Fault, recorder: Recorder, rng: Random
) -> None:
    share = fault.connections(target, minute + MINUTE_S / 2)
    exhausted = share is not None and share >= 1.0
    usual = 0.36 + 0.05 * rng.gauss(0.0, 1.0)
    used = target.capacity * (usual if share is None else min(1.0, share + 0.006 * rng.gauss(0.0, 1.0)))
    used = float(round(min(target.capacity, used) if not exhausted else target.capacity - rng.randint(0, 3)))
    resource = target.resource_id
    gauge(world, recorder, resource, minute, name="active_connections", unit="Count", value=used)
    gauge(world, recorder, resource, minute, name="max_connections", unit="Count", value=float(target.capacity))
    gauge(
        world,
        recorder,
        resource,
        minute,
        name="cpu_percent",
        unit="Percent",
        value=max(2.0, 31 + 4 * rng.gauss(0.0, 1.0)),
    )
    failed = float(rng.randint(25, 160)) if exhausted else float(chance(rng, 0.02))
    _count(world, recorder, resource, minute, name="connections_failed", value=failed)


def _record_bus(
    world: World, queues: Sequence[QueueHistory], minute: float, *, thinning: int, recorder: Recorder
) -> None:
    """A namespace's metrics: exports carry no queue dimension, so its queues are summed."""
    counts = [queue.counts(minute, minute + MINUTE_S) for queue in queues]
    came, left, dead, waiting = (float(sum(values) * thinning) for values in zip(*counts, strict=True))
    resource = queues[0].resource_id
    _count(world, recorder, resource, minute, name="IncomingMessages", value=came)
    _count(world, recorder, resource, minute, name="OutgoingMessages", value=left)
    _count(world, recorder, resource, minute, name="CompleteMessage", value=left)
    gauge(world, recorder, resource, minute, name="ActiveMessages", unit="Count", value=waiting)
    gauge(world, recorder, resource, minute, name="DeadletteredMessages", unit="Count", value=dead)
    for queue, (_, _, _, depth) in zip(queues, counts, strict=True):
        tags = json.dumps(
            {
                "scaledObject": queue.queue,
                "metric": f"s0-azure-servicebus-{queue.queue}",
                "k8sNamespace": world.namespace,
            }
        )
        row = (
            "",
            "prometheus",
            "prometheus",
            "keda_scaler_metrics_value",
            float(depth * thinning),
            tags,
            world.cluster_id,
        )
        recorder.put("InsightsMetrics", minute + MINUTE_S, row)


def _record_probes(world: World, *, fault: Fault, recorder: Recorder, rng: Random) -> None:
    """Availability tests of a called partner, from two places every five minutes."""
    host = probed_host(world)
    if host is None:
        return
    for location in rng.sample(names.LOCATIONS, k=2):
        t = rng.uniform(0, PROBE_S)
        while t < world.length_s:
            record_probe(world, host, t, location=location, fault=fault, recorder=recorder, rng=rng)
            t += PROBE_S


def probed_host(world: World) -> str | None:
    """The partner that availability tests ask, where there is one."""
    partners = called_targets(world, "partner")
    return partners[0][1].host if partners else None


def record_probe(
    world: World, host: str, t: float, *, location: str, fault: Fault, recorder: Recorder, rng: Random
) -> None:
    """One availability test."""
    resource = world.tier("edge")[0].resource_id
    message = fault.probe(host, t)
    took = round(rng.uniform(90, 400), 3)
    row = (
        guid(rng), f"{rng.getrandbits(128):032x}", f"partner-{host}", location, message is None,
        message or "Passed",
        took, performance_bucket(took), json.dumps({"FullTestResultAvailable": "True"}), "{}", "PC",
        world.instrumentation_key, 1, resource,
    )  # fmt: skip
    recorder.put("AppAvailabilityResults", t, row)


def _record_counters(world: World, *, fault: Fault, recorder: Recorder, rng: Random) -> None:
    """Private bytes of each process, every five minutes."""
    for service in world.services.values():
        for item in world.instances[service.name]:
            t = max(0.0, item.ready) + rng.uniform(0, PROBE_S)
            while t < min(world.length_s, item.stop):
                record_counter(world, service, item, t, fault=fault, recorder=recorder)
                t += PROBE_S


def record_counter(
    world: World, service: Service, item: Instance, t: float, *, fault: Fault, recorder: Recorder
) -> None:
    """The memory of one process, unless it is down."""
    if item.down_at(t):
        return
    share = fault.memory(item, t) or service.memory_use
    role = (service.name, item.name, item.version, service.stack.sdk, "PC", "0.0.0.0",  # noqa: S104  # masked as Azure masks it
            world.instrumentation_key, service.resource_id)  # fmt: skip
    bytes_ = float(round(share * service.memory_limit * 0.97))
    recorder.put("AppPerformanceCounters", t, ("Process", "Private Bytes", "Private Bytes", "", bytes_, "{}", *role))
