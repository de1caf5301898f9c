"""What the host answers: error documents, the service's headers, and the headers that it drops."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from orchestrator.core.workflows import Answer
from plugins.logicapps.host.signing import workflow_id

_DROPPED = frozenset({"allow", "cookie", "expires", "last-modified", "set-cookie", "transfer-encoding"})
_CONTENT_KEPT = frozenset({"content-type", "content-disposition"})
_MOVED, _BAD = range(300, 400), 502
_LOWEST, _HIGHEST = 200, 599


@dataclass(frozen=True, slots=True, kw_only=True)
class HostReply:
    """A response to be sent; `body` is JSON, None means an empty one."""

    status: int
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)


def error_reply(status: int, code: str, message: str, *, headers: Mapping[str, str] | None = None) -> HostReply:
    """The service's error document."""
    return HostReply(status=status, body={"error": {"code": code, "message": message}}, headers=headers or {})


def no_response(headers: Mapping[str, str]) -> HostReply:
    """What a caller gets whose run ended before it reached its Response action."""
    message = "The server did not receive a response from an upstream server: the run ended without one."
    return error_reply(_BAD, "NoResponse", message, headers=headers)


def answer_reply(answer: Answer | Mapping[str, object], *, headers: Mapping[str, str]) -> HostReply:
    """The Response action's status, body and headers, those left out that the service drops; never a 3xx."""
    made = answer if isinstance(answer, Answer) else Answer(body=dict(answer))
    if made.status in _MOVED or not _LOWEST <= made.status <= _HIGHEST:
        return no_response(headers)
    return HostReply(status=made.status, body=made.body, headers={**kept_headers(made.headers), **headers})


def kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers of a Response action that reach the caller."""
    return {name: value for name, value in headers.items() if not _is_dropped(name.lower())}


def _is_dropped(name: str) -> bool:
    return name in _DROPPED or (name.startswith("content-") and name not in _CONTENT_KEPT)


def run_headers(workflow: str, *, run_id: str, tracking_id: str, correlation_id: str) -> dict[str, str]:
    """The headers that tell of a run."""
    found = workflow_id(workflow)
    return {
        "x-ms-workflow-run-id": run_id,
        "x-ms-correlation-id": correlation_id,
        "x-ms-tracking-id": str(uuid.uuid4()),
        "x-ms-client-tracking-id": tracking_id,
        "x-ms-trigger-history-name": run_id,
        "x-ms-workflow-id": found,
        "x-ms-workflow-name": workflow,
        "x-ms-workflow-version": "1",
        "x-ms-workflow-system-id": f"/locations/local/scaleunits/prod-00/workflows/{found}",
        "x-ms-execution-location": "local",
        "x-ms-ratelimit-burst-remaining-workflow-writes": "100000",
    }
