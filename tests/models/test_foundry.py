"""A Foundry project on loopback, read through the real client."""

from typing import Any

import pytest
from azure.core.exceptions import ClientAuthenticationError

from orchestrator.core.errors import ModelError, ModelFault
from orchestrator.models.foundry import Connection, Deployment, FoundryProject

SEARCH = {
    "name": "my-search",
    "id": "c1",
    "type": "CognitiveSearch",
    "target": "https://srch.search.windows.net",
    "isDefault": True,
    "credentials": {"type": "ApiKey", "key": "search-key-1"},
    "metadata": {},
}
INSIGHTS = {
    "name": "insights",
    "id": "c2",
    "type": "AppInsights",
    "target": "/subscriptions/s/insights",
    "isDefault": True,
    "credentials": {"type": "ApiKey", "key": "InstrumentationKey=abc"},
    "metadata": {},
}


def project(server: Any, wire: Any, **more: Any) -> Any:
    """The project, opened over plain http."""
    credential = more.pop("credential", None) or wire.FixedCredential()
    return FoundryProject.open(f"{server.url}/api/projects/shop", credential=credential, enforce_https=False, **more)


async def test_deployments_are_listed(model_server: Any, wire: Any) -> None:
    """By name, with the model that each one is."""
    model_server.deployments = [
        {"name": name, "type": "ModelDeployment", "modelName": "gpt-x", "modelVersion": "1", "modelPublisher": "OpenAI"}
        for name in ("b", "a")
    ]
    async with project(model_server, wire) as opened:
        found = await opened.deployments()
    assert found == (Deployment("a", "gpt-x", "1", "OpenAI"), Deployment("b", "gpt-x", "1", "OpenAI"))
    assert model_server.requests[0]["authorization"] == "Bearer entra-token"


async def test_a_connection_is_found_by_name(model_server: Any, wire: Any) -> None:
    """With its key, which no representation shows."""
    model_server.connections = [SEARCH, INSIGHTS]
    async with project(model_server, wire) as opened:
        found = await opened.connection("my-search")
        first = await opened.search_connection()
    assert found == Connection("my-search", "CognitiveSearch", "https://srch.search.windows.net", "search-key-1")
    assert first == found
    assert "search-key-1" not in repr(found)


async def test_a_connection_that_is_not_there_is_named_with_those_that_are(model_server: Any, wire: Any) -> None:
    """So that a slip in the settings is seen at once."""
    model_server.connections = [SEARCH]
    async with project(model_server, wire) as opened:
        with pytest.raises(ModelError, match="no connection 'serach'; there are: my-search"):
            await opened.connection("serach")


async def test_the_telemetry_connection_string(model_server: Any, wire: Any) -> None:
    """None where the project has no Application Insights, and no search likewise."""
    async with project(model_server, wire) as opened:
        assert await opened.telemetry_connection_string() is None
        assert await opened.search_connection() is None
        model_server.connections = [SEARCH, INSIGHTS]
        assert await opened.telemetry_connection_string() == "InstrumentationKey=abc"


@pytest.mark.parametrize(
    ("status", "fault", "words"),
    [
        (401, ModelFault.DENIED, "sign in again"),
        (403, ModelFault.DENIED, "Azure AI User"),
        (404, ModelFault.BAD_REQUEST, "check the endpoint"),
        (400, ModelFault.BAD_REQUEST, "refused"),
    ],
)
async def test_a_refusal_says_what_to_mend(
    model_server: Any, wire: Any, status: int, fault: ModelFault, words: str
) -> None:
    """By its status."""
    model_server.project_failures = [wire.Failed(status=status)]
    async with project(model_server, wire) as opened:
        with pytest.raises(ModelError, match=words) as caught:
            await opened.deployments()
    assert caught.value.fault is fault


async def test_a_busy_project_is_asked_again(model_server: Any, wire: Any) -> None:
    """As long as it says, twice; then it is told with the wait."""
    busy = wire.Failed(status=429, headers={"retry-after": "0"})
    model_server.project_failures = [busy, busy]
    async with project(model_server, wire) as opened:
        assert await opened.deployments() == ()
        model_server.project_failures = [busy] * 3
        with pytest.raises(ModelError) as caught:
            await opened.deployments()
    assert (caught.value.fault, caught.value.retryable, caught.value.retry_after_s) == (ModelFault.THROTTLED, True, 0.0)


async def test_a_project_is_not_waited_for_without_end(model_server: Any, wire: Any) -> None:
    """A server may ask for an hour."""
    model_server.project_failures = [wire.Failed(status=503, headers={"retry-after": "3600"})]
    async with project(model_server, wire) as opened:
        with pytest.raises(ModelError, match="busy"):
            await opened.deployments()
    assert len(model_server.requests) == 1


async def test_a_sign_in_that_fails_is_told(model_server: Any, wire: Any) -> None:
    """And nothing was sent."""
    credential = wire.FixedCredential(ClientAuthenticationError("no account"))
    async with project(model_server, wire, credential=credential) as opened:
        with pytest.raises(ModelError) as caught:
            await opened.deployments()
    assert caught.value.fault is ModelFault.DENIED
    assert model_server.requests == []


async def test_nobody_at_the_address_is_told(wire: Any) -> None:
    """A refused connection."""
    endpoint = "http://127.0.0.1:9/api/projects/shop"
    async with FoundryProject.open(endpoint, credential=wire.FixedCredential(), enforce_https=False) as opened:
        with pytest.raises(ModelError) as caught:
            await opened.deployments()
    assert caught.value.fault is ModelFault.UNREACHABLE


async def test_a_token_never_goes_over_plain_http_by_itself(model_server: Any, wire: Any) -> None:
    """Unless that was said, for loopback."""
    endpoint = f"{model_server.url}/api/projects/shop"
    async with FoundryProject.open(endpoint, credential=wire.FixedCredential()) as opened:
        with pytest.raises(ModelError):
            await opened.deployments()
    assert model_server.requests == []
