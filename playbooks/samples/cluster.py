"""Writes what Container insights holds: events, inventories of pods and nodes, memory and CPU."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from math import sin
from random import Random

from playbooks.samples.fault import Fault
from playbooks.samples.recorder import Recorder
from playbooks.samples.topology import FOREVER, Instance, Node, Service, World

INVENTORY_S = 300.0
PERF_S = 240.0


def record_cluster(world: World, *, fault: Fault, recorder: Recorder, rng: Random) -> None:
    """All Kubernetes tables."""
    record_events(world, recorder)
    t = rng.uniform(0, 60)
    while t < world.length_s:
        record_inventory(world, t, fault=fault, recorder=recorder)
        t += INVENTORY_S
    t = rng.uniform(0, 60)
    while t < world.length_s:
        record_use(world, t, fault=fault, recorder=recorder, rng=rng)
        t += PERF_S


def record_inventory(world: World, t: float, *, fault: Fault, recorder: Recorder) -> None:
    """One look at all pods, nodes and deployments."""
    for service, item in _pods(world):
        if item.start <= t < item.stop + (1e9 if item.outages and item.outages[-1].reason == "NodeLost" else 0):
            _record_pod(world, service, item, t, recorder=recorder)
    for node in world.nodes:
        _record_node(world, node, t, fault=fault, recorder=recorder)
    _record_replicas(world, t, recorder=recorder)


def record_use(world: World, t: float, *, fault: Fault, recorder: Recorder, rng: Random) -> None:
    """One look at what all containers use."""
    for service, item in _pods(world):
        if item.ready <= t < item.stop and not item.down_at(t) and not fault.node_lost(item.node.zone, t):
            _record_memory(world, service, item, t, fault=fault, recorder=recorder, rng=rng)


def _pods(world: World) -> Iterator[tuple[Service, Instance]]:
    for service in world.services.values():
        if service.hosting == "aks":
            yield from ((service, item) for item in world.instances[service.name])


def _where(world: World) -> tuple[str, str, str]:
    return (world.cluster_id.rsplit("/", 1)[1], world.cluster_id, world.cluster_id)


def record_events(world: World, recorder: Recorder, *, start: float = -FOREVER, end: float = FOREVER) -> None:
    """Kubernetes' events of that time."""
    for event in world.kube_events:
        if not start <= event.t < end:
            continue
        stamp = recorder.stamp(event.t)
        namespace = "" if event.object_kind == "Node" else world.namespace
        row = (
            event.computer, event.object_kind, namespace, event.name, event.reason, event.message, event.kind,
            float(event.count), event.component, stamp, stamp, *_where(world),
        )  # fmt: skip
        recorder.put("KubeEvents", event.t, row)


def _record_pod(world: World, service: Service, item: Instance, t: float, *, recorder: Recorder) -> None:
    down = item.down_at(t)
    past = [outage for outage in item.outages if outage.down <= t]
    kill = past[-1] if past and past[-1].reason == "OOMKilled" else None
    last = {}
    if kill:
        last = {"lastState": "terminated", "reason": kill.reason, "exitCode": 137,
                "finishedAt": _iso(world, kill.down), "containerID": f"containerd://{item.container_id}"}  # fmt: skip
    status, reason = ("waiting", "CrashLoopBackOff") if down and kill else ("running", "")
    phase, address = "Running", item.ip
    if not item.node.name:
        phase, address, status = "Pending", "", ""
    ready_s = item.outages[-1].up if kill and not down and item.outages else item.start
    row = (
        item.node.name, world.namespace, item.name, item.uid, phase, address,
        json.dumps([{"app": service.name, "version": item.version, "pod-template-hash": item.replica_set}]),
        item.restarts_at(t), recorder.stamp(item.start), recorder.stamp(min(ready_s, t)), service.name, "ReplicaSet",
        f"{service.deployment}-{item.replica_set}", f"{item.uid}/{service.name}", item.container_id, status, reason,
        item.restarts_at(t), json.dumps(last), *_where(world),
    )  # fmt: skip
    recorder.put("KubePodInventory", t, row)


def _iso(world: World, t: float) -> str:
    return datetime.fromtimestamp(world.epoch_s + t, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _record_node(world: World, node: Node, t: float, *, fault: Fault, recorder: Recorder) -> None:
    lost = fault.node_lost(node.zone, t)
    started = fault.truth.started_s + 45 if lost and fault.truth else -86_400.0
    labels = [{
        "kubernetes.io/hostname": node.name, "kubernetes.io/os": "linux", "kubernetes.azure.com/agentpool": "apps",
        "topology.kubernetes.io/region": world.region, "topology.kubernetes.io/zone": node.zone,
        "node.kubernetes.io/instance-type": "Standard_D4ds_v5",
    }]  # fmt: skip
    index = int(node.name[-6:], 16)
    row = (
        node.name, "Unknown" if lost else "Ready", json.dumps(labels), "v1.33.5", "Linux",
        f"azure://{world.cluster_id.split('/providers')[0]}/virtualMachines/{index}", recorder.stamp(-900_000.0),
        recorder.stamp(started), *_where(world),
    )  # fmt: skip
    recorder.put("KubeNodeInventory", t, row)


def _record_replicas(world: World, t: float, *, recorder: Recorder) -> None:
    """Desired and available replicas, as the agent scrapes them from kube-state."""
    for service in world.services.values():
        if service.hosting != "aks":
            continue
        items = [item for item in world.instances[service.name] if item.start <= t < item.stop]
        ready = [item for item in items if item.ready <= t and not item.down_at(t)]
        tags = json.dumps({
            "container.azm.ms/clusterId": world.cluster_id, "deployment": service.deployment,
            "k8sNamespace": world.namespace, "spec_replicas": len(items), "status_replicas_available": len(ready),
        })  # fmt: skip
        row = ("", "container.azm.ms", "container.azm.ms/kubestate", "kube_deployment_status_replicas_ready")
        recorder.put("InsightsMetrics", t, (*row, float(len(ready)), tags, world.cluster_id))


def _record_memory(
    world: World, service: Service, item: Instance, t: float, *, fault: Fault, recorder: Recorder, rng: Random
) -> None:
    share = fault.memory(item, t)
    if share is None:
        share = service.memory_use * (1.0 + 0.06 * sin(t / 1_900 + service.memory_limit)) + 0.012 * rng.gauss(0.0, 1.0)
    used = share * service.memory_limit
    name = f"{world.cluster_id}/{item.uid}/{service.name}"
    counters = (
        ("memoryWorkingSetBytes", used),
        ("memoryRssBytes", used * 0.93),
        ("memoryLimitBytes", float(service.memory_limit)),
        ("cpuUsageNanoCores", 1e6 * rng.uniform(60, 240) * (1.0 + max(0.0, share - 0.7) * 4)),
    )
    for counter, value in counters:
        row = (item.node.name, "K8SContainer", counter, name, float(round(value)), world.cluster_id)
        recorder.put("Perf", t, row)
