"""The client, row by row of the protocol, against scripted replies of a service."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from azure.core.exceptions import ClientAuthenticationError

from orchestrator.core.errors import SettingsError
from orchestrator.core.workflows import Accepted, Answering, Done, Refused, Unknown, WorkflowSpec
from plugins.logicapps.address import parse_address
from plugins.logicapps.client import CallLimits, LogicAppsWorkflows
from plugins.logicapps.exchange import Exchange
from plugins.logicapps.protocol import FINAL_CODES
from plugins.logicapps.transport import open_http

ORIGIN = "https://prod-12.westeurope.logic.azure.com:443"
BASE = f"{ORIGIN}/workflows/0a1b2c3d/triggers/manual"
SAS = "api-version=2016-10-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=AbC-12_3%2Bx"
URL = f"{BASE}/paths/invoke?{SAS}"
POLL = f"{ORIGIN}/workflows/0a1b2c3d/runs/085/operations/9?api-version=2016-10-01&sp=%2Fruns&sv=1.0&sig=PoLl_1"
KEY = "act:O-1:1"
OWN = {"x-ms-workflow-run-id": "0858CU00"}
REQUEST = {"type": "object", "properties": {"key": {"type": "string"}, "title": {"type": "string"}}}
ACT = WorkflowSpec(name="act", title="", changing=True, request=REQUEST)
ASK = WorkflowSpec(name="ask", title="", changing=False, request=REQUEST)


class Service:
    """Answers with one reply after the other and keeps the requests; an exception is raised in place of a reply."""

    def __init__(self, *replies: httpx.Response | Exception) -> None:
        self.replies = list(replies)
        self.requests: list[httpx.Request] = []
        self.slept: list[float] = []

    async def handle(self, request: httpx.Request) -> httpx.Response:
        """The next reply; the last one again when they have run out."""
        self.requests.append(request)
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(reply, Exception):
            raise reply
        return reply

    async def sleep(self, seconds: float) -> None:
        """Keep the pause."""
        self.slept.append(seconds)


@pytest.fixture
def calling(vtime: Any) -> Callable[..., Any]:
    """Opens a client whose service answers with these replies."""

    @asynccontextmanager
    async def opened(
        *replies: httpx.Response | Exception, url: str = URL, spec: WorkflowSpec = ACT, **options: Any
    ) -> AsyncIterator[Any]:
        service = Service(*replies)
        audience, credential = options.pop("audience", None), options.pop("credential", None)
        async with open_http(httpx.MockTransport(service.handle)) as http:
            client = LogicAppsWorkflows(
                specs=[spec],
                addresses=[parse_address(spec.name, url, audience=audience)],
                exchange=Exchange(http, credential=credential, clock=vtime.clock),
                limits=CallLimits(**options),
                sleep=vtime.sleep,
                clock=vtime.clock,
            )
            yield SimpleNamespace(client=client, service=service, time=vtime, call=_caller(client, spec))

    return opened


def _caller(client: LogicAppsWorkflows, spec: WorkflowSpec) -> Callable[..., Any]:
    async def call(body: dict[str, object] | None = None) -> Any:
        return await client.call(spec.name, {"title": "t"} if body is None else body, key=KEY)

    return call


class Tokens:
    """A credential; it gives a token, or fails."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.scopes: list[str] = []

    async def get_token(self, *scopes: str) -> Any:
        self.scopes += scopes
        if self.error:
            raise self.error
        return SimpleNamespace(token="eyJtoken")


@pytest.mark.parametrize("form", ["paths/invoke", "run"])
async def test_row_url_both_forms_go_out_as_they_were_given(calling: Callable[..., Any], form: str) -> None:
    """Row URL: path, `sp`, `sv` and `sig` reach the service byte by byte, and no token beside them."""
    async with calling(httpx.Response(200, json={}), url=f"{BASE}/{form}?{SAS}") as one:
        assert isinstance(await one.call(), Done)
        sent = one.service.requests[0]
        assert str(sent.url.raw_path, "ascii") == f"/workflows/0a1b2c3d/triggers/manual/{form}?{SAS}"
        assert "authorization" not in sent.headers


