"""The inventory drafted from a sample's files is the one that the sample was drawn from."""

from pathlib import Path

import pytest

from orchestrator.app.discovery import discover_services
from orchestrator.core.errors import InputError
from orchestrator.settings import Settings
from orchestrator.surfaces.application import Options
from playbooks.samples.folder import write_folder
from playbooks.samples.scenario import SCENARIOS, play
from playbooks.samples.topology import Service, Target, World
from playbooks.services import load_services

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
