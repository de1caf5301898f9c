"""Which workspaces a query is asked of: decided by the tables that it names and the services that it is about. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from orchestrator.core.errors import QueryError
from orchestrator.core.ports import QueryParameter
from plugins.monitor.references import References

_SERVICE = "service"
_IN_WORKSPACES = "/microsoft.operationalinsights/workspaces/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A Log Analytics workspace, or an Azure resource whose logs are asked.

    Attributes:
        name: What the settings call it.
        id: The workspace's id (a GUID).
        resource: In place of `id`: the resource's Azure id, `/subscriptions/...`.
        tables: Names or patterns (`App*`) of the tables that are asked here; none means every table.
        services: Names or patterns of the services that log here; none means every service.
    """

    name: str
    id: str | None = None
    resource: str | None = None
    tables: tuple[str, ...] = ()
    services: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if (self.id is None) == (self.resource is None):
            raise ValueError(f"workspace {self.name!r} needs either an id or a resource")

    @property
    def address(self) -> str:
        """Its id or its Azure id, as it is given."""
        return self.id or self.resource or ""

    @property
    def can_be_added(self) -> bool:
        """Whether a query of another workspace can take this one in: workspaces can, other resources cannot."""
        return self.id is not None or _IN_WORKSPACES in (self.resource or "").casefold()

    def holds(self, table: str) -> bool:
        """Whether a table is asked here."""
        return not self.tables or any(fnmatchcase(table, pattern) for pattern in self.tables)


def services_of(parameters: Iterable[QueryParameter]) -> frozenset[str]:
    """The services that a query is about: the texts of the parameters whose names speak of a service."""
    found: set[str] = set()
    for parameter in parameters:
        if _SERVICE in parameter.name.casefold():
            values = parameter.value if isinstance(parameter.value, list) else [parameter.value]
            found.update(value for value in values if isinstance(value, str) and value)
    return frozenset(found)


def route(
    workspaces: Sequence[Workspace], references: References, *, services: frozenset[str] = frozenset()
) -> tuple[Workspace, ...]:
    """The workspaces to ask, in the order of the settings; the first is asked, the others are taken in.

    Raises:
        QueryError: A table that no workspace holds, or places that one query cannot reach together.
    """
    # whether two patterns meet is not worth deciding: every workspace may hold a table of that form
    chosen = set(workspaces) if references.everything or references.patterns else set()
    for table in sorted(references.tables):
        chosen.update(_of_table(workspaces, table))
    if not chosen:
        chosen = {workspaces[0]}  # a query of no table, such as `print now()`, is the same everywhere
    return _together(_of_services([item for item in workspaces if item in chosen], services))


def _of_table(workspaces: Sequence[Workspace], table: str) -> list[Workspace]:
    found = [workspace for workspace in workspaces if workspace.holds(table)]
    if not found:
        have = "; ".join(f"{item.name}: {', '.join(item.tables)}" for item in workspaces)
        raise QueryError(
            f"no workspace is set for the table {table!r} (set are {have}): add it to the tables of one in "
            f"SWITCHBOARD_WORKSPACES"
        )
    return found


def _of_services(workspaces: Sequence[Workspace], services: frozenset[str]) -> tuple[Workspace, ...]:
    """Those where one of the services logs; all of them where no pattern speaks of these services."""
    named = [item for item in workspaces if any(fnmatchcase(s, p) for s in services for p in item.services)]
    if not named:
        return tuple(workspaces)
    return tuple(item for item in workspaces if item in named or not item.services)


def _together(workspaces: tuple[Workspace, ...]) -> tuple[Workspace, ...]:
    if len(workspaces) == 1:
        return workspaces
    alone = [item.name for item in workspaces if not item.can_be_added]
    if alone:
        raise QueryError(
            f"{', '.join(map(repr, alone))} is a resource and cannot be asked together with "
            f"{', '.join(repr(item.name) for item in workspaces if item.name not in alone) or 'another resource'}: "
            f"name the workspace that it logs to in SWITCHBOARD_WORKSPACES, or give each its own tables"
        )
    # only the query of a workspace can take others in: the client drops them from a query of a resource
    first = next((item for item in workspaces if item.id is not None), None)
    if first is None:
        raise QueryError(
            f"{', '.join(repr(item.name) for item in workspaces)} are given by resource and cannot be asked together: "
            f"give the id of one of them in SWITCHBOARD_WORKSPACES"
        )
    return (first, *(item for item in workspaces if item is not first))
