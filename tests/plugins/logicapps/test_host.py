"""The host, row by row of the protocol, asked with a plain HTTP client over a real port."""

import asyncio
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from orchestrator.core.workflows import action_key
from plugins.logicapps.host.effects import RetryPolicy
from plugins.logicapps.host.faults import Fault, FaultKind
from plugins.logicapps.host.management import OWNER, parse_filter, resource_of
from plugins.logicapps.host.work import HostLimits

KEY = action_key("open_ticket", "INC-7")
TICKET = {"title": "t", "key": KEY}
KEYED = {"Idempotency-Key": f'"{KEY}"'}


@pytest.fixture
async def served(opened: Callable[..., Any]) -> Any:
    """A host on a port, whose tokens are those that begin with `good`."""
    async with (
        opened(place="port", tokens=lambda token: token.startswith("good"), disabled=["notify"]) as bench,
        httpx.AsyncClient() as raw,
    ):
        bench.raw = raw
        yield bench


def error_code(response: httpx.Response) -> str:
    """The code of an error document."""
    return str(response.json()["error"]["code"])


async def test_row_url_forms_and_properties(served: Any) -> None:
    """Row URL: the address has `sp`, `sv` and `sig`; both forms of its path start the workflow."""
    url = served.url("echo")
    query = parse_qs(urlsplit(url).query)
    assert (query["sp"], query["sv"]) == (["/triggers/manual/run"], ["1.0"])
    assert re.fullmatch(r"/workflows/[0-9a-f]{32}/triggers/manual/paths/invoke", urlsplit(url).path)
    for form in (url, url.replace("/paths/invoke", "/run")):
        assert (await served.raw.post(form, json={"name": "x"})).json() == {"said": "x"}


async def test_row_url_a_changed_property_is_no_way_in(served: Any) -> None:
    """Row URL: another signature, permission, version, or the signature of another workflow are refused with 401."""
    url = served.url("echo")
    stolen = served.url("path_echo").partition("sig=")[2]
    changed = [
        url[:-1] + ("A" if url[-1] != "A" else "B"),
        url.replace("manual%2Frun", "manual%2Fread"),
        url.replace("sv=1.0", "sv=2.0"),
        f"{url.partition('sig=')[0]}sig={stolen}",
    ]
    answers = [await served.raw.post(one, json={}) for one in changed]
    assert [(a.status_code, error_code(a)) for a in answers] == [(401, "AuthorizationFailed")] * 4


async def test_row_url_keys_rotate(served: Any) -> None:
    """Row URL: a new primary key shuts out what the old one signed; the secondary's address goes on."""
    first, second = served.url("echo"), served.url("echo", slot="secondary")
    token = served.store.keys_of(OWNER)["primary"]
    regenerate = f"{served.origin}{resource_of('echo')}/regenerateAccessKey"
    done = await served.raw.post(regenerate, json={"keyType": "Primary"}, headers={"Authorization": f"Bearer {token}"})
    assert done.status_code == 200
    answers = [await served.raw.post(url, json={}) for url in (first, second, served.url("echo"))]
    assert [answer.status_code for answer in answers] == [401, 200, 200]


async def test_row_url_tokens_and_never_both(served: Any) -> None:
    """Row URL: a fitting token comes in without a signature, another does not, and both together never do."""
    bare = served.url("echo").partition("?")[0] + "?api-version=2016-10-01"
    good, bad = {"Authorization": "Bearer good.x"}, {"Authorization": "Bearer bad.x"}
    answers = [
        await served.raw.post(bare, json={}, headers=good),
        await served.raw.post(bare, json={}, headers=bad),
        await served.raw.post(bare, json={}),
        await served.raw.post(served.url("echo"), json={}, headers=good),
    ]
    assert [answer.status_code for answer in answers] == [200, 403, 401, 401]
    assert [error_code(answer) for answer in answers[1:]] == [
        "MisMatchingOAuthClaims",
        "DirectApiAuthorizationRequired",
        "DirectApiRequestHasMoreThanOneAuthorization",
    ]


