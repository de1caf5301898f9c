"""Incidents of the application: a bad deployment, a bad flag, a stuck consumer."""

from dataclasses import dataclass, replace
from random import Random

from playbooks.samples import activities, names
from playbooks.samples.chance import chance
from playbooks.samples.fault import AMPLE, Consumption, Effect, Failure, Fault, Visit
from playbooks.samples.manifest import Truth
from playbooks.samples.rollout import roll_out
from playbooks.samples.stacks import Shape
from playbooks.samples.topology import FOREVER, Flag, KubeEvent, Service, World


@dataclass(frozen=True, slots=True, kw_only=True)
class BadDeploy(Fault):
    """Requests fail on instances of the new version."""

    version: str
    strength: float
    failure: Failure

    def on_request(self, visit: Visit, rng: Random) -> Effect | None:
        """Fail a share of what the new version serves."""
        truth = self.truth
        assert truth is not None
        if visit.service.name != truth.service or visit.instance.version != self.version:
            return None
        return Effect(failure=self.failure) if rng.random() < self.strength else None


def busy_services(world: World, *tiers: str) -> list[Service]:
    """The half of these tiers' services with the most traffic, so that a fault shows."""
    visits = world.visits()
    ranked = sorted(world.tier(*tiers), key=lambda service: -visits[service.name])
    return ranked[: max(2, len(ranked) // 2)]


def plan_bad_deploy(world: World, rng: Random, at: float) -> Fault:
    """A new version of a busy service goes out, to all instances or to some of them."""
    service = rng.choice(busy_services(world, "edge", "core"))
    canary = chance(rng, 0.3)
    return deploy_badly(
        world, rng, service=service, at=at, code=rng.choice(("500", "500", "502", "503")),
        share=rng.uniform(0.4, 0.7) if canary else 1.0,
        strength=rng.uniform(0.5, 0.95) if canary else rng.uniform(0.2, 0.95), span_s=rng.uniform(60, 200),
    )  # fmt: skip


def deploy_badly(
    world: World, rng: Random, *, service: Service, at: float, code: str, share: float, strength: float, span_s: float
) -> Fault:
    """Roll out a broken version whose first instance takes requests at `at`."""
    version = next_version(service.version, rng)
    shape = rng.choice(service.stack.faults).filled({"entity": names.singular(service.name)})
    warm_up = min(20.0, span_s / max(1, round(len(world.instances[service.name]) * share)) / 2)
    roll_out(world, service, rng, at=at - warm_up, version=version, span_s=span_s, share=share)
    activities.record_deploy(
        world, rng, service=service, version=version, at=at - rng.uniform(90, 180), done=at + span_s
    )
    truth = Truth(
        kind="deploy_5xx", cause="bad_deploy", service=service.name, object=version,
        also=(f"{service.name}:{version}", f"{service.name} {version}"), started_s=at,
        affected=(service.name, *world.upstream(service.name)),
    )  # fmt: skip
    failure = Failure("bug", code=code, shape=shape)
    return BadDeploy(truth, version=version, strength=strength, failure=failure)


def next_version(version: str, rng: Random) -> str:
    """A later minor version."""
    major, minor, _ = version.split(".")
    return f"{major}.{int(minor) + 1}.{rng.randint(0, 4)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class BadFlag(Fault):
    """Requests fail for whom the flag is on."""

    flag: str
    strength: float
    shape: Shape

    def on_request(self, visit: Visit, rng: Random) -> Effect | None:
        """Fail a share of what runs with the flag."""
        truth = self.truth
        assert truth is not None
        if visit.service.name != truth.service or not visit.flags.get(self.flag) or rng.random() >= self.strength:
            return None
        return Effect(failure=Failure("bug", code="500", shape=self.shape))


def plan_bad_flag(world: World, rng: Random, at: float) -> Fault:
    """A feature flag is switched on for a share of users of one service."""
    service = rng.choice(busy_services(world, "edge", "core"))
    flag = rng.choice([name for name in names.FLAGS if name not in world.flags])
    share, strength = rng.uniform(0.25, 0.9), rng.uniform(0.7, 0.98)
    world.flags[flag] = Flag(share=share, services=(service.name,), since=at)
    activities.record_flag(world, rng, flag=flag, share=share, at=at - rng.uniform(5, 40))
    truth = Truth(
        kind="bad_config_flag", cause="bad_flag", service=service.name, object=flag,
        also=(f".appconfig.featureflag/{flag}",), started_s=at,
        affected=(service.name, *world.upstream(service.name)),
    )  # fmt: skip
    shape = rng.choice(service.stack.faults).filled({"entity": names.singular(service.name)})
    return BadFlag(truth, flag=flag, strength=strength, shape=shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class StuckConsumer(Fault):
    """A queue's consumer takes less than what arrives; `capacity` 0 stops it."""

    consumer: str
    at: float
    mode: str
    capacity: float
    until: float = FOREVER

    def consumption(self, service: Service, t: float) -> Consumption:
        """Less than what arrives, from the start of the fault on."""
        if service.name != self.consumer or not self.at <= t < self.until:
            return AMPLE
        return Consumption(capacity=self.capacity, silent=self.mode == "scaled_down")


def plan_stuck_consumer(world: World, rng: Random, at: float) -> Fault:
    """One worker becomes slow, loses its link, or is scaled to nothing."""
    service = rng.choice(world.tier("worker"))
    mode = rng.choice(("slow", "slow", "stalled", "scaled_down"))
    host = service.operations[0].path
    if mode == "scaled_down":
        _scale_to_nothing(world, service, at)
    truth = Truth(
        kind="queue_backlog", cause=f"consumer_{mode}", service=service.name, object=host.split("/")[1],
        also=(host, host.split("/")[0], host.split(".")[0], service.name), started_s=at, affected=(service.name,),
    )  # fmt: skip
    capacity = rng.uniform(0.1, 0.4) if mode == "slow" else 0.0
    return StuckConsumer(truth, consumer=service.name, at=at, mode=mode, capacity=capacity)


def _scale_to_nothing(world: World, service: Service, at: float) -> None:
    instances = world.instances[service.name]
    alive = [item for item in instances if item.stop > at]
    add = world.kube_events.append
    add(KubeEvent(
        t=at - 3, object_kind="ScaledObject", name=service.name, reason="KEDAScalerFailed", kind="Warning", count=9,
        component="keda-operator", message="error getting scaler for trigger #0: context deadline exceeded",
    ))  # fmt: skip
    add(KubeEvent(
        t=at - 1, object_kind="ScaledObject", name=service.name, reason="KEDAScaleTargetDeactivated",
        component="keda-operator",
        message=f"Deactivated apps/v1.Deployment {world.namespace}/{service.name} from {len(alive)} to 0",
    ))  # fmt: skip
    add(KubeEvent(
        t=at, object_kind="Deployment", name=service.name, reason="ScalingReplicaSet",
        component="deployment-controller",
        message=f"Scaled down replica set {service.name}-{alive[0].replica_set} from {len(alive)} to 0",
    ))  # fmt: skip
    for item in alive:
        instances[instances.index(item)] = replace(item, stop=at + 5)
        add(KubeEvent(t=at + 2, object_kind="Pod", name=item.name, reason="Killing", computer=item.node.name,
                      message=f"Stopping container {service.name}"))  # fmt: skip
