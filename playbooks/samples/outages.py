"""Incidents of what the application stands on: a dependency, a database's connections, a certificate, a zone."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import exp
from random import Random

from playbooks.samples import activities
from playbooks.samples.chance import chance
from playbooks.samples.fault import Effect, Failure, Fault, Visit
from playbooks.samples.manifest import Truth
from playbooks.samples.rollout import new_instance
from playbooks.samples.stacks import Shape
from playbooks.samples.topology import FOREVER, Instance, KubeEvent, Node, Outage, Service, Target, World


def called_targets(world: World, *kinds: str) -> list[tuple[float, Target]]:
    """Targets of these kinds with the calls they get per entering operation, the busiest first."""
    visits = world.visits()
    calls: dict[str, float] = {}
    targets: dict[str, Target] = {}
    for service in world.tier("edge", "core"):
        weights = sum(op.weight for op in service.operations)
        for op in service.operations:
            for call in op.calls:
                if call.target.kind in kinds:
                    targets[call.target.host] = call.target
                    rate = visits[service.name] * op.weight / weights * call.share
                    calls[call.target.host] = calls.get(call.target.host, 0.0) + rate
    return sorted(((rate, targets[host]) for host, rate in calls.items()), key=lambda item: (-item[0], item[1].host))


def main_caller(world: World, target: Target) -> Service:
    """The service with the most traffic among those that call a target."""
    visits = world.visits()
    return max((s for s in world.callers(target.host) if s.tier != "worker"), key=lambda service: visits[service.name])


def affected_by(world: World, target: Target) -> tuple[str, ...]:
    """Callers of a target and what stands above them, without repeats."""
    found = {}
    for service in world.callers(target.host):
        found.update(dict.fromkeys((service.name, *world.upstream(service.name))))
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class DependencyDown(Fault):
    """Calls to one target fail or crawl."""

    host: str
    at: float
    strength: float
    failure: Failure
    slow: float

    def broken(self, target: Target, t: float) -> bool:
        """The one target, from the start on."""
        return target.host == self.host and t >= self.at

    def on_call(self, visit: Visit, target: Target, rng: Random) -> Effect | None:
        """Fail or delay a share of the calls."""
        if target.host != self.host or visit.t < self.at or rng.random() >= self.strength:
            return None
        if self.slow > 1.0:
            return Effect(slow=self.slow * rng.uniform(0.5, 1.6))
        return Effect(failure=self.failure._replace(took_ms=self.failure.took_ms * rng.uniform(0.6, 1.5)))


_BROKEN = {
    "partner": (Failure("status", "503", 140), Failure("refused", "", 1_050), Failure("status", "502", 900)),
    "redis": (Failure("redis", "", 320), Failure("redis_timeout", "", 5_030)),
    "blob": (Failure("blob", "503", 260),),
}


def plan_dependency_down(world: World, rng: Random, at: float) -> Fault:
    """A partner's API, the cache or the blob store fails, or answers many times slower."""
    kinds = [kind for kind in ("partner", "partner", "redis", "blob") if called_targets(world, kind)]
    target = called_targets(world, rng.choice(kinds))[0][1]
    slow = target.kind == "partner" and chance(rng, 0.45)
    truth = Truth(
        kind="dependency_down", cause="dependency_slow" if slow else "dependency_failing",
        service=main_caller(world, target).name, object=target.host,
        also=(target.host.split(":")[0], target.host.split(".")[0]), started_s=at, affected=affected_by(world, target),
    )  # fmt: skip
    factor = 8_000 / target.latency_ms * rng.uniform(1.4, 2.6) if slow else 1.0
    failure = rng.choice(_BROKEN[target.kind])
    strength = rng.uniform(0.7, 0.98)
    return DependencyDown(truth, host=target.host, at=at, strength=strength, failure=failure, slow=factor)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionsExhausted(Fault):
    """A database server has no connection left; those who hold one work slowly."""

    server: str
    at: float
    climb_s: float
    strength: float
    until: float = FOREVER

    def connections(self, target: Target, t: float) -> float | None:
        """From the usual share up to all of them, and there it stays."""
        if target.host != self.server or not self.at - self.climb_s <= t < self.until:
            return None
        return min(1.0, 0.4 + 0.6 * (t - self.at + self.climb_s) / self.climb_s)

    def on_call(self, visit: Visit, target: Target, rng: Random) -> Effect | None:
        """New connections are refused, or waited for in vain at the pool."""
        if target.host != self.server or not self.at <= visit.t < self.until:
            return None
        if rng.random() >= self.strength * min(1.0, 0.3 + (visit.t - self.at) / 300):
            return Effect(slow=rng.uniform(2, 8))
        if chance(rng, 0.7):
            return Effect(failure=Failure("slots", "53300", rng.uniform(8, 60)))
        return Effect(failure=Failure("pool", "", 15_000 if visit.service.stack.name == "dotnet" else 30_000))