async def test_row_202_without_a_response_action_at_once(opened: Callable[..., Any]) -> None:
    """Row 202: the answer does not wait for the run."""
    delay = Fault(kind=FaultKind.DELAY, seconds=1.5)
    async with opened(place="port", faults=[delay]) as bench, httpx.AsyncClient() as raw:
        key = action_key("notify", "INC-7")
        body = {"key": key, "channel": "ops", "text": "hi"}
        answer = await raw.post(bench.url("notify"), json=body, headers={"Idempotency-Key": f'"{key}"'})
        assert (answer.status_code, answer.content) == (202, b"")
        assert bench.store.run(answer.headers["x-ms-workflow-run-id"]).status == "Running"
        assert bench.store.count("message") == 0
        await bench.ended("notify", answer.headers["x-ms-workflow-run-id"])
        assert bench.store.count("message") == 1


async def test_row_202_held_too_long_is_504_and_the_work_goes_on(opened: Callable[..., Any]) -> None:
    """Row 202: the caller gets 504 at the limit, and the ticket is opened all the same."""
    delay = Fault(kind=FaultKind.DELAY, seconds=1.5)
    limits = HostLimits(held_s=0.05)
    async with opened(place="port", faults=[delay], limits=limits) as bench, httpx.AsyncClient() as raw:
        answer = await raw.post(bench.url("open_ticket"), json=TICKET, headers=KEYED)
        assert (answer.status_code, error_code(answer)) == (504, "GatewayTimeout")
        assert bench.store.count("ticket") == 0
        await bench.ended("open_ticket", answer.headers["x-ms-workflow-run-id"])
        assert bench.store.count("ticket") == 1


async def test_row_asynchronous_polls(opened: Callable[..., Any]) -> None:
    """Row asynchronous: 202 with a signed location until done, then the own answer; `Retry-After` may be absent."""
    accept = Fault(kind=FaultKind.ACCEPT, polls=2)
    async with opened(place="port", faults=[accept]) as bench, httpx.AsyncClient() as raw:
        first = await raw.post(bench.url("open_ticket"), json=TICKET, headers=KEYED)
        location = first.headers["location"]
        assert (first.status_code, "retry-after" in first.headers) == (202, False)
        assert parse_qs(urlsplit(location).query)["sp"][0].startswith("/runs/")
        polls = [await raw.get(location) for _ in range(3)]
        assert [poll.status_code for poll in polls] == [202, 202, 200]
        assert polls[-1].json()["number"] == "#1"
        forged = await raw.get(location.partition("sig=")[0] + "sig=x")
        assert forged.status_code == 401


async def test_row_statuses_never_3xx(served: Any) -> None:
    """Row statuses: 2xx, 4xx and 5xx come through; a Response of 3xx is none."""
    answers = [await served.raw.post(served.url("echo"), json={"status": status}) for status in (201, 404, 503, 302)]
    assert [answer.status_code for answer in answers] == [201, 404, 503, 502]
    assert error_code(answers[-1]) == "NoResponse"


async def test_row_dropped_headers(served: Any) -> None:
    """Row dropped headers: they vanish silently, others stay."""
    dropped = ["Allow", "Content-Language", "Content-Location", "Cookie", "Expires", "Last-Modified", "Set-Cookie"]
    sent = dict.fromkeys(dropped, "v") | {"X-Own": "v", "Content-Disposition": "inline"}
    answer = await served.raw.post(served.url("echo"), json={"headers": sent})
    assert [name for name in dropped if name in answer.headers] == []
    assert (answer.headers["x-own"], answer.headers["content-disposition"]) == ("v", "inline")


@pytest.mark.parametrize("content", [b'{"title": null, "key": "k"}', b'{"key": "k"}', b"[]", b'{"title": "t"}'])
async def test_row_schema(served: Any, content: bytes) -> None:
    """Row schema: what does not fit is 400 `TriggerInputSchemaMismatch`, and starts no run."""
    answer = await served.raw.post(served.url("open_ticket"), content=content, headers=KEYED)
    assert (answer.status_code, error_code(answer)) == (400, "TriggerInputSchemaMismatch")
    assert "x-ms-workflow-run-id" not in answer.headers
    assert served.store.runs("open_ticket", tracking_id=None, status=None) == []


