"""What every backend of the logs port does; a backend joins by a fixture that holds the same two tables."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import log_analytics
import pytest

from orchestrator.core.errors import QueryError
from orchestrator.core.ports import Logs, QueryLimits, QueryParameter
from orchestrator.core.table import Column, ColumnType, TableStatus
from orchestrator.core.window import Window
from plugins.monitor.azure.logs import AzureLogs
from plugins.monitor.azure.workspaces import Workspace
from plugins.monitor.embedded.duckdb import DuckDbLogs


@pytest.fixture(params=["duckdb", "azure"])
async def backend(request: pytest.FixtureRequest, logs: DuckDbLogs, service: Any) -> AsyncIterator[Logs]:
    """The backends that hold AppRequests and AppTraces."""
    if request.param == "duckdb":
        yield logs
        return
    workspace = Workspace(name="shop", id=log_analytics.WORKSPACE)
    async with AzureLogs.open(
        log_analytics.Credential(), [workspace], endpoint=service.url, enforce_https=False
    ) as opened:
        yield opened


async def test_rows_come_back_typed(backend: Logs):
    """Columns have Kusto's types, and values those of the port."""
    table = await backend.query("AppRequests | where ResultCode == '500'")
    assert [
        Column("TimeGenerated", ColumnType.DATETIME),
        Column("Name", ColumnType.STRING),
        Column("Success", ColumnType.BOOL),
        Column("DurationMs", ColumnType.REAL),
        Column("ItemCount", ColumnType.INT),
        Column("ResultCode", ColumnType.STRING),
        Column("Properties", ColumnType.DYNAMIC),
        Column("AppRoleName", ColumnType.STRING),
    ] == list(table.columns)
    time = datetime(2024, 1, 20, 10, 1, tzinfo=UTC)
    assert ((time, "GET /a", False, 900.0, 2, "500", {"build": "8", "n": 9}, "shop"),) == table.rows


async def test_complete_result_says_so(backend: Logs):
    """A result within the limits is complete and has no reason."""
    table = await backend.query("AppRequests | summarize n = sum(ItemCount) by AppRoleName | sort by n desc")
    assert (table.status, table.reason, table.rows) == (TableStatus.COMPLETE, None, (("shop", 3), ("pay", 1)))
    assert table.stats is not None


async def test_strings_are_never_null(backend: Logs):
    """A missing string is '', in results and in comparisons."""
    table = await backend.query("AppTraces | where Message == '' | project Message, e = isempty(Message)")
    assert table.rows == (("", True),)


async def test_timespans_and_nulls(backend: Logs):
    """A timespan is a timedelta; NaN, infinity and null are None."""
    table = await backend.query("print a = 90m, b = real(nan), c = 1.0 / 0, d = long(null), e = dynamic(null)")
    assert ((timedelta(minutes=90), None, None, None, None),) == table.rows


async def test_row_limit_gives_a_partial_result(backend: Logs):
    """A result over the row limit is cut, and the reason names the limit."""
    table = await backend.query("AppRequests | sort by TimeGenerated asc", limits=QueryLimits(rows=2))
    assert (table.status, len(table.rows)) == (TableStatus.PARTIAL, 2)
    assert "limit of 2 rows" in str(table.reason)


async def test_byte_limit_gives_a_partial_result(backend: Logs):
    """A result over the byte limit is cut, and the reason names the limit."""
    table = await backend.query("AppRequests", limits=QueryLimits(bytes=600))
    assert table.status == TableStatus.PARTIAL
    assert "limit of 600 bytes" in str(table.reason)


async def test_window_bounds_the_time_column(backend: Logs):
    """Rows from the start up to but not at the end are seen."""
    window = Window(datetime(2024, 1, 20, 10, 1, tzinfo=UTC), datetime(2024, 1, 20, 10, 7, tzinfo=UTC))
    table = await backend.query("AppRequests | project DurationMs", window=window)
    assert table.rows == ((900.0,),)


async def test_window_bounds_every_table_of_the_query(backend: Logs):
    """Tables joined, united or read in a subquery are bounded too."""
    window = Window(datetime(2024, 1, 20, 10, 0, tzinfo=UTC), datetime(2024, 1, 20, 10, 2, 30, tzinfo=UTC))
    table = await backend.query("union AppRequests, AppTraces | summarize n = count()", window=window)
    assert table.rows == ((3,),)


