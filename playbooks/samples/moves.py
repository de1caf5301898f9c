"""Instances that come, go and move on demand: scaling, draining a zone, and letting it take work again."""

from dataclasses import replace
from random import Random

from playbooks.samples.fault import Fault
from playbooks.samples.rollout import hash_suffix, new_instance
from playbooks.samples.topology import FOREVER, Instance, KubeEvent, Node, Service, World

_POD_S = (15.0, 40.0)
"""How long a new instance takes to be ready."""


def resize(world: World, service: Service, wanted: int, *, fault: Fault, at: float, rng: Random) -> list[Instance]:
    """Have that many instances; those that are new."""
    instances = world.instances[service.name]
    alive = [item for item in instances if item.start <= at < item.stop and item.ready < FOREVER]
    for item in alive[wanted:]:
        instances[instances.index(item)] = replace(item, stop=at + rng.uniform(5, 30))
        _tell(world, item, t=at + 5, reason="Killing", message=f"Stopping container {service.name}")
    model = alive[-1] if alive else instances[-1] if instances else None
    nodes = _open_nodes(world, fault, at)
    made = [
        new_instance(
            world, service, rng,
            version=model.version if model else service.version,
            replica_set=model.replica_set if model else hash_suffix(rng),
            start=at + rng.uniform(2, 12), node=rng.choice(nodes), warm_up_s=rng.uniform(*_POD_S),
        )
        for _ in range(wanted - len(alive))
    ]  # fmt: skip
    instances.extend(made)
    if service.hosting == "aks" and wanted != len(alive):
        way = "up" if made else "down"
        world.kube_events.append(KubeEvent(
            t=at + 1, object_kind="Deployment", name=service.deployment, reason="ScalingReplicaSet",
            component="deployment-controller",
            message=f"Scaled {way} replica set {service.deployment}-{model.replica_set if model else ''}"
            f" from {len(alive)} to {wanted}",
        ))  # fmt: skip
        for item in made:
            _tell(world, item, t=item.start + 3, reason="Started", message=f"Started container {service.name}")
    return made


def drain(world: World, zone: str, *, fault: Fault, at: float, rng: Random) -> list[Instance]:
    """Take a zone's nodes out of use and move what runs or waits there; those that are new, none for no such zone."""
    if zone not in {node.zone for node in world.nodes}:
        return []
    world.cordoned.add(zone)
    _tell_nodes(world, zone, at=at, state="NodeNotSchedulable")
    waiting = [item for items in world.instances.values() for item in items if _waits(item, at)]
    if waiting:
        _grow(world, fault, at=at, pods=waiting)
    nodes = _open_nodes(world, fault, at)
    made: list[Instance] = []
    for service in world.services.values():
        if service.hosting != "aks":
            continue
        instances = world.instances[service.name]
        for position, item in enumerate(list(instances)):
            if item.stop != FOREVER or not (item.node.zone == zone or _waits(item, at)):
                continue
            # a pod that waits keeps its name when it finds a node; here another takes its place, as after an eviction
            new = new_instance(
                world, service, rng, version=item.version, replica_set=item.replica_set,
                start=at + rng.uniform(20, 150), node=rng.choice(nodes), warm_up_s=rng.uniform(*_POD_S),
            )  # fmt: skip
            instances[position] = replace(item, stop=new.start if _waits(item, at) else new.ready + 5)
            made.append(new)
            _tell(world, item, t=new.start - 3, reason="Evicted", message=f"Pod evicted to drain zone {zone}")
            _tell(world, new, t=new.start + 3, reason="Started", message=f"Started container {service.name}")
        instances.extend(item for item in made if item.service == service.name)
    return made


def let_back(world: World, zone: str, *, at: float) -> None:
    """A drained zone takes new instances again; nothing that runs moves by itself."""
    if zone in world.cordoned:
        world.cordoned.discard(zone)
        _tell_nodes(world, zone, at=at, state="NodeSchedulable")


def _waits(item: Instance, at: float) -> bool:
    """Whether it is a pod that found no node."""
    return item.ready == FOREVER and item.start <= at < item.stop


def _open_nodes(world: World, fault: Fault, at: float) -> tuple[Node, ...]:
    """The nodes that take instances; all where there is none left, because a scheduler then waits for one."""
    fit = tuple(node for node in world.nodes if node.zone not in world.cordoned and not fault.node_lost(node.zone, at))
    return fit or world.nodes


def _grow(world: World, fault: Fault, *, at: float, pods: list[Instance]) -> None:
    """The cluster's autoscaler adds a node in each zone that takes instances."""
    pool = world.nodes[0].name.split("-vmss")[0]
    zones = sorted({node.zone for node in _open_nodes(world, fault, at)})
    count = len(world.nodes)
    new = tuple(Node(name=f"{pool}-vmss{count + number:06x}", zone=zone) for number, zone in enumerate(zones))
    world.nodes = (*world.nodes, *new)
    for item in pods:
        world.kube_events.append(KubeEvent(
            t=at + 10, object_kind="Pod", name=item.name, reason="TriggeredScaleUp", component="cluster-autoscaler",
            message=f"pod triggered scale-up: [{{{pool}-vmss {count}->{count + len(new)} (max: 100)}}]",
        ))  # fmt: skip


def _tell(world: World, item: Instance, *, t: float, reason: str, message: str) -> None:
    if world.services[item.service].hosting == "aks":
        world.kube_events.append(
            KubeEvent(t=t, object_kind="Pod", name=item.name, reason=reason, computer=item.node.name, message=message)
        )


def _tell_nodes(world: World, zone: str, *, at: float, state: str) -> None:
    for number, node in enumerate(item for item in world.nodes if item.zone == zone):
        world.kube_events.append(KubeEvent(
            t=at + 2.0 * number, object_kind="Node", name=node.name, reason=state, computer=node.name,
            message=f"Node {node.name} status is now: {state}",
        ))  # fmt: skip
