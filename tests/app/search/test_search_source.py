"""Tests of opening the search service that the settings name: by key, by identity, by the project's connection."""

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import pytest
from azure_search_server import SearchServer
from managed_identity import ManagedIdentity
from serving import serve
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from orchestrator.app.azure import Azure
from orchestrator.app.index_fill import fill_search
from orchestrator.app.search_source import open_index, open_search, search_is_live
from orchestrator.core.errors import ModelError, SettingsError
from orchestrator.core.ports import SearchQuery
from orchestrator.settings import Settings
from plugins.search.sqlite import SqliteIndex

TOKEN = "loopback-token"
DISK = SearchQuery(text="memory leak OOMKilled", kinds=("guide",))


@pytest.fixture
def server() -> Iterator[SearchServer]:
    """A search service without an index."""
    running = SearchServer().start()
    yield running
    running.stop()


@pytest.fixture
async def identity(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ManagedIdentity]:
    """A managed identity, as a container has it."""
    given = ManagedIdentity(TOKEN)
    async with serve(given.app) as address:
        for name, value in ManagedIdentity.environment(address).items():
            monkeypatch.setenv(name, value)
        yield given


class Project:
    """A Foundry project with connections by name, and an embedding deployment that counts letters."""

    def __init__(self, connections: Mapping[str, Mapping[str, Any]]) -> None:
        self.connections = connections
        self.embedded: list[list[str]] = []
        found = [
            Route("/api/projects/p/connections", self._list),
            Route("/api/projects/p/connections/{name}/getConnectionWithCredentials", self._get, methods=["POST"]),
            Route("/api/projects/p/openai/v1/embeddings", self._embed, methods=["POST"]),
        ]
        self.app = Starlette(routes=found)

    async def _list(self, _request: Request) -> Response:
        return JSONResponse({"value": list(self.connections.values())})

    async def _get(self, request: Request) -> Response:
        found = self.connections.get(request.path_params["name"])
        if found is None:
            return JSONResponse({"error": {"code": "NotFound", "message": "no such item"}}, 404)
        return JSONResponse(found)

    async def _embed(self, request: Request) -> Response:
        texts = (await request.json())["input"]
        self.embedded.append(texts)
        data = [{"object": "embedding", "index": at, "embedding": letters(text)} for at, text in enumerate(texts)]
        usage = {"prompt_tokens": 1, "total_tokens": 1}
        return JSONResponse({"object": "list", "model": "e", "data": data, "usage": usage})


def letters(text: str) -> list[float]:
    """How often the first four letters are there."""
    return [0.1 + text.lower().count(letter) for letter in "abcd"]


def connection(server: SearchServer, *, key: str | None) -> dict[str, Any]:
    """A connection to the search service, with a key or for the identity."""
    credentials = {"type": "ApiKey", "key": key} if key else {"type": "AAD"}
    return {
        "name": "my-search",
        "id": "1",
        "type": "CognitiveSearch",
        "target": server.url,
        "isDefault": True,
        "credentials": credentials,
        "metadata": {},
    }


async def filled(settings: Settings) -> tuple[list[str], Any]:
    """Fill the service with the shipped documents; the guides that a search then finds, and what was done."""
    from orchestrator.app.guide_folders import read_guides  # noqa: PLC0415  # parses Markdown

    guides = read_guides(None)
    done = await fill_search(settings, guides, recreate=False)
    async with Azure(settings) as azure, open_index(settings, azure, guides) as index:
        return [hit.id for hit in await index.search(DISK)], done


async def test_by_key(server: SearchServer):
    """An address and a key suffice."""
    found, done = await filled(Settings(search_endpoint=server.url, search_key=server.key))  # type: ignore[arg-type]  # pydantic makes it a secret
    assert found[0] == "memory_oom"
    assert [one["definition"] for one in done["indexes"]] == ["created"] * 4
    assert all(one["headers"].get("api-key") == server.key for one in server.requests)


async def test_by_identity(server: SearchServer, identity: ManagedIdentity):
    """Without a key the identity signs in, with a token for the search service."""
    found, _ = await filled(Settings(search_endpoint=server.url, credential="managed"))
    assert found[0] == "memory_oom"
    assert {one["headers"].get("authorization") for one in server.requests} == {f"Bearer {TOKEN}"}
    assert set(identity.asked) == {"https://search.azure.com"}


@pytest.mark.parametrize("by_key", [True, False])
async def test_by_connection(server: SearchServer, identity: ManagedIdentity, *, by_key: bool):
    """The project's connection tells the address, and the key where it has one."""
    project = Project({"my-search": connection(server, key=server.key if by_key else None)})
    async with serve(project.app) as address:
        settings = Settings(
            project_endpoint=f"{address}/api/projects/p", search_connection="my-search", credential="managed"
        )
        found, _ = await filled(settings)
    assert found[0] == "memory_oom"
    assert {"api-key" in one["headers"] for one in server.requests} == {by_key}
    assert "https://ai.azure.com" in identity.asked


async def test_an_unknown_connection(server: SearchServer, identity: ManagedIdentity):
    """The message names the connections that there are."""
    project = Project({"my-search": connection(server, key=None)})
    async with serve(project.app) as address:
        endpoint = f"{address}/api/projects/p"
        settings = Settings(project_endpoint=endpoint, search_connection="other", credential="managed")
        async with Azure(settings) as azure:
            with pytest.raises(ModelError, match="my-search"):
                async with open_search(settings, azure):
                    pass
    assert identity.asked == ["https://ai.azure.com"]


async def test_vectors_of_the_project(server: SearchServer, identity: ManagedIdentity):
    """With an embedding deployment, documents and queries are embedded by the project's client."""
    project = Project({})
    async with serve(project.app) as address:
        settings = Settings(
            search_endpoint=server.url,
            search_key=server.key,  # type: ignore[arg-type]  # pydantic makes it a secret
            project_endpoint=f"{address}/api/projects/p",
            credential="managed",
            embedding_model="e",
            embedding_dimensions=4,
        )
        found, done = await filled(settings)
    assert "memory_oom" in found[:3]
    assert [one["failed"] for one in done["indexes"]] == [[], [], [], []]
    assert project.embedded[-1] == [DISK.text]
    assert all(len(one["vector"]) == 4 for one in server.documents["switchboard-guides"].values())
    assert identity.asked


async def test_an_embedding_without_a_place(server: SearchServer):
    """The message names the settings that say where the model is."""
    settings = Settings(search_endpoint=server.url, search_key=server.key, embedding_model="e")  # type: ignore[arg-type]  # same
    async with Azure(settings) as azure:
        with pytest.raises(SettingsError, match="SWITCHBOARD_PROJECT_ENDPOINT"):
            async with open_search(settings, azure):
                pass


async def test_embedded_without_a_service():
    """Without a search service the embedded index is filled, and no client of Azure is made."""
    settings = Settings()
    assert await fill_search(settings, (), recreate=False) == {"backend": "embedded", "indexes": []}
    async with Azure(settings) as azure, open_index(settings, azure, ()) as index:
        assert isinstance(index, SqliteIndex)
        assert await index.search(SearchQuery(text="refund", kinds=("policy",)))
        with pytest.raises(SettingsError, match="SWITCHBOARD_SEARCH_ENDPOINT"):
            async with open_search(settings, azure):
                pass


def test_two_services():
    """Naming two is refused instead of choosing one."""
    with pytest.raises(SettingsError, match="unset one"):
        search_is_live(Settings(search_endpoint="https://x.search.windows.net", search_connection="y"))
