"""The `Index` port on Azure AI Search: one object over four indexes, a kind of document each."""

import asyncio
import logging
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any, Self, TypeVar

from azure.search.documents.models import IndexAction, IndexDocumentsBatch

from orchestrator.core.errors import ModelError
from orchestrator.core.ports import Document, Hit, SearchPage, SearchQuery, WriteResult
from plugins.search.azure.batches import Action, BatchLimits, BatchTooLargeError, BatchWriter, Verdict
from plugins.search.azure.clients import SearchClients
from plugins.search.azure.definitions import INDEXES, RETRIEVED, index_name
from plugins.search.azure.documents import embedded_text, refusal, removal, restored, upsert
from plugins.search.azure.embeddings import MAX_TEXTS, Embedder
from plugins.search.azure.faults import translating
from plugins.search.azure.odata import FILTERS
from plugins.search.azure.query import RERANKED, Plan, matches_nothing, plan, request
from plugins.search.azure.results import IndexAnswer, facet_counts, found_answers, merge, ranked_hits
from plugins.search.azure.retries import READS, WRITES, RetryPolicy, Sleep, retried
from plugins.search.azure.statistics import FACETS, Counts, StatisticsCache, combined, counts_of
from plugins.search.paging import Window, window
from plugins.search.query import QueryTerms, query_terms
from plugins.search.ranking import Statistics

# What the embedded index holds. Incidents grow with every run, and would make the words of usual ones worth less.
_COUNTED = ("guide", "policy", "manual")
_MOST_IDS = 100_000  # the service pages no further
_LOG = logging.getLogger(__name__)
_OK, _BAD_DOCUMENT, _TOO_LARGE = 200, 400, 413
Answer = TypeVar("Answer")


