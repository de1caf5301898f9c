"""Folders of logs for the tests of the monitor room."""

import gzip
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import log_analytics
import pytest

from plugins.monitor.azure.logs import AzureLogs
from plugins.monitor.azure.service import Patience
from plugins.monitor.azure.workspaces import Workspace
from plugins.monitor.embedded.duckdb import DuckDbLogs

REQUESTS = """TimeGenerated [UTC],Name,Success,DurationMs,ItemCount,ResultCode,Properties,AppRoleName
2024-01-20T10:00:00Z,GET /a,True,12.5,1,200,"{""build"": ""7"", ""n"": 10}",shop
2024-01-20T10:01:00Z,GET /a,False,900,2,500,"{""build"": ""8"", ""n"": 9}",shop
2024-01-20T10:07:00Z,GET /b,True,30,1,200,,pay
"""
TRACES = """{"TimeGenerated": "2024-01-20T10:02:00Z", "Message": "retry \\"x\\"", "SeverityLevel": 2, "ItemCount": 1}
{"TimeGenerated": "2024-01-20T12:02:00+01:00", "Message": null, "SeverityLevel": 3, "ItemCount": 1}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two tables: AppRequests as gzipped CSV, AppTraces as JSON lines."""
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "AppRequests.csv.gz").write_bytes(gzip.compress(REQUESTS.encode()))
    (logs / "AppTraces.jsonl").write_text(TRACES, encoding="utf-8")
    return logs


@pytest.fixture
async def logs(folder: Path) -> AsyncIterator[DuckDbLogs]:
    """The folder, open."""
    async with DuckDbLogs.open([str(folder)]) as opened:
        yield opened


@pytest.fixture
def csv_table(tmp_path: Path) -> Path:
    """A folder to put one table into."""
    place = tmp_path / "one"
    place.mkdir()
    return place


@pytest.fixture
async def service(logs: DuckDbLogs) -> AsyncIterator[Any]:
    """A query service on loopback that holds the folder's tables."""
    async with log_analytics.serve(log_analytics.LogAnalytics(logs)) as served:
        yield served


@dataclass
class Clock:
    """Pauses that take no time, and what they would have taken."""

    slept: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        """Take note."""
        self.slept.append(seconds)


@pytest.fixture
def clock() -> Clock:
    """The pauses of the Azure backend."""
    return Clock()


@pytest.fixture
async def open_logs(service: Any, clock: Clock) -> AsyncIterator[Callable[..., AzureLogs]]:
    """Opens the Azure backend on the loopback service; all are closed at the end."""
    opened: list[AzureLogs] = []

    def make(*workspaces: Workspace, credential: Any = None, grace_s: float = 5.0) -> AzureLogs:
        logs = AzureLogs.open(
            credential or log_analytics.Credential(),
            workspaces or [Workspace(name="shop", id=log_analytics.WORKSPACE)],
            endpoint=service.url,
            enforce_https=False,
            patience=Patience(sleep=clock.sleep, grace_s=grace_s),
        )
        opened.append(logs)
        return logs

    yield make
    for logs in opened:
        await logs.aclose()


@pytest.fixture
def azure(open_logs: Callable[..., AzureLogs]) -> AzureLogs:
    """The Azure backend on one workspace."""
    return open_logs()
