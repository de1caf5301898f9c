"""Draws a world: names, sizes, call graph, instances, all from one random stream."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from playbooks.samples import names
from playbooks.samples.backing import Backing, draw_backing
from playbooks.samples.chance import chance
from playbooks.samples.rollout import hash_suffix, new_instance
from playbooks.samples.stacks import STACKS
from playbooks.samples.topology import Call, Instance, Node, Operation, Service, Target, World, guid

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Which services play; callers stand before those they call.

    Attributes:
        silent: Known services that log nothing.
        versions: Pinned versions, of services that then run on Kubernetes.
        calls: Who calls whom among the cores, where that is not drawn.
        sender: The core that fills the queues, where that is not drawn.
        entry: Weight of the traffic that enters at a service, where that is not drawn.
    """

    edges: tuple[str, ...]
    cores: tuple[str, ...]
    workers: tuple[str, ...]
    silent: tuple[str, ...] = ()
    versions: tuple[tuple[str, str], ...] = ()
    calls: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sender: str = ""
    entry: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is drawn: `thinning` operations stand behind each recorded one (ingestion sampling)."""

    length_s: float
    thinning: int = 1
    sampled: bool = True


def draw_cast(rng: Random) -> Cast:
    """6 to 12 services in one naming style."""
    style = rng.choice(names.STYLES)
    cores = rng.sample(names.CORES, k=rng.randint(4, 8))
    return Cast(
        edges=tuple(rng.sample(names.EDGES, k=rng.randint(1, 2))),
        cores=tuple(style.format(core) for core in cores),
        workers=tuple(rng.sample(names.WORKERS, k=rng.randint(1, 2))),
    )


def draw_world(rng: Random, *, cast: Cast, size: Size, epoch_s: float) -> World:
    """A healthy system with `length_s` seconds of history."""
    org = rng.choice(names.ORGS)
    region = rng.choice(names.REGIONS)
    subscription = guid(rng)
    group = f"rg-{org}-prod"
    root = f"/subscriptions/{subscription}/resourceGroups/{group}/providers"
    world = World(
        org=org,
        region=region,
        subscription=subscription,
        group=group,
        workspace=guid(rng),
        instrumentation_key=guid(rng),
        namespace=rng.choice(("prod", "default", "apps", org)),
        cluster_id=f"{root}/Microsoft.ContainerService/managedClusters/aks-{org}-prod",
        upper_case=chance(rng, 0.5),
        length_s=size.length_s,
        epoch_s=epoch_s,
        services={},
        nodes=_draw_nodes(rng, region),
        instances={},
        silent=cast.silent,
    )
    shared = draw_backing(rng, world, cast.workers)
    for name, tier in _tiers(cast):
        world.services[name] = _draw_service(rng, world, cast, name, tier=tier, size=size, shared=shared)
    for service in world.services.values():
        world.instances[service.name] = _draw_instances(rng, world, service)
    return world


def _tiers(cast: Cast) -> list[tuple[str, str]]:
    return (
        [(name, "edge") for name in cast.edges]
        + [(name, "core") for name in cast.cores]
        + [(name, "worker") for name in cast.workers]
    )


def _draw_nodes(rng: Random, region: str) -> tuple[Node, ...]:
    pool = rng.randint(10_000_000, 49_999_999)
    count = rng.choice((6, 6, 9, 9, 12))
    return tuple(
        Node(name=f"aks-apps-{pool}-vmss{index:06x}", zone=f"{region}-{index % 3 + 1}") for index in range(count)
    )


def _draw_service(
    rng: Random, world: World, cast: Cast, name: str, *, tier: str, size: Size, shared: Backing
) -> Service:
    hosting = rng.choices(("aks", "containerapp", "appservice"), weights=(75, 17, 8))[0] if tier == "core" else "aks"
    pinned = dict(cast.versions).get(name)
    keep = rng.choices((1.0, 0.5, 1 / 3), weights=(55, 30, 15))[0] if size.sampled and size.thinning == 1 else 1.0
    root = f"/subscriptions/{world.subscription}/resourceGroups/{world.group}/providers"
    return Service(
        name=name,
        tier=tier,
        stack=rng.choice(STACKS),
        hosting="aks" if pinned else hosting,
        version=pinned or f"{rng.randint(1, 6)}.{rng.randint(0, 40)}.{rng.randint(0, 9)}",
        keep=keep,
        item_count=round(size.thinning / keep),
        relay_code=rng.choice(("502", "503", "500") if tier == "edge" else ("500", "503", "500")),
        noise=rng.uniform(0.001, 0.006),
        entry=cast.entry.get(name) or {"edge": rng.uniform(6, 9), "core": rng.uniform(0.5, 1.5), "worker": 0.0}[tier],
        operations=_draw_operations(rng, cast, name, tier=tier, shared=shared),
        memory_limit=rng.choice((512, 768, 1024, 1536, 2048)) * MIB,
        memory_use=rng.uniform(0.3, 0.55),
        resource_id=f"{root}/microsoft.insights/components/appi-{world.org}-prod",
    )


def _draw_operations(rng: Random, cast: Cast, name: str, *, tier: str, shared: Backing) -> tuple[Operation, ...]:
    if tier == "worker":
        return (_worker_operation(rng, cast, name, shared),)
    noun = name.removeprefix("svc-").removesuffix("-api").removesuffix("-svc")
    routes = [
        ("GET", f"/api/{noun}/{{id}}"),
        ("POST", f"/api/{noun}"),
        ("GET", f"/api/{noun}"),
        ("PUT", f"/api/{noun}/{{id}}"),
    ]
    if tier == "edge":
        routes = [("GET", f"/{core.removeprefix('svc-')}") for core in cast.cores[:4]] + [("POST", f"/{cast.cores[0]}")]
    chosen = rng.sample(routes, k=rng.randint(2, 3)) if tier == "core" else routes
    backing = _draw_backing(rng, name, cast, shared)
    return tuple(
        Operation(
            name=f"{verb} {path}", path=path, weight=rng.uniform(1, 4), own_ms=rng.uniform(4, 18),
            calls=_draw_calls(rng, cast, name, tier=tier, backing=backing, index=index),
        )
        for index, (verb, path) in enumerate(chosen)
    )  # fmt: skip


def _draw_backing(rng: Random, name: str, cast: Cast, shared: Backing) -> tuple[Call, ...]:
    """The stores and partners of one service; the first cores cover every kind, so that each kind has traffic."""
    position = cast.cores.index(name) if name in cast.cores else -1
    if position < 0:
        return ()
    calls = [Call(target=shared.databases[position % 2], share=0.9, timeout_ms=15_000)]
    if position % 3 == 1 or chance(rng, 0.35):
        calls.append(Call(target=shared.caches[0], share=0.95, retries=1, timeout_ms=5_000))
    if position % 3 != 1 and position < 2 * len(shared.partners):
        partner = shared.partners[position % len(shared.partners)]
        calls.append(
            Call(target=partner, share=rng.uniform(0.6, 0.95), retries=rng.choice((0, 1, 2)), timeout_ms=8_000)
        )
    if chance(rng, 0.3):
        calls.append(Call(target=shared.blobs[0], share=0.5, retries=1))
    calls.extend(
        Call(target=queue, share=rng.uniform(0.5, 0.9), retries=1)
        for index, queue in enumerate(shared.queues)
        if (name == cast.sender if cast.sender else position == (index + 1) % len(cast.cores))
    )
    return tuple(calls)


def _draw_calls(
    rng: Random, cast: Cast, name: str, *, tier: str, backing: tuple[Call, ...], index: int
) -> tuple[Call, ...]:
    if tier == "edge":
        first = cast.cores[index % 4]  # the routes name the first four
        others = [core for core in cast.cores if core != first]
        below = [first, *rng.sample(others, k=min(len(others), rng.randint(0, 1)))]
        return tuple(service_call(core, share=1.0 if core == first else 0.6, retries=0) for core in below)
    later = cast.cores[cast.cores.index(name) + 1 :]
    below = (
        list(cast.calls.get(name, ())) if cast.calls else rng.sample(later, k=min(len(later), rng.choice((0, 1, 1, 2))))
    )
    inner = tuple(
        service_call(core, share=rng.uniform(0.5, 0.9), retries=rng.choice((0, 0, 1)), required=chance(rng, 0.8))
        for core in below
    )
    return backing + inner


def service_call(name: str, *, share: float, retries: int = 0, required: bool = True) -> Call:
    """A call from one service to another."""
    target = Target(
        kind="service", host=name, name=name, dependency_type="HTTP", latency_ms=2.0, command=f"http://{name}"
    )
    return Call(target=target, share=share, retries=retries, required=required, timeout_ms=20_000)


def _worker_operation(rng: Random, cast: Cast, name: str, shared: Backing) -> Operation:
    position = cast.workers.index(name)
    return Operation(
        name="ServiceBusProcessor.ProcessMessage", path=shared.queues[position].host, weight=1.0,
        own_ms=rng.uniform(40, 160),
        calls=(Call(target=shared.databases[position % 2], share=1.0, timeout_ms=15_000),),
    )  # fmt: skip


def _draw_instances(rng: Random, world: World, service: Service) -> list[Instance]:
    replica_set = hash_suffix(rng)
    count = rng.randint(3, 6) if service.tier != "worker" else rng.randint(2, 3)
    nodes = rng.sample(world.nodes, k=min(count, len(world.nodes)))
    zones = sorted({node.zone for node in world.nodes})
    first = [next(node for node in rng.sample(world.nodes, k=len(world.nodes)) if node.zone == zone) for zone in zones]
    spread = first[:count] + nodes[3:]
    return [
        new_instance(
            world, service, rng, version=service.version, replica_set=replica_set,
            start=-rng.uniform(20_000, 500_000), node=spread[index % len(spread)],
        )
        for index in range(count)
    ]  # fmt: skip
