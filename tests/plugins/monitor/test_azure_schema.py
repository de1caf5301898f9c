"""The shipped schema of Azure Monitor's tables."""

import json
from importlib import resources

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
    ],
)
def test_types_of_columns(table: str, column: str, kind: ColumnType):
    """As the reference documents them."""
    assert azure_tables()[table][column] is kind


def test_no_column_twice():
    """A column has one type."""
    text = resources.files("plugins.monitor").joinpath("azure_schema.json").read_text(encoding="utf-8")
    for groups in json.loads(text)["tables"].values():
        names = [name for group in groups.values() for name in group.split()]
        assert len(names) == len(set(names))


def test_every_table_has_a_time():
    """TimeGenerated is standard."""
    assert {columns["TimeGenerated"] for columns in azure_tables().values()} == {ColumnType.DATETIME}
