"""What went wrong at a chat service, in our words: the one place where its foreign errors are translated."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2
import openai
from azure.core.exceptions import AzureError
from pydantic import ValidationError
from semantic_kernel.exceptions import KernelException, ServiceContentFilterException, ServiceException

from orchestrator.core.errors import ModelError, ModelFault
from orchestrator.core.redaction import redact

# What the client libraries raise; an answer that is no valid stream also shows as plain errors of its reader.
FOREIGN: tuple[type[Exception], ...] = (
    openai.OpenAIError,
    httpx2.HTTPError,
    httpx2.InvalidURL,
    httpx2.StreamError,
    KernelException,
    AzureError,
    OSError,
    ValidationError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    AssertionError,
)
MAX_QUOTED = 200


@dataclass(frozen=True, slots=True)
class _Rule:
    """How one class of error is told."""

    error: type[BaseException]
    fault: ModelFault
    words: str
    retryable: bool = False


_SIGN_IN = "the sign-in for the model failed; check the credential and its roles (docs/models.md)"
_UNREADABLE = "the model's answer cannot be read"
_TELL_STATUS = (openai.APIStatusError, openai.InternalServerError)
# The most specific class first.
_RULES: tuple[_Rule, ...] = (
    _Rule(openai.APITimeoutError, ModelFault.TIMEOUT, "the model's service did not answer in time", retryable=True),
    _Rule(
        openai.APIConnectionError,
        ModelFault.UNREACHABLE,
        "the model's service could not be reached, or broke off in the middle of its answer; check its address",
        retryable=True,
    ),
    _Rule(
        openai.RateLimitError,
        ModelFault.THROTTLED,
        "the model's service is busy (429 too many requests)",
        retryable=True,
    ),
    _Rule(
        openai.AuthenticationError,
        ModelFault.DENIED,
        "the model's service did not accept the key or token (401); check the key, or sign in again",
    ),
    _Rule(
        openai.PermissionDeniedError,
        ModelFault.DENIED,
        "this identity may not ask the model (403); it needs the role Azure AI User on the project, or Cognitive "
        "Services OpenAI User on the resource",
    ),
    _Rule(
        openai.NotFoundError,
        ModelFault.BAD_REQUEST,
        "there is no such model or deployment at that address (404); check its name and the address",
    ),
    _Rule(openai.ConflictError, ModelFault.UNAVAILABLE, "the model's service is being changed (409)", retryable=True),
    _Rule(openai.UnprocessableEntityError, ModelFault.BAD_REQUEST, "the model's service refused the request (422)"),
    _Rule(openai.BadRequestError, ModelFault.BAD_REQUEST, "the model's service refused the request (400)"),
    _Rule(openai.InternalServerError, ModelFault.UNAVAILABLE, "the model's service has a fault", retryable=True),
    _Rule(openai.APIStatusError, ModelFault.OTHER, "the model's service refused the request"),
    _Rule(
        openai.APIResponseValidationError, ModelFault.UNREADABLE, "the model's answer cannot be read", retryable=True
    ),
    _Rule(openai.APIError, ModelFault.UNAVAILABLE, "the model's service broke off its answer", retryable=True),
    _Rule(openai.ContentFilterFinishReasonError, ModelFault.FILTERED, "the content filter stopped the answer"),
    _Rule(openai.LengthFinishReasonError, ModelFault.TOO_LONG, "the answer was cut at the model's length limit"),
    _Rule(openai.OpenAIError, ModelFault.DENIED, _SIGN_IN),
    _Rule(AzureError, ModelFault.DENIED, _SIGN_IN),
    _Rule(httpx2.TimeoutException, ModelFault.TIMEOUT, "the model's service did not answer in time", retryable=True),
    _Rule(httpx2.InvalidURL, ModelFault.BAD_REQUEST, "the address of the model's service is wrong; check it"),
    _Rule(httpx2.HTTPError, ModelFault.UNREACHABLE, "the model's service could not be reached", retryable=True),
    _Rule(httpx2.StreamError, ModelFault.UNREACHABLE, "the model's answer broke off", retryable=True),
    _Rule(TimeoutError, ModelFault.TIMEOUT, "the model's service did not answer in time", retryable=True),
    _Rule(OSError, ModelFault.UNREACHABLE, "the model's service could not be reached", retryable=True),
    _Rule(ServiceContentFilterException, ModelFault.FILTERED, "the content filter stopped the request"),
    _Rule(ServiceException, ModelFault.OTHER, "the model's service failed"),
    _Rule(KernelException, ModelFault.OTHER, "the request to the model could not be made"),
    _Rule(Exception, ModelFault.UNREADABLE, _UNREADABLE, retryable=True),
)


def model_error(error: BaseException, *, now: datetime | None = None) -> ModelError:
    """Our error for a foreign one, by the deepest cause that a client library raised; `now` dates a Retry-After."""
    if isinstance(error, ModelError):
        return error
    cause = next((item for item in _chain(error) if _is_cause(item)), error)
    rule = next(rule for rule in _RULES if isinstance(cause, rule.error))
    status = cause.status_code if isinstance(cause, openai.APIStatusError) else None
    special = _by_code(cause)
    if special is not None:
        return special
    words = (
        f"{rule.words} ({status})" if rule.error in {openai.APIStatusError, openai.InternalServerError} else rule.words
    )
    return ModelError(
        words + _quoted(cause),
        fault=rule.fault,
        retryable=rule.retryable,
        retry_after_s=retry_after_of(cause, now=now) if rule.retryable else None,
    )


def _is_cause(error: BaseException) -> bool:
    known = (openai.OpenAIError, httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, AzureError)
    return isinstance(error, known)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error, then what it was raised from, or while handling what: Semantic Kernel wraps, and may fail at it."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _by_code(error: BaseException) -> ModelError | None:
    """What the service's own code says more exactly than its status."""
    code = getattr(error, "code", None)
    if code == "content_filter":
        return ModelError("the content filter refused the request", fault=ModelFault.FILTERED)
    if code == "context_length_exceeded":
        return ModelError("the conversation is longer than the model can read", fault=ModelFault.TOO_LONG)
    if code == "insufficient_quota":
        return ModelError("the quota of the model's service is used up (429)", fault=ModelFault.THROTTLED)
    return None


