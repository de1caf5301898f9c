"""Tests of the index definitions, and of bringing a service to them."""

from typing import Any

import pytest
from azure.core.credentials import AzureKeyCredential

from orchestrator.core.errors import SettingsError
from plugins.search.azure.clients import SearchClients
from plugins.search.azure.definitions import INDEXES, compare, definition, index_name
from plugins.search.azure.setup import IndexSetup

NAMES = ["switchboard-guides", "switchboard-policies", "switchboard-manuals", "switchboard-incidents"]


def setup_of(clients: SearchClients, *, dimensions: int | None = None) -> IndexSetup:
    """The setup of the usual prefix."""
    return IndexSetup(clients, prefix="switchboard", dimensions=dimensions)


@pytest.fixture
async def clients(server: Any) -> Any:
    """The service's clients."""
    async with SearchClients(endpoint=server.url, credential=AzureKeyCredential(server.key)) as opened:
        yield opened


def fields(index: Any) -> dict[str, dict[str, Any]]:
    """The fields as they go over the wire."""
    return {one["name"]: one for one in index.as_dict()["fields"]}


def test_names():
    """Every kind has an index of its own."""
    assert [index_name("switchboard", kind) for kind in INDEXES] == NAMES


def test_fields():
    """Prose is lemmatized, names of alerts are not, our terms are words already; filters can be counted."""
    found = fields(definition("i", dimensions=None))
    analyzers = {name: one["analyzer"] for name, one in found.items() if one.get("analyzer")}
    assert analyzers == {
        **dict.fromkeys(("title", "heading", "symptoms", "causes", "body"), "en.microsoft"),
        **dict.fromkeys(("alerts", "services"), "standard.lucene"),
        **dict.fromkeys(("name_terms", "text_terms"), "whitespace"),
    }
    assert [name for name, one in found.items() if one["key"]] == ["key"]
    assert [name for name, one in found.items() if one["facetable"]] == [
        "kind",
        "filters",
        "terms",
        "length",
        "sections",
    ]
    assert "vector" not in found


def test_vectors_where_an_embedding_is_set():
    """The vector field has the embedding's length, is compared by cosine, and is not stored twice."""
    index = definition("i", dimensions=1536).as_dict()
    field = next(one for one in index["fields"] if one["name"] == "vector")
    assert (field["type"], field["dimensions"], field["stored"]) == ("Collection(Edm.Single)", 1536, False)
    profile = index["vectorSearch"]["profiles"][0]
    assert field["vectorSearchProfile"] == profile["name"]
    (algorithm,) = index["vectorSearch"]["algorithms"]
    assert (algorithm["name"], algorithm["kind"]) == (profile["algorithm"], "hnsw")
    assert algorithm["hnswParameters"]["metric"] == "cosine"


def test_names_weigh_four_times():
    """The scoring profile mirrors the embedded index's weights, and names fields that are searched."""
    index = definition("i", dimensions=None)
    (profile,) = index.as_dict()["scoringProfiles"]
    weights = profile["text"]["weights"]
    assert weights["name_terms"] == 4.0
    assert "body" not in weights
    assert all(fields(index)[name]["searchable"] for name in weights)


def test_the_semantic_configuration_reads_what_can_be_read():
    """Its fields are text that is searched and retrieved, as the service demands."""
    index = definition("i", dimensions=None).as_dict()
    parts = index["semantic"]["configurations"][0]["prioritizedFields"]
    named = [parts["titleField"], *parts["prioritizedContentFields"], *parts["prioritizedKeywordsFields"]]
    found = {one["name"]: one for one in index["fields"]}
    assert all(found[one["fieldName"]]["searchable"] and found[one["fieldName"]]["retrievable"] for one in named)


async def test_created_once(server: Any, clients: SearchClients):
    """The first time all four are made; the second time nothing is written."""
    assert [one.difference.state for one in await setup_of(clients).ensure()] == ["missing"] * 4
    assert list(server.indexes) == NAMES
    server.requests.clear()
    assert [one.difference.state for one in await setup_of(clients).ensure()] == ["current"] * 4
    assert {one["method"] for one in server.requests} == {"GET"}


