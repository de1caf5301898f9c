"""What the Azure backend sends, and what it makes of the answers, on a service on loopback."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import log_analytics
import pytest

from orchestrator.core.errors import QueryError
from orchestrator.core.ports import QueryLimits, QueryParameter
from orchestrator.core.table import Column, ColumnType, QueryStats, TableStatus
from orchestrator.core.window import Window
from plugins.monitor.azure.logs import AzureLogs
from plugins.monitor.azure.service import SIDE_BY_SIDE
from plugins.monitor.embedded.duckdb import DuckDbLogs

WINDOW = Window(datetime(2024, 1, 20, 10, tzinfo=UTC), datetime(2024, 1, 20, 12, tzinfo=UTC))
Open = Callable[..., AzureLogs]


async def test_request_has_lets_bounds_and_preferences(azure: AzureLogs, service: Any):
    """Parameters stand before the query on its first line; one row more than the limit tells whether there are more."""
    await azure.query(
        "AppRequests\n| where Name == p_name",
        parameters=[QueryParameter("p_name", ColumnType.STRING, "GET /a")],
        window=WINDOW,
        limits=QueryLimits(rows=10, timeout_s=12.5),
    )
    asked = service.asked[-1]
    assert asked.text == 'let p_name = "GET /a"; AppRequests\n| where Name == p_name\n| take 11'
    assert asked.body["timespan"] == "2024-01-20T10:00:00.000Z/2024-01-20T11:59:59.999999Z"
    assert asked.headers["prefer"] == "wait=13,include-statistics=true"


async def test_longest_wait_is_the_services(azure: AzureLogs, service: Any):
    """The service grants ten minutes."""
    await azure.query("print 1", limits=QueryLimits(timeout_s=3_600))
    assert service.asked[-1].headers["prefer"].startswith("wait=600,")


async def test_same_data_give_the_same_hash_as_the_embedded_backend(azure: AzureLogs, logs: DuckDbLogs):
    """The service sends rows in any order where a query does not sort them."""
    for kql in (
        "AppRequests",
        "union AppRequests, AppTraces | project TimeGenerated, ItemCount",
        "AppRequests | summarize n = count(), worst = max(DurationMs) by Name",
        "AppRequests | sort by AppRoleName asc",
        "AppRequests | top 2 by Success desc | project-away Properties",
        "AppRequests | project Properties",
        "AppTraces | summarize make_list(Message) by SeverityLevel",
    ):
        expected, found = await logs.query(kql), await azure.query(kql)
        assert (found.columns, found.rows) == (expected.columns, expected.rows), kql
        assert found.sha256() == expected.sha256()


async def test_render_is_left_to_the_portal(azure: AzureLogs, service: Any):
    """An operator cannot follow it."""
    table = await azure.query("AppRequests | summarize n = count() | render timechart")
    assert service.asked[-1].text == "AppRequests | summarize n = count()\n| take 1001"
    assert table.rows == ((3,),)


async def test_partial_result_is_kept_with_the_services_reason(azure: AzureLogs, service: Any):
    """Rows and reason both."""
    service.faults = [log_analytics.partial("-2133196788", "Percentiles overflow (E_OVERFLOW).", rows=[[2]])]
    table = await azure.query("AppRequests")
    assert (table.status, table.rows) == (TableStatus.PARTIAL, ((2,),))
    assert table.reason == "the service gave a part of the result: Percentiles overflow (E_OVERFLOW) (-2133196788)"


async def test_result_too_large_is_asked_again_for_fewer_rows(azure: AzureLogs, service: Any):
    """And the reason says so."""
    service.faults = [log_analytics.partial("-2133196797", "(E_QUERY_RESULT_SET_TOO_LARGE)")] * 2
    table = await azure.query("AppRequests", limits=QueryLimits(rows=160))
    assert [asked.text.split()[-1] for asked in service.asked] == ["161", "41", "11"]
    assert (table.status, len(table.rows)) == (TableStatus.PARTIAL, 3)
    assert table.reason == (
        "the service's limit on the size of a result (500,000 rows or 64 MB) was met: asked again for the first 10 rows"
    )


async def test_too_large_as_an_error_is_met_alike(azure: AzureLogs, service: Any):
    """The service also answers with a status of its own."""
    fault = log_analytics.problem(400, "ResponseSizeError", "Response size too large")
    service.faults = [log_analytics.answering(fault)]
    table = await azure.query("AppRequests")
    assert (table.status, len(service.asked)) == (TableStatus.PARTIAL, 2)
    assert "asked again for the first 250 rows" in str(table.reason)


async def test_rows_within_a_limit_on_size_are_kept(azure: AzureLogs, service: Any):
    """A cut result holds the first rows: asking again would bring no others."""
    service.faults = [log_analytics.partial("80DA0003", "E_QUERY_RESULT_SET_TOO_LARGE", rows=[[1], [2]])]
    table = await azure.query("AppRequests")
    assert (table.status, table.rows, len(service.asked)) == (TableStatus.PARTIAL, ((1,), (2,)), 1)


async def test_too_much_work_is_asked_again_for_the_newer_half(azure: AzureLogs, service: Any):
    """And the reason says which."""
    service.faults = [log_analytics.partial("80DA0001", "E_RUNAWAY_QUERY")]
    table = await azure.query("AppRequests", window=WINDOW)
    assert service.asked[-1].body["timespan"].startswith("2024-01-20T11:00:00")
    assert (table.status, len(table.rows)) == (TableStatus.PARTIAL, 0)
    assert "asked again for 2024-01-20T11:00:00Z to 2024-01-20T12:00:00Z only" in str(table.reason)


async def test_work_that_cannot_be_narrowed_fails_with_the_mend(azure: AzureLogs, service: Any):
    """Without a window there is nothing to halve."""
    fault = log_analytics.problem(400, "BadArgumentError", "E_RUNAWAY_QUERY: aborted")
    service.faults = [log_analytics.answering(fault)]
    table = await azure.query("AppRequests")
    assert (table.status, table.columns, len(service.asked)) == (TableStatus.FAILED, (), 1)
    assert "narrow the time, or keep fewer columns" in str(table.reason)


async def test_cost_is_told(azure: AzureLogs):
    """Bytes of caches and of rows just arrived."""
    stats = (await azure.query("AppRequests")).stats
    assert stats == QueryStats(elapsed_s=0.0156102, scanned_rows=3, scanned_bytes=1_024)


async def test_cost_is_summed_over_all_asks(azure: AzureLogs, service: Any):
    """What was asked in vain was scanned too."""
    service.faults = [log_analytics.partial("80DA0003", "E_QUERY_RESULT_SET_TOO_LARGE", scanned=5_000)]
    stats = (await azure.query("AppRequests")).stats
    assert stats == QueryStats(elapsed_s=2 * 0.0156102, scanned_rows=6, scanned_bytes=6_048)


async def test_five_queries_run_at_once_and_the_rest_wait_in_order(azure: AzureLogs, service: Any):
    """First come, first served."""
    service.pause_s = 0.2
    await asyncio.gather(*(azure.query(f"print x = {number}") for number in range(20)))
    assert service.most_running == SIDE_BY_SIDE
    numbers = [int(asked.text.split()[3]) for asked in service.asked]
    assert [number // SIDE_BY_SIDE for number in numbers] == [place // SIDE_BY_SIDE for place in range(20)]


async def test_a_cancelled_query_frees_its_slot(azure: AzureLogs, service: Any):
    """While it runs, and while it waits."""
    service.faults = [log_analytics.slow(30)] * SIDE_BY_SIDE
    stuck = [asyncio.create_task(azure.query(f"print x = {number}")) for number in range(SIDE_BY_SIDE + 2)]
    await asyncio.sleep(0.2)
    for task in stuck:
        task.cancel()
    await asyncio.gather(*stuck, return_exceptions=True)
    async with asyncio.timeout(5):
        tables = await asyncio.gather(*(azure.query("AppRequests") for _ in range(SIDE_BY_SIDE)))
    assert [len(table.rows) for table in tables] == [3] * SIDE_BY_SIDE


async def test_describe_asks_for_the_schema_only(azure: AzureLogs, service: Any):
    """Once for each text; a table has the columns of the service."""
    for _ in range(2):
        columns = await azure.describe("AppTraces | project Message, n = ItemCount")
    assert columns == (Column("Message", ColumnType.STRING), Column("n", ColumnType.INT))
    assert [asked.text for asked in service.asked] == ["AppTraces | project Message, n = ItemCount\n| getschema"]
    assert service.asked[0].body["timespan"] == "PT60.0S"


async def test_a_description_that_failed_is_asked_for_again(azure: AzureLogs, service: Any):
    """A table that could not be looked at is not missing."""
    service.faults = [log_analytics.answering(log_analytics.problem(403, "InsufficientAccessError", "no"))]
    with pytest.raises(QueryError) as caught:
        await azure.describe("AppTraces")
    assert caught.value.retryable
    assert len(await azure.describe("AppTraces")) == 4


async def test_schema_looks_for_newest_rows_further_back_only_for_quiet_tables(azure: AzureLogs, service: Any):
    """A day, a month, everything; tables without data are left out."""
    schema = await azure.schema()
    assert sorted(schema) == ["AppRequests", "AppTraces"]
    assert [asked.body["timespan"] for asked in service.asked] == ["PT86400.0S", "PT2592000.0S", None]
    assert schema["AppRequests"].newest == datetime(2024, 1, 20, 10, 7, tzinfo=UTC)
    assert (await azure.schema(), service.metadata_asked) == (schema, 1)


async def test_tables_that_cannot_be_asked_together_are_asked_in_halves(azure: AzureLogs, service: Any):
    """A table of a basic plan in a union spoils it for all; one that cannot be asked alone has no time."""
    refusal = log_analytics.problem(400, "BadArgumentError", "union is not supported on a table of this plan")
    service.faults = [log_analytics.answering(refusal)] * 2
    schema = await azure.schema()
    assert [asked.text.count("summarize") for asked in service.asked] == [2, 1, 1, 2, 2]
    assert schema["AppRequests"].newest is not None


async def test_schema_that_cannot_be_read_is_told(azure: AzureLogs, service: Any):
    """With the role that is missing."""
    fault = log_analytics.answering(log_analytics.problem(403, "InsufficientAccessError", "no"))
    service.metadata_faults = [fault]
    with pytest.raises(QueryError, match="Log Analytics Reader"):
        await azure.schema()