def plan_connections_exhausted(world: World, rng: Random, at: float) -> Fault:
    """The busier of the database servers runs out of connections."""
    target = called_targets(world, "postgres")[0][1]
    server = target.host.split(".")[0]
    truth = Truth(
        kind="db_connections_exhausted", cause="db_connections_exhausted", service=main_caller(world, target).name,
        object=server, also=(target.host, target.host.split(" | ")[0], target.name, target.resource_id), started_s=at,
        affected=affected_by(world, target),
    )  # fmt: skip
    climb = rng.uniform(480, 1_200)
    return ConnectionsExhausted(truth, server=target.host, at=at, climb_s=climb, strength=rng.uniform(0.35, 0.9))


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateExpired(Fault):
    """Every new TLS handshake with a host fails from one instant on; open connections last a little."""

    host: str
    at: float
    shape_fields: tuple[tuple[str, str], ...]
    drain_s: float
    until: float = FOREVER

    def broken(self, target: Target, t: float) -> bool:
        """The one host, as long as its certificate is not valid."""
        return target.host == self.host and self.at <= t < self.until

    def on_call(self, visit: Visit, target: Target, rng: Random) -> Effect | None:
        """Fail all calls but those over a connection that is still open."""
        if not self.broken(target, visit.t):
            return None
        if chance(rng, 0.99 * exp(-(visit.t - self.at) / self.drain_s)):
            return None
        stack = visit.service.stack
        shape: Shape = stack.shapes["tls"].filled(dict(self.shape_fields))
        return Effect(failure=Failure("tls", stack.no_response, rng.uniform(20, 90), shape=shape))

    def probe(self, host: str, t: float) -> str | None:
        """Availability tests open a connection each time."""
        if host != self.host or not self.at <= t < self.until:
            return None
        return f"The SSL certificate of {host} has expired (NotAfter {dict(self.shape_fields)['not_after']})"


def plan_certificate_expired(world: World, rng: Random, at: float) -> Fault:
    """The certificate of a called host runs out."""
    at = (
        at - (world.epoch_s + at) % 60 + (59 if chance(rng, 0.5) else 0)
    )  # certificates end on a whole minute or at :59
    target = called_targets(world, "partner")[0][1]
    not_after = datetime.fromtimestamp(world.epoch_s + at, UTC).strftime("%a %b %d %H:%M:%S GMT %Y")
    truth = Truth(
        kind="certificate_expired", cause="certificate_expired", service=main_caller(world, target).name,
        object=target.host, also=(f"CN={target.host}",), started_s=at, affected=affected_by(world, target),
    )  # fmt: skip
    fields = (("not_after", not_after), ("host", target.host))
    return CertificateExpired(truth, host=target.host, at=at, shape_fields=fields, drain_s=rng.uniform(20, 150))


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneOutage(Fault):
    """A zone's nodes lose contact: its instances vanish and the rest is overloaded, or they fail where they are."""

    zone: str
    at: float
    dark: bool
    strength: float
    relieved: float = FOREVER

    def node_lost(self, zone: str, t: float) -> bool:
        """All nodes of the zone: for good when it is dark, now and then when it is cut off in part."""
        since = t - self.at - 45
        return zone == self.zone and since >= 0 and (self.dark or since % 500 < 330)  # noqa: PLR2004  # they flap

    def on_request(self, visit: Visit, rng: Random) -> Effect | None:
        """Those who are left carry the whole load."""
        if not self.at <= visit.t < self.relieved or not self.dark or visit.service.hosting != "aks":
            return None
        rejected = rng.random() < self.strength * 0.35
        return Effect(slow=rng.uniform(1.2, 3), failure=Failure("overload", "503") if rejected else None)

    def on_call(self, visit: Visit, target: Target, rng: Random) -> Effect | None:
        """What runs in a cut-off zone reaches nothing."""
        del target
        if self.dark or visit.t < self.at or visit.instance.node.zone != self.zone or visit.service.hosting != "aks":
            return None
        if rng.random() >= self.strength:
            return None
        return Effect(failure=Failure("unreachable", visit.service.stack.no_response, rng.uniform(3_000, 9_000)))


