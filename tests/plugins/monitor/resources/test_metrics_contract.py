"""What the port of metrics promises, of the embedded twin and of Azure's own protocol."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import JSONResponse

from orchestrator.core.errors import QueryError, SettingsError
from orchestrator.core.metrics import Aggregation, MetricsQuery
from orchestrator.core.ports import Metrics, QueryLimits
from orchestrator.core.table import ColumnType, Table, TableStatus
from orchestrator.core.window import Window
from plugins.monitor.azure.metrics import AzureMetrics
from plugins.monitor.azure.metrics_answers import read_values
from plugins.monitor.embedded.duckdb import DuckDbLogs
from plugins.monitor.embedded.local_graph import LocalResourceGraph
from plugins.monitor.embedded.local_metrics import LocalMetrics


@pytest.fixture(params=["local", "azure"])
async def metrics(
    request: pytest.FixtureRequest, metrics_folder: Path, metrics_server: Any, credential: Any
) -> AsyncIterator[Metrics]:
    """Each backend over the same points."""
    if request.param == "local":
        async with DuckDbLogs.open([str(metrics_folder)]) as logs:
            yield LocalMetrics(logs)
        return
    async with AzureMetrics(credential, endpoint=metrics_server.url, enforce_https=False) as opened:
        yield opened


@pytest.fixture
async def azure(metrics_server: Any, credential: Any) -> AsyncIterator[AzureMetrics]:
    """Azure's backend alone."""
    async with AzureMetrics(credential, endpoint=metrics_server.url, enforce_https=False) as opened:
        yield opened


@pytest.fixture
def query(sql: str, start: Any) -> MetricsQuery:
    """The mean of one database's processor over ten minutes, in intervals of five."""
    return MetricsQuery(
        resources=(f"{sql}/db1",),
        namespace="Microsoft.Sql/servers/databases",
        names=("cpu_percent",),
        aggregations=(Aggregation.AVERAGE,),
        window=Window(start, start + timedelta(minutes=10)),
        interval=timedelta(minutes=5),
    )


def shown(table: Table) -> list[tuple[object, ...]]:
    """Rows with the time as minutes and the resource as its last part."""
    return [(row[0].strftime("%H:%M"), str(row[1]).rpartition("/")[2], *row[2:]) for row in table.rows]  # type: ignore[union-attr]


async def test_values_by_interval(metrics: Metrics, query: MetricsQuery) -> None:
    """The mean of all samples of each interval, with the resource as it was named."""
    table = await metrics.measure(query)
    assert [(column.name, column.type) for column in table.columns] == [
        ("TimeGenerated", ColumnType.DATETIME),
        ("Resource", ColumnType.STRING),
        ("Metric", ColumnType.STRING),
        ("Average", ColumnType.REAL),
    ]
    # db1 has samples (minute, 1, 4) at the minutes 0, 2, 4 and 6, 8
    assert shown(table) == [
        ("10:00", "db1", "cpu_percent", pytest.approx((0 + 2 + 4 + 3 * 5) / 9)),
        ("10:05", "db1", "cpu_percent", pytest.approx((6 + 8 + 2 * 5) / 6)),
    ]
    assert {row[1] for row in table.rows} == set(query.resources)
    assert table.status is TableStatus.COMPLETE


async def test_all_aggregations_in_their_order(metrics: Metrics, query: MetricsQuery) -> None:
    """Average, Total, Maximum, Minimum, Count, however they were asked for; both zones count."""
    asked = replace(query, aggregations=tuple(reversed(Aggregation)), interval=timedelta(minutes=1))
    table = await metrics.measure(asked)
    assert [column.name for column in table.columns[3:]] == ["Average", "Total", "Maximum", "Minimum", "Count"]
    assert shown(table)[3] == ("10:06", "db1", "cpu_percent", pytest.approx(11 / 3), 22.0, 6.0, 1.0, 6.0)


async def test_intervals_without_samples_have_no_row(metrics: Metrics, query: MetricsQuery) -> None:
    """A minute in which nothing was measured is not a null, nor a zero."""
    table = await metrics.measure(replace(query, interval=timedelta(minutes=1)))
    assert [row[0] for row in shown(table)] == ["10:00", "10:02", "10:04", "10:06", "10:08"]


