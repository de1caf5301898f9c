"""No address with a signature, and no token, is ever logged, shown or raised."""

import copy
import dataclasses
import io
import json
import logging
import pickle
import traceback
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from orchestrator.core.workflows import Accepted, Secret, action_key
from plugins.logicapps.address import parse_address
from plugins.logicapps.client import CallLimits, LogicAppsWorkflows
from plugins.logicapps.exchange import Exchange
from plugins.logicapps.host.faults import Fault, FaultKind
from plugins.logicapps.host.serving import HostToken
from plugins.logicapps.transport import _Redacting, open_http

KEY = action_key("open_ticket", "INC-7")
SCENES = {
    "done": [],
    "polled": [Fault(kind=FaultKind.ACCEPT, retry_after_s=1)],
    "lost": [Fault(kind=FaultKind.LOST_REPLY)],
    "throttled": [Fault(kind=FaultKind.THROTTLE, retry_after_s=1)],
    "failed": [Fault(kind=FaultKind.ERROR)],
    "late": [Fault(kind=FaultKind.LATE_REPLY)],
}


@pytest.fixture
def captured() -> Iterator[io.StringIO]:
    """Everything that any logger says at DEBUG, with tracebacks."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    root = logging.getLogger()
    before = root.level
    quiet = {name: logging.getLogger(name).level for name in ("httpx", "httpcore", "uvicorn", "asyncio")}
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    for name in quiet:
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield out
    root.removeHandler(handler)
    root.setLevel(before)
    for name, level in quiet.items():
        logging.getLogger(name).setLevel(level)


def secrets_of(bench: Any) -> set[str]:
    """The signatures of all addresses, the keys behind them, and the management token."""
    names = [*bench.specs, "management"]
    keys = {key for name in names for key in bench.store.keys_of(name).values()}
    return keys | {bench.url(name).partition("sig=")[2] for name in bench.specs}


@pytest.mark.parametrize("scene", SCENES)
async def test_nothing_that_is_logged_holds_a_secret(
    scene: str, place: str, opened: Callable[..., Any], captured: io.StringIO
) -> None:
    """Client, its libraries and the host at DEBUG: no signature, of triggers and of locations, and no token."""
    async with opened(place=place, faults=SCENES[scene]) as bench:
        outcome = await bench.client.call("open_ticket", {"title": "t"}, key=KEY)
        reading = await bench.client.read(KEY)
        said = captured.getvalue() + repr(outcome) + repr(reading)
        assert "httpx" not in said or "HTTP Request" in said
        assert [secret for secret in secrets_of(bench) if secret in said] == []
        assert "sig=" not in said
        if place == "port":
            assert "receive_response_headers" in said, "the library's DEBUG records are captured at all"


async def test_no_object_shows_a_secret(opened: Callable[..., Any]) -> None:
    """The repr of each, and all that is reachable by `asdict`."""
    async with opened(faults=[Fault(kind=FaultKind.ACCEPT, polls=9)]) as bench:
        client = bench.connect(limits=CallLimits(deadline_s=1, held_s=5.0))
        accepted = await client.call("open_ticket", {"title": "t"}, key=KEY)
        assert isinstance(accepted, Accepted)
        assert accepted.location is not None
        assert "sig=" in accepted.location.reveal()
        address = parse_address("open_ticket", bench.url("open_ticket"))
        objects = [accepted, address, address.target, client, bench.app, bench.store, HostToken("tokentoken")]
        shown = " ".join(map(repr, objects)) + repr(dataclasses.asdict(accepted)) + str(accepted.location)
        assert [secret for secret in secrets_of(bench) if secret in shown] == []
        assert "sig=" not in shown
        assert "tokentoken" not in shown


def test_a_secret_is_not_written() -> None:
    """It has no JSON and no pickle, and copies are the secret itself."""
    secret = Secret("abc")
    assert copy.deepcopy(secret) is secret
    assert f"{secret} {secret!r}" == "Secret('**********') Secret('**********')"
    assert secret == Secret("abc")
    with pytest.raises(TypeError):
        json.dumps({"a": secret})
    with pytest.raises(TypeError, match="not written anywhere"):
        pickle.dumps(secret)


async def test_an_exception_of_the_library_shows_no_signature() -> None:
    """Its request, text and traceback hold the address without its query."""

    async def broken(_request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("broken", request=None)

    address = parse_address("act", "https://x.logic.azure.com/workflows/1/triggers/manual/run?sp=a&sv=1.0&sig=abc123")
    async with open_http(httpx.MockTransport(broken)) as http:
        with pytest.raises(httpx.ReadError) as caught:
            await http.post(address.target.url, extensions={"switchboard.query": address.target.query})
    shown = "".join(traceback.format_exception(caught.value)) + str(caught.value.request.url)
    assert "abc123" not in shown


async def test_an_error_message_of_the_service_is_redacted() -> None:
    """A service that quotes the address in its error does not bring it to us."""
    url = "https://x.logic.azure.com/workflows/1/triggers/manual/run?sp=a&sv=1.0&sig=abc123"

    async def quoting(request: httpx.Request) -> httpx.Response:
        status = 400 if request.headers["x-ms-client-tracking-id"].startswith("a") else 500
        return httpx.Response(status, json={"error": {"code": "Bad", "message": f"{request.url} is bad"}})

    spec = SimpleNamespace(
        name="act", changing=True, request={}, response=None, relative_path=None, lookup_by_key=None, answering="sync"
    )
    async with open_http(httpx.MockTransport(quoting)) as http:
        client = LogicAppsWorkflows(specs=[spec], addresses=[parse_address("act", url)], exchange=Exchange(http))  # type: ignore[list-item]
        outcomes = [await client.call("act", {}, key="a:1:1"), await client.call("act", {}, key="b:1:1")]
    assert [outcome.kind for outcome in outcomes] == ["refused", "unknown"]
    assert "abc123" not in repr(outcomes)


def test_a_record_whose_arguments_do_not_fit_is_passed_on_without_them() -> None:
    """The library's mistake breaks no call, and its arguments may be secret."""
    record = logging.LogRecord(
        "httpx", logging.INFO, __file__, 1, "%d calls of %s", ("many", "?sig=Zk3Zk3Zk3Zk3"), None
    )
    assert _Redacting().filter(record)
    assert record.getMessage() == "%d calls of %s"
