"""Translates every error of the Azure client libraries into ours; most specific first, and nowhere else."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any

from azure.core import exceptions as azure

from orchestrator.core.errors import QueryError, SettingsError
from orchestrator.core.redaction import redact

_LONGEST = 400


class Fault(StrEnum):
    """What went wrong, as far as it matters to what is done about it."""

    SIGN_IN = "sign in"
    FORBIDDEN = "forbidden"
    MISSING = "missing"
    REFUSED = "refused"
    THROTTLED = "throttled"
    BUSY = "busy"
    TIMED_OUT = "timed out"
    UNREACHABLE = "unreachable"
    RESET = "reset"
    UNREADABLE = "unreadable"
    FAILED = "failed"


FAULTS: Mapping[type[Exception], Fault] = {
    azure.ServiceRequestTimeoutError: Fault.UNREACHABLE,
    azure.ServiceRequestError: Fault.UNREACHABLE,
    azure.ServiceResponseTimeoutError: Fault.TIMED_OUT,
    azure.ServiceResponseError: Fault.RESET,
    azure.ClientAuthenticationError: Fault.SIGN_IN,
    azure.ResourceNotFoundError: Fault.MISSING,
    azure.ResourceExistsError: Fault.FAILED,
    azure.ResourceModifiedError: Fault.FAILED,
    azure.ResourceNotModifiedError: Fault.FAILED,
    azure.TooManyRedirectsError: Fault.UNREACHABLE,
    azure.IncompleteReadError: Fault.RESET,
    azure.DecodeError: Fault.UNREADABLE,
    azure.ODataV4Error: Fault.FAILED,
    azure.HttpResponseError: Fault.FAILED,
    azure.ResponseNotReadError: Fault.UNREADABLE,
    azure.StreamConsumedError: Fault.UNREADABLE,
    azure.StreamClosedError: Fault.UNREADABLE,
    azure.AzureError: Fault.FAILED,
    azure.SerializationError: Fault.UNREADABLE,
    azure.DeserializationError: Fault.UNREADABLE,
    TimeoutError: Fault.TIMED_OUT,
    # what the clients let through when an answer is no JSON, no gzip, or a document of another form
    ValueError: Fault.UNREADABLE,
    zlib.error: Fault.UNREADABLE,
    LookupError: Fault.UNREADABLE,
    AttributeError: Fault.UNREADABLE,
    TypeError: Fault.UNREADABLE,
}
"""Each class of azure-core's errors, children before parents; those of azure-identity are children of these."""

FOREIGN = (azure.AzureError, TimeoutError, ValueError, zlib.error, LookupError, AttributeError, TypeError)
"""What a call of a client may raise."""

_STATUSES = {
    400: Fault.REFUSED,
    401: Fault.SIGN_IN,
    403: Fault.FORBIDDEN,
    404: Fault.MISSING,
    408: Fault.TIMED_OUT,
    413: Fault.REFUSED,
    429: Fault.THROTTLED,
    502: Fault.BUSY,
    503: Fault.BUSY,
    504: Fault.TIMED_OUT,
}

_TEXTS = {
    Fault.SIGN_IN: "cannot sign in to Azure: run `az login`, or set SWITCHBOARD_CREDENTIAL to an identity that this "
    "machine has",
    Fault.FORBIDDEN: "this identity may not read {place}: give it the role Log Analytics Reader there",
    Fault.MISSING: "there is no {place}: correct its id in SWITCHBOARD_WORKSPACE or SWITCHBOARD_WORKSPACES",
    Fault.REFUSED: "the service refuses the query",
    Fault.THROTTLED: "the service takes no more queries of this identity for now: ask again later",
    Fault.BUSY: "the log service is not available: ask again later",
    Fault.TIMED_OUT: "the log service did not answer in time: ask about a shorter time",
    Fault.UNREACHABLE: "the log service cannot be reached: look at the network, and at SWITCHBOARD_LOGS_ENDPOINT",
    Fault.RESET: "the connection to the log service broke off: ask again",
    Fault.UNREADABLE: "the log service sent what cannot be read: look at SWITCHBOARD_LOGS_ENDPOINT, and at any proxy",
    Fault.FAILED: "the log service failed",
}
_NETWORK_RULE = "nspvalidationfailed"


