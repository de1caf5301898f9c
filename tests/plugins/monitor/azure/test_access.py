"""Faults of the service, of the network and of the sign-in, each on the wire: what is asked again, and what is said."""

import asyncio
from collections.abc import Callable
from typing import Any

import log_analytics
import pytest
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from azure.identity import CredentialUnavailableError

from orchestrator.core.errors import QueryError, SettingsError
from orchestrator.core.ports import QueryLimits
from orchestrator.core.table import TableStatus
from plugins.monitor.azure.logs import AzureLogs
from plugins.monitor.azure.service import Patience
from plugins.monitor.azure.workspaces import Workspace

Open = Callable[..., AzureLogs]


async def test_throttling_is_obeyed(azure: AzureLogs, service: Any, clock: Any):
    """As long as the service asks, and then the answer comes."""
    service.faults = [log_analytics.throttling("7"), log_analytics.throttling("3")]
    table = await azure.query("AppRequests")
    assert (len(table.rows), clock.slept, len(service.asked)) == (3, [7.0, 3.0], 3)


async def test_throttling_without_an_end_is_told(azure: AzureLogs, service: Any, clock: Any):
    """Four times; pauses double where the service names none."""
    service.faults = [log_analytics.throttling(None)] * 9
    with pytest.raises(QueryError, match="takes no more queries of this identity for now") as caught:
        await azure.query("AppRequests", limits=QueryLimits(timeout_s=120))
    assert (caught.value.retryable, clock.slept, len(service.asked)) == (True, [5.0, 10.0, 20.0, 40.0], 5)


@pytest.mark.parametrize(("told", "timeout_s"), [("600", 3_600), ("21", 20)])
async def test_a_pause_too_long_is_not_waited_for(open_logs: Open, service: Any, *, told: str, timeout_s: float):
    """Whoever asked learns when to come again; nobody waits over a minute, or beyond the query's own limit."""
    service.faults = [log_analytics.throttling(told)]
    with pytest.raises(QueryError) as caught:
        await open_logs().query("AppRequests", limits=QueryLimits(timeout_s=timeout_s))
    assert (caught.value.retry_after_s, len(service.asked)) == (float(told), 1)


async def test_gateway_timeout_is_a_failed_table_and_not_repeated(azure: AzureLogs, service: Any):
    """The same query would cost as much and take as long."""
    service.faults = [log_analytics.gateway_timeout()]
    table = await azure.query("AppRequests", limits=QueryLimits(timeout_s=20))
    assert (table.status, table.reason) == (TableStatus.FAILED, "stopped at the time limit of 20 s")
    assert (len(service.asked), str(table.link).startswith("https://portal.azure.com/")) == (1, True)


async def test_an_answer_that_does_not_come_is_a_failed_table(open_logs: Open, service: Any):
    """The client does not wait much longer than the service was told to."""
    azure = open_logs(grace_s=0.0)
    service.faults = [log_analytics.slow(2.0)]
    table = await azure.query("AppRequests", limits=QueryLimits(timeout_s=0.2))
    assert (table.status, table.reason) == (TableStatus.FAILED, "stopped at the time limit of 0.2 s")


async def test_a_reset_is_asked_again_once(azure: AzureLogs, service: Any):
    """The second ends it."""
    service.faults = [log_analytics.reset]
    assert len((await azure.query("AppRequests")).rows) == 3
    service.faults = [log_analytics.reset] * 2
    with pytest.raises(QueryError) as caught:
        await azure.query("AppRequests")
    assert (caught.value.retryable, len(service.asked)) == (True, 4)


async def _half(request: Any) -> None:
    """The head of an answer and a piece of its body, then nothing."""
    transport = request._receive.__self__.transport
    transport.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 999\r\n\r\n{")
    await asyncio.sleep(0.05)
    transport.close()


async def test_half_an_answer_is_asked_again_once(azure: AzureLogs, service: Any):
    """Nothing of it is used."""
    service.faults = [_half]
    assert len((await azure.query("AppRequests")).rows) == 3
    service.faults = [_half] * 2
    with pytest.raises(QueryError, match="broke off"):
        await azure.query("AppRequests")
    assert len(service.asked) == 4


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b"<html>sign in to the proxy</html>", None),
        (b"no gzip", "gzip"),
        (b"[1, 2]", None),
        (b'{"tables": []}', None),
        (b'{"tables": [{"name": "P", "columns": [{"name": "a", "type": "long"}], "rows": [[1, 2]]}]}', None),
        (b'{"tables": [{"name": "P", "columns": [{"name": "a", "type": "long"}], "rows": [["x"]]}]}', None),
    ],
)
async def test_what_is_no_answer_is_told(azure: AzureLogs, service: Any, body: bytes, encoding: str | None):
    """Once, as something between us and the service made it."""
    headers = {"content-type": "application/json"} | ({"content-encoding": encoding} if encoding else {})
    service.faults = [log_analytics.answering(log_analytics.Response(body, headers=headers))]
    with pytest.raises(QueryError, match=r"the (log )?service sent") as caught:
        await azure.query("AppRequests")
    assert (caught.value.retryable, len(service.asked)) == (True, 1)


async def test_redirects_are_not_followed(azure: AzureLogs, service: Any):
    """A token goes only to where it was meant for."""
    there = log_analytics.Response(status_code=307, headers={"location": f"{service.url}/v1/elsewhere/query"})
    service.faults = [log_analytics.answering(there)]
    with pytest.raises(QueryError, match="status 307"):
        await azure.query("AppRequests")
    assert len(service.asked) == 1


