"""What a fault may change while a world is played; the base changes nothing and is a healthy system."""

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from playbooks.samples.manifest import Truth
from playbooks.samples.stacks import Shape
from playbooks.samples.topology import Instance, Operation, Service, Target


class Failure(NamedTuple):
    """A request or call that fails: `problem` names the exception's shape, `sent` is False when no call left."""

    problem: str
    code: str = ""
    took_ms: float = 0.0
    sent: bool = True
    shape: Shape | None = None


class Effect(NamedTuple):
    """How a request or call differs from a healthy one."""

    slow: float = 1.0
    failure: Failure | None = None


class Visit(NamedTuple):
    """One operation running on one instance."""

    service: Service
    instance: Instance
    operation: Operation
    t: float
    flags: dict[str, bool]


class Consumption(NamedTuple):
    """How a queue's consumer works: `capacity` is its share of what arrives (None: ample), 0 stops it."""

    capacity: float | None = None
    silent: bool = False


AMPLE = Consumption()


@dataclass(frozen=True, slots=True)
class Fault:
    """A healthy system; incidents override what they change."""

    truth: Truth | None = None

    def on_request(self, visit: Visit, rng: Random) -> Effect | None:
        """What happens inside a service."""
        del visit, rng
        return None

    def on_call(self, visit: Visit, target: Target, rng: Random) -> Effect | None:
        """What happens to a call before it reaches its target."""
        del visit, target, rng
        return None

    def broken(self, target: Target, t: float) -> bool:
        """Whether a target is what fails, so that a caller's fallback helps."""
        del target, t
        return False

    def connections(self, target: Target, t: float) -> float | None:
        """Share of a database's connections in use, where the fault decides it."""
        del target, t
        return None

    def memory(self, instance: Instance, t: float) -> float | None:
        """Share of a container's memory limit in use, where the fault decides it."""
        del instance, t
        return None

    def consumption(self, service: Service, t: float) -> Consumption:
        """How fast a queue's consumer works."""
        del service, t
        return AMPLE

    def probe(self, host: str, t: float) -> str | None:
        """Message of a failing availability test of a host, or None where it answers."""
        del host, t
        return None

    def node_lost(self, zone: str, t: float) -> bool:
        """Whether the nodes of a zone have lost contact."""
        del zone, t
        return False