async def test_row_url_an_entra_token_takes_the_place_of_the_signature(calling: Callable[..., Any]) -> None:
    """Row URL: an address without signature is called with a token of its audience."""
    tokens = Tokens()
    unsigned = f"{BASE}/paths/invoke?api-version=2016-10-01"
    audience = "https://management.azure.com/"
    async with calling(httpx.Response(200, json={}), url=unsigned, audience=audience, credential=tokens) as one:
        assert isinstance(await one.call(), Done)
        assert tokens.scopes == ["https://management.azure.com/.default"]
        assert one.service.requests[0].headers["authorization"] == "Bearer eyJtoken"
        assert b"sig" not in one.service.requests[0].url.query


@pytest.mark.parametrize(
    ("url", "audience", "problem"),
    [
        (URL, "https://management.azure.com", "a request may have only one"),
        (f"{BASE}/paths/invoke?api-version=1", None, "no signature"),
        (f"{BASE}/paths/invoke?api-version=1&sig=x", None, "lacks sp and sv"),
        (URL.replace("https", "http"), None, "plain http"),
        (f"{ORIGIN}/workflows/0a1b/other?{SAS}", None, "not that of a request trigger"),
        (f"https://user:pw@x/triggers/manual/run?{SAS}", None, "no plain https address"),
        (f"https://[::1/triggers/manual/run?{SAS}", None, "cannot be read"),
    ],
)
def test_row_url_what_is_no_address_is_refused(url: str, audience: str | None, problem: str) -> None:
    """Row URL: never both ways in, never plain http; the message names the workflow and shows no address."""
    with pytest.raises(SettingsError, match=problem) as caught:
        parse_address("act", url, audience=audience)
    assert "'act'" in caught.value.message
    assert "AbC-12" not in caught.value.message


async def test_row_url_without_a_token_nothing_is_sent(calling: Callable[..., Any]) -> None:
    """Row URL: a sign-in that fails is refused at once, in its first line."""
    tokens = Tokens(ClientAuthenticationError("az login is needed\nmore"))
    unsigned = f"{BASE}/paths/invoke?api-version=1"
    async with calling(httpx.Response(200), url=unsigned, audience="api://x", credential=tokens) as one:
        outcome = await one.call()
        assert (outcome.kind, outcome.code, outcome.by, outcome.retryable) == (
            "refused",
            "SignInFailed",
            "caller",
            False,
        )
        assert "az login is needed;" in outcome.message
        assert one.service.requests == []


async def test_row_202_without_a_response_action(calling: Callable[..., Any]) -> None:
    """Row 202: where the workflow has no Response action, 202 is its answer."""
    spec = WorkflowSpec(name="act", title="", changing=True, answering=Answering.NONE, request=REQUEST)
    async with calling(httpx.Response(202, headers=OWN), spec=spec) as one:
        assert await one.call() == Accepted(key=KEY, run_id="0858CU00", headers=(("x-ms-workflow-run-id", "0858CU00"),))


async def test_row_202_a_late_answer_is_unknown_and_sent_once(calling: Callable[..., Any]) -> None:
    """Row 202: 504 says that the answer is late, not that nothing was done."""
    async with calling(httpx.Response(504, headers=OWN)) as one:
        outcome = await one.call()
        assert isinstance(outcome, Unknown)
        assert (outcome.status, outcome.run_id, len(one.service.requests)) == (504, "0858CU00", 1)


@pytest.mark.parametrize(
    ("url", "limit"), [(URL, 130.0), (f"https://x.azurewebsites.net/api/w/triggers/manual/invoke?{SAS}", 245.0)]
)
async def test_row_202_a_request_is_held_as_long_as_the_plan_does(
    calling: Callable[..., Any], url: str, limit: float
) -> None:
    """Row 202: 120 s on the consumption plan, 235 s on the standard one, and a margin for its own 504."""
    async with calling(httpx.Response(200, json={}), url=url) as one:
        await one.call()
        assert one.service.requests[0].extensions["timeout"]["read"] == limit


async def test_row_asynchronous_polls_to_the_own_answer(calling: Callable[..., Any]) -> None:
    """Row asynchronous: `Retry-After` where there is one, else the default gap; then the own status and body."""
    accepted = httpx.Response(202, headers={**OWN, "Location": POLL, "Retry-After": "3"})
    done = httpx.Response(201, headers=OWN, json={"file": "x"})
    async with calling(accepted, httpx.Response(202), done) as one:
        outcome = await one.call()
        assert (outcome.kind, outcome.status, outcome.body) == ("done", 201, {"file": "x"})
        assert one.time.slept == [3.0, 20.0]
        assert [request.method for request in one.service.requests] == ["POST", "GET", "GET"]
        assert str(one.service.requests[1].url) == str(httpx.URL(POLL))