async def test_row_errors(served: Any, opened: Callable[..., Any], tmp_path: Any) -> None:
    """Row errors: documents with code and message for what is disabled, unknown, no JSON, throttled."""
    disabled = await served.raw.post(served.url("notify"), json={})
    unknown = await served.raw.post(f"{served.origin}/workflows/0a/triggers/manual/paths/invoke", json={})
    broken = await served.raw.post(served.url("echo"), content=b"{")
    assert [(a.status_code, error_code(a)) for a in (disabled, unknown, broken)] == [
        (400, "WorkflowTriggerIsNotEnabled"),
        (404, "WorkflowNotFound"),
        (400, "InvalidRequestContent"),
    ]
    faults = [Fault(kind=FaultKind.THROTTLE, retry_after_s=3)]
    async with opened(place="port", folder=tmp_path / "other", faults=faults) as bench:
        throttled = await served.raw.post(bench.url("echo"), json={})
    assert (throttled.status_code, throttled.headers["retry-after"]) == (429, "3")


async def test_row_tracking(served: Any) -> None:
    """Row tracking: the caller's id becomes the run's; without one it is the run's own; it de-duplicates nothing."""
    named = [
        await served.raw.post(served.url("echo"), json={}, headers={"x-ms-client-tracking-id": "mine"})
        for _ in range(2)
    ]
    plain = await served.raw.post(served.url("echo"), json={})
    assert [answer.headers["x-ms-client-tracking-id"] for answer in named] == ["mine", "mine"]
    assert len(served.store.runs("echo", tracking_id="mine", status=None)) == 2
    assert plain.headers["x-ms-client-tracking-id"] == plain.headers["x-ms-workflow-run-id"]


async def test_row_kept_headers(served: Any) -> None:
    """Row kept headers: every answer of a run has them."""
    answer = await served.raw.post(served.url("echo"), json={})
    names = ["run-id", "id", "name", "version", "system-id"]
    wanted = {f"x-ms-workflow-{name}" for name in names} | {
        "x-ms-correlation-id",
        "x-ms-tracking-id",
        "x-ms-client-tracking-id",
        "x-ms-trigger-history-name",
        "x-ms-execution-location",
        "x-ms-ratelimit-burst-remaining-workflow-writes",
    }
    assert wanted - set(answer.headers) == set()


def test_row_retries_the_default_policy() -> None:
    """Row retries: 4 times, scaled by 7.5 s, from 5 to 45 s, on 408, 429 and 5xx."""
    policy = RetryPolicy()
    assert [policy.pause_s(retry) for retry in range(1, policy.retries + 1)] == [7.5, 15.0, 30.0, 45.0]
    assert [policy.covers(status) for status in (400, 404, 408, 429, 500, 503)] == [
        False,
        False,
        True,
        True,
        True,
        True,
    ]


async def test_row_retries_a_workflow_acts_twice_unless_the_key_travels_on(opened: Callable[..., Any]) -> None:
    """Row retries: two inner replies are lost; with the key there is one effect, without it there are three."""
    inner = [
        Fault(kind=FaultKind.INNER, status=504, after_work=True, times=2, workflow=name)
        for name in ("open_ticket", "careless")
    ]
    async with opened(place="port", faults=inner) as bench, httpx.AsyncClient() as raw:
        key = action_key("careless", "O-1")
        await raw.post(bench.url("open_ticket"), json=TICKET, headers=KEYED)
        await raw.post(bench.url("careless"), json={"key": key}, headers={"Idempotency-Key": f'"{key}"'})
        assert bench.slept == [7.5, 15.0] * 2
        assert (bench.store.count("ticket"), bench.store.count("charge")) == (1, 3)


async def test_row_retries_an_action_that_never_recovers_fails_the_run(opened: Callable[..., Any]) -> None:
    """Row retries: after the fourth retry the run has failed before its Response, which is 502."""
    async with opened(place="port", faults=[Fault(kind=FaultKind.INNER, times=5)]) as bench, httpx.AsyncClient() as raw:
        answer = await raw.post(bench.url("open_ticket"), json=TICKET, headers=KEYED)
        assert (answer.status_code, error_code(answer), len(bench.slept)) == (502, "NoResponse", 4)
        run = bench.store.run(answer.headers["x-ms-workflow-run-id"])
        assert (run.status, run.code) == ("Failed", "ActionFailed")


