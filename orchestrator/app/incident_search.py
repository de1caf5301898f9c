"""Past incidents in the embedded search: read from the state store the first time that they are looked for."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from orchestrator.app.dossiers import dossier_of
from orchestrator.core.incidents.dossier import Dossier
from orchestrator.core.incidents.incident import IncidentStatus
from orchestrator.core.incidents.similar import KIND, Likeness, incident_document, profile, similar
from orchestrator.core.ports import Document, Hit, PagedIndex, SearchPage, SearchQuery, WriteResult
from orchestrator.store.incidents import StoredIncidents

if TYPE_CHECKING:
    from orchestrator.store.database import Database

MOST_INCIDENTS = 500  # the newest ones
_CANDIDATES = 50


def past_dossiers(database: "Database", *, without: Iterable[str] = ()) -> list[Dossier]:
    """The newest incidents of the store that are not part of others."""
    left_out = set(without)
    return [
        dossier_of(database, incident)
        for incident in StoredIncidents(database).listed(limit=MOST_INCIDENTS)
        if incident.status is not IncidentStatus.MERGED and incident.id not in left_out
    ]


async def similar_to(database: "Database", dossier: Dossier, *, top: int = 5) -> tuple[Likeness, ...]:
    """The past incidents that are most like this one, their causes as hypotheses."""
    from plugins.search.sqlite import SqliteIndex  # noqa: PLC0415  # opened where it is searched

    past = await asyncio.to_thread(past_dossiers, database, without=(dossier.id,))
    async with SqliteIndex.open(":memory:") as index:
        await index.write([incident_document(item) for item in past])
        mine = profile(dossier)
        words = [dossier.incident.title, *sorted(mine.rules), *sorted(mine.services), mine.cause]
        hits = await index.search(SearchQuery(text=" ".join(words), kinds=(KIND,), top=_CANDIDATES))
    return similar(mine, hits, without=_siblings(dossier), top=top)


def _siblings(dossier: Dossier) -> tuple[str, ...]:
    """What became part of it is no other incident."""
    return tuple(str(event.refs["incident"]) for event in dossier.events if event.kind.value == "merged")


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
        if query.kinds != (KIND,):
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
