"""Recorded exchanges of Logic Apps through the client, and the history that it reads."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from orchestrator.core.errors import SettingsError
from orchestrator.core.workflows import Absent, Accepted, Done, Unknown, WorkflowSpec, action_key
from plugins.logicapps.address import parse_address
from plugins.logicapps.client import LogicAppsWorkflows
from plugins.logicapps.exchange import Exchange
from plugins.logicapps.history import RunHistory, odata_text, read_actions, read_runs
from plugins.logicapps.host.serving import HostToken
from plugins.logicapps.settling import Lookup, RunRecord, read_lookup, settle
from plugins.logicapps.transport import open_http

RECORDED = Path(__file__).parents[4] / "shared" / "data" / "azure_wire" / "exchanges.jsonl"
RESOURCE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Logic/workflows/w"
NOW = datetime(2026, 11, 22, 10, 45, tzinfo=UTC)
KEY = "act:O-1:1"


@pytest.fixture
def exchange() -> Callable[[str], dict[str, Any]]:
    """A recorded exchange by its id."""
    if not RECORDED.is_file():
        pytest.skip("the recorded exchanges are not beside this checkout")
    found = {item["id"]: item for item in map(json.loads, RECORDED.read_text(encoding="utf-8").splitlines())}
    return lambda name: found[name]


@asynccontextmanager
async def replaying(*recorded: dict[str, Any]) -> AsyncIterator[Any]:
    """An exchange with a service that answers exactly the recorded requests."""
    answers = {
        (item["request"]["method"], item["request"]["url"].partition("?")[0]): item["response"] for item in recorded
    }
    seen: list[httpx.Request] = []

    async def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        found = answers[request.method, str(request.url).partition("?")[0]]
        return httpx.Response(found["status"], json=found["body"])

    async with open_http(httpx.MockTransport(handle)) as http:
        yield SimpleNamespace(exchange=Exchange(http, credential=HostToken("t")), seen=seen)


def resource_in(item: dict[str, Any]) -> str:
    """The workflow's resource id in a recorded request."""
    path = str(item["request"]["url"]).removeprefix("https://management.azure.com").partition("?")[0]
    return path[: path.index("/workflows/")] + "/workflows/" + path.split("/workflows/")[1].split("/")[0]


async def test_the_recorded_list_of_runs(exchange: Callable[[str], dict[str, Any]]) -> None:
    """WorkflowRuns_List: run, status, times and tracking id; the request filters by it and is signed in."""
    item = exchange("logic-runs-list")
    key = "08586676746934337772206998657CU22"
    async with replaying(item) as one:
        runs = await RunHistory(one.exchange).runs(resource_in(item), key=key)
        assert runs is not None
        (run,) = runs
        assert (run.run_id, run.status, run.client_tracking_id) == (key, "Succeeded", key)
        assert run.started == datetime(2018, 8, 10, 20, 16, 32, 44238, tzinfo=UTC)
        assert one.seen[0].url.params["$filter"] == f"ClientTrackingId eq '{key}'"
        assert one.seen[0].headers["authorization"] == "Bearer t"


async def test_the_recorded_list_of_actions(exchange: Callable[[str], dict[str, Any]]) -> None:
    """WorkflowRunActions_List: name, status, both tracking ids."""
    item = exchange("logic-run-actions-list")
    async with replaying(item) as one:
        run = "08586676746934337772206998657CU22"
        actions = await RunHistory(one.exchange).actions(resource_in(item), run_id=run)
        assert actions is not None
        assert [(action.name, action.status, action.code) for action in actions] == [("HTTP", "Succeeded", "OK")]
        assert actions[0].action_tracking_id == "56063357-45dd-4278-9be5-8220ce0cc9ca"
        assert actions[0].client_tracking_id == run


async def test_the_recorded_run_of_a_trigger(exchange: Callable[[str], dict[str, Any]]) -> None:
    """WorkflowTriggers_Run: the management form of the address, with a token, is a call like any other."""
    item = exchange("logic-trigger-run")
    spec = WorkflowSpec(name="act", title="", changing=True)
    address = parse_address("act", item["request"]["url"], audience="https://management.azure.com")
    async with replaying(item) as one:
        client = LogicAppsWorkflows(specs=[spec], addresses=[address], exchange=one.exchange)
        outcome = await client.call("act", {}, key=KEY)
        assert isinstance(outcome, Done)
        assert (outcome.status, outcome.body) == (200, {})


def test_the_recorded_callback_address(exchange: Callable[[str], dict[str, Any]]) -> None:
    """ListCallbackUrl: a signed address, refused as recorded because it is plain http, and readable over https."""
    url = exchange("logic-list-callback-url")["response"]["body"]["value"]
    with pytest.raises(SettingsError, match="plain http"):
        parse_address("act", url)
    address = parse_address("act", url.replace("http://", "https://"))
    assert address.target.signed
    assert "sig=REDACTED" in address.target.query.reveal()


