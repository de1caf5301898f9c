"""Fixtures of the search tests: the embedded index, and Azure's with the real SDK on a server of this machine."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from azure.core.credentials import AzureKeyCredential
from azure_search_server import Fault, SearchServer

from orchestrator.core.ports import PagedIndex
from plugins.search.azure.clients import SearchClients
from plugins.search.azure.index import AzureIndex
from plugins.search.azure.setup import IndexSetup
from plugins.search.sqlite import SqliteIndex


class WordEmbedder:
    """Vectors of eight numbers: how often each of a few subjects is said, in any of its words."""

    SUBJECTS = (
        ("disk", "storage", "volume", "mounts"),
        ("memory", "ram", "heap"),
        ("money", "pay", "payment", "checkout"),
        ("network", "dns"),
        ("node",),
        ("policy", "rule"),
        ("restart", "pods"),
        ("zebra",),
    )
    dimensions = 8

    def __init__(self) -> None:
        self.asked: list[Sequence[str]] = []

    async def embed(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        self.asked.append(texts)
        words = [text.lower().replace(".", " ").split() for text in texts]
        return [tuple(0.01 + sum(said.count(word) for word in group) for group in self.SUBJECTS) for said in words]


@pytest.fixture
def embedder() -> WordEmbedder:
    """A deterministic embedding."""
    return WordEmbedder()


@pytest.fixture
def make_fault() -> Any:
    """Makes a fault of the server."""
    return Fault


@pytest.fixture
def server() -> Iterator[Any]:
    """A search service without an index."""
    running = SearchServer().start()
    yield running
    running.stop()


@pytest.fixture
def waits() -> list[float]:
    """The seconds that were waited for, and were not."""
    return []


OpenAzure = Callable[..., AbstractAsyncContextManager[AzureIndex]]


@pytest.fixture
def open_azure(server: Any, waits: list[float]) -> OpenAzure:
    """Opens the index of the service; its definitions are there."""

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    @asynccontextmanager
    async def opened(
        *, key: str = server.key, setup: bool = True, timeout_s: float = 30.0, **options: Any
    ) -> AsyncIterator[AzureIndex]:
        clients = SearchClients(endpoint=server.url, credential=AzureKeyCredential(key), timeout_s=timeout_s)
        made = options.get("embedder")
        async with AzureIndex(clients, sleep=sleep, **options) as index:
            if setup:
                await IndexSetup(clients, prefix="switchboard", dimensions=made.dimensions if made else None).ensure()
            yield index

    return opened


@pytest.fixture(params=["embedded", "azure"])
async def either(request: pytest.FixtureRequest) -> AsyncIterator[PagedIndex]:
    """Each backend of the port, empty."""
    if request.param == "embedded":
        async with SqliteIndex.open(":memory:") as index:
            yield index
    else:
        open_azure: OpenAzure = request.getfixturevalue("open_azure")
        async with open_azure() as live:
            yield live


@pytest.fixture
async def both(open_azure: OpenAzure) -> AsyncIterator[tuple[PagedIndex, PagedIndex]]:
    """Both backends, empty, to be compared."""
    async with SqliteIndex.open(":memory:") as embedded, open_azure() as live:
        yield embedded, live
