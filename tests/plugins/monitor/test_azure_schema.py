"""The shipped schema of Azure Monitor's tables."""

import json
from importlib import resources
from typing import Any

import pytest

from orchestrator.core.table import ColumnType
from plugins.monitor.azure_schema import azure_tables


@pytest.mark.parametrize(
    ("table", "column", "kind"),
    [
        ("AppRequests", "ItemCount", ColumnType.INT),
        ("AppRequests", "Success", ColumnType.BOOL),
        ("AppRequests", "DurationMs", ColumnType.REAL),
        ("AppRequests", "ResultCode", ColumnType.STRING),
        ("AppDependencies", "Properties", ColumnType.DYNAMIC),
        ("AppTraces", "SeverityLevel", ColumnType.INT),
        ("ContainerLogV2", "LogMessage", ColumnType.DYNAMIC),
        ("KubeEvents", "TimeGenerated", ColumnType.DATETIME),
        ("AzureActivity", "_ResourceId", ColumnType.STRING),
        ("Heartbeat", "Computer", ColumnType.STRING),
        ("KubePodInventory", "ContainerStartTime", ColumnType.DATETIME),
        ("KubePVInventory", "PVTypeInfo", ColumnType.DYNAMIC),
        ("LogicAppWorkflowRuntime", "TrackedProperties", ColumnType.STRING),
        ("AGWAccessLogs", "ServerStatus", ColumnType.INT),
        ("AzureDiagnostics", "JobId_g", ColumnType.GUID),
        ("Usage", "TotalBatches", ColumnType.LONG),
        ("LAQueryLogs", "ResponseDurationMs", ColumnType.REAL),
    ],
)
def test_types_of_columns(table: str, column: str, kind: ColumnType):
    """As the reference documents them."""
    assert azure_tables()[table][column] is kind


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("AppEvents", "ReferencedItemId"),
        ("AppSystemEvents", "AppRoleName"),
        ("AppServiceHTTPLogs", "Protocol"),
        ("KubePodInventory", "ContainerStartTimeStamp"),
        ("KubePVInventory", "Name"),
        ("KubeServices", "ClusterIP"),
        ("PGSQLServerLogs", "DatabaseName"),
    ],
)
def test_columns_that_only_look_right(table: str, column: str):
    """A neighbour has them, or another spelling is right; Azure refuses a query that names them."""
    assert column not in azure_tables()[table]


def test_no_column_twice():
    """A column has one type, and a standard one is not said again."""
    document = _document()
    standard = [name for group in document["standard"].values() for name in group.split()]
    for groups in document["tables"].values():
        names = standard + [name for group in groups.values() for name in group.split()]
        assert len(names) == len(set(names))


def test_names_are_sorted():
    """Tables, types and columns stand in order, so that a change of the reference is a small change here."""
    tables = _document()["tables"]
    assert list(tables) == sorted(tables)
    for groups in tables.values():
        assert list(groups) == sorted(groups)
        assert [group.split() for group in groups.values()] == [sorted(group.split()) for group in groups.values()]


def test_every_table_has_a_time():
    """TimeGenerated is standard."""
    assert {columns["TimeGenerated"] for columns in azure_tables().values()} == {ColumnType.DATETIME}


def _document() -> dict[str, dict[str, Any]]:
    text = resources.files("plugins.monitor").joinpath("azure_schema.json").read_text(encoding="utf-8")
    document: dict[str, dict[str, Any]] = json.loads(text)
    return document