async def test_row_history(opened: Callable[..., Any]) -> None:
    """Row history: runs by tracking id with origin and error, actions with tracking id and retries, by pages."""
    faults = [Fault(kind=FaultKind.RESUBMIT), Fault(kind=FaultKind.INNER)]
    async with opened(place="port", faults=faults) as bench, httpx.AsyncClient() as raw:
        token = {"Authorization": f"Bearer {bench.store.keys_of(OWNER)['primary']}"}
        first = await raw.post(bench.url("open_ticket"), json=TICKET, headers={**KEYED, "x-ms-client-tracking-id": KEY})
        runs = f"{bench.origin}{resource_of('open_ticket')}/runs"
        query = {"api-version": "2016-06-01", "$filter": f"ClientTrackingId eq '{KEY}'", "$top": "1"}
        page = (await raw.get(runs, params=query, headers=token)).json()
        rest = (await raw.get(page["nextLink"], headers=token)).json()
        found = {run["name"]: run["properties"] for run in page["value"] + rest["value"]}
        run_id = first.headers["x-ms-workflow-run-id"]
        resubmitted = next(properties for name, properties in found.items() if name != run_id)
        assert (len(found), resubmitted["originRunId"]) == (2, run_id)
        assert resubmitted["correlation"] == {"clientTrackingId": KEY}
        (action,) = (await raw.get(f"{runs}/{run_id}/actions", headers=token)).json()["value"]
        assert action["properties"]["correlation"]["actionTrackingId"]
        assert [retry["code"] for retry in action["properties"]["retryHistory"]] == ["503"]
        refused = [await raw.get(runs), await raw.get(runs, params={"$filter": "Name eq 'x'"}, headers=token)]
        assert [answer.status_code for answer in refused] == [401, 400]


def test_row_history_filters() -> None:
    """Row history: names in any case, doubled quotes, two terms; anything else is not understood."""
    assert parse_filter("clienttrackingid eq 'a''b'") == {"clienttrackingid": "a'b"}
    assert parse_filter("Status eq 'Failed' and ClientTrackingId eq 'x and y'") == {
        "status": "Failed",
        "clienttrackingid": "x and y",
    }
    assert parse_filter("Status ne 'x'") is None
    assert parse_filter(None) == {}


async def test_row_hash_in_a_path(served: Any) -> None:
    """Row hash: `%25%23` in the path is a `#`; other escapes are undone once; another path is 404."""
    head, _, tail = served.url("path_echo").partition("?")
    sent = {"%25%231": "#1", "a%2Fb": "a/b", "50%25": "50%", "%2523": "%23"}
    for raw, name in sent.items():
        answer = await served.raw.post(f"{head}/items/{raw}/parts?{tail}", json={"name": "body"})
        assert answer.json() == {"name": name}
    assert (await served.raw.post(f"{head}/items/x?{tail}", json={"name": "n"})).status_code == 404


async def test_row_idempotency(opened: Callable[..., Any]) -> None:
    """Row idempotency: key missing 400, other payload 422, first still running 409, done the first answer again."""
    delay = Fault(kind=FaultKind.DELAY, seconds=2)
    async with opened(place="port", faults=[delay]) as bench, httpx.AsyncClient() as raw:
        url = bench.url("open_ticket")
        missing = await raw.post(url, json=TICKET)
        unlike = await raw.post(url, json=TICKET, headers={"Idempotency-Key": '"other"'})
        running = asyncio.create_task(raw.post(url, json=TICKET, headers=KEYED))
        await asyncio.sleep(0.5)
        busy = await raw.post(url, json=TICKET, headers=KEYED)
        done = await running
        again = await raw.post(url, json=TICKET, headers=KEYED)
        reused = await raw.post(url, json={**TICKET, "title": "u"}, headers=KEYED)
        refusals = (missing, unlike, busy, reused)
        assert [answer.status_code for answer in refusals] == [400, 400, 409, 422]
        assert [error_code(answer) for answer in refusals] == [
            "IdempotencyKeyMissing",
            "IdempotencyKeyMismatch",
            "IdempotencyKeyInUse",
            "IdempotencyKeyReused",
        ]
        assert (done.status_code, done.json()) == (again.status_code, again.json())