@pytest.mark.parametrize("on", ["indexes('switchboard-guides')", "$count"])
async def test_a_busy_service_is_asked_again(server: Any, clients: SearchClients, make_fault: Any, on: str):
    """A reset, also after the work was done, and a 503 do not end the setup."""
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    setup = IndexSetup(clients, prefix="switchboard", dimensions=None, sleep=sleep)
    server.faults = [make_fault(on=on), make_fault(on=on, status=503), make_fault(on=on, after=True)]
    await setup.ensure()
    await setup.ensure()
    assert (list(server.indexes), bool(waits)) == (NAMES, True)
    assert [fault.times for fault in server.faults] == [0, 0, 0]


async def test_updated_in_place(server: Any, clients: SearchClients):
    """A missing field, profile or configuration is added; a foreign field and the documents stay."""
    await setup_of(clients).ensure()
    index = server.indexes[NAMES[0]]
    index["fields"] = [one for one in index["fields"] if one["name"] != "sections"]
    index["fields"].append({"name": "theirs", "type": "Edm.String", "key": False, "searchable": False})
    index["scoringProfiles"] = []
    index["semantic"] = None
    server.documents[NAMES[0]]["k"] = {"key": "k"}
    (before, *_) = await setup_of(clients).ensure()
    assert before.difference.reasons == (
        "the field 'sections' is missing",
        "the scoring profile 'names-first' is missing",
        "the semantic configuration 'by-meaning' is missing",
    )
    assert [one.difference.state for one in await setup_of(clients).show()] == ["current"] * 4
    assert "theirs" in {one["name"] for one in server.indexes[NAMES[0]]["fields"]}
    assert list(server.documents[NAMES[0]]) == ["k"]


async def test_vectors_are_added_in_place(clients: SearchClients):
    """An embedding that is set later adds its field; another length needs a rebuild."""
    await setup_of(clients).ensure()
    (before, *_) = await setup_of(clients, dimensions=8).ensure()
    assert before.difference.reasons == (
        "the field 'vector' is missing",
        "the vector profile 'cosine-hnsw' is missing",
    )
    (state, *_) = await setup_of(clients, dimensions=9).show()
    assert state.difference.reasons == ("the field 'vector' has dimensions 8, wanted is 9",)


async def test_a_rebuild_needs_a_word(server: Any, clients: SearchClients):
    """What cannot be changed ends in an error that names it; with `recreate` the index is made anew, empty."""
    await setup_of(clients).ensure()
    for field in server.indexes[NAMES[1]]["fields"]:
        if field["name"] == "body":
            field["analyzer"] = "standard.lucene"
    server.documents[NAMES[1]]["k"] = {"key": "k"}
    with pytest.raises(
        SettingsError, match=r"'switchboard-policies'.*'body' has analyzer 'standard.lucene'.*--recreate"
    ):
        await setup_of(clients).ensure()
    assert list(server.documents[NAMES[1]]) == ["k"]
    before = await setup_of(clients).ensure(recreate=True)
    assert [one.difference.state for one in before] == ["current", "rebuild", "current", "current"]
    assert server.documents[NAMES[1]] == {}


def test_other_terms_need_a_rebuild():
    """Documents whose terms another version made would be ranked wrongly."""
    found, wanted = definition("i", dimensions=None), definition("i", dimensions=None)
    found.description = "Documents of Switchboard, terms of version 0"
    difference = compare(found, wanted)
    assert (difference.state, "terms of version 0" in difference.reasons[0]) == ("rebuild", True)


async def test_show_counts(server: Any, clients: SearchClients):
    """The number of documents is read, byte order mark and all; an index that is missing has none."""
    await setup_of(clients).ensure()
    server.documents[NAMES[0]] = {str(n): {} for n in range(3)}
    del server.indexes[NAMES[3]]
    assert [one.documents for one in await setup_of(clients).show()] == [3, 0, 0, None]


@pytest.mark.parametrize("endpoint", ["http://search.example.com", "ftp://search.example.com", "search.example.com"])
def test_no_key_in_the_clear(endpoint: str):
    """An address that is not https is refused before a key is sent, and the key is in no representation."""
    with pytest.raises(SettingsError, match="not https"):
        SearchClients(endpoint=endpoint, credential=AzureKeyCredential("k3y-4711"))
    assert "4711" not in repr(SearchClients(endpoint="https://x", credential=AzureKeyCredential("k3y-4711")))
