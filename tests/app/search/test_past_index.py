"""Past incidents beside the embedded index."""

from collections.abc import Sequence
from contextlib import AsyncExitStack

from orchestrator.app.past_index import WithPast
from orchestrator.core.ports import Document, SearchQuery
from plugins.search.sqlite import SqliteIndex

GUIDES = [
    Document(id="g1", kind="guide", fields={"title": "checkout returns 502", "body": "after a deployment"}),
    Document(id="g2", kind="guide", fields={"title": "queue grows", "body": "its consumer is slow"}),
]
PAST = [
    Document(id=f"incident/INC-{n}", kind="incident", fields={"title": "checkout returns 502"}) for n in range(1, 4)
]


async def test_past_incidents_are_found_and_change_nothing_else():
    """They are read once, when they are first looked for; the guides' hits and scores stay as they were."""
    reads = 0

    def documents() -> Sequence[Document]:
        nonlocal reads
        reads += 1
        return PAST

    async with AsyncExitStack() as stack, SqliteIndex.open(":memory:") as index:
        await index.write(GUIDES)
        before = await index.search(SearchQuery(text="checkout returns 502"))
        beside = WithPast(index, documents, stack)
        assert await beside.search(SearchQuery(text="checkout returns 502")) == before
        assert reads == 0
        found = await beside.search(SearchQuery(text="checkout 502", kinds=("incident",), top=5))
        page = await beside.page(SearchQuery(text="checkout 502", kinds=("incident",)))
        assert {hit.id for hit in found} == {document.id for document in PAST}
        assert (page.total, reads) == (3, 1)
        assert await beside.search(SearchQuery(text="checkout returns 502")) == before


async def test_writing_goes_to_the_index():
    """Past incidents come from the store alone."""
    async with AsyncExitStack() as stack, SqliteIndex.open(":memory:") as index:
        beside = WithPast(index, lambda: PAST, stack)
        await beside.write(GUIDES)
        await beside.delete(["g2"])
        assert [hit.id for hit in await index.search(SearchQuery(text="checkout queue"))] == ["g1"]
