"""Recorded exchanges with the real service, replayed through the backend where they are at hand."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import log_analytics
import pytest

from orchestrator.core.errors import QueryError
from orchestrator.core.ports import QueryLimits
from orchestrator.core.table import ColumnType, QueryStats, Table, TableStatus
from plugins.monitor.azure.logs import AzureLogs
from plugins.monitor.azure.workspaces import Workspace

RECORDED = Path(__file__).resolve().parents[5] / "shared" / "data" / "azure_wire" / "exchanges.jsonl"
pytestmark = pytest.mark.skipif(not RECORDED.exists(), reason=f"no recorded exchanges at {RECORDED}")
EMPTY = "00000000-0000-0000-0000-000000000000"


@pytest.fixture(scope="module")
def exchanges() -> Mapping[str, Any]:
    """The recorded exchanges of Azure Monitor Logs by their ids."""
    found = map(json.loads, RECORDED.read_text(encoding="utf-8").splitlines())
    return {item["id"]: item for item in found if item["service"] == "monitor-logs"}


@pytest.fixture
def replay(exchanges: Mapping[str, Any], open_logs: Callable[..., AzureLogs], service: Any) -> Callable[..., Any]:
    """Asks the recorded query, and gets the recorded answer; `document` takes the place of the answer's body."""

    async def ask(name: str, *, document: Any = None, timeout_s: float = 30.0) -> Table:
        request, response = exchanges[name]["request"], exchanges[name]["response"]
        body = document or response["body"]
        service.faults = [log_analytics.answering(log_analytics.JSONResponse(body, response["status"]))]
        place = request["url"].split("/")[5] if "workspaces/" in request["url"] else EMPTY
        azure = open_logs(Workspace(name="recorded", id=place))
        kql = request["body"].get("query", "AppRequests | take 2")
        table = await azure.query(kql, limits=QueryLimits(timeout_s=timeout_s))
        assert service.asked[-1].path == f"/v1/workspaces/{place}/query"
        return table

    return ask


def test_every_recorded_exchange_is_replayed(exchanges: Mapping[str, Any]):
    """A new one shows here."""
    names = {name.removesuffix(name[-1]) if "try" in name else name for name in exchanges}
    assert names == {
        "logs-400-semantic",
        "logs-404-workspace",
        "logs-504-timeout-try",
        "logs-batch-example",
        "logs-partial-error",
        "logs-statistics-empty",
        "logs-types",
    }


async def test_semantic_error(replay: Any):
    """An unknown table has its line and the nearest names."""
    with pytest.raises(QueryError) as caught:
        await replay("logs-400-semantic")
    assert caught.value.message.startswith("line 1: no table 'AppInsights' in the workspace")
    assert (caught.value.line, caught.value.retryable) == (1, False)


async def test_missing_workspace(replay: Any):
    """The id is named, and the setting."""
    with pytest.raises(QueryError, match=r"no workspace 'recorded' \(bad_workspace_id\).*PathNotFoundError"):
        await replay("logs-404-workspace")


@pytest.mark.parametrize("number", [1, 2, 3, 4])
async def test_gateway_timeout(replay: Any, service: Any, number: int):
    """Asked once, where the client itself would have asked four times."""
    table = await replay(f"logs-504-timeout-try{number}", timeout_s=1)
    assert (table.status, table.reason) == (TableStatus.FAILED, "stopped at the time limit of 1 s")
    assert [asked.headers["prefer"] for asked in service.asked] == ["wait=1,include-statistics=true"]


async def test_types(replay: Any):
    """Each with its value."""
    table = await replay("logs-types")
    assert [column.type.value for column in table.columns] == ["string", "bool", "datetime", "int", "long", "real"]
    assert table.rows == (("hello", True, datetime(2000, 1, 2, 3, 4, 5, tzinfo=UTC), 100, 101, 102.1),)


async def test_partial_result(replay: Any):
    """Status 200 with an error beside the rows is not the whole answer."""
    table = await replay("logs-partial-error")
    assert (table.status, table.rows) == (TableStatus.PARTIAL, ((2,),))
    assert "Percentiles aggregator has encountered an overflow" in str(table.reason)


async def test_statistics_of_an_empty_result(replay: Any):
    """Nothing was scanned, and that is told."""
    table = await replay("logs-statistics-empty")
    assert (table.status, table.rows, len(table.columns)) == (TableStatus.COMPLETE, (), 41)
    assert table.stats == QueryStats(elapsed_s=0.0156102, scanned_rows=0, scanned_bytes=0)


async def test_rows_of_a_batch(replay: Any, exchanges: Mapping[str, Any]):
    """The documents inside of a batch are those of single queries."""
    document = exchanges["logs-batch-example"]["response"]["body"]["responses"][0]["body"]
    table = await replay("logs-batch-example", document=document)
    first = table.records()[0]
    assert (table.status, len(table.rows)) == (TableStatus.COMPLETE, 2)
    assert first["Properties"] == {"x-opt-enqueued-time": "1622593091"}
    assert (first["Measurements"], first["Success"], first["ItemCount"]) == (None, True, 1)
    assert first["TimeGenerated"] == datetime(2021, 6, 2, 0, 18, 13, 317000, tzinfo=UTC)
    assert {column.type for column in table.columns} >= {ColumnType.DYNAMIC, ColumnType.REAL}
