"""Every error of the Azure client libraries has a translation of its own."""

import inspect
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import ModuleType, SimpleNamespace
from typing import Any

import azure.core.exceptions
import azure.identity
import pytest
from azure.core.exceptions import AzureError, HttpResponseError

from orchestrator.core.errors import QueryError, SettingsError
from plugins.monitor.azure.faults import (
    FAULTS,
    FOREIGN,
    Fault,
    Heard,
    Trouble,
    error_chain,
    message_of,
    query_error,
    read_trouble,
    settings_error,
)


def errors_of(module: ModuleType) -> list[type[Exception]]:
    """The exception classes that a library shows."""
    return [item for _, item in inspect.getmembers(module, inspect.isclass) if issubclass(item, Exception)]


CORE = errors_of(azure.core.exceptions)
IDENTITY = errors_of(azure.identity)


def answer(status: int, **headers: str) -> Heard:
    """An answer with this status."""
    heard = Heard()
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    heard.hear(SimpleNamespace(http_response=SimpleNamespace(status_code=status, headers=headers)))
    return heard


@pytest.mark.parametrize("error", [error for error in CORE if error.__name__ != "ODataV4Format"])
def test_every_error_of_azure_core_is_in_the_table(error: type[Exception]):
    """A new class in the library shows here."""
    assert error in FAULTS
    assert issubclass(error, FOREIGN)


@pytest.mark.parametrize("error", IDENTITY)
def test_every_error_of_azure_identity_is_a_failed_sign_in(error: type[Any]):
    """They have no place of their own in the table, as they are children of one that has."""
    fault = error(["scope"]) if error.__name__ == "AuthenticationRequiredError" else error("why")
    assert read_trouble(fault, Heard()).kind is Fault.SIGN_IN


def test_the_libraries_have_errors_at_all():
    """Else the tests above would prove nothing."""
    assert (len(CORE) > 15, len(IDENTITY) > 1) == (True, True)


def test_the_table_goes_from_special_to_general():
    """A parent before its child would hide it."""
    kinds = list(FAULTS)
    assert [
        (first, later) for place, first in enumerate(kinds) for later in kinds[place + 1 :] if issubclass(later, first)
    ] == []


@pytest.mark.parametrize("kind", list(Fault))
def test_every_fault_says_what_to_do(kind: Fault):
    """As an error of a query, and of the settings."""
    trouble = Trouble(kind=kind, status=418)
    query, setting = query_error(trouble, place="workspace 'a'"), settings_error(trouble, place="workspace 'a'")
    assert isinstance(query, QueryError)
    assert isinstance(setting, SettingsError)
    assert len(message_of(trouble, place="x")) > 20
    assert setting.message.startswith("workspace 'a': ")
    assert query.retryable is (kind is not Fault.REFUSED)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Fault.REFUSED),
        (401, Fault.SIGN_IN),
        (403, Fault.FORBIDDEN),
        (404, Fault.MISSING),
        (408, Fault.TIMED_OUT),
        (413, Fault.REFUSED),
        (429, Fault.THROTTLED),
        (500, Fault.FAILED),
        (502, Fault.BUSY),
        (503, Fault.BUSY),
        (504, Fault.TIMED_OUT),
    ],
)
@pytest.mark.parametrize("error", [HttpResponseError("x"), ValueError("<html>")])
def test_the_status_decides_what_an_answer_means(error: Exception, status: int, kind: Fault):
    """Also where the client could not read the answer's body."""
    assert read_trouble(error, answer(status)).kind is kind


def test_a_good_status_with_a_bad_body_is_unreadable():
    """A proxy's page with status 200."""
    assert read_trouble(ValueError("<html>"), answer(200)).kind is Fault.UNREADABLE


def test_a_child_in_disguise_is_seen():
    """The client library raises its children anew as their parent."""
    try:
        try:
            raise azure.identity.CredentialUnavailableError("no sign-in")
        except HttpResponseError:
            raise HttpResponseError("no sign-in")  # noqa: B904  # as the library does
    except HttpResponseError as error:
        kind = read_trouble(error, Heard()).kind
    assert kind is Fault.SIGN_IN


def test_a_lost_connection_keeps_its_own_meaning():
    """Whatever an earlier answer was."""
    assert read_trouble(azure.core.exceptions.ServiceResponseError("x"), answer(200)).kind is Fault.RESET
    assert read_trouble(AzureError("x"), Heard()).kind is Fault.FAILED


def test_retry_after_is_read_as_seconds_and_as_a_date():
    """What is neither counts as not told."""
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    waits = [
        read_trouble(HttpResponseError("x"), answer(429, Retry_After=text)).retry_after_s
        for text in ("12", "-3", date, "soon")
    ]
    assert (waits[0], waits[1], waits[3]) == (12.0, 0.0, None)
    assert waits[2] is not None
    assert 25 < waits[2] <= 30


def test_chain_goes_to_the_innermost_error():
    """Through `innererror`, and through the first of `details`."""
    document = {"code": "a", "details": [{"code": "b", "innererror": {"code": "c", "message": "why"}}, {"code": "x"}]}
    assert [item["code"] for item in error_chain(document)] == ["a", "b", "c"]
    assert Trouble(kind=Fault.FAILED, details=error_chain(document)).said == "why (c)"
    assert error_chain("text") == ()


def test_said_is_redacted_and_short():
    """A service may repeat what it was sent."""
    detail = {"code": "X", "message": "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJzaG9wIn0.c2lnbmF0dXJl " + "long " * 500}
    said = Trouble(kind=Fault.FAILED, details=(detail,)).said
    assert "eyJhbGciOiJub25lIn0.eyJzdWIiOiJzaG9wIn0.c2lnbmF0dXJl" not in said
    assert len(said) < 420
