"""Tests of vectors from an endpoint of the OpenAI protocol: the real client on a server of this machine."""

import threading
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import openai
import pytest
import uvicorn
from openai import AsyncOpenAI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from orchestrator.core.errors import ModelError, SettingsError
from plugins.search.azure.embeddings import MAX_CHARACTERS, MAX_TEXTS, OpenAIEmbedder, translated

KEY = "sk-loopback-4711"


class Endpoint:
    """Answers `/embeddings` with vectors of a text's length, last one first; or with the next planned status."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.statuses: list[int] = []
        self.lost = 0
        app = Starlette(routes=[Route("/v1/embeddings", self._embed, methods=["POST"])])
        config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical", lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.005)
        self.url = f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}/v1"

    async def _embed(self, request: Request) -> Response:
        body = await request.json()
        if request.headers["authorization"] != f"Bearer {KEY}":
            return JSONResponse({"error": {"message": f"Incorrect API key: {KEY}"}}, 401)
        if self.statuses:
            return JSONResponse({"error": {"message": f"no, {KEY}"}}, self.statuses.pop(0))
        self.asked.append(body["input"])
        texts = body["input"][: len(body["input"]) - self.lost]
        data = [
            {"object": "embedding", "index": at, "embedding": [float(len(text)), 1.0]} for at, text in enumerate(texts)
        ]
        usage = {"prompt_tokens": 1, "total_tokens": 1}
        return JSONResponse({"object": "list", "model": body["model"], "data": data[::-1], "usage": usage})

    def stop(self) -> None:
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join(10)


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """A running endpoint."""
    running = Endpoint()
    yield running
    running.stop()


@pytest.fixture
async def embedder(endpoint: Endpoint) -> AsyncIterator[OpenAIEmbedder]:
    """An embedder on the endpoint; the client's retries are off, as the program's are."""
    async with AsyncOpenAI(base_url=endpoint.url, api_key=KEY, max_retries=0) as client:
        yield OpenAIEmbedder(client, model="embedding", dimensions=2)


async def test_a_vector_per_text_in_order(endpoint: Endpoint, embedder: OpenAIEmbedder):
    """More texts than a request may have are asked in several; vectors come back in the order of the texts."""
    texts = ["x" * (number % 7 + 1) for number in range(MAX_TEXTS + 3)]
    vectors = await embedder.embed(texts)
    assert [vector[0] for vector in vectors] == [float(len(text)) for text in texts]
    assert [len(asked) for asked in endpoint.asked] == [MAX_TEXTS, 3]


async def test_what_the_endpoint_takes(endpoint: Endpoint, embedder: OpenAIEmbedder):
    """An empty text becomes a space, a long one is cut; nothing to embed asks nothing."""
    await embedder.embed(["", "y" * (MAX_CHARACTERS + 1)])
    assert [len(text) for text in endpoint.asked[0]] == [1, MAX_CHARACTERS]
    assert await embedder.embed([]) == []
    assert len(endpoint.asked) == 1


@pytest.mark.parametrize(
    ("status", "kind", "retryable"),
    [
        (401, SettingsError, False),
        (403, SettingsError, False),
        (404, SettingsError, False),
        (400, ModelError, False),
        (429, ModelError, True),
        (500, ModelError, True),
        (503, ModelError, True),
    ],
)
async def test_failures(endpoint: Endpoint, embedder: OpenAIEmbedder, status: int, kind: Any, *, retryable: bool):
    """Each status becomes ours, names the model, and does not quote the answer, which may hold the key."""
    endpoint.statuses = [status]
    with pytest.raises(kind, match="'embedding'") as raised:
        await embedder.embed(["x"])
    assert raised.value.retryable == retryable
    assert "4711" not in f"{raised.value} {raised.value!r} {embedder!r}"


async def test_a_dead_endpoint(endpoint: Endpoint, embedder: OpenAIEmbedder):
    """Nobody listens: it is told, and may be tried again."""
    endpoint.stop()
    with pytest.raises(ModelError, match="cannot be reached") as raised:
        await embedder.embed(["x"])
    assert raised.value.retryable


async def test_vectors_of_another_length(endpoint: Endpoint):
    """The message says which setting to change, to what, and that the index must be filled anew."""
    async with AsyncOpenAI(base_url=endpoint.url, api_key=KEY, max_retries=0) as client:
        wrong = OpenAIEmbedder(client, model="embedding", dimensions=3)
        with pytest.raises(SettingsError, match=r"SWITCHBOARD_EMBEDDING_DIMENSIONS to 2 .*--recreate"):
            await wrong.embed(["x"])


async def test_a_lost_vector(endpoint: Endpoint, embedder: OpenAIEmbedder):
    """Fewer vectors than texts are not given to the wrong texts."""
    endpoint.lost = 1
    with pytest.raises(ModelError, match="1 vectors for 2 texts"):
        await embedder.embed(["x", "yy"])


def exceptions() -> list[type[Exception]]:
    """Every exception class of the library."""
    found = [
        one for one in list(vars(openai).values()) if isinstance(one, type) and issubclass(one, openai.OpenAIError)
    ]
    return sorted(set(found), key=lambda one: one.__name__)


@pytest.mark.parametrize("kind", exceptions(), ids=lambda kind: kind.__name__)
def test_none_is_unmapped(kind: type[Exception]):
    """Each class becomes ours with the model's name, and its own text, which may hold a key, is not told."""
    error = kind.__new__(kind)
    Exception.__init__(error, KEY)
    error.status_code = 400  # type: ignore[attr-defined]  # as its constructor would
    ours = translated(error, "m")
    assert type(ours) in {ModelError, SettingsError}
    assert "'m'" in ours.message
    assert KEY not in ours.message
