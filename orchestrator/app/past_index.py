"""Past incidents in the embedded search: read from the state store the first time that they are looked for."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack

from orchestrator.core.ports import Document, Hit, PagedIndex, SearchPage, SearchQuery, WriteResult

KINDS = ("incident",)


class WithPast:
    """An index beside which past incidents are searched, in an index of their own that changes no score of the other.

    Args:
        index: What is searched for every other kind.
        documents: Reads the past incidents; called once, in a thread, when they are first looked for.
        stack: Closes what is opened.
    """

    def __init__(self, index: PagedIndex, documents: Callable[[], Sequence[Document]], stack: AsyncExitStack) -> None:
        self._index = index
        self._documents = documents
        self._stack = stack
        self._lock = asyncio.Lock()
        self._past: PagedIndex | None = None

    async def search(self, query: SearchQuery) -> tuple[Hit, ...]:
        """See the port."""
        return await (await self._for(query)).search(query)

    async def page(self, query: SearchQuery) -> SearchPage:
        """See the port."""
        return await (await self._for(query)).page(query)

    async def write(self, documents: Sequence[Document]) -> tuple[WriteResult, ...]:
        """Writes go to the index; past incidents come from the store alone."""
        return await self._index.write(documents)

    async def delete(self, ids: Sequence[str]) -> tuple[WriteResult, ...]:
        """Removals too."""
        return await self._index.delete(ids)

    async def _for(self, query: SearchQuery) -> PagedIndex:
        if query.kinds != KINDS:
            return self._index
        async with self._lock:
            if self._past is None:
                self._past = await self._open()
            return self._past

    async def _open(self) -> PagedIndex:
        from plugins.search.sqlite import SqliteIndex  # noqa: PLC0415  # opened where it is searched

        past = await self._stack.enter_async_context(SqliteIndex.open(":memory:"))
        await past.write(await asyncio.to_thread(self._documents))
        return past
