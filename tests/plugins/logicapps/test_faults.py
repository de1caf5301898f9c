"""Every exception of the HTTP client is translated; faults of the host are read from data."""

import inspect
from types import SimpleNamespace
from typing import Any

import azure.core.exceptions
import azure.identity
import httpx
import pytest

from orchestrator.core.errors import InputError
from plugins.logicapps.exchange import Exchange, plain_target
from plugins.logicapps.faults import HTTP_ERRORS, failure_of
from plugins.logicapps.host.faults import Fault, FaultKind, FaultPlan, parse_faults
from plugins.logicapps.protocol import Failure, Loss


def exceptions() -> list[type[Exception]]:
    """All exception classes that httpx has, by whatever name."""
    found = {
        value for name in dir(httpx) if inspect.isclass(value := getattr(httpx, name)) and issubclass(value, Exception)
    }
    left = list(found)
    while left:
        below = [kind for kind in left.pop().__subclasses__() if kind.__module__.startswith("httpx.")]
        left += [kind for kind in below if kind not in found]
        found |= set(below)
    return sorted(found, key=lambda kind: kind.__name__)


def made(kind: type[Exception]) -> Exception:
    """An exception of a class, without its constructor's arguments."""
    return kind.__new__(kind)


@pytest.mark.parametrize("kind", exceptions())
def test_every_exception_of_the_client_is_translated(kind: type[Exception]) -> None:
    """None is unmapped, and all are caught by the roots that the exchange catches."""
    assert issubclass(kind, HTTP_ERRORS)
    assert failure_of(made(kind)).reason


def sign_in_errors() -> list[type[Exception]]:
    """All exception classes of azure-core and azure-identity."""
    found = {
        value
        for module in (azure.core.exceptions, azure.identity)
        for name in dir(module)
        if inspect.isclass(value := getattr(module, name)) and issubclass(value, Exception)
    }
    own = [kind for kind in found if kind.__module__.startswith("azure.")]
    return sorted(own, key=lambda kind: kind.__name__)


def raised(kind: type[Exception]) -> Exception:
    """An exception as the library makes it: of a text, or of a response."""
    if kind is azure.core.exceptions.ODataV4Error:
        return kind(SimpleNamespace(status_code=400, reason="no sign-in", text=lambda: "{}"))
    try:
        return kind("no sign-in")
    except (TypeError, AttributeError):
        return kind.__new__(kind, "no sign-in")


@pytest.mark.parametrize("kind", sign_in_errors())
async def test_every_exception_of_signing_in_is_translated(kind: type[Exception]) -> None:
    """Whatever the credential raises, nothing is sent and the call is refused."""

    class Failing:
        async def get_token(self, *_scopes: str) -> Any:
            raise raised(kind)

    target = plain_target("https://x.example/y", "")
    async with httpx.AsyncClient() as http:
        exchange = Exchange(http, credential=Failing())
        result = await exchange.send("POST", target, held_s=1, audience="api://x")
    assert isinstance(result, Failure)
    assert (result.loss, result.code, result.retryable) == (Loss.NOT_SENT, "SignInFailed", False)


def test_there_are_exceptions_to_walk() -> None:
    """The walk finds the library's classes."""
    assert len(exceptions()) > 20
    assert len(sign_in_errors()) > 20


def test_only_these_say_that_nothing_was_sent() -> None:
    """Whatever else happens, the request may have arrived."""
    unsent = {kind.__name__ for kind in exceptions() if failure_of(made(kind)).loss is Loss.NOT_SENT}
    wanted = {"ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError", "UnsupportedProtocol", "InvalidURL"}
    assert unsent == wanted


def test_faults_are_taken_in_order() -> None:
    """By workflow, after those let pass, as often as they say; those of actions apart."""
    plan = FaultPlan(
        parse_faults(
            [
                {"kind": "throttle", "workflow": "a", "skip": 1, "times": 2, "retry_after_s": 3},
                {"kind": "inner", "status": 500},
                {"kind": "delay", "seconds": 0.5},
            ],
            source="f",
        )
    )
    taken = [plan.next_for_request("a") for _ in range(4)]
    assert [fault.kind if fault else None for fault in taken] == ["delay", "throttle", "throttle", None]
    assert plan.next_for_action("b") == Fault(kind=FaultKind.INNER, status=500)
    assert plan.next_for_request("b") is None


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({}, "f.json: it is no list"),
        (["x"], "f.json: fault 1 is 'x'"),
        ([{"kind": "throttle"}, {"kind": "boom"}], "f.json: fault 2: kind is 'boom'"),
        ([{"kind": "delay", "second": 1}], "there is no field 'second'; known are kind, workflow"),
        ([{"kind": "delay", "seconds": "1"}], "seconds is '1': give int or float"),
        ([{"kind": "delay", "times": True}], "times is True: give int"),
        ([{"kind": "delay", "times": -1}], "times is -1"),
    ],
)
def test_a_bad_fault_is_named(document: Any, problem: str) -> None:
    """File, entry, field and value."""
    with pytest.raises(InputError) as caught:
        parse_faults(document, source="f.json")
    assert problem in caught.value.message
