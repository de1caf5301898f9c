"""The request-trigger protocol as pure decisions: what a reply or its loss means, and what may be sent again.

Sources: https://learn.microsoft.com/azure/connectors/connectors-native-reqres (trigger and response),
https://learn.microsoft.com/azure/logic-apps/logic-apps-http-endpoint (statuses, held requests),
draft-ietf-httpapi-idempotency-key-header (the key's header, a quoted string, and 400, 409, 422).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum

from orchestrator.core.redaction import redact
from orchestrator.core.workflows import Accepted, Answering, Done, Headers, Outcome, Refused, Secret, Unknown

TRACKING = "x-ms-client-tracking-id"
RUN_ID = "x-ms-workflow-run-id"
KEY_HEADER = "idempotency-key"
DEFAULT_GAP_S = 20.0
HELD_S = {"consumption": 120.0, "standard": 235.0}
"""How long the service holds a request, by plan."""
_KEPT = frozenset(
    {
        RUN_ID,
        TRACKING,
        "x-ms-correlation-id",
        "x-ms-tracking-id",
        "x-ms-trigger-history-name",
        "x-ms-workflow-id",
        "x-ms-workflow-name",
        "x-ms-workflow-version",
        "x-ms-workflow-system-id",
        "x-ms-execution-location",
    }
)
_KEPT_PREFIX = "x-ms-ratelimit-"
FINAL_CODES = {
    "WorkflowTriggerIsNotEnabled": "the workflow is disabled or deleted: enable it in the portal",
    "WorkflowNotFound": "there is no such workflow: correct its address in the settings",
    "DirectApiAuthorizationRequired": "the trigger wants the other way to sign in: a signature, or an Entra token",
    "DirectApiRequestHasMoreThanOneAuthorization": "signature and token came together: configure one of them",
    "MisMatchingOAuthClaims": "the token fits no authorization policy of the trigger: check audience and issuer there",
    "TriggerInputSchemaMismatch": "the body does not fit the trigger's schema: give every required field a value",
}
"""Codes that no repetition mends, and their mends."""
_OK, _MOVED, _CLIENT, _SERVER = 200, 300, 400, 500
_ACCEPTED, _REQUEST_TIMEOUT, _CONFLICT, _THROTTLED = 202, 408, 409, 429
_GONE = frozenset({401, 403, 404, 410})
_MESSAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A response that came whole; header names in lower case, the `Location` apart."""

    status: int
    headers: Headers = ()
    body: object = None
    retry_after_s: float | None = None
    location: Secret | None = None

    @property
    def run_id(self) -> str | None:
        """The run that it comes from."""
        return dict(self.headers).get(RUN_ID)


class Loss(StrEnum):
    """How far a request came that has no whole reply."""

    NOT_SENT = "not sent"
    """No connection, or no token: nothing reached the service."""
    AFTER_SEND = "after send"
    """It may have arrived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A request without a whole reply; `reason` holds no address."""

    loss: Loss
    reason: str
    code: str = "NotReached"
    retryable: bool = True


def read_reply(status: int, headers: Mapping[str, str], content: bytes, *, now: datetime) -> Reply:
    """A response as a value: kept headers only, JSON decoded, other text as it is, nothing for none."""
    lower = {name.lower(): value for name, value in headers.items()}
    kept = tuple(
        sorted((name, value) for name, value in lower.items() if name in _KEPT or name.startswith(_KEPT_PREFIX))
    )
    location = lower.get("location")
    return Reply(
        status=status,
        headers=kept,
        body=_body(content),
        retry_after_s=retry_after(lower.get("retry-after"), now=now),
        location=Secret(location) if location else None,
    )


def _body(content: bytes) -> object:
    if not content:
        return None
    text = content.decode("utf-8", "replace")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def retry_after(value: str | None, *, now: datetime) -> float | None:
    """Seconds of a `Retry-After` header, which holds seconds or a date (RFC 9110, section 10.2.3)."""
    if value is None:
        return None
    text = value.strip()
    if text.isdecimal():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - now).total_seconds())


def may_resend(result: Reply | Failure, *, changing: bool) -> bool:
    """Whether the same request may be sent again at once.

    A changing one only where the first surely did nothing: it was not sent, or was refused with 429 before a run
    began. A reading one also after a lost reply and 408, 500, 502, 503 and 504.
    """
    match result:
        case Failure(loss=Loss.NOT_SENT):
            return result.retryable
        case Failure():
            return not changing
        case Reply(status=status) if status == _THROTTLED:
            return result.run_id is None or not changing
        case Reply(status=status):
            return not changing and (status == _REQUEST_TIMEOUT or status >= _SERVER)