@dataclass(slots=True)
class Heard:
    """The last answer's status and headers, for errors that forget them; `hear` is the client's response hook."""

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def hear(self, response: Any) -> None:
        """Keep what an answer's first lines say."""
        self.status = response.http_response.status_code
        self.headers = {str(k).lower(): str(v) for k, v in response.http_response.headers.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """An error, understood.

    Attributes:
        kind: What it is.
        status: The HTTP status, if there was an answer.
        details: The service's error documents, outermost first, each with `code` and `message`.
        retry_after_s: How long the service asks to wait.
        cause: The error itself.
    """

    kind: Fault
    status: int | None = None
    details: tuple[Mapping[str, Any], ...] = ()
    retry_after_s: float | None = None
    cause: Exception | None = field(default=None, repr=False, compare=False)

    @property
    def text(self) -> str:
        """All that the service says, to look for words in."""
        return " ".join(f"{item.get('code')} {item.get('message')}" for item in self.details)

    @property
    def said(self) -> str:
        """What the service says most precisely, without secrets, with its code; empty where it says nothing."""
        return said(self.details)


def said(details: tuple[Mapping[str, Any], ...]) -> str:
    """The innermost message with its code, redacted and cut."""
    if not details:
        return ""
    message, code = details[-1].get("message"), details[-1].get("code")
    text = redact(" ".join(str(message or "").split()))[:_LONGEST].rstrip(".")
    return f"{text} ({code})" if code and text else text or str(code or "")


def read_trouble(error: Exception, heard: Heard) -> Trouble:
    """What an error of a client means; `heard` is what its answer began with."""
    cause = _cause(error)
    response = getattr(error, "response", None)
    status = heard.status if heard.status and heard.status >= _STATUS_OF_ERRORS else None
    kind = next((fault for known, fault in FAULTS.items() if isinstance(cause, known)), Fault.FAILED)
    answered = kind in {Fault.FAILED, Fault.UNREADABLE, Fault.SIGN_IN, Fault.MISSING} and status is not None
    if answered and status is not None:
        kind = _STATUSES.get(status, Fault.FAILED)
    return Trouble(
        kind=kind,
        status=status,
        details=_details(response) if answered else (),
        retry_after_s=_retry_after(heard.headers) if answered else None,
        cause=error,
    )


_STATUS_OF_ERRORS = 300


def _cause(error: Exception) -> Exception:
    """The client raises a plain HttpResponseError in place of each of its children; the child is its context."""
    inner = error.__context__
    return inner if isinstance(error, azure.HttpResponseError) and isinstance(inner, azure.HttpResponseError) else error


def _details(response: Any) -> tuple[Mapping[str, Any], ...]:
    try:
        document = json.loads(response.text())
    except (AttributeError, ValueError, azure.AzureError):
        return ()
    return error_chain(document.get("error") if isinstance(document, Mapping) else None)


def error_chain(document: Any) -> tuple[Mapping[str, Any], ...]:
    """An error document and those inside of it, outermost first. Source: Microsoft REST guidelines, "Errors"."""
    chain: list[Mapping[str, Any]] = []
    while isinstance(document, Mapping):
        chain.append(document)
        nested = document.get("details")
        document = document.get("innererror") or (nested[0] if isinstance(nested, list) and nested else None)
    return tuple(chain)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds, or a date. Source: RFC 9110, section 10.2.3."""
    value = headers.get("retry-after")
    if value is None:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


def message_of(trouble: Trouble, *, place: str) -> str:
    """What went wrong and what to do, with the service's own words where it gave any."""
    text = _TEXTS[trouble.kind].format(place=place)
    if trouble.kind is Fault.FORBIDDEN and _NETWORK_RULE in trouble.text.casefold():
        text = f"the network rules of {place} keep this machine out: allow its address, or ask from inside"
    if trouble.kind is Fault.FAILED and trouble.status:
        text += f" with status {trouble.status}"
    return f"{text} [{trouble.said}]" if trouble.said else text


def query_error(trouble: Trouble, *, place: str) -> QueryError:
    """The trouble as an error of a query; all but a refusal may be gone at the next try."""
    return QueryError(
        message_of(trouble, place=place),
        retryable=trouble.kind is not Fault.REFUSED,
        retry_after_s=trouble.retry_after_s,
    )


def settings_error(trouble: Trouble, *, place: str) -> SettingsError:
    """The trouble as an error of the settings, for a check before any query."""
    return SettingsError(f"{place}: {message_of(trouble, place=place)}")
