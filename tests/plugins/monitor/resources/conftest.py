"""Servers of Resource Graph and of metrics on loopback, and the same data as files."""

import csv
import json
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path

import pytest
from azure_resources import POINTS, SQL, START, Script, Signed, serve_graph, serve_metrics
from starlette.responses import JSONResponse, Response

from plugins.monitor.embedded.duckdb import DuckDbLogs


@pytest.fixture
def credential() -> Signed:
    """A sign-in that works."""
    return Signed()


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    """Resources and Azure Service Health as tables of a folder."""
    folder = tmp_path / "inventory"
    folder.mkdir()
    resources = [
        {"id": f"{SQL}/db{n}", "name": f"db{n}", "type": "microsoft.sql/servers/databases",
         "location": "westeurope" if n % 2 else "northeurope", "properties": {"size": n, "note": 'it\'s "x"'}}
        for n in range(7)
    ]  # fmt: skip
    events = [
        {"id": f"/subscriptions/1/providers/Microsoft.ResourceHealth/events/{name}", "name": name,
         "type": "microsoft.resourcehealth/events",
         "properties": {"EventType": kind, "Status": status, "Title": f"{name} in West Europe", "TrackingId": name}}
        for name, kind, status in (("AB1-CDE", "ServiceIssue", "Active"), ("FG2-HIJ", "PlannedMaintenance", "Active"))
    ]  # fmt: skip
    for name, rows in (("Resources", resources), ("ServiceHealthResources", events)):
        (folder / f"{name}.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return folder


@pytest.fixture
async def inventory_logs(inventory: Path) -> AsyncIterator[DuckDbLogs]:
    """The folder in the embedded engine."""
    async with DuckDbLogs.open([str(inventory)]) as logs:
        yield logs


@pytest.fixture
async def graph_server(inventory_logs: DuckDbLogs) -> AsyncIterator[Script]:
    """Resource Graph over that folder."""
    async with serve_graph(inventory_logs) as script:
        yield script


@pytest.fixture
def metrics_folder(tmp_path: Path) -> Path:
    """The points as the table AzureMetrics, with their dimension as a column."""
    folder = tmp_path / "metrics"
    folder.mkdir()
    with (folder / "AzureMetrics.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ("TimeGenerated", "ResourceId", "MetricName", "Total", "Count", "Average", "Maximum", "Minimum", "Zone")
        )
        for p in POINTS:
            total, count = sum(p.samples), len(p.samples)
            writer.writerow([p.at.isoformat(), p.resource.upper(), p.metric, total, count, total / count,
                             max(p.samples), min(p.samples), p.zone])  # fmt: skip
    return folder


@pytest.fixture
async def metrics_server() -> AsyncIterator[Script]:
    """The metrics service over the same points."""
    async with serve_metrics() as script:
        yield script


@pytest.fixture
def reply() -> Callable[..., Response]:
    """Makes a scripted reply: a status, an error's code and message, headers."""

    def make(status: int, code: str = "Code", message: str = "said", **headers: str) -> Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return JSONResponse({"error": {"code": code, "message": message}}, status_code=status, headers=named)

    return make


@pytest.fixture
def sql() -> str:
    """The start of the databases' ids."""
    return SQL


@pytest.fixture
def start() -> datetime:
    """The time of the first points."""
    return START
