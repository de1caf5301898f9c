"""Replays recorded exchanges of the service through the adapter: the SDK and our reading understand them."""

import json
from pathlib import Path
from typing import Any

import pytest
from azure.core.credentials import AzureKeyCredential

from orchestrator.core.errors import SettingsError
from plugins.search.azure.batches import Action, Verdict
from plugins.search.azure.clients import SearchClients
from plugins.search.azure.faults import translating
from plugins.search.azure.index import AzureIndex
from plugins.search.azure.results import IndexAnswer, facet_counts, found_answers

RECORDED = Path(__file__).parents[5] / "shared" / "data" / "azure_wire" / "exchanges.jsonl"
LEFT_OUT = {"content-length", "transfer-encoding", "content-encoding", "connection"}


def exchanges() -> dict[str, dict[str, Any]]:
    """The recorded exchanges of Azure AI Search by id."""
    if not RECORDED.is_file():
        return {}
    found = [json.loads(line) for line in RECORDED.read_text(encoding="utf-8").splitlines()]
    return {one["id"]: one for one in found if one["service"] == "search"}


EXCHANGES = exchanges()
pytestmark = pytest.mark.skipif(not EXCHANGES, reason=f"there are no recorded exchanges at {RECORDED}")
OF = {
    "search": [
        name for name, one in EXCHANGES.items() if one["operation"].startswith(("search.post.search", "Search"))
    ],
    "write": [name for name, one in EXCHANGES.items() if one["operation"] == "search.index"],
    "count": [name for name, one in EXCHANGES.items() if one["operation"] == "docs.$count"],
    "missing": [name for name, one in EXCHANGES.items() if one["response"]["status"] == 404],
}


@pytest.fixture
async def clients(server: Any) -> Any:
    """The service's clients."""
    async with SearchClients(endpoint=server.url, credential=AzureKeyCredential(server.key)) as opened:
        yield opened


def replay(server: Any, name: str) -> dict[str, Any]:
    """Let the server give a recorded answer next; what was recorded of its body."""
    response = EXCHANGES[name]["response"]
    body = response.get("body")
    headers = {key: value for key, value in response.get("headers", {}).items() if key.lower() not in LEFT_OUT}
    text = body if isinstance(body, str) else json.dumps(body)
    server.recorded.append((response["status"], headers, text))
    return body if isinstance(body, dict) else {"text": text}


async def asked(server: Any, clients: SearchClients, name: str) -> tuple[IndexAnswer, dict[str, Any]]:
    """The adapter's reading of a recorded search, and the recorded body; a continued answer ends with an empty page."""
    body = replay(server, name)
    if "@search.nextPageParameters" in body:
        server.recorded.append((200, {"content-type": "application/json"}, '{"value": []}'))
    return await AzureIndex(clients)._ask("guide", {"search_text": "WiFi", "include_total_count": True}), body


@pytest.mark.parametrize("name", OF["search"])
async def test_searches(server: Any, clients: SearchClients, name: str):
    """Rows, scores, total, facets and answers are read as they were recorded."""
    answer, body = await asked(server, clients, name)
    rows = [{key: value for key, value in row.items() if not key.startswith("@")} for row in answer.rows]
    assert rows == [{key: value for key, value in row.items() if not key.startswith("@")} for row in body["value"]]
    assert [row["@search.score"] for row in answer.rows] == [row["@search.score"] for row in body["value"]]
    assert answer.total == body.get("@odata.count", 0)
    assert answer.facets == (body.get("@search.facets") or {})
    assert [one.text for one in answer.answers] == [one["text"] for one in body.get("@search.answers") or ()]


@pytest.mark.parametrize("name", [name for name in OF["search"] if "semantic" in name])
async def test_captions_and_answers(server: Any, clients: SearchClients, name: str):
    """What the semantic ranker said becomes our values, in its order."""
    answer, body = await asked(server, clients, name)
    scores = [row["@search.reranker_score"] for row in answer.rows]
    assert scores == [row["@search.rerankerScore"] for row in body["value"]]
    captions = [row["@search.captions"][0].text for row in answer.rows]
    assert captions == [row["@search.captions"][0]["text"] for row in body["value"]]
    assert [(one.id, one.score) for one in found_answers([answer], 5)] == [
        (one["key"], one["score"]) for one in body["@search.answers"]
    ]
    assert server.requests[1]["body"] == body["@search.nextPageParameters"]


@pytest.mark.parametrize("name", OF["write"])
async def test_writes(server: Any, clients: SearchClients, name: str):
    """Each document of an answer, 200 or 207, has its own verdict."""
    body = replay(server, name)
    sent = EXCHANGES[name]["request"]["body"]["value"]
    actions = [Action(id=one["hotelId"], key=one["hotelId"], content=one, size=1) for one in sent]
    verdicts = await AzureIndex(clients)._send("switchboard-guides", actions)
    assert verdicts == {
        one["key"]: Verdict(status=200 if one["status"] else one["statusCode"], reason=one["errorMessage"])
        for one in body["value"]
    }
    assert [one["status"] for one in body["value"]] == [verdicts[one["key"]].stored for one in body["value"]]
    assert server.requests[0]["body"]["value"] == sent


@pytest.mark.parametrize("name", OF["count"])
async def test_counts(server: Any, clients: SearchClients, name: str):
    """The number is read, with the byte order mark that the service puts before it."""
    body = replay(server, name)
    assert await clients.of_index("i").get_document_count() == int(body["text"].lstrip("\ufeff"))


@pytest.mark.parametrize("name", OF["missing"])
async def test_a_404_without_a_body(server: Any, clients: SearchClients, name: str):
    """It is told as what is missing, not as an answer that cannot be read."""
    replay(server, name)
    with pytest.raises(SettingsError, match="not there"), translating("the document"):
        await clients.of_index("i").get_document("1000")


@pytest.mark.parametrize("name", [name for name in OF["search"] if "facets" in name])
async def test_facets(server: Any, clients: SearchClients, name: str):
    """The recorded counts keep their values where they are filters of ours."""
    answer, body = await asked(server, clients, name)
    recorded = body["@search.facets"]["category"]
    ours = IndexAnswer(
        kind="guide",
        rows=(),
        total=answer.total,
        facets={"filters": [{**one, "value": f"category={one['value']}"} for one in answer.facets["category"]]},
    )
    counts = facet_counts([ours], ["category"])["category"]
    assert [(one.value, one.count) for one in counts] == [(one["value"], one["count"]) for one in recorded]