async def test_row_asynchronous_polls_survive_the_network(calling: Callable[..., Any]) -> None:
    """Row asynchronous: a lost poll, a 429 and a 503 are asked again, because polls change nothing."""
    accepted = httpx.Response(202, headers={**OWN, "Location": POLL, "Retry-After": "1"})
    broken = [httpx.ReadError("x"), httpx.Response(429, headers={"Retry-After": "5"}), httpx.Response(503)]
    async with calling(accepted, *broken, httpx.Response(200, headers=OWN)) as one:
        assert isinstance(await one.call(), Done)
        assert one.time.slept == [1.0, 20.0, 5.0, 20.0]


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (httpx.Response(404, headers=OWN, json={"error": {"code": "NoOrder", "message": "m"}}), "refused"),
        (httpx.Response(500, headers=OWN, json={}), "unknown"),
        (httpx.Response(404), "unknown"),
        (httpx.Response(401), "unknown"),
    ],
)
async def test_row_asynchronous_what_a_poll_may_end_in(calling: Callable[..., Any], reply: Any, kind: str) -> None:
    """Row asynchronous: the workflow's own 4xx refuses; its 5xx, or a place that is gone, leaves it unknown."""
    accepted = httpx.Response(202, headers={**OWN, "Location": POLL, "Retry-After": "1"})
    async with calling(accepted, reply) as one:
        outcome = await one.call()
        assert (outcome.kind, outcome.run_id) == (kind, "0858CU00")


@pytest.mark.parametrize("headers", [{}, {"Location": "http://elsewhere.example/x"}, {"Location": "https://[bad"}])
async def test_row_asynchronous_a_lost_location_is_unknown(calling: Callable[..., Any], headers: Any) -> None:
    """Row asynchronous: without a usable place to ask, nobody knows."""
    async with calling(httpx.Response(202, headers={**OWN, **headers})) as one:
        outcome = await one.call()
        assert isinstance(outcome, Unknown)
        assert (outcome.run_id, len(one.service.requests)) == ("0858CU00", 1)


async def test_row_asynchronous_a_signed_location_gets_no_token(calling: Callable[..., Any]) -> None:
    """Row asynchronous: the poll's address is signed, and one request has one way in."""
    accepted = httpx.Response(202, headers={"Location": POLL, "Retry-After": "1"})
    done = httpx.Response(200, json={})
    unsigned = f"{BASE}/paths/invoke?api-version=1"
    async with calling(accepted, done, url=unsigned, audience="api://x", credential=Tokens()) as one:
        await one.call()
        assert ["authorization" in request.headers for request in one.service.requests] == [True, False]


async def test_row_asynchronous_a_foreign_unsigned_location_gets_no_token(calling: Callable[..., Any]) -> None:
    """Row asynchronous: an address of somebody else without signature is not asked at all."""
    accepted = httpx.Response(202, headers={"Location": "https://elsewhere.example/x"})
    unsigned = f"{BASE}/paths/invoke?api-version=1"
    async with calling(accepted, url=unsigned, audience="api://x", credential=Tokens()) as one:
        assert isinstance(await one.call(), Unknown)
        assert len(one.service.requests) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_row_statuses_a_redirect_is_never_followed(calling: Callable[..., Any], status: int) -> None:
    """Row statuses: a workflow never answers 3xx; what does is not followed and leaves it unknown."""
    async with calling(httpx.Response(status, headers={"Location": "https://elsewhere.example"})) as one:
        assert isinstance(await one.call(), Unknown)
        assert len(one.service.requests) == 1


@pytest.mark.parametrize(
    ("status", "kind"),
    [(200, "done"), (201, "done"), (204, "done"), (400, "refused"), (409, "refused"), (500, "unknown")],
)
async def test_row_statuses_the_response_actions_own(calling: Callable[..., Any], status: int, kind: str) -> None:
    """Row statuses: 2xx is done, 4xx is the workflow's no, 5xx may have acted."""
    async with calling(httpx.Response(status, headers=OWN, content=b'{"a": 1}' if status != 204 else b"")) as one:
        outcome = await one.call()
        assert (outcome.kind, outcome.status, outcome.run_id) == (kind, status, "0858CU00")
        assert getattr(outcome, "by", "workflow") == "workflow"