async def test_the_window_is_half_open(metrics: Metrics, query: MetricsQuery) -> None:
    """Its start is in it and its end is not."""
    window = Window(query.window.start + timedelta(minutes=2), query.window.start + timedelta(minutes=6))
    table = await metrics.measure(replace(query, window=window, interval=timedelta(minutes=1)))
    assert [row[0] for row in shown(table)] == ["10:02", "10:04"]


async def test_several_resources_and_metrics(metrics: Metrics, query: MetricsQuery, sql: str) -> None:
    """Sorted by time, resource and metric; ids in any case are the same resource."""
    ids = (f"{sql}/db1", f"{sql}/db0")
    window = Window(query.window.start, query.window.start + timedelta(minutes=5))
    table = await metrics.measure(replace(query, resources=ids, names=("dtu", "cpu_percent"), window=window))
    assert [row[1:3] for row in shown(table)] == [
        ("db0", "cpu_percent"),
        ("db0", "dtu"),
        ("db1", "cpu_percent"),
        ("db1", "dtu"),
    ]


@pytest.mark.parametrize(("values", "zones"), [((), ["1", "2 (b)"]), (("2 (b)",), ["2 (b)"]), (("it's",), [])])
async def test_dimensions_are_columns(
    metrics: Metrics, query: MetricsQuery, values: tuple[str, ...], zones: list[str]
) -> None:
    """Each value of a dimension has its own rows; named values alone are kept."""
    window = Window(query.window.start, query.window.start + timedelta(minutes=5))
    table = await metrics.measure(replace(query, window=window, split_by=(("Zone", values),)))
    assert [column.name for column in table.columns] == ["TimeGenerated", "Resource", "Metric", "Zone", "Average"]
    assert [row[3] for row in table.rows] == zones


async def test_nothing_measured_is_an_answer(metrics: Metrics, query: MetricsQuery) -> None:
    """No rows, complete, with the columns."""
    window = Window(query.window.start - timedelta(hours=2), query.window.start - timedelta(hours=1))
    table = await metrics.measure(replace(query, window=window))
    assert (table.rows, table.status, len(table.columns)) == ((), TableStatus.COMPLETE, 4)


async def test_a_row_limit_is_told(metrics: Metrics, query: MetricsQuery) -> None:
    """The first rows, partial, with the reason."""
    table = await metrics.measure(replace(query, interval=timedelta(minutes=1)), limits=QueryLimits(rows=2))
    assert ([row[0] for row in shown(table)], table.status) == (["10:00", "10:02"], TableStatus.PARTIAL)
    assert "limit of 2 rows" in str(table.reason)


async def test_a_dimension_that_the_table_lacks(metrics_folder: Path, query: MetricsQuery) -> None:
    """Files hold dimensions only as columns of their own."""
    async with DuckDbLogs.open([str(metrics_folder)]) as logs:
        with pytest.raises(QueryError, match=r"no column 'Zon'; did you mean 'Zone'"):
            await LocalMetrics(logs).measure(replace(query, split_by=(("Zon", ()),)))


@pytest.mark.parametrize(
    ("columns", "aggregation", "expected"),
    [
        ("Total,Count", Aggregation.AVERAGE, 2.5),
        ("Average", Aggregation.AVERAGE, 5.0),
        ("Total,Count", Aggregation.TOTAL, 10.0),
        ("Total,Count", Aggregation.MAXIMUM, "no column 'Maximum', which the maximum is made of"),
        ("Maximum", Aggregation.AVERAGE, "neither Average nor Total and Count"),
    ],
)
async def test_exports_with_some_of_the_columns(
    tmp_path: Path, query: MetricsQuery, *, columns: str, aggregation: Aggregation, expected: object
) -> None:
    """What there is suffices where it can."""
    values = ",".join(
        {"Total": "10", "Count": "4", "Average": "5", "Maximum": "9"}[name] for name in columns.split(",")
    )
    row = f"2026-03-01T10:01:00Z,{query.resources[0]},cpu_percent,{values}"
    (tmp_path / "AzureMetrics.csv").write_text(f"TimeGenerated,ResourceId,MetricName,{columns}\n{row}\n")
    async with DuckDbLogs.open([str(tmp_path)]) as logs:
        asked = LocalMetrics(logs).measure(replace(query, aggregations=(aggregation,)))
        if isinstance(expected, str):
            with pytest.raises(QueryError, match=expected):
                await asked
        else:
            assert [row[3] for row in (await asked).rows] == [expected]


