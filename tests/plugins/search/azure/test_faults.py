"""Tests that every error of the search SDK becomes ours, and tells no secret."""

import importlib
import inspect
import json
import pkgutil
from collections.abc import Iterator
from typing import Any

import azure.core
import azure.identity
import azure.search.documents
import pytest
from azure.core.exceptions import AzureError, HttpResponseError
from azure.core.pipeline.transport import HttpResponse

from orchestrator.core.errors import QueryError, SettingsError, StoreError, SwitchboardError
from plugins.search.azure.faults import FAULTS, translated, translating

SECRET = "AccountKey=c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"


def exceptions() -> Iterator[type[Exception]]:
    """Every exception class that azure-core, azure-identity and azure-search-documents define."""
    seen: set[type[Exception]] = set()
    for package in (azure.core, azure.identity, azure.search.documents):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if "_test" in module.name or "opentelemetry" in module.name or "opencensus" in module.name:
                continue
            try:
                loaded = importlib.import_module(module.name)
            except ImportError:
                continue  # a transport whose library is not installed
            for found in list(vars(loaded).values()):
                if not inspect.isclass(found) or not issubclass(found, Exception) or found in seen:
                    continue
                if found.__module__.startswith("azure."):
                    seen.add(found)
                    yield found


# Of polling, which no call of ours does, and of a generator inside azure-core.
INTERNAL = {"OperationFailed", "BadStatus", "BadResponse", "_ResponseStopIteration"}
EXCEPTIONS = tuple(found for found in exceptions() if found.__name__ not in INTERNAL)


@pytest.mark.parametrize("text", [b"<html>Sign in</html>", b"\xff\xfe"])
def test_a_page_in_place_of_an_answer_is_told(text: bytes):
    """A proxy answers so, and the SDK lets the parser's error through."""
    with (
        pytest.raises(StoreError, match="is SWITCHBOARD_SEARCH_ENDPOINT a search service"),
        translating("the index 'i'"),
    ):
        json.loads(text.decode())


def test_there_are_exceptions():
    """The walk finds the well-known ones."""
    names = {found.__name__ for found in EXCEPTIONS}
    assert {"HttpResponseError", "ServiceRequestError", "CredentialUnavailableError"} <= names
    assert "RequestEntityTooLargeError" in names


@pytest.mark.parametrize("kind", EXCEPTIONS, ids=lambda kind: kind.__name__)
def test_none_is_unmapped(kind: type[Exception]):
    """Each class of the SDK is caught, and becomes an error of ours that says place and mend."""
    error = made(kind)
    with pytest.raises(SwitchboardError, match=r"^the index 'i': .*[;,] ") as raised, translating("the index 'i'"):
        raise error
    assert raised.value.__cause__ is error
    assert type(raised.value) in {StoreError, SettingsError, QueryError}
    assert SECRET not in f"{raised.value} {raised.value!r}"


def made(kind: type[Exception]) -> Exception:
    """One of the class, whatever its constructor wants, with a secret in its text."""
    for arguments in ((f"it failed with {SECRET}",), ({"error": {"message": SECRET}},), (FakeResponse(400),)):
        try:
            return kind(*arguments)
        except (TypeError, AttributeError, KeyError):
            continue
    raise AssertionError(f"{kind} cannot be made")


class FakeResponse(HttpResponse):
    """An answer with a status and a body."""

    def __init__(self, status: int, *, body: str = "", headers: dict[str, str] | None = None) -> None:
        super().__init__(None, None)  # type: ignore[arg-type]  # there was no request
        self.status_code = status
        self.reason = "reason"
        self.headers = headers or {}
        self.content_type = "application/json"
        self._body = body

    def body(self) -> bytes:
        return self._body.encode()


@pytest.mark.parametrize(
    ("status", "kind", "retryable", "said"),
    [
        (400, QueryError, False, "refuses the request"),
        (401, SettingsError, False, "Search Index Data Reader"),
        (403, SettingsError, False, "SWITCHBOARD_SEARCH_KEY"),
        (404, SettingsError, False, "switchboard index fill"),
        (413, StoreError, False, "split the document"),
        (409, StoreError, True, "busy"),
        (429, StoreError, True, "busy"),
        (500, StoreError, True, "busy"),
        (503, StoreError, True, "busy"),
        (418, StoreError, False, "answered 418"),
    ],
)
def test_statuses(status: int, kind: type[SwitchboardError], said: str, *, retryable: bool):
    """Each status says what is to be mended, and whether the same call may succeed later."""
    error = translated(HttpResponseError(response=FakeResponse(status)), "the index 'i'")
    assert (type(error), error.retryable) == (kind, retryable)
    assert said in error.message


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "3"}, 3.0),
        ({"Retry-After": "-3"}, 0.0),
        ({"retry-after-ms": "250"}, 0.25),
        ({"x-ms-retry-after-ms": "1500", "Retry-After": "9"}, 1.5),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 -0000"}, None),
        ({"Retry-After": "soon"}, None),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None):
    """Seconds, milliseconds and dates are understood; nonsense is as if nothing were said."""
    error = translated(HttpResponseError(response=FakeResponse(429, headers=headers)), "x")
    assert error.retry_after_s == seconds


@pytest.mark.parametrize(
    ("message", "mend"),
    [
        ("Semantic search is not enabled for this service.", "SWITCHBOARD_SEARCH_SEMANTIC"),
        ("Could not find a property named 'terms' on type 'search.document'.", "switchboard index fill"),
        ("Unknown field 'x' in vector field list.", "switchboard index fill"),
    ],
)
def test_a_misfit_is_a_setting(message: str, mend: str):
    """A 400 about the definition is no fault of the question."""
    response = FakeResponse(400, body=f'{{"error": {{"code": "", "message": "{message}"}}}}')
    error = translated(HttpResponseError(response=response), "x")
    assert (type(error), mend in error.message, message in error.message) == (SettingsError, True, True)


def test_other_errors_pass():
    """A slip of our own is not dressed up as the service's."""
    with pytest.raises(ZeroDivisionError), translating("x"):
        raise ZeroDivisionError
    assert AzureError in FAULTS


def test_a_secret_in_the_answer_is_redacted():
    """A service that quotes a connection string does not put it on the screen."""
    body = f'{{"error": {{"code": "", "message": "bad {SECRET}"}}}}'
    error: Any = translated(HttpResponseError(response=FakeResponse(418, body=body)), "x")
    assert SECRET.partition("=")[2] not in error.message
