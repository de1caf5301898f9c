"""What the host sends: replies as responses, answers that a fault spoils, and those of a key that was used."""

import json
from collections.abc import Mapping

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from plugins.logicapps.host.faults import Fault, FaultKind
from plugins.logicapps.host.replies import HostReply, error_reply
from plugins.logicapps.host.runs import Claim, HostedRun
from plugins.logicapps.host.work import headers_of


class ConnectionCutError(Exception):
    """The fault `lost_reply`: the answer breaks off. A server then closes the connection."""


class CutResponse(Response):
    """Promises a body and ends before it."""

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send a part and break off."""
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"64")]})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})
        raise ConnectionCutError


def early_answer(fault: Fault | None) -> Response | None:
    """The faults that come before any work."""
    if fault is None:
        return None
    if fault.kind is FaultKind.THROTTLE:
        gap = {} if fault.retry_after_s is None else {"Retry-After": f"{fault.retry_after_s:.0f}"}
        reply = error_reply(429, "WorkflowTriggerThrottled", "Too many requests: try again later.", headers=gap)
        return as_response(reply)
    if fault.kind is FaultKind.ERROR and not fault.after_work:
        return as_response(_error(fault, headers={}))
    if fault.kind is FaultKind.LOST_REPLY and fault.after_work is False:
        return CutResponse()
    return None


def spoilt_answer(fault: Fault, run: HostedRun) -> Response:
    """What the caller sees of work that was done."""
    if fault.kind in {FaultKind.LOST_REPLY, FaultKind.CRASH}:
        return CutResponse()
    return as_response(
        late_reply(run) if fault.kind is FaultKind.LATE_REPLY else _error(fault, headers=headers_of(run))
    )


def _error(fault: Fault, *, headers: Mapping[str, str]) -> HostReply:
    return error_reply(fault.status or 500, "InternalServerError", "Encountered an internal error.", headers=headers)


def late_reply(run: HostedRun) -> HostReply:
    """504 for a run that takes longer than a request is held."""
    message = "The execution of the workflow exceeded the time for which the request is held; the run goes on."
    return error_reply(504, "GatewayTimeout", message, headers=headers_of(run))


def taken_reply(claim: Claim) -> HostReply:
    """A key that has been used (draft-ietf-httpapi-idempotency-key-header, section 2.7)."""
    if claim.state == "other_payload":
        return error_reply(422, "IdempotencyKeyReused", "This key came before with another payload: make a new key.")
    assert claim.run is not None
    if claim.state == "running":
        message = "A request with this key is still at work."
        return error_reply(409, "IdempotencyKeyInUse", message, headers=headers_of(claim.run))
    return claim.run.reply or HostReply(status=202, headers=headers_of(claim.run))


def as_response(reply: HostReply) -> Response:
    """A reply with its body as JSON."""
    content = b"" if reply.body is None else json.dumps(reply.body, ensure_ascii=False).encode("utf-8", "replace")
    headers = {name.lower(): value for name, value in reply.headers.items()}
    if reply.body is not None:
        headers.setdefault("content-type", "application/json; charset=utf-8")
    return Response(content, status_code=reply.status, headers=headers)
