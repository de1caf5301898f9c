"""What the port of resources promises, of the embedded twin and of Azure's own protocol."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from orchestrator.core.errors import QueryError
from orchestrator.core.ports import QueryLimits, QueryParameter, ResourceGraph
from orchestrator.core.table import ColumnType, TableStatus
from plugins.monitor.azure.resource_graph import AzureResourceGraph
from plugins.monitor.embedded.local_graph import LocalResourceGraph

ALL = "Resources\n| project id, name, location, properties\n| sort by id asc"
HOSTILE = 'db1" or 1 == 1 //'


@pytest.fixture(params=["local", "azure"])
async def graph(
    request: pytest.FixtureRequest, inventory_logs: Any, graph_server: Any, credential: Any
) -> AsyncIterator[ResourceGraph]:
    """Each backend over the same inventory."""
    if request.param == "local":
        yield LocalResourceGraph(inventory_logs)
        return
    async with AzureResourceGraph.open(credential, endpoint=graph_server.url, enforce_https=False) as opened:
        yield opened


async def test_rows_come_with_types(graph: ResourceGraph) -> None:
    """Strings, whole numbers, booleans and bags keep their types."""
    table = await graph.query("Resources | where name == 'db3' | project name, n = tolong(properties.size), big = "
                              "tolong(properties.size) > 2, properties")  # fmt: skip
    assert [column.type for column in table.columns] == [
        ColumnType.STRING,
        ColumnType.LONG,
        ColumnType.BOOL,
        ColumnType.DYNAMIC,
    ]
    assert table.rows == (("db3", 3, True, {"size": 3, "note": 'it\'s "x"'}),)
    assert table.status is TableStatus.COMPLETE


async def test_no_rows_are_an_answer(graph: ResourceGraph) -> None:
    """An empty table has its columns."""
    table = await graph.query("Resources | where name == 'none' | project id, name")
    assert ([column.name for column in table.columns], table.rows) == (["id", "name"], ())


@pytest.mark.parametrize(
    ("kind", "value", "where", "names"),
    [
        (ColumnType.STRING, "db2", "name == p_x", ["db2"]),
        (ColumnType.STRING, HOSTILE, "name == p_x", []),
        (ColumnType.STRING, 'it\'s "x"', "tostring(properties.note) == p_x and name == 'db0'", ["db0"]),
        (ColumnType.DYNAMIC, ["db1", "DB5", HOSTILE], "name in~ (p_x)", ["db1", "db5"]),
        (ColumnType.DYNAMIC, [], "name in (p_x)", []),
        (ColumnType.DYNAMIC, [1, 2], "tolong(properties.size) in (p_x)", ["db1", "db2"]),
        (ColumnType.LONG, 5, "tolong(properties.size) > p_x", ["db6"]),
        (ColumnType.BOOL, True, "(name == 'db4') == p_x", ["db4"]),
    ],
)
async def test_parameters_stand_for_their_values(
    graph: ResourceGraph, kind: ColumnType, value: Any, where: str, names: list[str]
) -> None:
    """A value is a literal of its type, whatever it holds."""
    parameter = QueryParameter("p_x", kind, value)
    table = await graph.query(f"Resources | where {where} | project name | sort by name asc", parameters=[parameter])
    assert [row[0] for row in table.rows] == names


async def test_a_row_limit_is_told(graph: ResourceGraph) -> None:
    """What comes back is the limit's number of rows, partial, with the reason."""
    table = await graph.query(ALL, limits=QueryLimits(rows=3))
    assert (len(table.rows), table.status) == (3, TableStatus.PARTIAL)
    assert "limit of 3 rows" in str(table.reason)


@pytest.mark.parametrize(
    ("kql", "said", "line"),
    [
        ("Resources\n| where nam == 'x'", "nam", 2),
        ("Resourcs | take 1", "Resources", None),
        ("let p = 1; Resources | take 1", "`let`", 1),
        ("Resources\n| extend p_x = 1", "'p_x' is a parameter", 2),
        ("Resources | where name == 'x", "string", 1),
    ],
)
async def test_a_query_that_cannot_be_asked_is_refused(
    graph: ResourceGraph, kql: str, said: str, line: int | None
) -> None:
    """With the name and its line in the author's own query."""
    with pytest.raises(QueryError) as refused:
        await graph.query(kql, parameters=[QueryParameter("p_x", ColumnType.STRING, "a\nb")])
    assert said in refused.value.message
    assert refused.value.line == line
    assert not refused.value.retryable


