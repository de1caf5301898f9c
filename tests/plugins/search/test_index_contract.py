"""What every backend of the `Index` port does: the embedded one, and Azure AI Search through the real SDK."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestrator.core.errors import QueryError
from orchestrator.core.ports import Document, FacetCount, PagedIndex, SearchQuery, WriteResult

DOCUMENTS = (
    Document(
        id="disk",
        kind="guide",
        fields={"title": "Disk full", "body": "# Disk\nClean up logs.\n## Mounts\nUnmount the volume."},
        filters={"service": ("checkout",), "alert": ("kubepersistentvolumefillingup",)},
    ),
    Document(
        id="oom",
        kind="guide",
        fields={
            "title": "Memory",
            "symptoms": "pods restart\nout of memory",
            "body": "Raise the limit.",
            "_order": "3",
        },
        filters={"service": ("cart", "checkout")},
    ),
    Document(
        id="policy/failover#when",
        kind="policy",
        fields={"title": "Failover policy", "heading": "When", "body": "Disk loss, or memory loss."},
        filters={"document": ("policy/failover",)},
    ),
    Document(id="manual/lamp#intro", kind="manual", fields={"title": "Lamp", "heading": "Use", "body": "Turn it on."}),
)
HOSTILE = (
    "'",
    "''",
    "a' or 1 eq 1 or 'a' eq 'a",
    "x') or search.in(kind, 'guide",
    "a|b;c,d\te\x1ff\x1eg\x1dh",
    "a=b",
    "%27",
    "a\\'b",
    " spaces ",
    "",
    "naïve café ünïcode 日本語 💥",
    "../../etc/passwd",
    "x" * 900,
    '{"$filter": 1}',
    "null\x00byte",
)


@pytest.fixture
async def filled(either: PagedIndex) -> PagedIndex:
    """A backend that holds the documents."""
    assert await either.write(DOCUMENTS) == tuple(WriteResult(id=one.id, stored=True) for one in DOCUMENTS)
    return either


async def found(index: PagedIndex, text: str, **options: object) -> list[str]:
    """The ids that a search finds."""
    return [hit.id for hit in await index.search(SearchQuery(text=text, **options))]  # type: ignore[arg-type]


async def test_the_best_comes_first(filled: PagedIndex):
    """A title that is met outranks a mention, across kinds."""
    assert await found(filled, "the disk is full") == ["disk", "policy/failover#when"]


async def test_words_of_operations_meet(filled: PagedIndex):
    """OOM finds what says "out of memory"."""
    assert await found(filled, "OOMKilled", kinds=("guide",)) == ["oom"]


async def test_a_hit_is_whole(filled: PagedIndex):
    """A hit carries the best section, the caption, the title and every field, those that are not searched too."""
    (disk,) = await filled.search(SearchQuery(text="unmount volume"))
    assert (disk.passage, disk.caption, disk.title, disk.kind) == (
        "Mounts: Unmount the volume.",
        "Mounts: Unmount the volume.",
        "Disk full",
        "guide",
    )
    (oom,) = await filled.search(SearchQuery(text="memory", kinds=("guide",)))
    assert oom.fields == DOCUMENTS[1].fields


async def test_filters_restrict(filled: PagedIndex):
    """Values of one filter are alternatives, several filters must all hold, and an empty one matches nothing."""
    both = "disk memory"
    assert await found(filled, both, where=(("service", ("cart",)),)) == ["oom"]
    assert sorted(await found(filled, both, where=(("service", ("cart", "checkout")),))) == ["disk", "oom"]
    where = (("service", ("checkout",)), ("alert", ("kubepersistentvolumefillingup", "other")))
    assert await found(filled, both, where=where) == ["disk"]
    assert await found(filled, both, where=(("kind", ("policy",)),)) == ["policy/failover#when"]
    assert await found(filled, both, where=(("service", ("nobody",)),)) == []
    assert await found(filled, both, where=(("service", ()),)) == []
    assert await found(filled, both, where=(("nothing", ("checkout",)),)) == []
    assert await found(filled, both, kinds=("policy",), where=(("kind", ("guide",)),)) == []


async def test_top_and_skip_cut_pages(filled: PagedIndex):
    """Pages follow each other without overlap; the total is of all of them."""
    whole = await found(filled, "disk memory")
    pages = [await filled.page(SearchQuery(text="disk memory", top=2, skip=skip)) for skip in (0, 2, 4)]
    assert [hit.id for page in pages for hit in page.hits] == whole
    assert [page.total for page in pages] == [3, 3, 3]
    assert await found(filled, "disk", top=0) == []
    assert (await filled.page(SearchQuery(text="disk", top=0))).total == 2


async def test_many_pages(either: PagedIndex):
    """Each of 130 documents is on exactly one page of 40."""
    await either.write([Document(id=f"n{n}", kind="guide", fields={"title": f"Disk {n}"}) for n in range(130)])
    pages = [await found(either, "disk", top=40, skip=skip) for skip in range(0, 160, 40)]
    assert [len(page) for page in pages] == [40, 40, 40, 10]
    assert len({name for page in pages for name in page}) == 130


async def test_facets_count_what_matches(filled: PagedIndex):
    """The values of a filter are counted over all matches, whatever page is shown."""
    page = await filled.page(SearchQuery(text="disk memory", top=1, facets=("service", "kind", "document", "none")))
    assert page.facets == {
        "service": (FacetCount("checkout", 2), FacetCount("cart", 1)),
        "kind": (FacetCount("guide", 2), FacetCount("policy", 1)),
        "document": (FacetCount("policy/failover", 1),),
        "none": (),
    }
    page = await filled.page(SearchQuery(text="disk memory", where=(("service", ("cart",)),), facets=("service",)))
    assert page.facets == {"service": (FacetCount("cart", 1), FacetCount("checkout", 1))}


@pytest.mark.parametrize("text", ["", "   ", "the of and", "!!! ???", "💥"])
async def test_nothing_to_search_for(filled: PagedIndex, text: str):
    """A query without a word finds nothing, and says so."""
    page = await filled.page(SearchQuery(text=text, facets=("service",)))
    assert (page.hits, page.total, page.facets, page.answers) == ((), 0, {"service": ()}, ())


@pytest.mark.parametrize(
    "text",
    [
        'disk"',
        "disk -full",
        "disk OR",
        "+disk +nothing",
        "disk*",
        "title:disk",
        "(disk",
        "disk AND NOT full",
        "disk~2 | full^5",
        "\\disk\\",
        "search.in(disk)",
        "disk' or ''='",
    ],
)
async def test_operators_are_words(filled: PagedIndex, text: str):
    """No operator of a query language takes effect: the guide is found by its word."""
    assert (await found(filled, text))[0] == "disk"


@pytest.mark.parametrize("value", HOSTILE)
async def test_hostile_values(either: PagedIndex, value: str):
    """A filter's value matches itself and nothing else, and comes back whole as a facet."""
    await either.write(
        [
            Document(id="one", kind="guide", fields={"title": "Zebra"}, filters={"who": (value,)}),
            Document(id="two", kind="guide", fields={"title": "Zebra"}, filters={"who": ("other",)}),
        ]
    )
    assert await found(either, "zebra", where=(("who", (value,)),)) == ["one"]
    assert await found(either, "zebra", where=(("who", (value, "no|body", "x'y")),)) == ["one"]
    page = await either.page(SearchQuery(text="zebra", where=(("who", (value,)),), facets=("who",)))
    assert page.facets["who"] == (FacetCount(value, 1),)


