"""Instances and how a new version replaces them, with the events Kubernetes writes."""

from dataclasses import replace
from random import Random

from playbooks.samples.topology import FOREVER, Instance, KubeEvent, Node, Service, World, guid


def new_instance(world: World, service: Service, rng: Random, *, version: str, replica_set: str, start: float,
                 node: Node | None = None, warm_up_s: float = 0.0) -> Instance:  # fmt: skip
    """An instance named as its hosting names them."""
    tail = "".join(rng.choices("bcdfghjklmnpqrstvwxz2456789", k=5))
    match service.hosting:
        case "aks":
            name = f"{service.deployment}-{replica_set}-{tail}"
        case "containerapp":
            name = f"{service.name}--{replica_set}-{rng.getrandbits(40):010x}-{tail}"
        case _:
            name = f"{rng.getrandbits(48):012x}lw1{tail[:3]}"
    return Instance(
        name=name,
        uid=guid(rng),
        container_id=f"{rng.getrandbits(256):064x}",
        ip=f"10.{rng.randint(224, 247)}.{rng.randint(0, 31)}.{rng.randint(4, 250)}",
        service=service.name,
        version=version,
        replica_set=replica_set,
        node=node or rng.choice(world.nodes),
        start=start,
        ready=start + warm_up_s,
    )


def hash_suffix(rng: Random) -> str:
    """A replica set's suffix."""
    return "".join(rng.choices("bcdf456789", k=9))


def roll_out(
    world: World,
    service: Service,
    rng: Random,
    *,
    at: float,
    version: str,
    span_s: float,
    share: float = 1.0,
    running: str | None = None,
) -> list[tuple[Instance, Instance]]:
    """Replace `share` of a service's instances one by one from `at` on, with the events Kubernetes writes.

    `running` limits it to instances of that version. Those replaced come back with those that took their place.
    """
    current = [
        item
        for item in world.instances[service.name]
        if item.start <= at < item.stop and item.ready < FOREVER and running in (None, item.version)
    ]
    swapped: list[tuple[Instance, Instance]] = []
    count = max(1, round(len(current) * share))
    replica_set = hash_suffix(rng)
    step = span_s / count
    for index, old in enumerate(current[:count]):
        moment = at + index * step
        new = new_instance(
            world, service, rng, version=version, replica_set=replica_set, start=moment,
            node=place(world, old.node, rng),
            warm_up_s=min(20.0, step / 2),
        )  # fmt: skip
        position = world.instances[service.name].index(old)
        world.instances[service.name][position] = replace(old, stop=new.ready + 5.0)
        world.instances[service.name].append(new)
        if service.hosting == "aks":
            _roll_events(world, service, old, new, index)
        swapped.append((old, new))
    return swapped


def place(world: World, node: Node, rng: Random) -> Node:
    """The node itself, or one of another zone where its own takes nothing."""
    open_nodes = [item for item in world.nodes if item.zone not in world.cordoned]
    if (node.zone and node.zone not in world.cordoned) or not open_nodes:
        return node
    return rng.choice(open_nodes)


def _roll_events(world: World, service: Service, old: Instance, new: Instance, index: int) -> None:
    deployment = service.deployment
    image = f"acr{world.org}.azurecr.io/{service.name}:{new.version}"
    add = world.kube_events.append
    add(KubeEvent(
        t=new.start, object_kind="Deployment", name=deployment, reason="ScalingReplicaSet",
        message=f"Scaled up replica set {deployment}-{new.replica_set} from {index} to {index + 1}",
        component="deployment-controller",
    ))  # fmt: skip
    add(KubeEvent(t=new.start + 3, object_kind="Pod", name=new.name, reason="Pulled", computer=new.node.name,
                  message=f'Successfully pulled image "{image}" in 2.911s (2.911s including waiting)'))  # fmt: skip
    add(KubeEvent(t=new.start + 4, object_kind="Pod", name=new.name, reason="Started", computer=new.node.name,
                  message=f"Started container {service.name}"))  # fmt: skip
    add(KubeEvent(t=new.ready + 5, object_kind="Pod", name=old.name, reason="Killing", computer=old.node.name,
                  message=f"Stopping container {service.name}"))  # fmt: skip
