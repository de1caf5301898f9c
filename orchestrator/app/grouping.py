"""Incidents of a state store, with the settings by which alerts are grouped."""

from orchestrator.core.incidents.occurrence import GroupingSettings
from orchestrator.core.incidents.topology import Topology
from orchestrator.settings import Settings
from orchestrator.store.database import Database
from orchestrator.store.incidents import StoredIncidents


def grouping_of(settings: Settings) -> GroupingSettings:
    """The spans of the settings."""
    given = settings.incidents
    return GroupingSettings(
        service_s=given.service_window.total_seconds(),
        topology_s=given.topology_window.total_seconds(),
        longest_s=given.longest.total_seconds(),
        reopen_s=given.reopen_window.total_seconds(),
        flap_count=given.flap_count,
        flap_s=given.flap_window.total_seconds(),
        quiet_s=given.quiet.total_seconds(),
    )


def grouped_incidents(
    database: Database, settings: Settings, *, topology: Topology | None = None, waits: bool = True
) -> StoredIncidents:
    """The incidents, for whoever takes alerts in or changes how an incident stands.

    Args:
        database: The store.
        settings: The spans.
        topology: The inventory of services; needed where alerts are taken in or an owner is looked up.
        waits: Whether a new incident's run waits for the alerts that belong to it.
    """
    debounce_s = settings.incidents.debounce.total_seconds() if waits else 0.0
    return StoredIncidents(database, topology=topology, settings=grouping_of(settings), debounce_s=debounce_s)
