"""Tests of the embedded index against the `Index` port."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.core.errors import StoreError
from orchestrator.core.ports import Document, Index, SearchQuery, WriteResult
from plugins.search.sqlite import SqliteIndex

DOCUMENTS = (
    Document(
        id="disk",
        kind="guide",
        fields={"title": "Disk full", "body": "# Disk\nClean up logs.\n## Mounts\nUnmount the volume."},
        filters={"service": ("checkout",)},
    ),
    Document(
        id="oom",
        kind="guide",
        fields={"title": "Memory", "symptoms": "pods restart\nout of memory", "body": "Raise the limit."},
        filters={"service": ("cart", "checkout")},
    ),
    Document(id="p#1", kind="policy", fields={"title": "Failover policy", "heading": "When", "body": "Disk loss."}),
)


@pytest.fixture
async def index() -> AsyncIterator[SqliteIndex]:
    """An index in memory that holds the three documents."""
    async with SqliteIndex.open(":memory:") as opened:
        await opened.write(DOCUMENTS)
        yield opened


async def found(index: Index, text: str, **options: object) -> list[str]:
    """The ids that a search finds."""
    return [hit.id for hit in await index.search(SearchQuery(text=text, **options))]  # type: ignore[arg-type]


async def test_best_document_first(index: SqliteIndex):
    """A title that is met outranks a mention."""
    assert await found(index, "the disk is full") == ["disk", "p#1"]


async def test_synonyms_meet(index: SqliteIndex):
    """OOM finds what says "out of memory"."""
    assert await found(index, "OOMKilled") == ["oom"]


async def test_top_bounds_the_answer(index: SqliteIndex):
    """No more than `top` hits come back, and none for zero."""
    assert await found(index, "disk", top=1) == ["disk"]
    assert await found(index, "disk", top=0) == []


async def test_kinds_and_filters(index: SqliteIndex):
    """Kinds and filters restrict; several values of one filter are alternatives."""
    assert await found(index, "disk", kinds=("policy",)) == ["p#1"]
    assert await found(index, "disk memory", where=(("service", ("cart",)),)) == ["oom"]
    assert sorted(await found(index, "disk memory", where=(("service", ("cart", "checkout")),))) == ["disk", "oom"]
    assert await found(index, "disk", where=(("service", ("nobody",)),)) == []
    assert await found(index, "disk", where=(("service", ()),)) == []


async def test_passage_is_the_best_section(index: SqliteIndex):
    """A hit carries the section that answers, its title and its fields."""
    hit = (await index.search(SearchQuery(text="unmount volume")))[0]
    assert (hit.passage, hit.title, hit.kind) == ("Mounts: Unmount the volume.", "Disk full", "guide")
    assert hit.fields["body"].startswith("# Disk")


async def test_write_replaces(index: SqliteIndex):
    """Writing an id again replaces its text and filters; writing the same twice changes nothing."""
    again = Document(id="disk", kind="guide", fields={"title": "Network", "body": "Cables."})
    for _ in range(2):
        assert await index.write([again]) == (WriteResult(id="disk", stored=True),)
    assert await found(index, "unmount") == []
    assert await found(index, "cables") == ["disk"]
    assert await found(index, "cables", where=(("service", ("checkout",)),)) == []


async def test_delete(index: SqliteIndex):
    """A deleted document is not found; deleting what is not there succeeds."""
    results = await index.delete(["oom", "nothing"])
    assert [result.stored for result in results] == [True, True]
    assert await found(index, "memory") == []


async def test_one_bad_document_does_not_hold_up_others(index: SqliteIndex):
    """Each document has its own result, with a reason."""
    results = await index.write(
        [
            Document(id="", kind="guide", fields={"title": "x"}),
            Document(id="bad", kind="guide", fields={"title": "\ud800"}),
            Document(id="good", kind="guide", fields={"title": "Zebra crossing"}),
        ]
    )
    assert [(result.stored, bool(result.reason)) for result in results] == [(False, True), (False, True), (True, False)]
    assert await found(index, "zebra") == ["good"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        '"',
        "disk OR",
        "NEAR(disk full, 2)",
        "disk*",
        "title:disk",
        "^disk",
        "💥",
        "a" * 10_000,
        "(((",
        "disk AND NOT full",
    ],
)
async def test_hostile_queries_are_words(index: SqliteIndex, text: str):
    """Operators, quotes, emoji, very long and empty text are searched as words and never fail."""
    hits = await index.search(SearchQuery(text=text))
    assert [hit.score > 0 for hit in hits] == [True] * len(hits)


@given(text=st.text(max_size=200))
@settings(max_examples=50)
async def test_any_text_may_be_stored_and_asked(text: str):
    """Whatever is stored can be asked for with its own text, without an error."""
    async with SqliteIndex.open(":memory:") as index:
        results = await index.write([Document(id="a", kind="guide", fields={"title": text, "body": text})])
        hits = await index.search(SearchQuery(text=text))
    assert len(hits) <= sum(result.stored for result in results)


async def test_fields_with_underscore_are_kept_unsearched():
    """`_order` comes back with a hit and is not a word of the document."""
    async with SqliteIndex.open(":memory:") as index:
        await index.write(
            [Document(id="a", kind="policy", fields={"title": "Plan", "body": "text", "_order": "seven"})]
        )
        assert await found(index, "seven") == []
        assert (await index.search(SearchQuery(text="plan")))[0].fields["_order"] == "seven"


async def test_survives_reopening(tmp_path: Path):
    """What was written is there when the file is opened again."""
    async with SqliteIndex.open(tmp_path / "i.db") as index:
        await index.write(DOCUMENTS)
    async with SqliteIndex.open(tmp_path / "i.db") as index:
        assert await found(index, "disk full", top=1) == ["disk"]


async def test_two_connections_see_each_other(tmp_path: Path):
    """A second process reads what the first wrote, and notices later changes."""
    async with SqliteIndex.open(tmp_path / "i.db") as one, SqliteIndex.open(tmp_path / "i.db") as two:
        assert await found(two, "zebra") == []
        await one.write([Document(id="z", kind="guide", fields={"title": "Zebra"})])
        assert await found(two, "zebra") == ["z"]
        await two.delete(["z"])
        assert await found(one, "zebra") == []


KILLED = """
import asyncio, os, signal, sys
from orchestrator.core.ports import Document
from plugins.search.sqlite import SqliteIndex
async def main():
    async with SqliteIndex.open(sys.argv[1]) as index:
        await index.write([Document(id="kept", kind="guide", fields={"title": "Kept"})])
        index._connection.execute("BEGIN IMMEDIATE")
        index._store(Document(id="lost", kind="guide", fields={"title": "Lost"}))
        os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(main())
