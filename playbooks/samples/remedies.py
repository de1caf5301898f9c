"""What a change does to a played world: instances move, flags switch, and a fault ends where the change helps."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import NamedTuple

from playbooks.samples.activities import record_remedy
from playbooks.samples.fault import Fault
from playbooks.samples.incidents import StuckConsumer
from playbooks.samples.leak import MemoryLeak
from playbooks.samples.moves import drain, let_back, resize
from playbooks.samples.outages import CertificateExpired, ConnectionsExhausted, ZoneOutage
from playbooks.samples.rollout import roll_out
from playbooks.samples.topology import FOREVER, Flag, Instance, Service, World

_ROLL_OUT_S = 150.0
"""How long it takes to replace all instances of a service."""
_REFRESH_S = 15.0
"""After how long a service reads a flag's new value."""
_FALLBACK = "-fallback"
_REPLACING = frozenset({"restart_service", "roll_back_deploy", "deploy_version", "drain_zone"})
"""Actions whose new instances take the place of old ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """A change as its workflow recorded it.

    Attributes:
        number: Its place among the changes; no two have the same.
        action: The workflow's name.
    """

    number: int
    action: str
    arguments: Mapping[str, object]


class Timed(NamedTuple):
    """A change and the whole minutes after the world's end at which it was made."""

    minute: int
    change: Remedy


def remedy(world: World, fault: Fault, change: Remedy, *, at: float, rng: Random) -> Fault:
    """Make a change at `at`: the world gets its instances and events, and the fault comes back as it is from then on.

    A change that names what the world does not have, or that does not fit, leaves everything as it was.
    """
    given = change.arguments
    service = world.services.get(str(given.get("service")))
    made: list[Instance] = []
    match change.action:
        case "restart_service" if service:
            made = _restart(world, service, at=at, rng=rng)
        case "roll_back_deploy" if service:
            running, version = str(given["from_version"]), str(given["to_version"])
            made = _deploy(world, service, version=version, running=running, at=at, rng=rng)
        case "deploy_version" if service:
            made = _deploy(world, service, version=str(given["version"]), running=None, at=at, rng=rng)
        case "scale_out" if service:
            made = resize(world, service, int(str(given["instances"])), fault=fault, at=at, rng=rng)
            fault = _crowded(fault, service, grew=bool(made))
        case "toggle_feature_flag":
            _switch(world, str(given["flag"]), on=given["enabled"] is True, arguments=given, at=at, rng=rng)
        case "drain_zone":
            made = drain(world, str(given["zone"]), fault=fault, at=at, rng=rng)
            fault = _relieved(fault, str(given["zone"]), made)
        case "uncordon_zone":
            let_back(world, str(given["zone"]), at=at)
        case "renew_certificate" if isinstance(fault, CertificateExpired) and given.get("host") == fault.host:
            return replace(fault, until=at + 90.0)
    if isinstance(fault, ConnectionsExhausted) and change.action in _REPLACING:
        return _freed(world, fault, made)
    return _with_new(fault, made, rng=rng)


def _restart(world: World, service: Service, *, at: float, rng: Random) -> list[Instance]:
    """All instances anew, each with the version that it had."""
    alive = [item for item in world.instances[service.name] if item.start <= at < item.stop]
    made = []
    for version in dict.fromkeys(item.version for item in alive):
        swapped = roll_out(world, service, rng, at=at, version=version, span_s=_ROLL_OUT_S, running=version)
        made += [new for _, new in swapped]
    record_remedy(world, rng, service=service, action="restart", at=at, done=at + _ROLL_OUT_S)
    return made


def _deploy(
    world: World, service: Service, *, version: str, running: str | None, at: float, rng: Random
) -> list[Instance]:
    swapped = roll_out(world, service, rng, at=at, version=version, span_s=_ROLL_OUT_S, running=running)
    if swapped:
        record_remedy(world, rng, service=service, action="deploy", version=version, at=at, done=at + _ROLL_OUT_S)
    return [new for _, new in swapped]


def _switch(world: World, name: str, *, on: bool, arguments: Mapping[str, object], at: float, rng: Random) -> None:
    """A flag's new share: what it was on for, all where it was off; a fallback's flag is made when it is first on."""
    flag = world.flags.get(name)
    owner = str(arguments.get("service") or name.removesuffix(_FALLBACK))
    if flag is None:
        if not on or owner not in world.services:
            return
        world.flags[name] = Flag(share=1.0, services=(owner,), since=at + _REFRESH_S)
    else:
        share = (flag.share or 1.0) if on else 0.0
        world.flags[name] = replace(flag, switched=(*flag.switched, (at + _REFRESH_S, share)))
    record_remedy(world, rng, flag=name, on=on, action="flag", at=at, done=at + 0.8)


def _crowded(fault: Fault, service: Service, *, grew: bool) -> Fault:
    """More instances ask an exhausted database for more connections, which makes it worse."""
    if isinstance(fault, ConnectionsExhausted) and grew and _calls(service, fault.server):
        return replace(fault, strength=min(0.98, fault.strength * 1.3))
    return fault


def _calls(service: Service, host: str) -> bool:
    return any(target.host == host for target in service.targets)


def _relieved(fault: Fault, zone: str, made: list[Instance]) -> Fault:
    """Draining the failing zone takes the load off the others once what moved is ready; another zone's adds to it."""
    if not isinstance(fault, ZoneOutage) or not made:
        return fault
    if zone == fault.zone:
        return replace(fault, relieved=max(item.ready for item in made))
    return replace(fault, strength=min(0.98, fault.strength * 1.3))


def _freed(world: World, fault: ConnectionsExhausted, made: list[Instance]) -> Fault:
    """Instances that end give back the connections that they held."""
    callers = [item for item in made if _calls(world.services[item.service], fault.server)]
    return replace(fault, until=min(fault.until, max(item.ready for item in callers))) if callers else fault


def _with_new(fault: Fault, made: list[Instance], *, rng: Random) -> Fault:
    """What new instances alone do to a fault: they take up a lost link, or begin to leak."""
    match fault:
        case MemoryLeak() if fault.truth is not None:
            return fault.joined([item for item in made if item.service == fault.truth.service], rng)
        case StuckConsumer() if fault.mode != "slow":
            first = min((item.ready for item in made if item.service == fault.consumer), default=FOREVER)
            return replace(fault, until=min(fault.until, first))
        case _:
            return fault