async def test_parameters_reach_the_query_typed(backend: Logs):
    """Parameters are values of the query."""
    parameters = [
        QueryParameter("p_from", ColumnType.DATETIME, datetime(2024, 1, 20, 10, 1, tzinfo=UTC)),
        QueryParameter("p_services", ColumnType.DYNAMIC, ["shop", "other"]),
        QueryParameter("p_step", ColumnType.TIMESPAN, timedelta(minutes=5)),
    ]
    table = await backend.query(
        "AppRequests\n| where TimeGenerated >= p_from and AppRoleName in (p_services)\n"
        "| summarize n = count() by t = bin(TimeGenerated, p_step)",
        parameters=parameters,
    )
    assert ((datetime(2024, 1, 20, 10, 0, tzinfo=UTC), 1),) == table.rows


async def test_unknown_table_is_refused_with_the_nearest_name(backend: Logs):
    """A table that is not there is named, with what may have been meant."""
    with pytest.raises(QueryError, match="no table 'AppRequest'") as caught:
        await backend.query("AppRequest | count")
    assert caught.value.nearest[0] == "AppRequests"


async def test_unknown_column_is_refused_with_its_line(backend: Logs):
    """A column that is not there is named with its line, also behind a prelude of parameters."""
    with pytest.raises(QueryError, match="no column 'DurationMS'") as caught:
        await backend.query(
            "AppRequests\n| where Success\n| where DurationMS > p_ms",
            parameters=[QueryParameter("p_ms", ColumnType.LONG, 5)],
        )
    assert (caught.value.line, caught.value.nearest) == (3, ("DurationMs",))


async def test_syntax_error_has_its_line(backend: Logs):
    """Lines count from the query's own first line."""
    with pytest.raises(QueryError) as caught:
        await backend.query(
            "AppRequests\n| where Success\n| nonsense here",
            parameters=[QueryParameter("p_x", ColumnType.STRING, "a\nb\nc")],
        )
    assert caught.value.line == 3


async def test_describe_tells_columns_without_rows(backend: Logs):
    """The columns that a query would yield."""
    columns = await backend.describe(
        "AppRequests | summarize n = count(), worst = max(DurationMs) by Name, bin(TimeGenerated, p_step)",
        parameters=[QueryParameter("p_step", ColumnType.TIMESPAN, timedelta(minutes=1))],
    )
    assert [(column.name, column.type) for column in columns] == [
        ("Name", ColumnType.STRING),
        ("TimeGenerated", ColumnType.DATETIME),
        ("n", ColumnType.LONG),
        ("worst", ColumnType.REAL),
    ]


async def test_describe_refuses_as_query_does(backend: Logs):
    """A query that cannot be answered cannot be described."""
    with pytest.raises(QueryError, match="no table"):
        await backend.describe("Nowhere | count")


async def test_schema_names_tables_and_columns(backend: Logs):
    """Each table with its columns and its newest time."""
    schema = await backend.schema()
    assert sorted(schema) == ["AppRequests", "AppTraces"]
    assert datetime(2024, 1, 20, 11, 2, tzinfo=UTC) == schema["AppTraces"].newest
    assert ("Message", ColumnType.STRING) in [(column.name, column.type) for column in schema["AppTraces"].columns]


async def test_queries_run_side_by_side(backend: Logs):
    """Many at once give what each gives alone."""
    kql = "AppRequests | summarize total = sum(DurationMs), s = make_set(Name) by AppRoleName"
    alone = await backend.query(kql)
    together = await asyncio.gather(*(backend.query(kql) for _ in range(8)))
    assert {alone.sha256()} == {table.sha256() for table in together}


@pytest.mark.parametrize(
    "kql",
    [".drop table AppRequests", "// x\n.set T <| AppRequests", 'externaldata(x: string)["https://example.test/x.csv"]'],
)
async def test_nothing_writes_or_leaves(backend: Logs, kql: str):
    """Control commands and outside data are refused."""
    with pytest.raises(QueryError):
        await backend.query(kql)