async def test_half_a_history_proves_nothing() -> None:
    """An error, a page that leads elsewhere, pages without end: None, not fewer runs."""

    def history_of(*pages: httpx.Response) -> Any:
        left = list(pages)

        async def handle(_request: httpx.Request) -> httpx.Response:
            return left.pop(0) if len(left) > 1 else left[0]

        return handle

    page = {"value": [], "nextLink": f"https://management.azure.com{RESOURCE}/runs?x=1"}
    elsewhere = {"value": [], "nextLink": "https://elsewhere.example/runs"}
    scenes = [
        history_of(httpx.Response(403, json={"error": {"code": "AuthorizationFailed", "message": "m"}})),
        history_of(httpx.Response(200, json=page), httpx.Response(200, json=elsewhere)),
        history_of(httpx.Response(200, json=page)),
        history_of(httpx.Response(200, json=[])),
        history_of(httpx.Response(200, json={"value": None})),
    ]
    for handle in scenes:
        async with open_http(httpx.MockTransport(handle)) as http:
            history = RunHistory(Exchange(http, credential=HostToken("t")))
            assert await history.runs(RESOURCE, key=KEY) is None
            assert await history.actions(RESOURCE, run_id="r") is None


def test_what_history_holds_is_read_with_care() -> None:
    """Missing and odd parts are nothing, not a failure; a quote in a filter is doubled."""
    assert next(iter(read_runs({"value": [{"properties": None}, 3]}))).status == "NotSpecified"
    assert next(
        iter(read_actions({"value": [{"properties": {"retryHistory": [{"code": "503"}, 1]}}]}))
    ).retry_history == ({"code": "503"},)
    assert next(iter(read_runs({"value": [{"properties": {"startTime": "soon"}}]}))).started is None
    assert odata_text("a'b") == "'a''b'"


def runs(*statuses: str) -> tuple[RunRecord, ...]:
    """Runs of these statuses."""
    return tuple(RunRecord(run_id=f"r{number}", status=status) for number, status in enumerate(statuses))


DONE, RUNNING, ABSENT, UNREAD = (Lookup(state=state) for state in ("done", "running", "absent", "unread"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("lookup", "history", "kind", "owner"),
    [
        (DONE, None, Done, None),
        (DONE, runs("Failed"), Done, None),
        (RUNNING, None, Accepted, None),
        (RUNNING, runs(), Accepted, None),
        (ABSENT, runs("Running"), Accepted, None),
        (ABSENT, runs("Waiting", "Failed"), Accepted, None),
        (ABSENT, runs("Failed"), Absent, None),
        (ABSENT, runs("Succeeded"), Unknown, "person"),
        (ABSENT, runs(), Absent, None),
        (ABSENT, None, Absent, None),
        (UNREAD, None, Unknown, "read"),
        (UNREAD, runs("Succeeded"), Done, None),
        (UNREAD, runs("Failed"), Unknown, "person"),
        (None, runs("Succeeded", "Failed"), Done, None),
        (None, runs("Running"), Accepted, None),
        (None, runs("TimedOut"), Unknown, "person"),
        (None, runs(), Absent, None),
        (None, None, Unknown, "person"),
    ],
)
def test_what_reads_prove_together(lookup: Any, history: Any, kind: Any, owner: Any) -> None:
    """The lookup first, then the history; a run at work outweighs a lookup that finds nothing."""
    reading = settle(KEY, lookup=lookup, runs=history, now=NOW, sent_at=NOW - timedelta(hours=1))
    assert (type(reading), getattr(reading, "owner", None)) == (kind, owner)


@pytest.mark.parametrize(("lookup", "history"), [(ABSENT, None), (ABSENT, runs()), (None, runs()), (UNREAD, runs())])
@pytest.mark.parametrize("sent_at", [None, NOW - timedelta(seconds=299)])
def test_nothing_found_is_not_believed_too_early(lookup: Any, history: Any, sent_at: Any) -> None:
    """A request may still be on its way: absent only once its time is known to be long past."""
    reading = settle(KEY, lookup=lookup, runs=history, now=NOW, sent_at=sent_at)
    assert isinstance(reading, Unknown)
    assert reading.owner == "read"


def test_a_lookup_that_says_nothing_is_unread() -> None:
    """An unknown state, no answer, no object."""
    done = Done(key=KEY, status=200, body={"state": "maybe"})
    answers = [done, Unknown(key=KEY, reason="lost"), Done(key=KEY, status=200, body=[]), Accepted(key=KEY)]
    assert [read_lookup(answer).state for answer in answers] == ["unread"] * 4


def test_keys_come_from_the_fact() -> None:
    """One fact, one key; another subject or epoch, another key."""
    keys = [action_key("act", subject) for subject in ("O-1", "O 1", "O/1", "x" * 100, "x" * 101)]
    assert len({*keys, action_key("act", "O-1", epoch=2)}) == 6
    assert keys[0] == action_key("act", "O-1") == "act:O-1:1"
