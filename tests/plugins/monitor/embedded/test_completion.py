"""Columns of the Azure schema that an export left out."""

from pathlib import Path

import pytest

from orchestrator.core.errors import QueryError
from orchestrator.core.table import ColumnType
from plugins.monitor.embedded.duckdb import DuckDbLogs

DECLARED = {
    "AppExceptions": {
        "TimeGenerated": ColumnType.DATETIME,
        "OuterMessage": ColumnType.STRING,
        "SeverityLevel": ColumnType.INT,
        "Mesage": ColumnType.STRING,
    }
}


@pytest.fixture
def folder(tmp_path: Path) -> str:
    """Exceptions without messages."""
    (tmp_path / "AppExceptions.csv").write_text("TimeGenerated,ExceptionType\n2026-05-04T10:00:00Z,A\n")
    return str(tmp_path)


async def test_a_declared_column_of_the_schema_is_empty_and_said_so(folder: str) -> None:
    """Strings are '', numbers null, and the warning names them."""
    async with DuckDbLogs.open([folder], declared=DECLARED) as logs:
        table = await logs.query("AppExceptions | project ExceptionType, OuterMessage, SeverityLevel")
        assert table.rows == (("A", "", None),)
        assert [w for w in logs.warnings if "OuterMessage, SeverityLevel; taken as empty" in w] != []


async def test_a_misspelt_column_stays_an_error(folder: str) -> None:
    """The schema does not know it, so it is not invented."""
    async with DuckDbLogs.open([folder], declared=DECLARED) as logs:
        with pytest.raises(QueryError, match="Mesage"):
            await logs.query("AppExceptions | project Mesage")