async def test_files_without_the_table(inventory_logs: DuckDbLogs, query: MetricsQuery) -> None:
    """The table is named."""
    with pytest.raises(QueryError, match="AzureMetrics"):
        await LocalMetrics(inventory_logs).measure(query)


async def test_the_request_is_the_services(
    azure: AzureMetrics, metrics_server: Any, credential: Any, query: MetricsQuery
) -> None:
    """Path by subscription, ids in the body, and as many time series as are read."""
    upper = query.resources[0].replace("/subscriptions/", "/SUBSCRIPTIONS/")
    await azure.measure(replace(query, resources=(upper,), split_by=(("Zone", ("1", "it's")), ("Host", ()))))
    asked = metrics_server.asked[0]
    assert asked["path"] == "/subscriptions/11111111-0000-0000-0000-000000000001/metrics:getBatch"
    assert asked["body"] == {"resourceids": list(query.resources)}
    assert asked["query"]["filter"] == "Zone eq '1' or Zone eq 'it''s' and Host eq '*'"
    wanted = {"interval": "PT5M", "aggregation": "average", "top": "100", "metricnames": "cpu_percent",
              "metricnamespace": "Microsoft.Sql/servers/databases", "api-version": "2024-02-01"}  # fmt: skip
    assert {name: asked["query"][name] for name in wanted} == wanted
    assert asked["token"] == "Bearer a-secret-token"
    assert credential.scopes == ["https://metrics.monitor.azure.com/.default"]


async def test_batches_by_subscription_and_size(azure: AzureMetrics, metrics_server: Any, query: MetricsQuery) -> None:
    """One request holds at most 50 resources of one subscription."""
    ids = tuple(f"/subscriptions/{s}/resourceGroups/g/providers/P/t/r{n}" for s in ("a", "b") for n in range(51))
    await azure.measure(replace(query, resources=ids))
    assert [(a["path"], len(a["body"]["resourceids"])) for a in metrics_server.asked] == [
        ("/subscriptions/a/metrics:getBatch", 50),
        ("/subscriptions/a/metrics:getBatch", 1),
        ("/subscriptions/b/metrics:getBatch", 50),
        ("/subscriptions/b/metrics:getBatch", 1),
    ]


async def test_regions_come_from_the_resource_graph(
    metrics_server: Any, credential: Any, inventory_logs: DuckDbLogs, query: MetricsQuery, sql: str
) -> None:
    """The endpoint of each resource's region is asked; one that is not to be seen is named."""
    graph = LocalResourceGraph(inventory_logs)
    endpoint = metrics_server.url + "/{region}"
    async with AzureMetrics(credential, graph=graph, endpoint=endpoint, enforce_https=False) as opened:
        await opened.measure(replace(query, resources=(f"{sql}/db1", f"{sql}/db0")))
        assert [asked["path"].split("/")[1] for asked in metrics_server.asked] == ["westeurope", "northeurope"]
        with pytest.raises(QueryError, match=r"no resource '.*/db99' that this identity may see"):
            await opened.measure(replace(query, resources=(f"{sql}/db99",)))


def test_a_regional_endpoint_needs_the_graph(credential: Any) -> None:
    """Without it nothing tells the region."""
    with pytest.raises(SettingsError, match="needs a region"):
        AzureMetrics(credential)


