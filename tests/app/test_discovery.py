"""The inventory drafted from a sample's files is the one that the sample was drawn from."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from log_analytics import TOKEN, WORKSPACE, LogAnalytics, read_timespan
from managed_identity import ManagedIdentity
from serving import serve

from orchestrator.app.discovery import discover_services
from orchestrator.core.errors import InputError
from orchestrator.settings import Settings
from orchestrator.surfaces.application import Options
from playbooks.samples.folder import write_folder
from playbooks.samples.scenario import SCENARIOS, play
from playbooks.samples.topology import Service, Target, World
from playbooks.services import load_services
from plugins.monitor.embedded.duckdb import DuckDbLogs

Json = dict[str, Any]
NAME, SEED = "healthy_quiet", 5


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, Path]:
    """A sample's world, and its files."""
    played = play(SCENARIOS[NAME], seed=SEED)
    folder = tmp_path_factory.mktemp("logs") / "sample"
    write_folder(played.rows, out=folder, fmt="parquet", workspace=played.world.workspace)
    return played.world, folder


async def test_services_and_their_calls_are_found(drawn: tuple[World, Path], tmp_path: Path):
    """Every service, every call between two, the namespace of those in the cluster; a second run changes nothing."""
    world, folder = drawn
    out = tmp_path / "services.yaml"
    options = Options(logs=(str(folder),))
    document = await discover_services(options, Settings(), out=out)
    found = {service.id: service for service in load_services(out)}
    assert {name: set(service.depends_on) for name, service in found.items()} == {
        service.name: _called(service, world) for service in world.services.values()
    }
    assert {name for name, service in found.items() if service.namespaces == (world.namespace,)} == {
        service.name for service in world.services.values() if service.hosting == "aks"
    }
    assert document["notes"] == []
    again = await discover_services(options, Settings(), out=out)
    assert again["changes"] == {"added": [], "changed": [], "vanished": [], "unseen": []}


async def test_a_workspace_shows_what_its_tables_exported_show(
    drawn: tuple[World, Path], monkeypatch: pytest.MonkeyPatch
):
    """Azure's own client asks for one day, which the sample fits into; the services are those that the files show."""
    _, folder = drawn
    expected = await discover_services(Options(logs=(str(folder),)), Settings(), out=None)
    identity = ManagedIdentity(TOKEN)
    async with DuckDbLogs.open([str(folder)]) as logs:
        service, now = LogAnalytics(logs), logs.newest()
        async with serve(service.app) as service.url, serve(identity.app) as address:
            for name, value in ManagedIdentity.environment(address).items():
                monkeypatch.setenv(name, value)
            live = Settings(workspace=WORKSPACE, credential="managed", logs_endpoint=service.url)
            document = await discover_services(Options(now=now), live, out=None)
    assert document["source"] == "live"
    assert _drawn(document) == _drawn(expected)
    windows = [read_timespan(asked.body.get("timespan")) for asked in service.asked]
    assert max(window.length if window else timedelta.max for window in windows) == timedelta(days=1)


def _drawn(document: Json) -> dict[object, object]:
    """Each service with what it calls and where it runs; how often is another matter, as less is asked."""
    return {
        service["id"]: ({item["service"] for item in service["depends_on"]}, service["namespaces"])
        for service in document["services"]
    }


def _called(service: Service, world: World) -> set[str]:
    """The services that a service calls: by name, or through the queue that only a worker of that name reads."""

    def name(target: Target) -> str | None:
        if target.kind == "queue":
            return next((other for other in world.services if f"/{other.partition('-')[0]}-" in target.host), None)
        return target.name if target.kind == "service" else None

    return {found for target in service.targets if (found := name(target)) is not None}


async def test_telemetry_without_services_says_what_was_looked_into(tmp_path: Path):
    """No draft of nothing is written."""
    (tmp_path / "Other.csv").write_text("TimeGenerated,Text\n2026-11-22T10:00:00Z,x\n")
    out = tmp_path / "services.yaml"
    with pytest.raises(InputError, match="telemetry shows no service; looked into AppRequests"):
        await discover_services(Options(logs=(str(tmp_path),)), Settings(), out=out)
    assert not out.exists()
