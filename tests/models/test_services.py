"""Each chat service over loopback, through the real clients: what goes out, what comes back, what fails."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from azure.core.exceptions import ClientAuthenticationError
from semantic_kernel.contents import ChatHistory, StreamingChatMessageContent

from orchestrator.core.errors import ModelError, ModelFault, SettingsError
from orchestrator.models.azure import open_azure_chat
from orchestrator.models.foundry import FoundryProject
from orchestrator.models.openai import open_chat
from orchestrator.models.wire import WireChat

Opened = AbstractAsyncContextManager[WireChat]
FOUNDRY = "/api/projects/shop"


async def chunks(service: WireChat, text: str = "what is wrong?") -> list[StreamingChatMessageContent]:
    """All chunks of one answer."""
    history = ChatHistory(system_message="be exact")
    history.add_user_message(text)
    settings = service.get_prompt_execution_settings_class()()
    found = []
    async for batch in service.get_streaming_chat_message_contents(history, settings):
        found += [chunk for chunk in batch if chunk is not None]
    return found


async def answer(opened: Opened) -> str:
    """The words of one answer."""
    async with opened as service:
        return "".join(chunk.content for chunk in await chunks(service))


@asynccontextmanager
async def plain(server: Any, *, timeout_s: float = 5.0) -> AsyncIterator[WireChat]:
    """The service of a plain server."""
    async with open_chat(base_url=f"{server.url}/v1", model="m", api_key="k-1", timeout_s=timeout_s) as service:
        yield service


async def test_a_plain_server_is_asked_with_its_key(model_server: Any, wire: Any) -> None:
    """The key goes as a bearer token, the answer is streamed, and usage is asked for."""
    model_server.answers = [wire.say("the pool ", "is full")]
    assert await answer(plain(model_server)) == "the pool is full"
    [request] = model_server.requests
    assert request["path"] == "/v1/chat/completions"
    assert request["authorization"] == "Bearer k-1"
    assert request["stream_options"] == {"include_usage": True}


async def test_azure_openai_is_asked_with_its_key(model_server: Any, wire: Any) -> None:
    """By deployment and API version, the key in its own header."""
    model_server.answers = [wire.say("yes")]
    opened = open_azure_chat(endpoint=model_server.url, deployment="gpt", api_key="azure-key")
    assert await answer(opened) == "yes"
    [request] = model_server.requests
    assert request["path"] == "/openai/deployments/gpt/chat/completions"
    assert request["query"] == "api-version=2024-10-21"
    assert request["api-key"] == "azure-key"


async def test_azure_openai_is_asked_with_a_token(model_server: Any, wire: Any) -> None:
    """Of the identity that is passed in, for the scope of the service; the credential stays open."""
    model_server.answers = [wire.say("yes")]
    credential = wire.FixedCredential()
    opened = open_azure_chat(endpoint=model_server.url, deployment="gpt", credential=credential)
    assert await answer(opened) == "yes"
    assert model_server.requests[0]["authorization"] == "Bearer entra-token"
    assert credential.scopes == [("https://cognitiveservices.azure.com/.default",)]
    assert credential.closed is False


async def test_azure_openai_needs_a_key_or_an_identity() -> None:
    """Found when it is opened, not in the middle of a run."""
    with pytest.raises(SettingsError, match="needs a key or an identity"):
        async with open_azure_chat(endpoint="https://x.openai.azure.com", deployment="gpt"):
            pytest.fail("it must not open")


@asynccontextmanager
async def foundry_chat(endpoint: str, credential: Any) -> AsyncIterator[WireChat]:
    """A chat service on a project's deployment."""
    async with (
        FoundryProject.open(endpoint, credential=credential) as project,
        project.chat(deployment="gpt") as service,
    ):
        yield service


async def test_a_foundry_project_gives_the_client(model_server: Any, wire: Any) -> None:
    """The project's own address and scope, with a token of the credential."""
    model_server.answers = [wire.say("yes")]
    credential = wire.FixedCredential()
    opened = foundry_chat(model_server.url + FOUNDRY, credential)
    assert await answer(opened) == "yes"
    [request] = model_server.requests
    assert request["path"] == f"{FOUNDRY}/openai/v1/chat/completions"
    assert request["authorization"] == "Bearer entra-token"
    assert request["model"] == "gpt"
    assert credential.scopes == [("https://ai.azure.com/.default",)]


async def test_usage_comes_with_the_last_chunk(model_server: Any, wire: Any) -> None:
    """As the server counted it."""
    model_server.answers = [wire.say("a", "b", usage=(12, 34))]
    async with plain(model_server) as service:
        usage = (await chunks(service))[-1].metadata["usage"]
    assert (usage.prompt_tokens, usage.completion_tokens) == (12, 34)