@pytest.mark.parametrize("name", ["a=b", "who's", "a/b:c", "naïve", "f eq 'x'"])
async def test_hostile_filter_names(either: PagedIndex, name: str):
    """A filter's name is data, too."""
    await either.write([Document(id="one", kind="guide", fields={"title": "Zebra"}, filters={name: ("v", "w=x")})])
    page = await either.page(SearchQuery(text="zebra", where=((name, ("v",)),), facets=(name,)))
    assert ([hit.id for hit in page.hits], page.facets[name]) == (["one"], (FacetCount("v", 1), FacetCount("w=x", 1)))
    assert await found(either, "zebra", where=(("a", ("b=v",)),)) == []


@pytest.mark.parametrize("identifier", [one for one in HOSTILE if one] + ["_leading", "=41", "policy/ä#b"])
async def test_hostile_ids(either: PagedIndex, identifier: str):
    """An id of any characters is stored, found, replaced and deleted as it is."""
    document = Document(id=identifier, kind="guide", fields={"title": "Zebra crossing"})
    assert await either.write([document]) == (WriteResult(id=identifier, stored=True),)
    assert await found(either, "zebra") == [identifier]
    await either.write([Document(id=identifier, kind="guide", fields={"title": "Lion"})])
    assert await found(either, "zebra crossing lion") == [identifier]
    assert await either.delete([identifier]) == (WriteResult(id=identifier, stored=True),)
    assert await found(either, "lion") == []


