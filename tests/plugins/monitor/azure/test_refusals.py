"""Queries that the service refuses, or that are refused before they are sent."""

from collections.abc import Callable
from typing import Any

import log_analytics
import pytest

from orchestrator.core.errors import QueryError
from orchestrator.core.ports import QueryParameter
from orchestrator.core.table import ColumnType
from plugins.monitor.azure.logs import AzureLogs

Open = Callable[..., AzureLogs]


@pytest.mark.parametrize(
    ("kql", "message", "line"),
    [
        ("AppRequests\n| extend a = nofunction(Name)", "the service refuses the query: Unknown function", 2),
        ("AppRequests | where (Success", "line 1, column 13: not valid KQL at 'where'", 1),
        ("AppRequests\n| project Nam\n| take 1", "line 2: no column 'Nam' here; did you mean 'Name'", 2),
    ],
)
async def test_refusals_have_lines_of_the_query_itself(azure: AzureLogs, kql: str, message: str, line: int):
    """Columns too: the parameters before the query do not move them."""
    parameters = [QueryParameter("p_x", ColumnType.STRING, "some text that is long")]
    with pytest.raises(QueryError) as caught:
        await azure.query(kql, parameters=parameters)
    assert message in caught.value.message
    assert (caught.value.line, caught.value.retryable) == (line, False)


async def test_error_behind_the_query_is_on_its_last_line(azure: AzureLogs, service: Any):
    """The operator that was added is not the user's."""
    syntax = {"code": "SYN0002", "message": "Query could not be parsed", "line": 3, "pos": 2, "token": "take"}
    inner = {"code": "SyntaxError", "message": "A recognition error occurred.", "innererror": syntax}
    service.faults = [log_analytics.answering(log_analytics.problem(400, "BadArgumentError", "no", innererror=inner))]
    with pytest.raises(QueryError) as caught:
        await azure.query("AppRequests\n| where")
    assert caught.value.line == 2


@pytest.mark.parametrize(
    "kql",
    [
        "workspace('other').AppRequests | count",
        "app('x').requests",
        "union cluster('c').database('d').T",
        "set notruncation; AppRequests",
        "AppRequests; AppTraces",
        "AppRequests | evaluate http_request('https://example.test')",
        "",
    ],
)
async def test_what_reaches_elsewhere_is_not_sent(azure: AzureLogs, service: Any, kql: str):
    """The settings alone say where a query goes."""
    with pytest.raises(QueryError, match=r"refused|empty"):
        await azure.query(kql)
    assert service.asked == []


async def test_only_an_unknown_name_shows_that_a_table_is_not_there(azure: AzureLogs, service: Any):
    """A table refused for another reason, such as its plan, was not looked at: it must not be read as empty."""
    basic = log_analytics.problem(400, "BadArgumentError", "The table 'AppTraces' has the Basic plan: no getschema")
    service.faults = [log_analytics.answering(basic)]
    with pytest.raises(QueryError) as refused:
        await azure.describe("AppTraces")
    with pytest.raises(QueryError) as unknown:
        await azure.describe("AppTrace")
    assert (refused.value.retryable, unknown.value.retryable) == (True, False)