async def test_row_dropped_headers_the_answer_needs_none_of_them(calling: Callable[..., Any]) -> None:
    """Row dropped headers: without Content-Type a JSON body is still read, and other text is kept as text."""
    replies = [httpx.Response(200, content=b'{"a": 1}'), httpx.Response(200, content=b"plain")]
    async with calling(*replies, spec=ASK) as one:
        assert [(await one.call()).body, (await one.call()).body] == [{"a": 1}, "plain"]


async def test_row_schema_null_in_a_required_text_is_refused_here(calling: Callable[..., Any]) -> None:
    """Row schema: what the trigger would refuse is not sent; the field is named."""
    async with calling(httpx.Response(200)) as one:
        outcome = await one.call({"title": None})
        assert (outcome.code, outcome.by) == ("TriggerInputSchemaMismatch", "caller")
        assert "'title' is null" in outcome.message
        assert one.service.requests == []


async def test_row_schema_an_answer_that_fits_no_schema_is_unknown(calling: Callable[..., Any]) -> None:
    """Row schema: a success whose body is not the promised one cannot be relied on."""
    spec = WorkflowSpec(
        name="act", title="", changing=True, request=REQUEST, response={"type": "object", "required": ["number"]}
    )
    async with calling(httpx.Response(200, headers=OWN, json={}), spec=spec) as one:
        outcome = await one.call()
        assert (outcome.kind, outcome.status) == ("unknown", 200)
        assert "'number' is a required property" in outcome.reason


@pytest.mark.parametrize("code", sorted(FINAL_CODES))
async def test_row_errors_none_of_these_is_retried(calling: Callable[..., Any], code: str) -> None:
    """Row errors: refused with the code and its mend, after one try."""
    reply = httpx.Response(400, json={"error": {"code": code, "message": "no"}})
    async with calling(reply) as one:
        outcome = await one.call()
        assert (outcome.kind, outcome.code, outcome.retryable, outcome.by) == ("refused", code, False, "service")
        assert outcome.message == f"no; {FINAL_CODES[code]}"
        assert len(one.service.requests) == 1


async def test_row_errors_429_waits_as_told(calling: Callable[..., Any]) -> None:
    """Row errors: seconds or a date; after the tries it is refused and may be tried later."""
    date = httpx.Response(429, headers={"Retry-After": "Sun, 22 Nov 2026 10:45:12 GMT"})
    throttled = httpx.Response(429, headers={"Retry-After": "4"})
    async with calling(date, throttled, throttled) as one:
        outcome = await one.call()
        assert one.time.slept == [12.0, 4.0, 4.0]
        assert (outcome.retryable, outcome.retry_after_s, len(one.service.requests)) == (True, 4.0, 4)


async def test_row_errors_429_of_the_workflow_itself_is_not_retried(calling: Callable[..., Any]) -> None:
    """Row errors: with a run behind it the work had begun."""
    async with calling(httpx.Response(429, headers={**OWN, "Retry-After": "1"})) as one:
        outcome = await one.call()
        assert (outcome.kind, outcome.by, outcome.retryable, len(one.service.requests)) == (
            "refused",
            "workflow",
            False,
            1,
        )


async def test_row_tracking_the_key_goes_in_header_body_and_tracking_id(calling: Callable[..., Any]) -> None:
    """Rows tracking and idempotency: one key in three places, the header a quoted string."""
    async with calling(httpx.Response(200, json={})) as one:
        await one.call()
        sent = one.service.requests[0]
        assert sent.headers["x-ms-client-tracking-id"] == KEY
        assert sent.headers["idempotency-key"] == f'"{KEY}"'
        assert json.loads(sent.content) == {"title": "t", "key": KEY}


async def test_row_tracking_a_read_has_an_id_of_its_own(calling: Callable[..., Any]) -> None:
    """Row tracking: the reads of a key are not listed as its runs, and claim no key."""
    async with calling(httpx.Response(200, json={}), spec=ASK) as one:
        await one.call()
        assert one.service.requests[0].headers["x-ms-client-tracking-id"] == f"{KEY}.read"
        assert "idempotency-key" not in one.service.requests[0].headers