def plan_zone_outage(world: World, rng: Random, at: float) -> Fault:
    """One availability zone of the region fails."""
    zone = rng.choice(sorted({node.zone for node in world.nodes}))
    dark = chance(rng, 0.5)
    victims = [s for s in world.services.values() if s.hosting == "aks" and _in_zone(world, s, zone, at)]
    for node in world.nodes:
        if node.zone == zone:
            _record_node_loss(world, rng, node.name, at)
    if dark:
        for service in victims:
            _cut_off(world, rng, service, zone=zone, at=at)
    activities.record_zone_health(world, rng, zone=zone, at=at)
    visits = world.visits()
    hurt = max(victims, key=lambda service: visits[service.name])
    truth = Truth(
        kind="zone_outage", cause="zone_outage", service=hurt.name, object=zone,
        also=(zone.rsplit("-", 1)[1], f"zone {zone.rsplit('-', 1)[1]}"), started_s=at,
        affected=tuple(service.name for service in victims),
    )  # fmt: skip
    return ZoneOutage(truth, zone=zone, at=at, dark=dark, strength=rng.uniform(0.6, 0.95))


def _in_zone(world: World, service: Service, zone: str, at: float) -> list[Instance]:
    return [item for item in world.instances[service.name] if item.node.zone == zone and item.stop > at]


def _record_node_loss(world: World, rng: Random, node: str, at: float) -> None:
    world.kube_events.append(KubeEvent(
        t=at + rng.uniform(40, 75), object_kind="Node", name=node, reason="NodeNotReady",
        component="node-controller", message=f"Node {node} status is now: NodeNotReady",
    ))  # fmt: skip


def _cut_off(world: World, rng: Random, service: Service, *, zone: str, at: float) -> None:
    """Instances of the zone answer nobody, are taken out of rotation, and their replacements find no room."""
    instances = world.instances[service.name]
    for item in _in_zone(world, service, zone, at):
        stop = at + rng.uniform(50, 200)
        lost = replace(item, stop=stop, outages=(Outage(down=at, up=FOREVER, reason="NodeLost"),))
        instances[instances.index(item)] = lost
        world.kube_events.append(KubeEvent(
            t=at + 300, object_kind="Pod", name=item.name, reason="TaintManagerEviction",
            component="taint-eviction-controller",
            message=f"Marking for deletion Pod {world.namespace}/{item.name}", computer=item.node.name,
        ))  # fmt: skip
        lost_nodes = sum(1 for node in world.nodes if node.zone == zone)
        pending = new_instance(
            world, service, rng, version=item.version, replica_set=item.replica_set, start=at + 305,
            node=Node(name="", zone=""), warm_up_s=FOREVER,
        )  # fmt: skip
        instances.append(pending)
        world.kube_events.append(KubeEvent(
            t=at + 305, object_kind="Pod", name=pending.name, reason="FailedScheduling", kind="Warning",
            component="default-scheduler",
            message=f"0/{len(world.nodes)} nodes are available: {lost_nodes} node(s) had untolerated taint"
            f" {{node.kubernetes.io/unreachable: }}, {len(world.nodes) - lost_nodes} Insufficient cpu.",
            count=rng.randint(3, 20),
        ))  # fmt: skip
