"""Several workspaces, resources, and links to the portal."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import log_analytics
import pytest

from orchestrator.core.errors import QueryError
from orchestrator.core.ports import QueryParameter
from orchestrator.core.table import ColumnType
from orchestrator.core.window import Window
from plugins.monitor.azure.logs import AzureLogs
from plugins.monitor.azure.workspaces import Workspace

WINDOW = Window(datetime(2024, 1, 20, 10, tzinfo=UTC), datetime(2024, 1, 20, 12, tzinfo=UTC))
Open = Callable[..., AzureLogs]


async def test_every_table_links_to_its_query_in_the_portal(azure: AzureLogs, service: Any):
    """The workspace's Azure id comes from its metadata, asked for once."""
    for _ in range(3):
        table = await azure.query("AppRequests", window=WINDOW)
    assert "resourceId/%2Fsubscriptions%2Fs1" in str(table.link)
    assert str(table.link).endswith("/timespan/2024-01-20T10%3A00%3A00Z%2F2024-01-20T12%3A00%3A00Z")
    assert service.metadata_asked == 1


async def test_without_metadata_there_is_no_link_and_a_warning(azure: AzureLogs, service: Any):
    """The rows matter more."""
    fault = log_analytics.answering(log_analytics.problem(403, "InsufficientAccessError", "no"))
    service.metadata_faults = [fault]
    table = await azure.query("AppRequests")
    assert (len(table.rows), table.link) == (3, None)
    assert ["no links to the portal" in warning for warning in azure.warnings_for(["AppRequests"])] == [True]


async def test_a_secret_makes_no_link(azure: AzureLogs):
    """The address would carry it past the redaction of what is shown."""
    parameters = [QueryParameter("p_url", ColumnType.STRING, "https://example.test/?sv=1&sig=c2VjcmV0c2ln")]
    assert (await azure.query("AppRequests | where Name != p_url", parameters=parameters)).link is None


async def test_tables_choose_their_workspace(open_logs: Open, service: Any):
    """A guide names none."""
    azure = open_logs(
        Workspace(name="shop", id=log_analytics.WORKSPACE, tables=("AppR*",)),
        Workspace(name="traces", id=log_analytics.OTHER, tables=("AppTraces",)),
    )
    await azure.query("AppTraces | count")
    await azure.query("AppRequests | count")
    await azure.query("union AppRequests, AppTraces | count")
    asked = [(item.path.split("/")[3], item.body["workspaces"]) for item in service.asked]
    assert asked == [
        (log_analytics.OTHER, None),
        (log_analytics.WORKSPACE, None),
        (log_analytics.WORKSPACE, [log_analytics.OTHER]),
    ]


async def test_a_service_chooses_among_the_workspaces_of_its_table(open_logs: Open, service: Any):
    """By the value of the parameter that names it."""
    azure = open_logs(
        Workspace(name="shop", id=log_analytics.WORKSPACE, services=("shop*",)),
        Workspace(name="pay", id=log_analytics.OTHER, services=("pay*",)),
    )
    for name in ("payments", "shop-api"):
        parameters = [QueryParameter("p_service", ColumnType.STRING, name)]
        await azure.query("AppRequests | where AppRoleName == p_service", parameters=parameters)
    assert [item.path.split("/")[3] for item in service.asked] == [log_analytics.OTHER, log_analytics.WORKSPACE]


async def test_a_table_of_no_workspace_is_refused_with_the_setting(open_logs: Open, service: Any):
    """Nothing is asked."""
    azure = open_logs(Workspace(name="shop", id=log_analytics.WORKSPACE, tables=("App*",)))
    with pytest.raises(QueryError, match=r"table 'Heartbeat' .*shop: App\*.*SWITCHBOARD_WORKSPACES"):
        await azure.query("Heartbeat | count")
    assert service.asked == []


async def test_a_resource_is_asked_by_its_azure_id(open_logs: Open, service: Any):
    """Query, metadata and link."""
    azure = open_logs(Workspace(name="site", resource=log_analytics.SITE))
    table = await azure.query("AppRequests")
    assert (service.asked[-1].path, len(table.rows)) == (f"/v1{log_analytics.SITE}/query", 3)
    assert "Microsoft.Web%2Fsites%2Fshop" in str(table.link)
    assert sorted(await azure.schema()) == ["AppRequests", "AppTraces"]


async def test_a_schema_of_several_workspaces_is_joined(open_logs: Open):
    """Each table once, with the names of its workspaces."""
    azure = open_logs(
        Workspace(name="shop", id=log_analytics.WORKSPACE),
        Workspace(name="traces", id=log_analytics.OTHER, tables=("AppTraces",)),
    )
    schema = await azure.schema()
    assert {name: table.source for name, table in schema.items()} == {
        "AppRequests": "shop",
        "AppTraces": "shop, traces",
    }


async def test_an_own_authentication_policy_takes_the_place_of_tokens(service: Any):
    """As the client library allows; the loopback service then refuses for want of a token."""
    from azure.core.credentials import AzureKeyCredential  # noqa: PLC0415
    from azure.core.pipeline.policies import AzureKeyCredentialPolicy  # noqa: PLC0415

    policy = AzureKeyCredentialPolicy(AzureKeyCredential("k"), "x-api-key")
    place = Workspace(name="shop", id=log_analytics.WORKSPACE)
    async with AzureLogs.open(
        log_analytics.Credential(), [place], endpoint=service.url, authentication_policy=policy
    ) as azure:
        with pytest.raises(QueryError, match="sign in"):
            await azure.query("AppRequests")
    assert service.asked[-1].headers["x-api-key"] == "k"