async def test_row_kept_headers(calling: Callable[..., Any]) -> None:
    """Row kept headers: those of the list, by name in small letters, and no other."""
    kept = {
        "x-ms-workflow-run-id": "r",
        "x-ms-correlation-id": "c",
        "x-ms-tracking-id": "t",
        "x-ms-client-tracking-id": "k",
        "x-ms-trigger-history-name": "h",
        "x-ms-workflow-id": "i",
        "x-ms-workflow-name": "n",
        "x-ms-workflow-version": "v",
        "x-ms-workflow-system-id": "s",
        "x-ms-execution-location": "westeurope",
        "x-ms-ratelimit-remaining-workflow-writes": "9",
    }
    sent = {name.title(): value for name, value in kept.items()} | {"Server": "s", "x-ms-other": "o"}
    async with calling(httpx.Response(200, headers=sent, json={})) as one:
        assert dict((await one.call()).headers) == kept


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
async def test_row_retries_a_reading_workflow_is_asked_again_a_changing_one_is_not(
    calling: Callable[..., Any], status: int
) -> None:
    """Row retries: a changing workflow may act twice, so that its lost replies are never answered by a repetition."""
    for spec, tries, kind in ((ASK, 2, Done), (ACT, 1, Unknown)):
        async with calling(httpx.Response(status), httpx.Response(200, json={}), spec=spec) as one:
            assert isinstance(await one.call(), kind)
            assert len(one.service.requests) == tries


@pytest.mark.parametrize(
    ("error", "tries", "kind"),
    [
        (httpx.ConnectError("x"), 2, Done),
        (httpx.ConnectTimeout("x"), 2, Done),
        (httpx.PoolTimeout("x"), 2, Done),
        (httpx.ReadTimeout("x"), 1, Unknown),
        (TimeoutError(), 1, Unknown),
        (httpx.WriteError("x"), 1, Unknown),
        (httpx.ReadError("x"), 1, Unknown),
        (httpx.RemoteProtocolError("x"), 1, Unknown),
    ],
)
async def test_row_retries_only_what_was_surely_not_sent_is_sent_again(
    calling: Callable[..., Any], error: Exception, tries: int, kind: Any
) -> None:
    """Row retries: no connection means nothing happened; anything later may have arrived."""
    async with calling(error, httpx.Response(200, json={})) as one:
        assert isinstance(await one.call(), kind)
        assert len(one.service.requests) == tries


async def test_row_retries_no_connection_at_all_is_refused(calling: Callable[..., Any]) -> None:
    """Row retries: after the tries the call is refused and may be made later."""
    async with calling(httpx.ConnectError("x")) as one:
        outcome = await one.call()
        assert (outcome.kind, outcome.code, outcome.retryable) == ("refused", "NotReached", True)
        assert one.time.slept == [0.5, 1.0, 2.0]


@pytest.mark.parametrize(
    ("name", "sent"),
    [("#1042", "%25%231042"), ("a/b c", "a%2Fb%20c"), ("..", "%2E%2E"), ("50%", "50%25"), ("é?&", "%C3%A9%3F%26")],
)
async def test_row_hash_in_a_path(calling: Callable[..., Any], name: str, sent: str) -> None:
    """Row hash: `#` goes as `%25%23`, everything else percent-encoded, and no text leaves its segment."""
    spec = WorkflowSpec(name="act", title="", changing=True, relative_path="items/{title}", request=REQUEST)
    async with calling(httpx.Response(200, json={}), spec=spec) as one:
        await one.call({"title": name})
        path = str(one.service.requests[0].url.raw_path, "ascii").partition("?")[0]
        assert path == f"/workflows/0a1b2c3d/triggers/manual/paths/invoke/items/{sent}"


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "IdempotencyKeyMissing", "refused"),
        (422, "IdempotencyKeyReused", "refused"),
        (409, "IdempotencyKeyInUse", "accepted"),
    ],
)
async def test_row_idempotency(calling: Callable[..., Any], status: int, code: str, kind: str) -> None:
    """Row idempotency: missing and reused keys are refused; one at work means that the call is running."""
    async with calling(httpx.Response(status, json={"error": {"code": code, "message": "m"}})) as one:
        outcome = await one.call()
        assert outcome.kind == kind
        assert getattr(outcome, "code", code) == code


async def test_a_body_with_another_key_is_refused(calling: Callable[..., Any]) -> None:
    """Header and body never disagree."""
    async with calling(httpx.Response(200)) as one:
        outcome = await one.call({"key": "act:O-2:1"})
        assert isinstance(outcome, Refused)
        assert one.service.requests == []


async def test_going_on_without_a_location_changes_nothing(calling: Callable[..., Any]) -> None:
    """There is nothing to poll; a read is the way."""
    async with calling(httpx.Response(200)) as one:
        accepted = Accepted(key=KEY)
        assert await one.client.resume("act", accepted) is accepted
        assert one.service.requests == []
