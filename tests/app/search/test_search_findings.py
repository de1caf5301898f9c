"""Tests of what `doctor` says of search."""

from collections.abc import Iterator

import pytest
from azure_search_server import SearchServer

from orchestrator.app.azure import Azure
from orchestrator.app.guide_folders import read_guides
from orchestrator.app.index_fill import fill_search
from orchestrator.app.search_findings import search
from orchestrator.settings import Settings
from orchestrator.surfaces.application import Finding

GUIDES = read_guides(None)


@pytest.fixture
def server() -> Iterator[SearchServer]:
    """A search service without an index."""
    running = SearchServer().start()
    yield running
    running.stop()


async def found(settings: Settings) -> Finding:
    """The finding."""
    async with Azure(settings) as azure:
        return await search(azure, GUIDES)


def settings_of(server: SearchServer, *, semantic: bool = False) -> Settings:
    """The settings that name the service."""
    return Settings(search_endpoint=server.url, search_key=server.key, search_semantic=semantic)  # type: ignore[arg-type]  # pydantic makes it a secret


async def test_embedded():
    """Without a service there is nothing to check."""
    assert (await found(Settings())).state == "off"


async def test_filled(server: SearchServer):
    """It tells how many documents of each kind there are."""
    await fill_search(settings_of(server), GUIDES, recreate=False)
    finding = await found(settings_of(server))
    assert (finding.state, finding.mend) == ("ok", None)
    assert finding.detail.startswith(f"{len(GUIDES)} of kind guide, ")


async def test_reading_suffices(server: SearchServer):
    """Nothing is asked that the role Search Index Data Reader does not allow: no definition."""
    await fill_search(settings_of(server), GUIDES, recreate=False)
    server.requests.clear()
    await found(settings_of(server))
    assert all("/docs/search.post.search" in one["path"] for one in server.requests)


async def test_not_filled(server: SearchServer):
    """A missing index says which command makes it."""
    finding = await found(settings_of(server))
    assert (finding.state, finding.mend) == ("wrong", "correct the setting, or run `switchboard index fill`")


async def test_out_of_date(server: SearchServer):
    """A guide that is not in the index, or only there, is named."""
    await fill_search(settings_of(server), GUIDES, recreate=False)
    held = server.documents["switchboard-guides"]
    held["stranger"] = {**held["memory_oom"], "key": "stranger", "id": "stranger"}
    assert "1 guides are unknown here: stranger" in (await found(settings_of(server))).detail
    del held["memory_oom"]
    assert "1 guides are not in it: memory_oom" in (await found(settings_of(server))).detail


async def test_without_the_semantic_ranker(server: SearchServer):
    """A setting that the service cannot serve is found before a question is asked."""
    await fill_search(settings_of(server), GUIDES, recreate=False)
    server.semantic = False
    assert "SWITCHBOARD_SEARCH_SEMANTIC" in (await found(settings_of(server, semantic=True))).detail


async def test_a_wrong_key(server: SearchServer):
    """The roles that are needed are told, and the key is not."""
    settings = settings_of(server)
    server.key = "another"
    finding = await found(settings)
    assert ("Search Index Data Reader" in finding.detail, "loopback-admin" in repr(finding)) == (True, False)


async def test_without_the_embedding_model(server: SearchServer):
    """Vectors that are configured and do not come are wrong, though a conversation would do without them."""
    await fill_search(settings_of(server), GUIDES, recreate=False)
    settings = settings_of(server).model_copy(
        update={"embedding_model": "e", "model_base_url": "http://127.0.0.1:9/v1"}
    )
    finding = await found(settings)
    assert (finding.state, "the embedding model 'e' cannot be reached" in finding.detail) == ("wrong", True)
