"""`guides check --live` on Azure's services on loopback."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from azure_resources import Script, serve_graph, serve_metrics
from log_analytics import TOKEN, WORKSPACE, LogAnalytics, problem
from managed_identity import ManagedIdentity
from serving import serve

from orchestrator.app.guide_folders import read_guides
from orchestrator.app.live_checks import check_guides
from orchestrator.app.log_source import declared_types
from orchestrator.settings import Settings
from orchestrator.surfaces.application import CheckedGuides, Options
from plugins.monitor.embedded.duckdb import DuckDbLogs

Run = Callable[..., Any]
DATABASE = "/subscriptions/11111111-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Sql/servers/s"


def changed(path: Path, *changes: tuple[str, str]) -> Path:
    """The file with texts replaced."""
    text = path.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)
    return path


def lines_of(path: Path) -> list[str]:
    """The file's lines, from 0."""
    return path.read_text().splitlines()


@asynccontextmanager
async def cloud(
    logs: DuckDbLogs, inventory: DuckDbLogs, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[dict[str, Any]]:
    """A workspace, Resource Graph, the metrics service and a managed identity, with the settings that lead there."""
    identity, service = ManagedIdentity(TOKEN), LogAnalytics(logs)
    async with (
        serve_graph(inventory) as graph,
        serve_metrics() as metrics,
        serve(identity.app) as address,
        serve(service.app) as service.url,
    ):
        for name, value in ManagedIdentity.environment(address).items():
            monkeypatch.setenv(name, value)
        settings = Settings(
            workspace=WORKSPACE,
            credential="managed",
            logs_endpoint=service.url,
            management_endpoint=graph.url,
            metrics_endpoint=metrics.url,
        )
        yield {"settings": settings, "logs": service, "graph": graph, "metrics": metrics}


@pytest.fixture
async def azure(options: Options, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[dict[str, Any]]:
    """A workspace with the folder's table, and an inventory with one resource."""
    (tmp_path / "inventory").mkdir()
    row = {"id": f"{DATABASE}/databases/db1", "name": "pay", "location": "westeurope"}
    (tmp_path / "inventory" / "Resources.jsonl").write_text(json.dumps(row) + "\n")
    async with (
        DuckDbLogs.open(list(options.logs)) as logs,
        DuckDbLogs.open([str(tmp_path / "inventory")]) as inventory,
        cloud(logs, inventory, monkeypatch) as opened,
    ):
        yield opened


async def live(azure: dict[str, Any], guide: Path, **parameters: str) -> CheckedGuides:
    """The check on those services."""
    options = Options(parameters=parameters)
    return await check_guides([guide], options=options, settings=azure["settings"], live=True)


async def test_a_workspace_is_asked_what_there_is(azure: dict[str, Any], wide: Path) -> None:
    """Every source is asked once, for columns, a first row and one value."""
    found = await live(azure, wide, p_database=f"{DATABASE}/databases/db1")
    (checked,) = found.guides
    assert (found.source, checked.problems) == ("live", ())
    assert {step.step: step.state.value for step in checked.steps} == {"targets": "ok", "inventory": "ok", "busy": "ok"}
    graph: Script = azure["graph"]
    metrics: Script = azure["metrics"]
    assert graph.asked[0]["body"]["options"]["$top"] == 2
    assert len(metrics.asked) == 1


async def test_a_workspace_without_the_table(azure: dict[str, Any], wide: Path) -> None:
    """Steps of logs and of the graph are wrong at their own lines, with the nearest names."""
    changed(wide, ("AppDependencies\n|", "AppDependencees\n|"), ("project id, location", "project id, locatio"))
    (checked,) = (await live(azure, wide)).guides
    assert {step.step: step.state.value for step in checked.steps} == {
        "targets": "wrong",
        "inventory": "wrong",
        "busy": "skipped",
    }
    told = {item.place.field: item for item in checked.problems}
    lines = lines_of(wide)
    assert "AppDependencies" in told["steps.targets.kql"].message
    assert lines[(told["steps.targets.kql"].place.line or 0) - 1].startswith("AppDependencees")
    assert "locatio" in told["steps.inventory.resource_graph"].message
    assert "locatio" in lines[(told["steps.inventory.resource_graph"].place.line or 0) - 1]


async def test_who_is_not_answered_has_not_passed(azure: dict[str, Any], wide: Path, reply: Any) -> None:
    """A missing role says nothing about the query: the step failed, and the guide has no problem for it."""
    azure["graph"].replies = [reply(403, "AuthorizationFailed", "no right")] * 9
    azure["metrics"].replies = [reply(400, "BadRequest", "metric: cpu_percent, Valid metrics: cpu_per,dtu")] * 9
    (checked,) = (await live(azure, wide, p_database=f"{DATABASE}/databases/db1")).guides
    by_step = {step.step: step for step in checked.steps}
    assert by_step["inventory"].state.value == "failed"
    assert "the role Reader" in str(by_step["inventory"].reason)
    assert by_step["busy"].state.value == "wrong"
    assert [str(item.place.field) for item in checked.problems] == ["steps.busy.metrics"]
    assert "did you mean 'cpu_per'" in checked.problems[0].message


@pytest.fixture
def reply() -> Callable[[int, str, str], Any]:
    """An error document."""
    return problem


async def test_a_verification_that_nobody_answers_fails_its_step(azure: dict[str, Any], guide: Path) -> None:
    """A query that would verify a mitigation counts as the step's own."""
    verify = 'blast_radius: {value: "row.n", unit: calls}'
    kql = "AppDependencies | summarize n = count()"
    changed(guide, (verify, f"{verify}\n          verify: {{kql: '{kql}', expect: 'row.n > 0'}}"))
    busy = problem(503, "ServiceUnavailable", "later")

    async def fault(request: Any) -> Any:
        return busy if "summarize n = count()" in str(await request.json()) else None

    azure["logs"].faults = [fault] * 30
    (checked,) = (await live(azure, guide)).guides
    (step,) = checked.steps
    assert (step.state.value, checked.problems) == ("failed", ())
    assert "not available" in str(step.reason)


async def test_every_shipped_guide_fits_the_tables_that_azure_documents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Against a workspace and an inventory that have them: nothing is wrong, and no query is run in full."""
    declared = declared_types(read_guides(None))
    for name, columns in declared.items():
        (tmp_path / f"{name}.csv").write_text(",".join(columns) + "\n")
    async with DuckDbLogs.open([str(tmp_path)], declared=declared) as logs, cloud(logs, logs, monkeypatch) as opened:
        found = await check_guides([], options=Options(), settings=opened["settings"], live=True)
        spans = {item.body.get("timespan") for item in opened["logs"].asked}
    steps = [step for guide in found.guides for step in guide.steps]
    assert [problem for guide in found.guides for problem in guide.problems] == []
    assert {step.state.value for step in steps} == {"ok"}
    assert {step.kind for step in steps} == {"kql", "resource_graph"}
    assert None not in spans
