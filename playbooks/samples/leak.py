"""A memory leak: containers grow to their limit, are killed and start again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from playbooks.samples.fault import Effect, Failure, Fault, Visit
from playbooks.samples.incidents import busy_services
from playbooks.samples.manifest import Truth
from playbooks.samples.topology import FOREVER, Instance, KubeEvent, Outage, Service, World

_FILL_S = 1_200.0  # how long a new container holds at its base before what leaks shows
_FAILS_FROM = 0.78  # share of the memory limit from which allocations fail


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryLeak(Fault):
    """Containers grow to their limit, are killed and start again."""

    lives: dict[str, tuple[tuple[float, float], ...]]
    base: float

    def memory(self, instance: Instance, t: float) -> float | None:
        """A straight line from the base to the limit within each life."""
        for start, end in self.lives.get(instance.uid, ()):
            if start <= t < end:
                return self.base + (1.0 - self.base) * (t - start) / (end - start)
        return self.base if instance.uid in self.lives else None

    def on_request(self, visit: Visit, rng: Random) -> Effect | None:
        """Near the limit collections take long and allocations fail."""
        used = self.memory(visit.instance, visit.t)
        if used is None or used < 0.7:  # noqa: PLR2004  # below, the collector keeps up
            return None
        slow = 1.0 + (used - 0.7) * 15
        fails = rng.random() < (used - _FAILS_FROM) / (1.0 - _FAILS_FROM) * 0.95
        return Effect(slow=slow, failure=Failure("oom", code="500") if fails else None)

    def joined(self, instances: Sequence[Instance], rng: Random) -> "MemoryLeak":
        """The same with new containers of the service: they fill their caches for a while, then leak as the others."""
        spans = [end - start for lives in self.lives.values() for start, end in lives]
        ramp = max(spans, default=0.0)
        lives = dict(self.lives)
        for item in instances:
            start = item.ready + _FILL_S
            lives[item.uid] = ((start, start + ramp * rng.uniform(0.9, 1.1)),)
        return replace(self, lives=lives)

    def kept_up(self, world: World, rng: Random, *, until: float) -> "MemoryLeak":
        """The same with the kills before `until`; what they do is put into the world."""
        assert self.truth is not None
        service, lives = world.services[self.truth.service], dict(self.lives)
        instances = world.instances[service.name]
        for position, item in enumerate(instances):
            start, kill = lives.get(item.uid, ((0.0, FOREVER),))[-1]
            if not kill < min(until, item.stop):
                continue
            back = kill + rng.uniform(12, 40) * min(4, 1 + len(item.outages))
            outage = Outage(down=kill, up=back, reason="OOMKilled")
            instances[position] = replace(item, outages=(*item.outages, outage))
            lives[item.uid] = (*lives[item.uid], (back, back + (kill - start) * rng.uniform(0.8, 1.1)))
            _record_kill(world, rng, service=service, instance=item, outage=outage, number=len(item.outages) + 1)
        return replace(self, lives=lives)


def plan_memory_leak(world: World, rng: Random, at: float) -> Fault:
    """One Kubernetes service leaks; the first container is killed at `at`, its requests fail a little before."""
    candidates = [service for service in busy_services(world, "edge", "core") if service.hosting == "aks"]
    service = rng.choice(candidates or world.tier("edge"))
    ramp = rng.uniform(16, 32) * 60
    lives: dict[str, tuple[tuple[float, float], ...]] = {}
    current = [item for item in world.instances[service.name] if item.stop == FOREVER]
    for index, instance in enumerate(current):
        first = at + index * rng.uniform(0.1, 0.9) * ramp / len(current)
        outages, spans = _lives(rng, first=first, ramp=ramp, end=world.length_s)
        lives[instance.uid] = spans
        position = world.instances[service.name].index(instance)
        world.instances[service.name][position] = replace(instance, outages=outages)
        for number, outage in enumerate(outages, start=1):
            _record_kill(world, rng, service=service, instance=instance, outage=outage, number=number)
    symptoms = at - ramp * (1.0 - _FAILS_FROM) / (1.0 - service.memory_use)
    truth = Truth(
        kind="memory_leak_oom", cause="memory_leak", service=service.name, object=service.deployment,
        also=(*(item.name for item in current), f"{world.namespace}/{service.deployment}"), started_s=symptoms,
        affected=(service.name, *world.upstream(service.name)),
    )  # fmt: skip
    return MemoryLeak(truth, lives=lives, base=service.memory_use)


def _lives(
    rng: Random, *, first: float, ramp: float, end: float
) -> tuple[tuple[Outage, ...], tuple[tuple[float, float], ...]]:
    """Kills of one container and the spans between them."""
    outages: list[Outage] = []
    spans = [(first - ramp, first)]
    kill = first
    while kill < end:
        back = kill + rng.uniform(12, 40) * min(4, 1 + len(outages))  # the back-off grows
        outages.append(Outage(down=kill, up=back, reason="OOMKilled"))
        kill = back + ramp * rng.uniform(0.8, 1.1)
        spans.append((back, kill))
    return tuple(outages), tuple(spans)


def _record_kill(
    world: World, rng: Random, *, service: Service, instance: Instance, outage: Outage, number: int
) -> None:
    add = world.kube_events.append
    computer, pod = instance.node.name, instance.name
    pages = service.memory_limit // 1024
    add(KubeEvent(
        t=outage.down, object_kind="Node", name=computer, reason="OOMKilling", kind="Warning",
        component="kernel-monitor", computer=computer,
        message=f"Memory cgroup out of memory: Killed process {rng.randint(4000, 90000)} ({service.stack.process})"
        f" total-vm:{pages * 9}kB, anon-rss:{pages}kB, file-rss:0kB, shmem-rss:0kB,"
        " UID:1000 pgtables:2104kB oom_score_adj:968",
    ))  # fmt: skip
    add(KubeEvent(
        t=outage.down + 2, object_kind="Pod", name=pod, reason="Unhealthy", kind="Warning", computer=computer,
        message=f'Readiness probe failed: Get "http://{instance.ip}:8080/readyz":'
        f" dial tcp {instance.ip}:8080: connect: connection refused",
    ))  # fmt: skip
    if number > 1 or outage.up - outage.down > 20:  # noqa: PLR2004  # the first restart mostly comes without back-off
        add(KubeEvent(
            t=outage.down + 4, object_kind="Pod", name=pod, reason="BackOff", kind="Warning", computer=computer,
            count=number + 1, message=f"Back-off restarting failed container {service.name} in pod"
            f" {pod}_{world.namespace}({instance.uid})",
        ))  # fmt: skip
    add(KubeEvent(t=outage.up, object_kind="Pod", name=pod, reason="Started", computer=computer, count=number + 1,
                  message=f"Started container {service.name}"))  # fmt: skip
