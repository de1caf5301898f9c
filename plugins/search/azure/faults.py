"""The one place where errors of azure-search-documents, azure-core and azure-identity become ours."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from json import JSONDecodeError

from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    DecodeError,
    DeserializationError,
    HttpResponseError,
    IncompleteReadError,
    ResourceNotFoundError,
    ResponseNotReadError,
    SerializationError,
    ServiceRequestError,
    ServiceResponseError,
    ServiceResponseTimeoutError,
    StreamClosedError,
    StreamConsumedError,
    TooManyRedirectsError,
)

from orchestrator.core.errors import QueryError, SettingsError, StoreError, SwitchboardError
from orchestrator.core.redaction import redact

# Everything that the SDK raises on purpose, and what it lets through where a proxy's page comes in place of an answer;
# only the first is an AzureError.
FAULTS = (AzureError, SerializationError, DeserializationError, JSONDecodeError, UnicodeDecodeError)
_BUSY = frozenset({409, 422, 429, 500, 502, 503, 504})
_ROLES = (
    "give the identity the role Search Index Data Reader to search, Search Index Data Contributor to write, "
    "Search Service Contributor to create indexes, and let the service accept roles (`az search service update "
    "--auth-options aadOrApiKey`); or set SWITCHBOARD_SEARCH_KEY to a key of the service"
)


@dataclass(frozen=True, slots=True)
class _Fault:
    """What one error of the SDK becomes; `{said}` is the service's own message."""

    ours: type[StoreError] | type[SettingsError] | type[QueryError]
    text: str
    retryable: bool = False


_NO_SERVICE = "; is SWITCHBOARD_SEARCH_ENDPOINT a search service?"
# Most specific first. An answer with a status is judged by `_by_status` before this table is read.
_FAULTS: tuple[tuple[type[Exception], _Fault], ...] = (
    (IncompleteReadError, _Fault(StoreError, "the answer broke off; try again", retryable=True)),
    (DecodeError, _Fault(StoreError, f"the answer cannot be read{_NO_SERVICE}")),
    (DeserializationError, _Fault(StoreError, f"the answer cannot be read{_NO_SERVICE}")),
    (JSONDecodeError, _Fault(StoreError, f"the answer is no JSON{_NO_SERVICE}")),
    (UnicodeDecodeError, _Fault(StoreError, f"the answer is no text{_NO_SERVICE}")),
    (SerializationError, _Fault(QueryError, "the request cannot be written ({said}); give text")),
    (
        ClientAuthenticationError,
        _Fault(SettingsError, f"this program cannot sign in ({{said}}); run `az login`, or {_ROLES}"),
    ),
    (ResourceNotFoundError, _Fault(SettingsError, f"it is not there; run `switchboard index fill`{_NO_SERVICE}")),
    (TooManyRedirectsError, _Fault(SettingsError, f"it redirects without an end{_NO_SERVICE}")),
    (HttpResponseError, _Fault(StoreError, "{said}; see the service's activity log")),
    (ServiceResponseTimeoutError, _Fault(StoreError, "no answer in time; try again", retryable=True)),
    (
        ServiceResponseError,
        _Fault(StoreError, "the connection broke before the answer came; try again", retryable=True),
    ),
    (
        ServiceRequestError,
        _Fault(StoreError, "the service cannot be reached ({said}); check SWITCHBOARD_SEARCH_ENDPOINT", retryable=True),
    ),
    (StreamConsumedError, _Fault(StoreError, "the answer was read twice; see the log")),
    (StreamClosedError, _Fault(StoreError, "the answer was closed before it was read; try again", retryable=True)),
    (ResponseNotReadError, _Fault(StoreError, "the answer was not read; see the log")),
    (AzureError, _Fault(StoreError, "{said}; see the log")),
)
_STATUSES: Mapping[int, _Fault] = {
    400: _Fault(QueryError, "the service refuses the request ({said}); ask in other words"),
    401: _Fault(SettingsError, f"access is refused (401); {_ROLES}"),
    403: _Fault(SettingsError, f"access is refused (403); {_ROLES}"),
    404: _Fault(SettingsError, f"it is not there (404); run `switchboard index fill`{_NO_SERVICE}"),
    413: _Fault(StoreError, "the request is too large (413); split the document"),
}
_BAD_REQUEST = 400
_MISFITS: tuple[tuple[str, str], ...] = (
    ("semantic", "enable the semantic ranker of the service, or unset SWITCHBOARD_SEARCH_SEMANTIC"),
    ("field", "run `switchboard index show`, then `switchboard index fill`"),
    ("property", "run `switchboard index show`, then `switchboard index fill`"),
)


@contextmanager
def translating(place: str) -> Iterator[None]:
    """Errors of the SDK inside become ours; `place` names the index or the service."""
    try:
        yield
    except FAULTS as error:
        raise translated(error, place) from error


def translated(error: Exception, place: str) -> SwitchboardError:
    """The error as ours. Of the service only its message is told, redacted."""
    said = _said(error)
    if (
        isinstance(error, HttpResponseError)
        and isinstance(error.status_code, int)
        and error.status_code >= _BAD_REQUEST
    ):
        return _by_status(error, place, said, error.status_code)
    fault = next(fault for kind, fault in _FAULTS if isinstance(error, kind))
    return fault.ours(f"{place}: {fault.text.format(said=said)}", retryable=fault.retryable)


def _by_status(error: HttpResponseError, place: str, said: str, status: int) -> SwitchboardError:
    if status in _BUSY:
        text = f"{place}: the service is busy ({status}: {said}); try again later, or add replicas"
        return StoreError(text, retryable=True, retry_after_s=retry_after_s(error))
    mend = next((mend for word, mend in _MISFITS if word in said.lower()), None)
    if status == _BAD_REQUEST and mend:
        return SettingsError(f"{place}: {said}; {mend}")
    fault = _STATUSES.get(status, _Fault(StoreError, f"the service answered {status}: {{said}}; see its activity log"))
    return fault.ours(f"{place}: {fault.text.format(said=said)}", retryable=fault.retryable)


def retry_after_s(error: HttpResponseError) -> float | None:
    """The seconds that the service asks to wait, if it does: milliseconds, seconds or a date (RFC 9110, 10.2.3)."""
    headers: Mapping[str, str] = getattr(error.response, "headers", None) or {}
    for name, unit in (("retry-after-ms", 1000.0), ("x-ms-retry-after-ms", 1000.0), ("Retry-After", 1.0)):
        seconds = _seconds(headers.get(name), unit)
        if seconds is not None:
            return max(0.0, seconds)
    return None


def _seconds(value: str | None, unit: float) -> float | None:
    if value is None:
        return None
    with suppress(ValueError):
        return float(value) / unit
    with suppress(ValueError, TypeError):  # a date of no zone cannot be compared
        return (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
    return None  # nonsense: our own wait counts


def _said(error: Exception) -> str:
    """The service's message in one line, without what looks like a secret."""
    inner = getattr(error, "error", None)
    text = getattr(inner, "message", None) or getattr(error, "message", None) or str(error)
    line = " ".join(str(text).split())
    return redact(line)[:300] or type(error).__name__