class AzureIndex:
    """Searches and writes documents of the kinds guide, policy, manual and incident.

    A document's id belongs to one kind for life. Scores are the embedded index's shares, with the statistics of guides,
    policies and manuals, so that a floor on them means the same on both backends.

    Args:
        clients: The service's clients; lent where this object is not entered, else closed on exit.
        prefix: The first part of the indexes' names.
        embedder: Makes the vectors, of documents as of queries; without one the search is by words.
        semantic: Whether the service's semantic ranker orders the results and gives captions and answers.
        limits: Of a batch of writes.
        writes: When writes are tried again.
        reads: When searches are.
        sleep: Waits between tries.
    """

    def __init__(
        self,
        clients: SearchClients,
        *,
        prefix: str = "switchboard",
        embedder: Embedder | None = None,
        semantic: bool = False,
        limits: BatchLimits = BatchLimits(),  # noqa: B008  # frozen
        writes: RetryPolicy = WRITES,
        reads: RetryPolicy = READS,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._clients = clients
        self._prefix = prefix
        self._embedder = embedder
        self._semantic = semantic
        self._limits = limits
        self._writes = writes
        self._reads = reads
        self._sleep = sleep
        self._statistics = StatisticsCache()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._clients.close()

    async def search(self, query: SearchQuery) -> tuple[Hit, ...]:
        """The best documents, best first."""
        return (await self.page(query)).hits

    async def page(self, query: SearchQuery) -> SearchPage:
        """One page with its total, facets and, with the semantic ranker, answers."""
        wanted = query_terms(query.text)
        planned = plan(query, has_vectors=self._embedder is not None, semantic=self._semantic)
        if matches_nothing(query, wanted) or not planned.kinds:
            return SearchPage(hits=(), total=0, facets=dict.fromkeys(query.facets, ()))
        part = window(query, least=RERANKED * len(planned.kinds))
        vector, planned = await self._vector(query, planned)
        asked = request(query, wanted, planned, part, vector=vector)
        answers = await _together(self._ask(kind, asked) for kind in planned.kinds)
        return SearchPage(
            hits=await self._hits(query, wanted, planned, part, answers),
            total=sum(one.total for one in answers),
            facets=facet_counts(answers, query.facets),
            answers=found_answers(answers, query.answers),
        )

    async def write(self, documents: Sequence[Document]) -> tuple[WriteResult, ...]:
        """Insert or replace in batches, a result per document.

        Raises `SettingsError` where access is refused or an index is not there.
        """
        refused = {at: reason for at, one in enumerate(documents) if (reason := refusal(one))}
        sound = [at for at in range(len(documents)) if at not in refused]
        results = {at: WriteResult(id=documents[at].id, stored=False, reason=why) for at, why in refused.items()}
        for kind in INDEXES:
            places = [at for at in sound if documents[at].kind == kind]
            written = await self._write_kind(kind, [documents[at] for at in places])
            results |= dict(zip(places, written, strict=True))
        self._statistics.forget()
        return tuple(results[at] for at in range(len(documents)))

    async def delete(self, ids: Sequence[str]) -> tuple[WriteResult, ...]:
        """Remove from every index, because an id does not tell its kind; deleting what is not there succeeds."""
        sound = [one for one in ids if not refusal(Document(id=one, kind="guide", fields={}))]
        actions = [removal(one) for one in sound]
        found = await _together(self._writer(kind).write(actions) for kind in INDEXES)
        failed = {one.id: one for results in found for one in results if not one.stored}
        self._statistics.forget()
        return tuple(failed.get(one, WriteResult(id=one, stored=True)) for one in ids)

    async def ids(self, kind: str) -> list[str]:
        """The ids of every document of a kind."""
        answer = await self._ask(kind, {"search_text": "*", "select": ["key", "id"], "top": _MOST_IDS})
        return [str(row["id"]) for row in answer.rows]

    async def documents(self, kind: str) -> list[Document]:
        """Every document of a kind, as it was written."""
        answer = await self._ask(kind, {"search_text": "*", "select": [*RETRIEVED, FILTERS], "top": _MOST_IDS})
        return [restored(row) for row in answer.rows]

    async def _vector(self, query: SearchQuery, planned: Plan) -> tuple[Sequence[float] | None, Plan]:
        """The query's vector; where the model is not there and `auto` was asked for, words alone must do."""
        if planned.mode == "keyword" or self._embedder is None:
            return None, planned
        try:
            return (await self._embedder.embed([query.text]))[0], planned
        except ModelError as error:
            if query.mode != "auto":
                raise
            _LOG.warning("search by words alone: %s", error.message)
            return None, plan(query, has_vectors=False, semantic=planned.semantic)

    async def _hits(
        self,
        query: SearchQuery,
        wanted: QueryTerms,
        planned: Plan,
        part: Window,
        answers: Sequence[IndexAnswer],
    ) -> tuple[Hit, ...]:
        rows = merge(answers, planned)
        if not rows or query.top < 1:
            return ()
        statistics = await self._counted()
        return ranked_hits(rows, wanted, statistics, part=part, planned=planned, top=query.top)

    async def _ask(self, kind: str, asked: Mapping[str, Any]) -> IndexAnswer:
        name = index_name(self._prefix, kind)

        async def once() -> IndexAnswer:
            with translating(f"the index {name!r}"):
                return await self._answer(kind, name, asked)

        return await retried(once, policy=self._reads, sleep=self._sleep)

    async def _answer(self, kind: str, name: str, asked: Mapping[str, Any]) -> IndexAnswer:
        found = await self._clients.of_index(name).search(**asked, **self._clients.call())
        pages: Any = found.by_page()  # AsyncSearchPageIterator, which the SDK does not export
        rows: list[Mapping[str, Any]] = []
        first: IndexAnswer | None = None
        async for page in pages:
            rows += [row async for row in page]
            first = first or await _first_page(pages, kind)
        return replace(first, rows=rows) if first else IndexAnswer(kind=kind, rows=rows, total=0, facets={})

    async def _counted(self) -> Statistics:
        """The statistics, whatever kinds are searched: a word's worth does not depend on the query."""
        if kept := self._statistics.get():
            return kept
        return self._statistics.keep(combined(await _together(self._count(kind) for kind in _COUNTED)))

    async def _count(self, kind: str) -> Counts:
        everything = {"search_text": "*", "include_total_count": True, "facets": list(FACETS), "top": 0}
        answer = await self._ask(kind, everything)
        return counts_of(answer.total, answer.facets)

    async def _write_kind(self, kind: str, documents: Sequence[Document]) -> list[WriteResult]:
        if not documents:
            return []
        if self._embedder is None:
            return await self._writer(kind).write([upsert(one) for one in documents])
        results: list[WriteResult] = []
        for start in range(0, len(documents), MAX_TEXTS):
            results += await self._embedded(kind, self._embedder, documents[start : start + MAX_TEXTS])
        return results

    async def _embedded(self, kind: str, embedder: Embedder, documents: Sequence[Document]) -> list[WriteResult]:
        """Write with vectors; without one a document is not stored, because search by meaning would never find it."""
        texts = [embedded_text(one) for one in documents]
        try:
            vectors = await retried(lambda: embedder.embed(texts), policy=self._writes, sleep=self._sleep)
        except ModelError as error:
            return [WriteResult(id=one.id, stored=False, reason=error.message) for one in documents]
        actions = [upsert(one, vector=vector) for one, vector in zip(documents, vectors, strict=True)]
        return await self._writer(kind).write(actions)

    def _writer(self, kind: str) -> BatchWriter:
        name = index_name(self._prefix, kind)

        async def send(batch: Sequence[Action]) -> Mapping[str, Verdict]:
            with translating(f"the index {name!r}"):
                return await self._send(name, batch)

        return BatchWriter(send, policy=self._writes, limits=self._limits, sleep=self._sleep)

    async def _send(self, name: str, batch: Sequence[Action]) -> Mapping[str, Verdict]:
        """One request. The hook sees a 413 before the SDK does, whose own cutting in halves fails (12.0.0, aio)."""
        actions = [IndexAction(dict(action.content)) for action in batch]
        results = await self._clients.of_index(name).index_documents(
            IndexDocumentsBatch(actions=actions), raw_response_hook=_refuse_size, **self._clients.call()
        )
        return {one.key: Verdict(status=_status(one), reason=one.error_message) for one in results}


async def _first_page(pages: Any, kind: str) -> IndexAnswer:
    """What the first page says of the whole. Asked for before a page was read, each part would fetch it once more."""
    token = pages.continuation_token
    total, facets, answers = await pages.get_count(), await pages.get_facets(), await pages.get_answers()
    pages.continuation_token = token  # each of the three forgets where the next page is
    return IndexAnswer(kind=kind, rows=(), total=total or 0, facets=facets or {}, answers=answers or ())


def _refuse_size(response: Any) -> None:
    if response.http_response.status_code == _TOO_LARGE:
        raise BatchTooLargeError


def _status(result: Any) -> int:
    """The status of one document; a service that says no without one means a bad document."""
    if result.succeeded:
        return _OK
    return max(int(result.status_code), _BAD_DOCUMENT)


async def _together(works: Iterable[Awaitable[Answer]]) -> list[Answer]:
    """The answers of all, side by side; the first error ends the others."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_awaited(work)) for work in works]
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None
    return [task.result() for task in tasks]


async def _awaited(work: Awaitable[Answer]) -> Answer:
    return await work
