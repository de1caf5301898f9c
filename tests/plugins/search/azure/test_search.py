"""Tests of searching Azure AI Search: what is asked on the wire, vectors, the semantic ranker, faults."""

from collections.abc import Sequence
from typing import Any

import pytest

from orchestrator.core.errors import ModelError, QueryError, SettingsError, StoreError
from orchestrator.core.ports import Document, SearchQuery
from plugins.search.azure.retries import RetryPolicy

DOCUMENTS = (
    Document(
        id="disk",
        kind="guide",
        fields={"title": "Disk full", "body": "A node has no storage left. Clean up logs to free the disk."},
        filters={"service": ("checkout",)},
    ),
    Document(id="heap", kind="guide", fields={"title": "Heap exhausted", "body": "The memory runs out."}),
    Document(id="dns", kind="guide", fields={"title": "Name resolution", "body": "The network is slow."}),
    Document(
        id="policy/pay#late",
        kind="policy",
        fields={"title": "Payment policy", "heading": "Late", "body": "Money is paid back in three days."},
    ),
)


class BrokenEmbedder:
    """An embedding that is not there for queries of one word, and for documents that say "cursed"."""

    dimensions = 8

    async def embed(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        if any("cursed" in text for text in texts):
            raise ModelError("the embedding model 'e' answered 500; try again later", retryable=True)
        return [(1.0,) * 8 for _ in texts]


def searches(server: Any, kind: str = "guides") -> list[dict[str, Any]]:
    """The bodies of the searches in an index, without those that only count."""
    paths = f"/indexes('switchboard-{kind}')/docs/search.post.search"
    found = [one["body"] for one in server.requests if one["path"] == paths]
    return [body for body in found if body.get("top") != 0]


async def test_words_are_asked_in_our_terms(server: Any, open_azure: Any):
    """By words: our terms in the fields that hold them, names first, no operator, only the kinds that are wanted."""
    async with open_azure() as index:
        await index.write(DOCUMENTS)
        await index.search(SearchQuery(text='OOMKilled "pods" -restarting*', kinds=("guide",)))
    (asked,) = searches(server)
    assert asked["search"].split()[:2] == ["oom", "kill"]
    assert not set(asked["search"]) & set('"-*+|()')
    assert (asked["queryType"], asked["searchMode"], asked["searchFields"], asked["scoringProfile"]) == (
        "simple",
        "any",
        "name_terms,text_terms",
        "names-first",
    )
    assert (searches(server, "policies"), "facets" in asked, "filter" in asked) == ([], False, False)


async def test_statistics_are_counted_once(server: Any, open_azure: Any):
    """One request per index for the first search, none for the next; a write of ours makes them stale."""
    async with open_azure() as index:
        await index.write(DOCUMENTS)
        for _ in range(3):
            await index.search(SearchQuery(text="disk", kinds=("guide",)))
        counting = [one for one in server.requests if (one["body"] or {}).get("top") == 0]
        assert len(counting) == 3
        assert counting[0]["body"]["facets"] == ["terms,count:0", "length,count:0", "sections,count:0"]
        await index.delete(["dns"])
        await index.search(SearchQuery(text="disk", kinds=("guide",)))
    assert len([one for one in server.requests if (one["body"] or {}).get("top") == 0]) == 6


async def test_the_first_page_is_fetched_once(server: Any, open_azure: Any):
    """A continued answer is read to its end, each page once, with total and facets of the first."""
    server.page_size = 3
    many = [Document(id=f"d{n}", kind="guide", fields={"title": f"Disk {n}"}, filters={"f": ("x",)}) for n in range(8)]
    async with open_azure() as index:
        await index.write(many)
        server.requests.clear()
        page = await index.page(SearchQuery(text="disk", kinds=("guide",), facets=("f",)))
    assert (len({hit.id for hit in page.hits}), page.total, page.facets["f"][0].count) == (8, 8, 8)
    assert [body.get("skip", 0) for body in searches(server)] == [0, 3, 6]


async def test_ids_are_listed(server: Any, open_azure: Any):
    """Every id of a kind, over several pages."""
    server.page_size = 2
    async with open_azure() as index:
        await index.write(DOCUMENTS)
        assert sorted(await index.ids("guide")) == ["disk", "dns", "heap"]
        assert await index.ids("incident") == []


async def test_hybrid_finds_other_words(server: Any, open_azure: Any, embedder: Any):
    """With an embedding, `auto` asks by words and vectors in one request; a document in other words is found."""
    async with open_azure(embedder=embedder) as index:
        await index.write(DOCUMENTS)
        hits = await index.search(SearchQuery(text="ram", kinds=("guide",)))
    (asked,) = searches(server)
    assert asked["vectorQueries"][0]["fields"] == "vector"
    assert (asked["vectorQueries"][0]["kind"], asked["vectorQueries"][0]["k"]) == ("vector", 50)
    assert "title" in asked["searchFields"].split(",")
    assert hits[0].id == "heap"
    assert hits[0].score == 0.0  # no word of it is said, and nothing tells how sure a vector is


async def test_vectors_alone(server: Any, open_azure: Any, embedder: Any):
    """`vector` sends no words; hits of several indexes are ordered by their cosines, and a filter holds."""
    async with open_azure(embedder=embedder) as index:
        await index.write(DOCUMENTS)
        hits = await index.search(SearchQuery(text="checkout money", mode="vector"))
        assert hits[0].id == "policy/pay#late"
        where = (("service", ("checkout",)),)
        assert [hit.id for hit in await index.search(SearchQuery(text="ram", mode="vector", where=where))] == ["disk"]
    assert all("search" not in body for body in searches(server))


async def test_words_decide_where_both_know(open_azure: Any, embedder: Any):
    """By both, the document that words and vectors put first is first, with the share that its words reach."""
    async with open_azure(embedder=embedder) as index:
        await index.write(DOCUMENTS)
        both = await index.search(SearchQuery(text="disk full", kinds=("guide",)))
        words = await index.search(SearchQuery(text="disk full", kinds=("guide",), mode="keyword"))
    assert (both[0].id, both[0].score) == (words[0].id, words[0].score)
    assert [hit.score for hit in both] == sorted((hit.score for hit in both), reverse=True)


async def test_without_the_model_words_must_do(
    server: Any, open_azure: Any, embedder: Any, caplog: pytest.LogCaptureFixture
):
    """A model that fails leaves `auto` with a search by words and a warning; a search that wants vectors fails."""
    async with open_azure(embedder=embedder) as index:
        await index.write(DOCUMENTS)
    async with open_azure(embedder=BrokenEmbedder(), setup=False) as index:
        hits = await index.search(SearchQuery(text="cursed disk"))
        with pytest.raises(ModelError):
            await index.search(SearchQuery(text="cursed disk", mode="vector"))
    assert [hit.id for hit in hits] == ["disk"]
    assert "vectorQueries" not in searches(server)[-1]
    assert "search by words alone" in caplog.text


async def test_a_document_without_a_vector_is_not_stored(open_azure: Any, server: Any):
    """Where the model gives none, it is told; other batches are stored."""
    documents = [Document(id=f"d{n}", kind="guide", fields={"title": f"Disk {n}"}) for n in range(64)]
    cursed = Document(id="cursed", kind="guide", fields={"title": "cursed"})
    async with open_azure(embedder=BrokenEmbedder(), writes=RetryPolicy(tries=2)) as index:
        results = await index.write([*documents, cursed])
    assert [one.id for one in results if not one.stored] == ["cursed"]
    assert "answered 500" in str(results[-1].reason)
    assert len(server.documents["switchboard-guides"]) == 64


async def test_the_semantic_ranker(server: Any, open_azure: Any):
    """It reads the text itself, gives captions and answers, and its order counts."""
    async with open_azure(semantic=True) as index:
        await index.write(DOCUMENTS)
        page = await index.page(SearchQuery(text="free the disk of logs?", kinds=("guide",), answers=2))
    (asked,) = searches(server)
    assert asked["semanticQuery"] == "free the disk of logs?"
    assert asked["search"].endswith("free the disk of logs?")
    assert (asked["queryType"], asked["semanticConfiguration"], asked["answers"], asked["captions"]) == (
        "semantic",
        "by-meaning",
        "extractive|count-2",
        "extractive|highlight-false",
    )
    assert (page.hits[0].id, page.hits[0].caption) == ("disk", "Clean up logs to free the disk.")
    assert page.hits[0].score > 0
    assert [(one.id, one.text, one.score) for one in page.answers] == [("disk", "Clean up logs to free the disk.", 1.0)]


async def test_no_answers_unless_asked(server: Any, open_azure: Any):
    """A search without `answers` does not pay for them."""
    async with open_azure(semantic=True) as index:
        await index.write(DOCUMENTS)
        assert (await index.page(SearchQuery(text="disk"))).answers == ()
    assert "answers" not in searches(server)[0]


async def test_a_service_without_the_ranker(server: Any, open_azure: Any):
    """The message names the setting."""
    server.semantic = False
    async with open_azure(semantic=True) as index:
        with pytest.raises(SettingsError, match="SWITCHBOARD_SEARCH_SEMANTIC"):
            await index.search(SearchQuery(text="disk"))


@pytest.mark.parametrize(
    "case", [({"status": None}, 0.2), ({"status": 429, "retry_after": "2"}, 2.0), ({"status": 503}, 0.2)]
)
async def test_a_search_is_tried_again(
    server: Any, open_azure: Any, make_fault: Any, waits: list[float], case: tuple[dict[str, Any], float]
):
    """A reset, a throttled and an unavailable search succeed at the second try."""
    async with open_azure() as index:
        await index.write(DOCUMENTS)
        server.faults = [make_fault(on="guides')/docs/search.post", **case[0])]
        hits = await index.search(SearchQuery(text="disk", kinds=("guide",)))
    assert ([hit.id for hit in hits], waits) == (["disk"], [case[1]])


async def test_a_busy_service_is_given_up(server: Any, open_azure: Any, make_fault: Any, waits: list[float]):
    """After three tries the error says so, and that it may be tried later."""
    async with open_azure() as index:
        server.faults = [make_fault(on="search.post", status=503, times=99)]
        with pytest.raises(StoreError, match="busy") as raised:
            await index.search(SearchQuery(text="disk", kinds=("guide",)))
    assert (raised.value.retryable, waits) == (True, [0.2, 0.4])


@pytest.mark.parametrize("status", [500, 504])
async def test_a_costly_query_is_not_repeated(
    server: Any, open_azure: Any, make_fault: Any, waits: list[float], status: int
):
    """What took too long, or failed inside the service, is told at once, as worth another try later."""
    async with open_azure() as index:
        server.faults = [make_fault(on="search.post", status=status, times=99)]
        with pytest.raises(StoreError, match="try again later") as raised:
            await index.search(SearchQuery(text="disk", kinds=("guide",)))
    assert (raised.value.retryable, waits, len(searches(server))) == (True, [], 1)


async def test_a_bad_request_is_not_repeated(server: Any, open_azure: Any, make_fault: Any, waits: list[float]):
    """What the service refuses is told in its words, once."""
    async with open_azure() as index:
        server.faults = [
            make_fault(on="search.post", status=400, message="Invalid expression: api-key=abcdef0123456789")
        ]
        with pytest.raises(QueryError, match="Invalid expression") as raised:
            await index.search(SearchQuery(text="disk", kinds=("guide",)))
    assert (waits, "abcdef0123456789" in raised.value.message) == ([], False)


async def test_one_failing_index_ends_the_search(server: Any, open_azure: Any, make_fault: Any):
    """No answer is given from three indexes as if it were from four."""
    async with open_azure() as index:
        await index.write(DOCUMENTS)
        server.faults = [make_fault(on="policies')/docs/search.post", status=500, times=99)]
        with pytest.raises(StoreError, match="switchboard-policies"):
            await index.search(SearchQuery(text="disk"))


async def test_clients_open_when_used(server: Any, open_azure: Any):
    """Opening asks for nothing; every client that was opened is closed at the end (a leak would be a warning)."""
    async with open_azure(setup=False):
        pass
    assert server.requests == []


async def test_a_slow_service(server: Any, open_azure: Any, waits: list[float]):
    """An answer that does not come in time is asked for again, and then given up with what to do."""
    async with open_azure() as index:
        await index.write(DOCUMENTS)
    server.slow_s = 1.0
    async with open_azure(setup=False, timeout_s=0.05) as index:
        with pytest.raises(StoreError, match="no answer in time") as raised:
            await index.search(SearchQuery(text="disk", kinds=("guide",)))
    assert (raised.value.retryable, waits) == (True, [0.2, 0.4])


async def test_a_long_text_is_bounded(server: Any, open_azure: Any):
    """However long an alert's text is, the service's limit on clauses is not met."""
    async with open_azure(semantic=True) as index:
        await index.search(SearchQuery(text=" ".join(f"word{n} (x)" for n in range(20_000)), kinds=("guide",)))
    (asked,) = searches(server)
    assert len(asked["search"].split()) <= 128
    assert len(asked["semanticQuery"]) <= 2_000