async def test_the_callback_address_comes_from_the_management_side(served: Any) -> None:
    """As with Azure, who may manage a workflow gets its signed address; others do not."""
    url = f"{served.origin}{resource_of('echo')}/triggers/manual/listCallbackUrl"
    token = {"Authorization": f"Bearer {served.store.keys_of(OWNER)['primary']}"}
    assert (await served.raw.post(url, headers=token)).json()["value"] == served.url("echo")
    assert (await served.raw.post(url)).status_code == 401


async def test_a_lost_reply_is_a_cut_connection(opened: Callable[..., Any]) -> None:
    """On a port the connection really breaks off."""
    async with opened(place="port", faults=[Fault(kind=FaultKind.LOST_REPLY)]) as bench, httpx.AsyncClient() as raw:
        with pytest.raises(httpx.RemoteProtocolError):
            await raw.post(bench.url("open_ticket"), json=TICKET, headers=KEYED)
        assert bench.store.count("ticket") == 1


async def test_a_run_has_a_time_limit(opened: Callable[..., Any]) -> None:
    """One that takes longer has failed, and its key is not held for ever."""
    delay = [Fault(kind=FaultKind.DELAY, seconds=4)]
    async with opened(faults=delay, limits=HostLimits(run_s=1.0)) as bench:
        outcome = await bench.client.call("open_ticket", {"title": "t"}, key=KEY)
        assert (outcome.kind, outcome.status) == ("unknown", 502)
        assert [run.code for run in await bench.ended("open_ticket", KEY)] == ["WorkflowRunTimedOut"]
        again = await bench.client.call("open_ticket", {"title": "t"}, key=KEY)
        assert again.kind == "done"


async def test_a_host_that_closes_aborts_what_does_not_end(opened: Callable[..., Any]) -> None:
    """The run is told as cancelled, and the key may be used anew: once more, one ticket."""
    delay = [Fault(kind=FaultKind.DELAY, seconds=4)]
    async with opened(faults=delay, limits=HostLimits(held_s=0.01, close_s=0.02)) as bench:
        assert (await bench.client.call("open_ticket", {"title": "t"}, key=KEY)).status == 504
    async with opened() as bench:
        assert [run.status for run in bench.store.runs("open_ticket", tracking_id=KEY, status=None)] == ["Cancelled"]
        assert (await bench.client.call("open_ticket", {"title": "t"}, key=KEY)).kind == "done"
        assert bench.store.count("ticket") == 1


async def test_a_host_whose_file_gives_out_answers_500(opened: Callable[..., Any]) -> None:
    """The caller's outcome is unknown, and the reason names the file; no exception crosses the port."""
    async with opened() as bench:
        good = await bench.client.call("echo", {}, key="k")
        bench.store._connection.execute("DROP TABLE keys")
        outcome = await bench.client.call("open_ticket", {"title": "t"}, key=KEY)
        assert (good.kind, outcome.kind, outcome.status) == ("done", "unknown", 500)
        assert "the workflow host's file" in outcome.reason


async def test_odd_management_requests(served: Any) -> None:
    """A body that is no JSON means the primary key; a run of another workflow and a workflow that is not there: 404."""
    token = {"Authorization": f"Bearer {served.store.keys_of(OWNER)['primary']}"}
    url = f"{served.origin}{resource_of('echo')}"
    odd = await served.raw.post(f"{url}/triggers/manual/listCallbackUrl", content=b"{", headers=token)
    run = await served.raw.post(
        served.url("path_echo").replace("/invoke?", "/invoke/items/x/parts?"), json={"name": "n"}
    )
    run_id = run.headers["x-ms-workflow-run-id"]
    missing = [
        await served.raw.get(f"{url}/runs/{run_id}/actions", headers=token),
        await served.raw.get(f"{served.origin}{resource_of('gone')}/runs", headers=token),
    ]
    assert odd.json()["value"] == served.url("echo")
    assert [answer.status_code for answer in missing] == [404, 404]