def _quoted(error: BaseException) -> str:
    """The service's own words, cut and without secrets; none of a refused sign-in, which may repeat the key."""
    if not isinstance(error, openai.APIError) or isinstance(
        error, openai.AuthenticationError | openai.PermissionDeniedError | openai.APIConnectionError
    ):
        return ""
    body: Any = error.body
    said = body.get("message") if isinstance(body, Mapping) else None
    text = " ".join("".join(c if c.isprintable() else " " for c in redact(str(said or ""))).split())
    return f": {text[:MAX_QUOTED]!r}" if text else ""


def retry_after_of(error: BaseException, *, now: datetime | None = None) -> float | None:
    """Seconds the service asks to wait, by `retry-after-ms` or `Retry-After` (seconds or a date); None if unread."""
    response = getattr(error, "response", None)
    headers = getattr(response, "headers", None) or {}
    seconds = _number(headers.get("retry-after-ms"), scale=1000.0)
    if seconds is None:
        seconds = _number(headers.get("retry-after"), scale=1.0)
    if seconds is None and headers.get("retry-after"):
        seconds = _until(headers["retry-after"], now or datetime.now(UTC))
    return seconds


def _number(text: str | None, *, scale: float) -> float | None:
    try:
        value = float(text) / scale if text else None
    except ValueError:
        return None
    return value if value is not None and math.isfinite(value) and value >= 0 else None


def _until(text: str, now: datetime) -> float | None:
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (aware - now).total_seconds())