async def test_pages_are_read_to_the_end(graph_server: Any, credential: Any) -> None:
    """Each page is asked for by the token of the one before, with the size of what is left."""
    opened = AzureResourceGraph.open(credential, endpoint=graph_server.url, enforce_https=False, page_rows=3)
    async with opened as graph:
        table = await graph.query(ALL)
    assert [row[1] for row in table.rows] == [f"db{n}" for n in range(7)]
    assert [asked["body"]["options"].get("$skipToken") for asked in graph_server.asked] == [None, "3", "6"]
    assert table.status is TableStatus.COMPLETE


async def test_an_answer_cut_without_token_is_partial(graph_server: Any, credential: Any) -> None:
    """Without the column id there is no next page, and the table says so."""
    opened = AzureResourceGraph.open(credential, endpoint=graph_server.url, enforce_https=False, page_rows=3)
    async with opened as graph:
        table = await graph.query("Resources | project name | sort by name asc")
    assert (len(table.rows), table.status) == (3, TableStatus.PARTIAL)
    assert "project the column id" in str(table.reason)


async def test_the_request_is_the_services(graph_server: Any, credential: Any) -> None:
    """Path, version, format, subscriptions and token."""
    opened = AzureResourceGraph.open(credential, endpoint=graph_server.url, subscriptions=["s1"], enforce_https=False)
    async with opened as graph:
        await graph.query("Resources | project id | sort by id asc", limits=QueryLimits(rows=10))
    asked = graph_server.asked[0]
    assert asked["query"] == {"api-version": "2022-10-01"}
    assert asked["body"]["options"] == {"resultFormat": "table", "$top": 11}
    assert asked["body"]["subscriptions"] == ["s1"]
    assert asked["token"] == "Bearer a-secret-token"
    assert credential.scopes == ["https://management.azure.com/.default"]


async def test_throttling_is_waited_for(graph_server: Any, credential: Any, reply: Callable[..., Any]) -> None:
    """A 429 is asked again after the quota's own reset, and a used-up quota holds the next query back."""
    graph_server.replies = [reply(429, "RateLimiting", "slow down", x_ms_user_quota_resets_after="00:00:00.0500000")]
    graph_server.headers = {"x-ms-user-quota-remaining": "0", "x-ms-user-quota-resets-after": "00:00:00.2000000"}
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    opened = AzureResourceGraph.open(credential, endpoint=graph_server.url, enforce_https=False, sleep=sleep)
    async with opened as graph:
        await graph.query("Resources | take 1")
        await graph.query("Resources | take 1")
    assert len(graph_server.asked) == 3
    assert waited[1] == 0.05
    assert 0 < waited[-1] <= 0.2


async def test_endless_throttling_ends(graph_server: Any, credential: Any, reply: Callable[..., Any]) -> None:
    """After some tries the error says how long to wait, and that a later try may succeed."""
    graph_server.replies = [reply(429, "RateLimiting", "slow down", retry_after="0") for _ in range(9)]
    async with AzureResourceGraph.open(credential, endpoint=graph_server.url, enforce_https=False) as graph:
        with pytest.raises(QueryError, match="no more queries") as failed:
            await graph.query("Resources | take 1")
    assert (failed.value.retryable, failed.value.retry_after_s) == (True, 0.0)
    assert len(graph_server.asked) == 5


async def test_the_time_limit_is_kept(graph_server: Any, credential: Any) -> None:
    """A slow answer is a failed table, not an endless wait."""
    graph_server.delay_s = 0.5
    async with AzureResourceGraph.open(credential, endpoint=graph_server.url, enforce_https=False) as graph:
        table = await graph.query("Resources | take 1", limits=QueryLimits(timeout_s=0.1))
    assert (table.status, table.reason) == (TableStatus.FAILED, "stopped at the time limit of 0.1 s")


@pytest.mark.parametrize(
    ("status", "said"),
    [(401, "cannot sign in"), (403, "the role Reader"), (404, "there is no"), (500, "failed with status 500"),
     (503, "not available"), (504, "did not answer in time")],
)  # fmt: skip
async def test_statuses_are_told_with_their_mend(
    graph_server: Any, credential: Any, reply: Callable[..., Any], status: int, said: str
) -> None:
    """Each with the service's own words, never the token."""
    graph_server.replies = [reply(status, "Why", "because") for _ in range(9)]
    opened = AzureResourceGraph.open(credential, endpoint=graph_server.url, enforce_https=False, sleep=_at_once)
    async with opened as graph:
        with pytest.raises(QueryError) as failed:
            await graph.query("Resources | take 1")
    assert said in failed.value.message
    assert "because (Why)" in failed.value.message
    assert "a-secret-token" not in failed.value.message


async def _at_once(_: float) -> None:
    """Waits for nothing."""
