"""Which index is searched: the embedded one, or the Azure AI Search service that the settings name."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from orchestrator.app.azure import Azure
from orchestrator.app.model_source import open_model
from orchestrator.core.errors import SettingsError, StoreError
from orchestrator.core.ports import Document, Hit, PagedIndex, SearchPage, SearchQuery, WriteResult
from orchestrator.settings import Settings
from playbooks.guide import Guide

if TYPE_CHECKING:
    from plugins.search.azure.clients import SearchClients
    from plugins.search.azure.embeddings import OpenAIEmbedder
    from plugins.search.azure.index import AzureIndex

PATIENCE_S = 20.0
"""How long a conversation waits for the search service, tries included."""


def search_is_live(settings: Settings) -> bool:
    """Whether a search service is named; SettingsError where two are."""
    if settings.search_endpoint and settings.search_connection:
        raise SettingsError(
            "SWITCHBOARD_SEARCH_ENDPOINT and SWITCHBOARD_SEARCH_CONNECTION both name a search service; unset one"
        )
    return bool(settings.search_endpoint or settings.search_connection)


class StandIn:
    """The service's index, and the embedded one in its place from the first time that the service gives out.

    An incident does not wait for a search service: the guides are on this machine. A wrong setting or a missing role is
    no outage, and is raised.
    """

    def __init__(self, live: PagedIndex, guides: Sequence[Guide], stack: AsyncExitStack) -> None:
        self.trouble: str | None = None
        self._live = live
        self._guides = guides
        self._stack = stack
        self._lock = asyncio.Lock()
        self._embedded: PagedIndex | None = None

    async def search(self, query: SearchQuery) -> tuple[Hit, ...]:
        """The best documents; see the port."""
        return (await self.page(query)).hits

    async def page(self, query: SearchQuery) -> SearchPage:
        """A page of them; see the port."""
        if self._embedded is None:
            try:
                async with asyncio.timeout(PATIENCE_S):
                    return await self._live.page(query)
            except TimeoutError:
                self.trouble = f"the search service gave no answer in {PATIENCE_S:g} s"
            except StoreError as error:
                self.trouble = error.message
        return await (await self._other()).page(replace(query, mode="auto"))

    async def write(self, documents: Sequence[Document]) -> tuple[WriteResult, ...]:
        """Writes go to the service alone."""
        return await self._live.write(documents)

    async def delete(self, ids: Sequence[str]) -> tuple[WriteResult, ...]:
        """Removals too."""
        return await self._live.delete(ids)

    async def _other(self) -> PagedIndex:
        async with self._lock:
            if self._embedded is None:
                self._embedded = await self._stack.enter_async_context(_open_embedded(self._guides))
            return self._embedded


def stood_in(index: object) -> str | None:
    """What a report says where the embedded index answered in place of the service."""
    if not isinstance(index, StandIn) or index.trouble is None:
        return None
    return f"the embedded search stood in for the search service, which could not be asked: {index.trouble}"


@asynccontextmanager
async def open_index(settings: Settings, azure: Azure, guides: Sequence[Guide]) -> AsyncIterator[PagedIndex]:
    """What a conversation searches: the service's index as it was filled, or the embedded one, filled with these."""
    if not search_is_live(settings):
        async with _open_embedded(guides) as index:
            yield index
        return
    async with AsyncExitStack() as stack, open_search(settings, azure) as live:
        yield StandIn(live, guides, stack)


@asynccontextmanager
async def _open_embedded(guides: Sequence[Guide]) -> AsyncIterator[PagedIndex]:
    from orchestrator.app.index_fill import documents_of  # noqa: PLC0415  # with the Markdown parser
    from plugins.search.sqlite import SqliteIndex  # noqa: PLC0415  # opened where it is searched

    async with SqliteIndex.open(":memory:") as index:
        await index.write(documents_of(guides))
        yield index


@asynccontextmanager
async def open_search(
    settings: Settings, azure: Azure, *, clients: "SearchClients | None" = None
) -> "AsyncIterator[AzureIndex]":
    """The index on the search service; nothing is asked before it is used. Given `clients` stay open."""
    from plugins.search.azure.index import AzureIndex  # noqa: PLC0415  # where a search service is configured

    async with AsyncExitStack() as stack:
        if clients is None:
            clients = await stack.enter_async_context(open_search_clients(settings, azure))
        embedder = None
        if settings.embedding_model:
            embedder = await stack.enter_async_context(_open_embedder(settings, azure, settings.embedding_model))
        yield AzureIndex(clients, prefix=settings.search_prefix, embedder=embedder, semantic=settings.search_semantic)


@asynccontextmanager
async def open_search_clients(settings: Settings, azure: Azure) -> "AsyncIterator[SearchClients]":
    """The clients of the service: by its address with a key or the identity, or by its connection in the project.

    Raises `SettingsError` where no service is named, and `ModelError` where the project cannot be asked for it.
    """
    from azure.core.credentials import AzureKeyCredential  # noqa: PLC0415  # where a search service is configured

    from plugins.search.azure.clients import SearchClients  # noqa: PLC0415

    endpoint, key = await _place(settings, azure)
    credential = AzureKeyCredential(key) if key else await azure.credential()
    async with SearchClients(endpoint=endpoint, credential=credential) as clients:
        yield clients


async def _place(settings: Settings, azure: Azure) -> tuple[str, str | None]:
    if not search_is_live(settings):
        raise SettingsError("no search service is named; set SWITCHBOARD_SEARCH_ENDPOINT")
    if settings.search_endpoint:
        return settings.search_endpoint, settings.search_key.get_secret_value() if settings.search_key else None
    connection = await (await azure.project()).search_connection(settings.search_connection)
    if connection is None or not connection.target:
        raise SettingsError(
            f"the connection {settings.search_connection!r} names no search service; "
            "set SWITCHBOARD_SEARCH_CONNECTION to one of the type Azure AI Search"
        )
    return connection.target, connection.key


@asynccontextmanager
async def _open_embedder(settings: Settings, azure: Azure, model: str) -> "AsyncIterator[OpenAIEmbedder]":
    """The embedding model at the endpoint of the chat model, asked through the same kind of client."""
    from plugins.search.azure.embeddings import OpenAIEmbedder  # noqa: PLC0415  # where an embedding model is configured

    async with open_model(settings, azure, model) as service:
        yield OpenAIEmbedder(service.client, model=model, dimensions=settings.embedding_dimensions)
