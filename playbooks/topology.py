"""The inventory of services as grouping asks it."""

from collections.abc import Mapping, Sequence
from functools import cached_property

from orchestrator.core.incidents.topology import Ownership
from playbooks.services import Services


class ServiceTopology:
    """Implements `core.incidents.topology.Topology` over `services.yaml`."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._by_id = {service.id: service for service in services}

    def find(self, names: Sequence[str], resource_ids: Sequence[str], text: str) -> tuple[str, ...]:
        """By name, role or alias; else by resource, of which a part counts as the whole; else by the text's words."""
        named = [service.id for name in names if (service := self._services.find(name)) is not None]
        if named:
            return tuple(dict.fromkeys(named))
        owned = [owner for resource in resource_ids if (owner := self._owner(resource)) is not None]
        return tuple(dict.fromkeys(owned)) or tuple(service.id for service in self._services.in_text(text))

    def depends_on(self, service: str) -> tuple[str, ...]:
        """The services that it calls."""
        found = self._by_id.get(service)
        return found.depends_on if found else ()

    def dependents(self, service: str) -> tuple[str, ...]:
        """The services that call it."""
        return self._callers.get(service, ())

    def ownership(self, service: str) -> Ownership:
        """Who owns it."""
        found = self._by_id.get(service)
        return Ownership(found.owner, found.escalation) if found else Ownership()

    def _owner(self, resource: str) -> str | None:
        """The service whose resource it is, or is part of; the longest id wins."""
        wanted = f"{resource.casefold().rstrip('/')}/"
        found = [(len(known), service) for known, service in self._resources if wanted.startswith(known)]
        return max(found)[1] if found else None

    @cached_property
    def _resources(self) -> tuple[tuple[str, str], ...]:
        return tuple(
            (f"{resource.casefold().rstrip('/')}/", service.id)
            for service in self._services
            for resource in service.resource_ids
        )

    @cached_property
    def _callers(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for service in self._services:
            for called in service.depends_on:
                found.setdefault(called, []).append(service.id)
        return {name: tuple(callers) for name, callers in found.items()}