FAILURES = [
    (429, {"code": "429", "message": "slow down"}, ModelFault.THROTTLED, True),
    (429, {"code": "insufficient_quota", "message": "no money"}, ModelFault.THROTTLED, False),
    (500, {"message": "oops"}, ModelFault.UNAVAILABLE, True),
    (503, {}, ModelFault.UNAVAILABLE, True),
    (401, {"message": "Incorrect API key provided: k-1"}, ModelFault.DENIED, False),
    (403, {"message": "no access"}, ModelFault.DENIED, False),
    (404, {"code": "DeploymentNotFound", "message": "no such deployment"}, ModelFault.BAD_REQUEST, False),
    (400, {"message": "bad"}, ModelFault.BAD_REQUEST, False),
    (400, {"code": "context_length_exceeded", "message": "too long"}, ModelFault.TOO_LONG, False),
    (400, {"code": "content_filter", "message": "filtered"}, ModelFault.FILTERED, False),
    (
        400,
        {"code": "content_filter", "innererror": {"code": "BrandNewCode", "content_filter_result": {"x": {}}}},
        ModelFault.FILTERED,
        False,
    ),
    (409, {}, ModelFault.UNAVAILABLE, True),
    (422, {}, ModelFault.BAD_REQUEST, False),
    (418, {}, ModelFault.OTHER, False),
]


@pytest.mark.parametrize(("status", "error", "fault", "retryable"), FAILURES)
async def test_a_status_is_a_model_error(
    model_server: Any, wire: Any, *, status: int, error: dict[str, Any], fault: ModelFault, retryable: bool
) -> None:
    """Asked once: no client below ours retries; the key is in no message."""
    model_server.answers = [wire.Failed(status=status, body={"error": error})]
    async with plain(model_server) as service:
        with pytest.raises(ModelError) as caught:
            await chunks(service)
    assert (caught.value.fault, caught.value.retryable) == (fault, retryable)
    assert len(model_server.requests) == 1
    assert "k-1" not in caught.value.message


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"retry-after": "7"}, 7.0), ({"retry-after-ms": "250"}, 0.25), ({"retry-after": "soon"}, None), ({}, None)],
)
async def test_retry_after_is_data_on_the_error(
    model_server: Any, wire: Any, headers: dict[str, str], seconds: float | None
) -> None:
    """In seconds, whichever header gives it."""
    model_server.answers = [wire.Failed(status=429, headers=headers)]
    async with plain(model_server) as service:
        with pytest.raises(ModelError) as caught:
            await chunks(service)
    assert caught.value.retry_after_s == seconds


async def test_an_answer_that_takes_too_long_ends(model_server: Any, wire: Any) -> None:
    """The limit is on the whole answer, though each chunk comes in time."""
    model_server.answers = [wire.say(*["."] * 50, pause_s=0.05)]
    async with plain(model_server, timeout_s=0.3) as service:
        with pytest.raises(ModelError, match=r"longer than 0\.3 s") as caught:
            await chunks(service)
    assert caught.value.fault is ModelFault.TIMEOUT


async def test_a_connection_that_breaks_off_is_told(model_server: Any, wire: Any) -> None:
    """In the middle of the stream."""
    model_server.answers = [wire.say("the pool ", broken=True)]
    async with plain(model_server) as service:
        with pytest.raises(ModelError) as caught:
            await chunks(service)
    assert (caught.value.fault, caught.value.retryable) == (ModelFault.UNREACHABLE, True)


async def test_nobody_at_the_address_is_told() -> None:
    """A refused connection."""
    async with open_chat(base_url="http://127.0.0.1:9/v1", model="m", api_key="k") as service:
        with pytest.raises(ModelError) as caught:
            await chunks(service)
    assert caught.value.fault is ModelFault.UNREACHABLE


@pytest.mark.parametrize(
    "raw",
    [
        "{not json",
        '{"choices": null}',
        '{"object": "chunk", "model": "m", "choices": [{"index": 0, "delta": {}, "finish_reason": 1}]}',
        '{"error": {"message": "overloaded", "code": "server_error"}}',
        '{"choices": [{"index": 0, "delta": {"tool_calls": [{"index": 0, "function": 7}]}}]}',
    ],
)
async def test_a_stream_that_cannot_be_read_is_told(model_server: Any, wire: Any, raw: str) -> None:
    """As a failure that may be tried again, with no trace of ours or theirs."""
    model_server.answers = [wire.Streamed(raw=[raw])]
    async with plain(model_server) as service:
        with pytest.raises(ModelError) as caught:
            await chunks(service)
    assert caught.value.retryable


@pytest.mark.parametrize("opening", ["azure", "foundry"])
async def test_a_sign_in_that_fails_is_told(model_server: Any, wire: Any, opening: str) -> None:
    """Before anything is sent."""
    credential = wire.FixedCredential(ClientAuthenticationError("AADSTS700016: secret=abcdef123"))
    opened = (
        open_azure_chat(endpoint=model_server.url, deployment="gpt", credential=credential)
        if opening == "azure"
        else foundry_chat(model_server.url + FOUNDRY, credential)
    )
    async with opened as service:
        with pytest.raises(ModelError) as caught:
            await chunks(service)
    assert caught.value.fault is ModelFault.DENIED
    assert "abcdef123" not in caught.value.message
    assert model_server.requests == []


async def test_a_stopped_answer_closes_its_connection(model_server: Any, wire: Any) -> None:
    """Who listens may leave in the middle."""
    model_server.answers = [wire.say(*["."] * 50, pause_s=0.05)]
    async with plain(model_server) as service:
        task = asyncio.ensure_future(chunks(service))
        await asyncio.sleep(0.2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