def classify(result: Reply | Failure, *, key: str, answering: Answering) -> Outcome:
    """What one try of a call became. A 202 with a location is `Accepted`: the caller polls on."""
    match result:
        case Failure(loss=Loss.NOT_SENT):
            return Refused(key=key, code=result.code, message=result.reason, by="caller", retryable=result.retryable)
        case Failure():
            return Unknown(key=key, reason=result.reason)
        case Reply(status=status) if status == _ACCEPTED and (
            result.location is not None or answering is not Answering.SYNC
        ):
            return _accepted(result, key=key, answering=answering)
        case Reply(status=status) if _OK <= status < _MOVED:
            return _done(result, key=key, answering=answering)
        case Reply(status=status) if _CLIENT <= status < _SERVER and status != _REQUEST_TIMEOUT:
            return _refused(result, key=key)
        case Reply():
            return _unknown(result, key=key, reason=_unclear(result))


def _accepted(reply: Reply, *, key: str, answering: Answering) -> Accepted | Unknown:
    if reply.location is None and answering is Answering.ASYNC:
        return _unknown(reply, key=key, reason="the service answered 202 and did not say where to ask for the result")
    return Accepted(
        key=key,
        run_id=reply.run_id,
        headers=reply.headers,
        retry_after_s=reply.retry_after_s,
        location=reply.location,
    )


def _done(reply: Reply, *, key: str, answering: Answering) -> Done | Unknown:
    if reply.status == _ACCEPTED and answering is Answering.SYNC and reply.body is None:
        return _unknown(reply, key=key, reason="the service answered 202 where the workflow has an answer to give")
    return Done(key=key, status=reply.status, body=reply.body, headers=reply.headers, run_id=reply.run_id)


def _refused(reply: Reply, *, key: str) -> Outcome:
    code, message = error_of(reply.body)
    if reply.status == _CONFLICT and code == "IdempotencyKeyInUse":
        return Accepted(key=key, run_id=reply.run_id, headers=reply.headers, retry_after_s=reply.retry_after_s)
    by_workflow = reply.run_id is not None and code not in FINAL_CODES
    mend = FINAL_CODES.get(code or "")
    text = message or f"the {'workflow' if by_workflow else 'service'} answered {reply.status}"
    return Refused(
        key=key,
        code=code or f"Http{reply.status}",
        message=redact(f"{text[:_MESSAGE]}; {mend}" if mend else text[:_MESSAGE]),
        by="workflow" if by_workflow else "service",
        retryable=reply.status == _THROTTLED and not by_workflow,
        retry_after_s=reply.retry_after_s,
        status=reply.status,
        body=reply.body if by_workflow else None,
        run_id=reply.run_id,
    )


def _unclear(reply: Reply) -> str:
    code, message = error_of(reply.body)
    if _MOVED <= reply.status < _CLIENT:
        return f"the service answered {reply.status}, which a workflow never does: it is not followed"
    said = f" ({code}: {message[:_MESSAGE]})" if code else ""
    return redact(f"the service answered {reply.status}{said} and may have done the work")


def _unknown(reply: Reply, *, key: str, reason: str) -> Unknown:
    return Unknown(key=key, reason=reason, status=reply.status, run_id=reply.run_id, headers=reply.headers)


def error_of(body: object) -> tuple[str | None, str]:
    """Code and message of `{"error": {"code", "message"}}`."""
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return None, ""
    code, message = error.get("code"), error.get("message")
    return (code if isinstance(code, str) else None), (message if isinstance(message, str) else "")


@dataclass(frozen=True, slots=True)
class PollAgain:
    """The answer is not there yet."""

    after_s: float | None = None


def classify_poll(result: Reply | Failure, *, key: str) -> Outcome | PollAgain:
    """What one poll of an accepted call says. Polls change nothing, so that a lost one is asked again."""
    if isinstance(result, Failure):
        return PollAgain()
    status, own = result.status, result.run_id is not None
    if status in {_ACCEPTED, _THROTTLED} or (status >= _SERVER and not own):
        return PollAgain(result.retry_after_s)
    if _OK <= status < _MOVED:
        return Done(key=key, status=status, body=result.body, headers=result.headers, run_id=result.run_id)
    if own and _CLIENT <= status < _SERVER:
        return _refused(result, key=key)
    gone = f"the place to ask for the result is gone ({status})"
    return _unknown(result, key=key, reason=gone if status in _GONE else _unclear(result))


def quoted_key(key: str) -> str:
    """The key as the `Idempotency-Key` header has it: a structured string (RFC 8941, section 3.3.3)."""
    return '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'


def unquoted_key(value: str) -> str:
    """The key of such a header; a bare word is taken as it stands."""
    text = value.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return text
