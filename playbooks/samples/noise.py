"""Red herrings: what looks suspicious in every folder and is never the cause."""

from dataclasses import dataclass, replace
from random import Random

from playbooks.samples import activities, names
from playbooks.samples.fault import Fault
from playbooks.samples.incidents import next_version
from playbooks.samples.rollout import hash_suffix, new_instance, roll_out
from playbooks.samples.topology import FOREVER, Flag, KubeEvent, Service, World


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """Disturbances of the played world.

    Attributes:
        noisy: Service with a handled exception that is always there.
        blip: Service, start, end of a short latency bump, or None.
        gap: Service, start, end of missing telemetry.
    """

    noisy: str
    blip: tuple[str, float, float]
    gap: tuple[str, float, float]


def add_flags(world: World, rng: Random) -> None:
    """Two flags without effect: one old and everywhere, one switched on within the window."""
    old, new = rng.sample(names.FLAGS, k=2)
    cores = tuple(service.name for service in world.tier("edge", "core"))
    world.flags[old] = Flag(share=0.5, services=cores)
    since, share = rng.uniform(0.2, 0.6) * world.length_s, rng.uniform(0.3, 0.9)
    world.flags[new] = Flag(share=share, services=(rng.choice(cores),), since=since)
    activities.record_flag(world, rng, flag=new, share=share, at=since - 20)
    world.herrings += [f"flag {old} evaluated everywhere", f"flag {new} switched on without effect"]


def add_noise(world: World, rng: Random, *, fault: Fault, at: float) -> Noise:
    """What does not depend on the fault's kind; services that suffer are spared where it would mislead."""
    activities.record_routine(world, rng)
    truth = fault.truth
    hurt = {truth.service, *truth.affected} if truth else set()
    calm = [s for s in world.services.values() if s.name not in hurt and s.tier != "worker"]
    anyone = calm or [s for s in world.tier("core", "edge") if not truth or s.name != truth.service]
    deployed = rng.choice(anyone)
    _harmless_deploy(world, rng, service=deployed, latest=world.length_s * 0.95 if calm else at - 3_600)
    _drain(world, rng, before=at - 1_800, spared=truth.service if truth else "")
    _scale_out(world, rng, service=rng.choice([s for s in anyone if s is not deployed] or anyone), before=at - 1_500)
    blip_at = rng.uniform(0.15, 0.9) * (at - 1_200)
    quiet = [s for s in world.services.values() if not truth or s.name != truth.service]
    gap_at = rng.uniform(1_200, min(at, world.length_s - 2_400) - 1_500)
    noise = Noise(
        noisy=rng.choice(anyone).name,
        blip=(rng.choice(quiet).name, blip_at, blip_at + rng.uniform(180, 480)),
        gap=(rng.choice([s for s in quiet if s.tier != "worker"]).name, gap_at, gap_at + rng.uniform(360, 900)),
    )
    world.herrings += [
        f"handled exceptions of {noise.noisy}",
        f"latency blip of {noise.blip[0]}",
        f"telemetry gap of {noise.gap[0]}",
    ]
    return noise


def _harmless_deploy(world: World, rng: Random, *, service: Service, latest: float) -> None:
    at = rng.uniform(2_400, max(2_500, latest))
    version = next_version(service.version, rng)
    roll_out(world, service, rng, at=at, version=version, span_s=rng.uniform(60, 200))
    activities.record_deploy(world, rng, service=service, version=version, at=at - rng.uniform(60, 150), done=at + 210)
    world.herrings.append(f"harmless deployment of {service.name} {version}")


def _drain(world: World, rng: Random, *, before: float, spared: str) -> None:
    """A node is drained for an image upgrade: its pods move, nothing fails."""
    node, at = rng.choice(world.nodes), rng.uniform(1_800, before)
    add = world.kube_events.append
    add(KubeEvent(t=at, object_kind="Node", name=node.name, reason="NodeNotSchedulable", computer=node.name,
                  message=f"Node {node.name} status is now: NodeNotSchedulable"))  # fmt: skip
    for service in world.services.values():
        if service.hosting != "aks" or service.name == spared:
            continue
        for index, item in enumerate(list(world.instances[service.name])):
            if item.node != node or not item.start < at < item.stop or item.stop != FOREVER or item.outages:
                continue
            others = [other for other in world.nodes if other.zone == node.zone and other != node] or list(world.nodes)
            moved = new_instance(
                world, service, rng, version=item.version, replica_set=item.replica_set, start=at + 5,
                node=rng.choice(others), warm_up_s=12,
            )  # fmt: skip
            world.instances[service.name][index] = replace(item, stop=at + 25)
            world.instances[service.name].append(moved)
            add(KubeEvent(t=at + 2, object_kind="Pod", name=item.name, reason="Evicted", computer=node.name,
                          component="drain",
                          message=f"Pod evicted to drain node {node.name} for image upgrade"))  # fmt: skip
            add(KubeEvent(t=at + 8, object_kind="Pod", name=moved.name, reason="Started", computer=moved.node.name,
                          message=f"Started container {service.name}"))  # fmt: skip
    add(KubeEvent(t=at + 900, object_kind="Node", name=node.name, reason="NodeSchedulable", computer=node.name,
                  message=f"Node {node.name} status is now: NodeSchedulable"))  # fmt: skip
    world.herrings.append(f"drain of node {node.name}")


def _scale_out(world: World, rng: Random, *, service: Service, before: float) -> None:
    """The autoscaler adds an instance."""
    at = rng.uniform(1_800, before)
    now = [item for item in world.instances[service.name] if item.start <= at < item.stop]
    replica_set = now[0].replica_set if now else hash_suffix(rng)
    version = now[0].version if now else service.version
    world.instances[service.name].append(
        new_instance(world, service, rng, version=version, replica_set=replica_set, start=at, warm_up_s=15)
    )
    if service.hosting == "aks":
        world.kube_events.append(KubeEvent(
            t=at - 2, object_kind="HorizontalPodAutoscaler", name=service.name, reason="SuccessfulRescale",
            component="horizontal-pod-autoscaler",
            message=f"New size: {len(now) + 1}; reason: cpu resource utilization (percentage of request) above target",
        ))  # fmt: skip
    world.herrings.append(f"scale-out of {service.name}")
