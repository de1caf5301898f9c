"""What grouping asks of an inventory of services, and what an alert has in common with others."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from orchestrator.core.alerts.alert import Alert

_WORD = re.compile(r"[^\W_]+")
# what many services share says nothing about one of them
_SHARED = ("/microsoft.operationalinsights/workspaces/", "/microsoft.insights/components/", "/microsoft.monitor/")
_ONE_RESOURCE = "/providers/"


@dataclass(frozen=True, slots=True)
class Ownership:
    """Who runs a service, and whom to call when they do not answer."""

    owner: str | None = None
    escalation: str | None = None


class Topology(Protocol):
    """Services, what each calls, and who owns it."""

    def find(self, names: Sequence[str], resource_ids: Sequence[str], text: str) -> tuple[str, ...]:
        """The ids of the services that these names and resources mean, else that the text names; none if unknown."""
        ...

    def depends_on(self, service: str) -> tuple[str, ...]:
        """The services that it calls."""
        ...

    def dependents(self, service: str) -> tuple[str, ...]:
        """The services that call it."""
        ...

    def ownership(self, service: str) -> Ownership:
        """Who owns it."""
        ...


class NoTopology:
    """Knows no service."""

    def find(self, names: Sequence[str], resource_ids: Sequence[str], text: str) -> tuple[str, ...]:  # noqa: ARG002  # the protocol's signature
        """None."""
        return ()

    def depends_on(self, service: str) -> tuple[str, ...]:  # noqa: ARG002  # the protocol's signature
        """None."""
        return ()

    def dependents(self, service: str) -> tuple[str, ...]:  # noqa: ARG002  # the protocol's signature
        """None."""
        return ()

    def ownership(self, service: str) -> Ownership:  # noqa: ARG002  # the protocol's signature
        """Nobody."""
        return Ownership()


@dataclass(frozen=True, slots=True)
class Subject:
    """What an alert is about: services for people, scopes for grouping."""

    services: tuple[str, ...]
    scopes: tuple[str, ...]


def subject_of(alert: Alert, topology: Topology) -> Subject:
    """The services of the inventory; where there are none, the sender's first name and the resources."""
    text = " ".join(dict.fromkeys((alert.rule, alert.title)))
    known = topology.find(alert.services, alert.resource_ids, text)
    if known:
        return Subject(known, tuple(map(service_scope, known)))
    named = alert.services[:1]
    resources = [item.casefold() for item in alert.resource_ids if _ONE_RESOURCE in item.casefold()]
    single = [item for item in resources if not any(shared in f"{item}/" for shared in _SHARED)]
    return Subject(named, (*map(service_scope, named), *(f"resource:{item}" for item in dict.fromkeys(single))))


def service_scope(service: str) -> str:
    """The scope of a service's name, of which case and punctuation do not count."""
    return "service:" + (" ".join(word.casefold() for word in _WORD.findall(service)) or service)


def nearby(services: Sequence[str], topology: Topology) -> dict[str, str]:
    """The scopes of the services next to these, with the reason in words."""
    found: dict[str, str] = {}
    for service in services:
        for other in topology.depends_on(service):
            found.setdefault(service_scope(other), f"{service} calls {other}")
        for other in topology.dependents(service):
            found.setdefault(service_scope(other), f"{other} calls {service}")
    return found
