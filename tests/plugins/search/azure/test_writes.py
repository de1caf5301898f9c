"""Tests of writing to Azure AI Search: the real SDK, a server of this machine, injected faults."""

from collections import Counter
from typing import Any

import pytest

from orchestrator.core.errors import SettingsError, StoreError
from orchestrator.core.ports import Document, SearchQuery, WriteResult
from plugins.search.azure.batches import BatchLimits
from plugins.search.azure.retries import RetryPolicy

DOCUMENTS = tuple(
    Document(id=f"guide {n}", kind="guide", fields={"title": f"Guide {n}", "body": "text " * 20}) for n in range(300)
)
SMALL = BatchLimits(count=100, bytes=8_000_000)
INDEX = "switchboard-guides"


def written(server: Any) -> list[dict[str, Any]]:
    """The bodies of the write requests."""
    return [one["body"]["value"] for one in server.requests if one["path"].endswith("search.index")]


def all_stored(server: Any, results: tuple[WriteResult, ...]) -> bool:
    """Whether every document is stored, and said to be."""
    held = {one["id"] for one in server.documents[INDEX].values()}
    return all(one.stored for one in results) and held == {one.id for one in DOCUMENTS}


@pytest.mark.parametrize(
    "case",
    [
        ({"status": None}, [0.5]),
        ({"status": None, "after": True}, [0.5]),
        ({"status": 429}, [0.5]),
        ({"status": 429, "retry_after": "3"}, [3.0]),
        ({"status": 503, "times": 3}, [0.5, 1.0, 2.0]),
        ({"status": 503, "retry_after": "0"}, [0.0]),
        ({"status": 429, "retry_after": "Wed, 21 Oct 2015 07:28:00 GMT"}, [0.0]),
        ({"status": 429, "retry_after": "soon"}, [0.5]),
        ({"status": 502}, [0.5]),
        ({"status": 504}, [0.5]),
    ],
)
async def test_no_document_is_lost(
    server: Any, open_azure: Any, make_fault: Any, waits: list[float], case: tuple[dict[str, Any], list[float]]
):
    """A reset before or after the work, a throttled or a failed request: all is stored after the wait asked for."""
    async with open_azure(limits=SMALL) as index:
        server.faults = [make_fault(on="search.index", **case[0])]
        results = await index.write(DOCUMENTS)
    assert (all_stored(server, results), waits) == (True, case[1])


async def test_only_failed_documents_are_sent_again(server: Any, open_azure: Any):
    """In a 207 the ones that were stored are not sent a second time."""
    async with open_azure(limits=SMALL) as index:
        server.document_faults = {"guide=203": [409], "guide=207": [503, 422], "guide=20150": [429]}
        results = await index.write(DOCUMENTS)
    assert all_stored(server, results)
    sent = Counter(one["id"] for batch in written(server) for one in batch)
    assert {name: times for name, times in sent.items() if times > 1} == {
        "guide 3": 2,
        "guide 7": 3,
        "guide 150": 2,
    }


async def test_documents_that_never_succeed_are_told(server: Any, open_azure: Any):
    """Each has its reason; a document that the service calls bad is sent once."""
    async with open_azure(writes=RetryPolicy(tries=3)) as index:
        server.document_faults = {"guide=201": [503] * 9, "guide=202": [400] * 9}
        results = await index.write(DOCUMENTS[:5])
    assert [one for one in results if not one.stored] == [
        WriteResult(id="guide 1", stored=False, reason="refused with 503 (tried 3 times)"),
        WriteResult(id="guide 2", stored=False, reason="refused with 400"),
    ]


async def test_a_request_too_large_is_halved(server: Any, open_azure: Any):
    """413 halves the batch, down to the one document that is too large, which is reported and not sent for ever."""
    big = Document(id="big", kind="guide", fields={"title": "Big", "body": "y" * 50_000})
    server.max_bytes = 40_000
    async with open_azure() as index:
        results = await index.write([*DOCUMENTS[:150], big, *DOCUMENTS[150:]])
    failed = [one for one in results if not one.stored]
    assert [one.id for one in failed] == ["big"]
    assert "more than the service takes; split the document" in str(failed[0].reason)
    assert len(server.documents[INDEX]) == 300
    assert len(written(server)) < 60


async def test_batches_keep_to_the_limits(server: Any, open_azure: Any):
    """No request has more documents or bytes than the limits say."""
    async with open_azure(limits=BatchLimits(count=70, bytes=30_000)) as index:
        assert all_stored(server, await index.write(DOCUMENTS))
    sizes = [int(one["headers"]["content-length"]) for one in server.requests if one["path"].endswith("search.index")]
    assert max(sizes) <= 30_000
    assert max(len(batch) for batch in written(server)) <= 70


async def test_everything_is_an_upsert(server: Any, open_azure: Any):
    """`mergeOrUpload` with every field said, so that nothing of an older version stays."""
    async with open_azure() as index:
        await index.write(DOCUMENTS[:1])
    (action,) = written(server)[0]
    assert action["@search.action"] == "mergeOrUpload"
    fields = {one["name"] for one in server.indexes[INDEX]["fields"]}
    assert set(action) - {"@search.action"} == fields


async def test_refused_access_is_raised(open_azure: Any):
    """A wrong key ends the write with the roles that are needed, and the key is in no message."""
    async with open_azure() as index:
        pass
    async with open_azure(key="wrong-key-4711", setup=False) as index:
        with pytest.raises(SettingsError, match="Search Index Data Contributor") as raised:
            await index.write(DOCUMENTS[:1])
    assert "4711" not in f"{raised.value!r} {raised.value} {index!r}"


async def test_a_missing_index_is_told(open_azure: Any):
    """Writing to indexes that were never created says which command creates them."""
    async with open_azure(setup=False) as index:
        with pytest.raises(SettingsError, match=r"'switchboard-guides'.*switchboard index fill"):
            await index.write(DOCUMENTS[:1])
        with pytest.raises(SettingsError, match="switchboard index fill"):
            await index.search(SearchQuery(text="disk"))


async def test_a_dead_service_is_told(open_azure: Any, server: Any, waits: list[float]):
    """Nobody listens: every document has the reason, after all tries."""
    async with open_azure(writes=RetryPolicy(tries=2)) as index:
        server.stop()
        (result,) = await index.write(DOCUMENTS[:1])
        with pytest.raises(StoreError, match="cannot be reached"):
            await index.search(SearchQuery(text="disk"))
    assert (result.stored, "cannot be reached" in str(result.reason)) == (False, True)
    assert waits[0] == 0.5


async def test_an_unknown_kind_is_refused(open_azure: Any):
    """A document of a kind that has no index says which kinds there are."""
    async with open_azure() as index:
        (result,) = await index.write([Document(id="a", kind="product", fields={})])
    assert result.reason == "'a' is of kind 'product', which has no index; there are guide, policy, manual, incident"


async def test_what_the_service_cannot_hold_is_refused(open_azure: Any):
    """Ids and filters beyond the service's limits are told before they are sent."""
    async with open_azure() as index:
        long_id = Document(id="ä" * 400, kind="guide", fields={})
        long_filter = Document(id="f", kind="guide", fields={}, filters={"x": ("y" * 40_000,)})
        results = await index.write([long_id, long_filter])
        assert [one.stored for one in results] == [False, False]
        assert [one.stored for one in await index.delete(["ä" * 400, "f"])] == [True, True]
    assert "shorten the id" in str(results[0].reason)
    assert "shorten it" in str(results[1].reason)