async def test_writing_replaces(filled: PagedIndex):
    """Nothing of an older version stays: no text, no filter, no further field; twice is as once."""
    for _ in range(2):
        assert (await filled.write([Document(id="oom", kind="guide", fields={"title": "Cables"})]))[0].stored
    assert await found(filled, "pods restart") == []
    assert await found(filled, "cables", where=(("service", ("cart",)),)) == []
    (hit,) = await filled.search(SearchQuery(text="cables"))
    assert hit.fields == {"title": "Cables"}


async def test_deleting(filled: PagedIndex):
    """What is deleted is not found; deleting what is not there succeeds; an id of any kind can be deleted."""
    ids = ["oom", "nothing", "policy/failover#when"]
    assert await filled.delete(ids) == tuple(WriteResult(id=one, stored=True) for one in ids)
    assert await found(filled, "memory disk loss") == ["disk"]


async def test_a_bad_document_does_not_hold_up_others(either: PagedIndex):
    """Each document has its own result, in the order given, with a reason where it was not stored."""
    results = await either.write(
        [
            Document(id="", kind="guide", fields={"title": "x"}),
            Document(id="good", kind="guide", fields={"title": "Zebra crossing"}),
            Document(id="bad", kind="guide", fields={"title": "\ud800"}),
            Document(id="also", kind="manual", fields={"title": "Zebra", "heading": "Crossing"}),
        ]
    )
    assert [(one.id, one.stored, bool(one.reason)) for one in results] == [
        ("", False, True),
        ("good", True, False),
        ("bad", False, True),
        ("also", True, False),
    ]
    assert sorted(await found(either, "zebra")) == ["also", "good"]


async def test_nothing_to_write(either: PagedIndex):
    """No document, no result."""
    assert (await either.write([]), await either.delete([])) == ((), ())


async def test_unicode_is_searched(either: PagedIndex):
    """Words of other scripts and with accents are found, with and without the accents."""
    await either.write(
        [Document(id="u", kind="guide", fields={"title": "Überlauf café", "body": "サーバー 落ちた Ошибка"})]
    )
    for text in ("uberlauf", "café", "サーバー", "ошибка"):
        assert await found(either, text) == ["u"]


@pytest.mark.parametrize("mode", ["vector", "hybrid"])
async def test_no_vectors(filled: PagedIndex, mode: str):
    """An index without vectors refuses a search by them instead of answering another question."""
    with pytest.raises(QueryError, match=f"{mode}.*search by 'keyword'"):
        await filled.page(SearchQuery(text="disk", mode=mode))  # type: ignore[arg-type]


async def test_scores_are_the_same_on_both(both: tuple[PagedIndex, PagedIndex]):
    """The same documents have the same scores on both backends, so that a floor means the same on both."""
    for index in both:
        await index.write(DOCUMENTS)
    for text in ("disk", "the disk is full", "OOMKilled pods", "memory loss policy", "lamp", "turn on the disk"):
        embedded, live = [await index.search(SearchQuery(text=text)) for index in both]
        assert {hit.id: pytest.approx(hit.score) for hit in embedded} == {hit.id: hit.score for hit in live}


@given(text=st.text(max_size=60), value=st.text(max_size=30), identifier=st.text(min_size=1, max_size=30))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_text_anywhere(either: PagedIndex, text: str, value: str, identifier: str):
    """Whatever is stored, asked and filtered on: no error, and the filter holds exactly."""
    document = Document(id=identifier, kind="guide", fields={"title": f"zebra {text}"}, filters={"f": (value,)})
    (result,) = await either.write([document])
    hits = await either.search(SearchQuery(text=f"zebra {text}", where=(("f", (value,)),), top=1000))
    assert (identifier in {hit.id for hit in hits}) == result.stored
    await either.delete([identifier])