async def test_one_metrics_error_leaves_the_others(
    azure: AzureMetrics, metrics_server: Any, query: MetricsQuery
) -> None:
    """The answer is partial and says which metric is missing, though the client library drops that."""
    good = {"name": {"value": "dtu"}, "errorCode": "Success",
            "timeseries": [{"data": [{"timeStamp": "2026-03-01T10:00:00Z", "average": 3.5}]}]}  # fmt: skip
    bad = {
        "name": {"value": "cpu_percent"},
        "errorCode": "InternalServerError",
        "errorMessage": "no shard",
        "timeseries": [],
    }
    document = {"values": [{"resourceid": query.resources[0], "value": [bad, good]}]}
    metrics_server.replies = [JSONResponse(document)]
    table = await azure.measure(replace(query, names=("cpu_percent", "dtu")))
    assert (shown(table), table.status) == ([("10:00", "db1", "dtu", 3.5)], TableStatus.PARTIAL)
    assert "cpu_percent of" in str(table.reason)
    assert "no shard" in str(table.reason)


async def test_throttling_is_waited_for(
    azure: AzureMetrics, metrics_server: Any, query: MetricsQuery, reply: Callable[..., Any]
) -> None:
    """A 429 is asked again after its Retry-After."""
    metrics_server.replies = [reply(429, "TooManyRequests", "slow down", retry_after="0")] * 2
    assert len((await azure.measure(query)).rows) == 2
    assert len(metrics_server.asked) == 3


async def test_the_time_limit_is_kept(azure: AzureMetrics, metrics_server: Any, query: MetricsQuery) -> None:
    """A slow answer is a failed table, not an endless wait."""
    metrics_server.delay_s = 0.5
    table = await azure.measure(query, limits=QueryLimits(timeout_s=0.1))
    assert (table.status, table.reason) == (TableStatus.FAILED, "stopped at the time limit of 0.1 s")


NO_METRIC = (
    "Failed to find metric configuration for provider: Microsoft.Sql, resource Type: servers/databases, metric: cpu, "
    "Valid metrics: cpu_percent,dtu_used,storage"
)


@pytest.mark.parametrize(
    ("status", "message", "said"),
    [
        (400, NO_METRIC, "no metric 'cpu'; did you mean 'cpu_percent'"),
        (400, "Detected invalid time grain input", "invalid time grain input"),
        (401, "expired", "cannot sign in"),
        (403, "denied", "the role Monitoring Reader"),
        (404, "gone", "there is no /subscriptions/"),
        (500, "broken", "failed with status 500"),
    ],
)
async def test_statuses_are_told_with_their_mend(
    metrics_server: Any, credential: Any, query: MetricsQuery, reply: Any, *, status: int, message: str, said: str
) -> None:
    """With the service's own words and the names that are near, never the token."""
    metrics_server.replies = [reply(status, "Why", message)]
    async with AzureMetrics(credential, endpoint=metrics_server.url, enforce_https=False, retries=0) as opened:
        with pytest.raises(QueryError) as failed:
            await opened.measure(query)
    assert said in failed.value.message
    assert "a-secret-token" not in failed.value.message


@pytest.mark.parametrize(
    "document", [[], {}, {"values": 7}, {"values": [{}]}, {"values": [{"resourceid": "x", "value": [{"name": 1}]}]}]
)
async def test_an_answer_of_another_shape(
    azure: AzureMetrics, metrics_server: Any, query: MetricsQuery, document: Any
) -> None:
    """It is an error of the service, said in one line."""
    metrics_server.replies = [JSONResponse(document)]
    with pytest.raises(QueryError, match=r"sent what cannot be read|failed"):
        await azure.measure(query)


def test_what_the_service_leaves_out_is_missing(query: MetricsQuery) -> None:
    """A resource without an answer is no resource without values, and what is no number is no value."""
    first, second = f"{query.resources[0]}1", f"{query.resources[0]}2"
    name = query.names[0]
    point = {"timeStamp": "2024-01-20T10:00:00Z", **{item.value: float("nan") for item in query.aggregations}}
    metric = {"name": {"value": name}, "errorCode": "Success", "timeseries": [{"data": [point]}]}
    asked = replace(query, resources=(first, second), names=(name,))
    found = read_values({"values": [{"resourceid": first, "value": [metric]}]}, asked)
    assert found == ([], [f"{name} of {second}: the service gave no answer"])
