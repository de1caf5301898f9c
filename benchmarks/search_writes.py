"""Writes documents to a search service that fails: how many are stored, and how many are said to be.

    python benchmarks/search_writes.py [--documents 5000] [--seed 1] [--json]

A server of this machine speaks the protocol of Azure AI Search. It resets one connection before the work is done, and
answers one request with 429 without `Retry-After`. Three writers send the same documents through the same faults: ours,
the SDK's `SearchIndexingBufferedSender`, and the SDK's `upload_documents` in a loop, whose errors are counted as told.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import AzureError
from azure.search.documents.aio import SearchClient, SearchIndexingBufferedSender

from orchestrator.core.ports import Document
from plugins.search.azure.clients import SearchClients
from plugins.search.azure.documents import upsert
from plugins.search.azure.index import AzureIndex
from plugins.search.azure.setup import IndexSetup

SERVERS = Path(__file__).resolve().parents[1] / "tests" / "servers"
INDEX = "switchboard-guides"
SLICE = 1_000
WORDS = "checkout payment queue disk memory latency deploy rollback node pod region timeout cache certificate".split()  # noqa: SIM905  # read more easily


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of the documents: stored on the service, said to be stored, said to have failed."""

    writer: str
    documents: int
    stored: int
    said_stored: int
    said_failed: int
    requests: int
    seconds: float

    @property
    def lost(self) -> int:
        """Documents that are not stored, and of which nothing was said."""
        return max(0, self.documents - self.stored - self.said_failed)


def load_server() -> ModuleType:
    """The loopback service of the tests."""
    sys.path.insert(0, str(SERVERS))
    return import_module("azure_search_server")


def make_documents(count: int, *, seed: int) -> list[Document]:
    """Guides of some hundred words each."""
    random = Random(seed)  # noqa: S311  # reproducible text, no secret
    return [
        Document(
            id=f"guide/{number}",
            kind="guide",
            fields={"title": f"{random.choice(WORDS)} {number}", "body": " ".join(random.choices(WORDS, k=120))},
        )
        for number in range(count)
    ]


Writer = Callable[[str, str, Sequence[Document]], Coroutine[Any, Any, tuple[int, int]]]


async def ours(url: str, key: str, documents: Sequence[Document]) -> tuple[int, int]:
    """`AzureIndex.write`: a result per document."""
    clients = SearchClients(endpoint=url, credential=AzureKeyCredential(key))
    async with AzureIndex(clients) as index:
        results = await index.write(documents)
    stored = sum(one.stored for one in results)
    return stored, len(results) - stored


async def buffered_sender(url: str, key: str, documents: Sequence[Document]) -> tuple[int, int]:
    """The SDK's sender, as its documentation shows it; what its callbacks were told."""
    said = {"stored": 0, "failed": 0}

    def count(what: str) -> Callable[[Any], None]:
        def counted(_action: Any) -> None:
            said[what] += 1

        return counted

    sender = SearchIndexingBufferedSender(
        url, INDEX, AzureKeyCredential(key), on_progress=count("stored"), on_error=count("failed")
    )
    async with sender:
        for start in range(0, len(documents), SLICE):
            await sender.upload_documents(content(documents[start : start + SLICE]))
        await sender.flush(timeout=120)
    return said["stored"], said["failed"]


async def plain_client(url: str, key: str, documents: Sequence[Document]) -> tuple[int, int]:
    """The SDK's client with its own retries; an error counts as said of every document of its call."""
    stored = failed = 0
    async with SearchClient(url, INDEX, AzureKeyCredential(key)) as client:
        for start in range(0, len(documents), SLICE):
            part = content(documents[start : start + SLICE])
            try:
                results = await client.upload_documents(part)
            except AzureError:
                failed += len(part)
            else:
                stored += sum(one.succeeded for one in results)
    return stored, failed


def content(documents: Sequence[Document]) -> list[dict[str, Any]]:
    """The documents as the SDK takes them: the same fields as ours."""
    return [
        {name: value for name, value in upsert(one).content.items() if name != "@search.action"} for one in documents
    ]


async def measure(name: str, writer: Writer, documents: Sequence[Document], module: ModuleType) -> Outcome:
    """One writer on a new service with the two faults."""
    server = module.SearchServer().start()
    try:
        async with SearchClients(endpoint=server.url, credential=AzureKeyCredential(server.key)) as clients:
            await IndexSetup(clients, prefix="switchboard", dimensions=None).ensure()
        server.faults = [module.Fault(on="search.index"), module.Fault(on="search.index", status=429)]
        server.requests.clear()
        started = time.perf_counter()
        said_stored, said_failed = await writer(server.url, server.key, documents)
        seconds = time.perf_counter() - started
        return Outcome(
            writer=name,
            documents=len(documents),
            stored=len(server.documents[INDEX]),
            said_stored=said_stored,
            said_failed=said_failed,
            requests=sum(one["path"].endswith("search.index") for one in server.requests) + 1,  # and the reset one
            seconds=round(seconds, 3),
        )
    finally:
        server.stop()


async def run(count: int, *, seed: int) -> list[Outcome]:
    """All three writers."""
    module, documents = load_server(), make_documents(count, seed=seed)
    writers = {"ours": ours, "buffered sender (SDK)": buffered_sender, "upload_documents (SDK)": plain_client}
    return [await measure(name, writer, documents, module) for name, writer in writers.items()]


def main() -> int:
    """Print the figures; the exit code is 1 where ours lost a document."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=5_000, help="how many")
    parser.add_argument("--seed", type=int, default=1, help="of the documents' text")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    given = parser.parse_args()
    found = asyncio.run(run(given.documents, seed=given.seed))
    if given.json:
        print(json.dumps({"faults": ["reset", "429"], "writers": [{**asdict(one), "lost": one.lost} for one in found]}))
    else:
        print(f"{'writer':24} {'stored':>8} {'said so':>8} {'failed':>8} {'lost':>8} {'requests':>9} {'seconds':>8}")
        for one in found:
            print(
                f"{one.writer:24} {one.stored:8,} {one.said_stored:8,} {one.said_failed:8,} {one.lost:8,} "
                f"{one.requests:9} {one.seconds:8.2f}"
            )
    return 0 if found[0].stored == found[0].said_stored == given.documents else 1


if __name__ == "__main__":
    sys.exit(main())