"""


async def test_survives_kill(tmp_path: Path):
    """After a kill in the middle of a batch the earlier batch is whole, and nothing of the torn one is there."""
    path = tmp_path / "i.db"
    killed = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False, env=dict(os.environ))  # noqa: ASYNC221
    assert killed.returncode == -signal.SIGKILL
    async with SqliteIndex.open(path) as index:
        assert await found(index, "kept lost") == ["kept"]
        assert await index.write([Document(id="more", kind="guide", fields={"title": "More"})])


async def test_a_file_that_is_no_index(tmp_path: Path):
    """A file of something else is refused with its name and the mend."""
    path = tmp_path / "i.db"
    path.write_text("this is not a database, and it is long enough to be read as one " * 20)
    with pytest.raises(StoreError, match=r"i\.db: .*delete the file"):
        SqliteIndex.open(path)


async def test_an_index_of_another_version(tmp_path: Path):
    """An index that another version wrote is refused, not read wrongly."""
    path = tmp_path / "i.db"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreError, match="version 99"):
        SqliteIndex.open(path)


async def test_a_folder_that_is_missing(tmp_path: Path):
    """A path that cannot be created is refused with a message of ours."""
    with pytest.raises(StoreError, match="writable"):
        SqliteIndex.open(tmp_path / "no" / "i.db")