async def test_an_unavailable_service_is_asked_again_once(azure: AzureLogs, service: Any):
    """Also where the answer is a gateway's page, which the client cannot read."""
    page = log_analytics.Response("<html>Bad Gateway</html>", 502, media_type="text/html")
    busy = log_analytics.problem(503, "ServiceUnavailable", "busy")
    for fault in (page, busy):
        service.faults = [log_analytics.answering(fault)]
        assert len((await azure.query("AppRequests")).rows) == 3
    service.faults = [log_analytics.answering(busy)] * 2
    with pytest.raises(QueryError, match="not available"):
        await azure.query("AppRequests")
    assert len(service.asked) == 6


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (401, "AuthorizationRequiredError", ["az login", "SWITCHBOARD_CREDENTIAL"]),
        (403, "InsufficientAccessError", ["Log Analytics Reader", "'shop'"]),
        (404, "WorkspaceNotFoundError", ["there is no workspace 'shop'", "SWITCHBOARD_WORKSPACE"]),
        (500, "InternalServerError", ["failed with status 500"]),
    ],
)
async def test_refused_access_names_place_and_mend(  # fixtures and cases
    azure: AzureLogs, service: Any, status: int, code: str, words: list[str]
):
    """A query that may work once that is mended counts as not asked, so that a table is not taken to be missing."""
    service.faults = [log_analytics.answering(log_analytics.problem(status, code, "no"))]
    with pytest.raises(QueryError) as caught:
        await azure.query("AppRequests")
    assert [word for word in (*words, code) if word not in caught.value.message] == []
    assert (caught.value.retryable, len(service.asked)) == (True, 1)


async def test_network_rules_are_not_taken_for_a_missing_role(azure: AzureLogs, service: Any):
    """The mend is another one."""
    inner = {"code": "NspValidationFailedError", "message": "Access to workspace 'shop' from '192.0.2.1' is denied"}
    fault = log_analytics.problem(403, "InsufficientAccessError", "no", innererror=inner)
    service.faults = [log_analytics.answering(fault)]
    with pytest.raises(QueryError, match="network rules of workspace 'shop'"):
        await azure.query("AppRequests")


@pytest.mark.parametrize("error", [CredentialUnavailableError("no az"), ClientAuthenticationError("AADSTS700082")])
async def test_who_is_not_signed_in_is_told_how(open_logs: Open, error: HttpResponseError):
    """The client library hides the class of such an error."""
    azure = open_logs(credential=log_analytics.Credential(error=error))
    with pytest.raises(QueryError, match="run `az login`") as caught:
        await azure.query("AppRequests")
    assert caught.value.retryable
    with pytest.raises(SettingsError, match=r"workspace 'shop' .*run `az login`"):
        await azure.check()


async def test_check_passes_where_all_workspaces_answer(open_logs: Open, service: Any):
    """One small query each."""
    places = [Workspace(name="a", id=log_analytics.WORKSPACE), Workspace(name="b", id=log_analytics.OTHER)]
    await open_logs(*places).check()
    assert [asked.text for asked in service.asked] == ["print 1", "print 1"]


async def test_an_unreachable_service_is_told(clock: Any):
    """Nothing listens on that port."""
    place = Workspace(name="shop", id=log_analytics.WORKSPACE)
    async with AzureLogs.open(
        log_analytics.Credential(),
        [place],
        endpoint="http://127.0.0.1:9",
        enforce_https=False,
        patience=Patience(sleep=clock.sleep),
    ) as azure:
        with pytest.raises(QueryError, match="SWITCHBOARD_LOGS_ENDPOINT"):
            await azure.query("AppRequests")


def test_tokens_go_to_https_only():
    """An endpoint without TLS is refused before anything is sent."""
    place = Workspace(name="shop", id=log_analytics.WORKSPACE)
    with pytest.raises(SettingsError, match="https addresses only"):
        AzureLogs.open(log_analytics.Credential(), [place], endpoint="http://127.0.0.1:1")


def test_at_least_one_workspace_is_set():
    """The message names the setting."""
    with pytest.raises(SettingsError, match="SWITCHBOARD_WORKSPACE"):
        AzureLogs.open(log_analytics.Credential(), [])


async def test_no_secret_in_any_error_text(azure: AzureLogs, service: Any):
    """Neither the token nor a signature that the service repeats, in any kind of answer."""
    secret = "sv=2024&sig=c2VjcmV0c2lnbmF0dXJl"
    said = f"Bearer {log_analytics.TOKEN} https://example.test/x?{secret} AccountKey=c2VjcmV0a2V5MTIz"
    inner = {"code": "SEM0001", "message": said}
    texts = []
    for status in (400, 401, 403, 404, 409, 413, 429, 500, 502, 503, 504):
        service.faults = [log_analytics.answering(log_analytics.problem(status, "X", said, innererror=inner))] * 9
        try:
            texts.append(str((await azure.query("AppRequests")).reason))
        except QueryError as error:
            texts += [str(error), repr(error), repr(error.__cause__.__class__)]
        service.faults = []
    service.faults = [log_analytics.partial("X", said, rows=[[1]])]
    texts += [str((await azure.query("AppRequests")).reason), repr(azure), *azure.warnings]
    hidden = [log_analytics.TOKEN, "c2VjcmV0c2lnbmF0dXJl", "c2VjcmV0a2V5MTIz"]
    assert [(part, text) for text in texts for part in hidden if part in text] == []
    assert len(texts) > 20
