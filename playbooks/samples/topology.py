"""A system as drawn from a seed: services, what they call, where they run."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from playbooks.samples.stacks import Stack

FOREVER = float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Something that is called over the network; `host` is what telemetry shows as the dependency's target.

    `kind` is one of service, postgres, redis, blob, partner, queue; `resource_id` is empty for outside systems.
    """

    kind: str
    host: str
    name: str
    dependency_type: str
    latency_ms: float
    command: str
    resource_id: str = ""
    capacity: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call that an operation makes in `share` of its runs; a failed optional call is absorbed."""

    target: Target
    share: float
    required: bool = True
    retries: int = 0
    timeout_ms: float = 10_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A route or a message handler."""

    name: str
    path: str
    weight: float
    own_ms: float
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A deployable unit that reports under its own role name.

    Attributes:
        tier: edge, core or worker.
        hosting: aks, containerapp or appservice.
        keep: Share of operations whose telemetry is kept (sampling); ItemCount is the inverse.
        relay_code: Result code when something it needs failed.
        noise: Share of requests that fail for no reason that matters.
        entry: Weight of traffic that enters the system here.
    """

    name: str
    tier: str
    stack: Stack
    hosting: str
    version: str
    keep: float
    item_count: int
    relay_code: str
    noise: float
    entry: float
    operations: tuple[Operation, ...]
    memory_limit: int
    memory_use: float
    resource_id: str

    @property
    def targets(self) -> tuple[Target, ...]:
        """What it calls, without repeats."""
        return tuple({call.target.host: call.target for op in self.operations for call in op.calls}.values())

    @property
    def deployment(self) -> str:
        """The Kubernetes controller's name."""
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A machine of the cluster."""

    name: str
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A container's downtime between a kill and its restart; `reason` is Kubernetes' word."""

    down: float
    up: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """A pod or other instance, from `start` to `stop` (seconds from the folder's start).

    It takes requests from `ready` on; one that finds no node is never ready, and its node has no name.
    """

    name: str
    uid: str
    container_id: str
    ip: str
    service: str
    version: str
    replica_set: str
    node: Node
    start: float
    stop: float = FOREVER
    ready: float = 0.0
    outages: tuple[Outage, ...] = ()

    def down_at(self, t: float) -> bool:
        """Whether its container is between two lives."""
        return any(outage.down <= t < outage.up for outage in self.outages)

    def restarts_at(self, t: float) -> int:
        """How often it had restarted."""
        return sum(1 for outage in self.outages if outage.up <= t)


@dataclass(frozen=True, slots=True, kw_only=True)
class KubeEvent:
    """A Kubernetes event; `kind` is Normal or Warning."""

    t: float
    object_kind: str
    name: str
    reason: str
    message: str
    kind: str = "Normal"
    component: str = "kubelet"
    computer: str = ""
    count: int = 1
    namespace: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """An entry of the Azure activity log."""

    t: float
    operation: str
    status: str
    resource_id: str
    caller: str
    properties: Mapping[str, object] = field(default_factory=dict)
    category: str = "Administrative"
    level: str = "Informational"
    correlation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A feature flag that `services` evaluate, on for `share` of operations from `since` on.

    Attributes:
        switched: Later shares with the time from which each holds, in order.
    """

    share: float
    services: tuple[str, ...]
    since: float = -FOREVER
    switched: tuple[tuple[float, float], ...] = ()

    def share_at(self, t: float) -> float:
        """The share of operations for which it is on."""
        last = [share for since, share in self.switched if since <= t][-1:]
        return last[0] if last else self.share if t >= self.since else 0.0


@dataclass(slots=True, kw_only=True)
class World:
    """A system with its history; plans add instances, Kubernetes events and activities before it is played.

    Attributes:
        length_s: Seconds from the folder's start to its end.
        flags: Feature flags by name.
        cordoned: Zones whose nodes take no new instances.
    """

    org: str
    region: str
    subscription: str
    group: str
    workspace: str
    instrumentation_key: str
    namespace: str
    cluster_id: str
    upper_case: bool
    length_s: float
    epoch_s: float
    services: dict[str, Service]
    nodes: tuple[Node, ...]
    instances: dict[str, list[Instance]]
    flags: dict[str, Flag] = field(default_factory=dict)
    kube_events: list[KubeEvent] = field(default_factory=list)
    activities: list[Activity] = field(default_factory=list)
    herrings: list[str] = field(default_factory=list)
    silent: tuple[str, ...] = ()
    cordoned: set[str] = field(default_factory=set)

    def tier(self, *tiers: str) -> list[Service]:
        """Services of these tiers, in order."""
        return [service for service in self.services.values() if service.tier in tiers]

    def callers(self, host: str) -> list[Service]:
        """Services that call a target."""
        return [service for service in self.services.values() if any(t.host == host for t in service.targets)]

    def upstream(self, name: str) -> tuple[str, ...]:
        """Services that depend on this one, near or far."""
        found: list[str] = []
        frontier = [name]
        while frontier:
            current = frontier.pop()
            for service in self.services.values():
                calls = any(t.kind == "service" and t.name == current for t in service.targets)
                if calls and service.name not in found:
                    found.append(service.name)
                    frontier.append(service.name)
        return tuple(found)

    def visits(self) -> dict[str, float]:
        """Expected requests of each service per operation that enters the system."""
        total = sum(service.entry for service in self.services.values())
        expected = {service.name: service.entry / total for service in self.services.values()}
        for service in self.services.values():  # callers come before those they call
            weights = sum(op.weight for op in service.operations)
            for op in service.operations:
                for call in op.calls:
                    if call.target.kind == "service":
                        expected[call.target.name] += expected[service.name] * op.weight / weights * call.share
        return expected


class Roster:
    """Which instances of each service can take a request at a time."""

    def __init__(self, world: World) -> None:
        self._edges: dict[str, list[float]] = {}
        self._alive: dict[str, list[tuple[Instance, ...]]] = {}
        for name, instances in world.instances.items():
            edges = sorted({edge for item in instances for edge in (item.ready, item.stop)})
            self._edges[name] = edges
            self._alive[name] = [tuple(i for i in instances if i.ready <= edge < i.stop) for edge in edges]

    def alive(self, service: str, t: float) -> tuple[Instance, ...]:
        """The instances that are ready at `t`."""
        index = bisect_right(self._edges[service], t) - 1
        return self._alive[service][index] if index >= 0 else ()


def guid(rng: Random) -> str:
    """A random GUID."""
    text = f"{rng.getrandbits(128):032x}"
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"
