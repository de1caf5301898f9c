"""Structured answers over the wire of a server on loopback."""

import asyncio
from collections.abc import Iterator

import pytest
from chat_server import Failed, ModelServer, Streamed, running, say

from orchestrator.core.errors import ModelError, ModelFault
from orchestrator.core.usage import Tokens
from orchestrator.models.openai import open_chat
from orchestrator.models.structured import StructuredAnswer, StructuredChat

SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"], "additionalProperties": False}


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    """A server for the tests of this module."""
    with running() as found:
        yield found


def ask(server: ModelServer, *answers: Streamed | Failed) -> list[StructuredAnswer]:
    """What comes of one call for each answer that ends one; a refusal of options is answered within a call."""

    async def all_of_them() -> list[StructuredAnswer]:
        found = []
        async with open_chat(base_url=f"{server.url}/v1", model="m", api_key="k") as service:
            chat = StructuredChat(service)
            while server.answers:
                found.append(
                    await chat.answer(
                        system="score it", user="hello", schema_name="scores", schema=SCHEMA, token_limit=50
                    )
                )
        return found

    server.answers[:] = answers
    return asyncio.run(all_of_them())


def test_the_schema_travels_in_strict_mode(server: ModelServer) -> None:
    """The request asks for JSON of the schema, at temperature 0, within the limit."""
    ask(server, say('{"a": 1}'))
    request = server.requests[-1]
    assert (request["response_format"], request["temperature"], request["max_completion_tokens"]) == (
        {"type": "json_schema", "json_schema": {"name": "scores", "schema": SCHEMA, "strict": True}},
        0.0,
        50,
    )


def test_an_answer_comes_with_the_servers_count_of_tokens(server: ModelServer) -> None:
    """Pieces are put together."""
    assert ask(server, say('{"a"', ": 1}")) == [StructuredAnswer(text='{"a": 1}', tokens=Tokens(100, 20), model="m")]


def test_tokens_are_estimated_where_the_server_counts_none(server: ModelServer) -> None:
    """And are marked so."""
    assert ask(server, say('{"a": 1}', usage=None))[0].tokens.estimated is True


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (say('{"a":', finish="length"), ModelFault.TOO_LONG),
        (say("", finish="content_filter"), ModelFault.FILTERED),
        (say(" "), ModelFault.UNREADABLE),
        (Failed(status=429), ModelFault.THROTTLED),
        (Failed(status=401), ModelFault.DENIED),
        (Failed(status=500), ModelFault.UNAVAILABLE),
    ],
)
def test_what_fails_is_told_by_its_fault(server: ModelServer, answer: Streamed | Failed, fault: ModelFault) -> None:
    """Each failure has one name."""
    with pytest.raises(ModelError) as caught:
        ask(server, answer)
    assert caught.value.fault is fault


def refusal(option: str) -> Failed:
    """What a server says of an option that the model does not take."""
    words = f"Unsupported parameter: '{option}' is not supported with this model."
    return Failed(status=400, body={"error": {"message": words, "param": option, "type": "invalid_request_error"}})


def test_options_that_a_model_refuses_are_left_out_from_then_on(server: ModelServer) -> None:
    """Each is refused once; the second call asks without them at once."""
    server.requests.clear()
    ask(server, refusal("temperature"), refusal("max_completion_tokens"), say("{}"), say("{}"))
    sent = [sorted({"temperature", "seed", "max_completion_tokens", "max_tokens"} & {*one}) for one in server.requests]
    assert sent == [
        ["max_completion_tokens", "seed", "temperature"],
        ["max_completion_tokens", "seed"],
        ["max_tokens", "seed"],
        ["max_tokens", "seed"],
    ]


def test_another_refusal_is_not_asked_again(server: ModelServer) -> None:
    """A request that is wrong in itself stays wrong."""
    server.requests.clear()
    with pytest.raises(ModelError):
        ask(server, Failed(status=400, body={"error": {"message": "response_format is not supported"}}))
    assert len(server.requests) == 1
