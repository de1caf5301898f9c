"""The host as an ASGI application: the request trigger of Logic Apps, its polls, and the run history beside it."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from orchestrator.core.errors import StoreError
from orchestrator.core.redaction import redact
from orchestrator.core.workflows import Answering
from plugins.logicapps.host.answers import (
    CutResponse,
    as_response,
    early_answer,
    late_reply,
    spoilt_answer,
    taken_reply,
)
from plugins.logicapps.host.faults import Fault, FaultKind
from plugins.logicapps.host.gate import (
    NotAdmittedError,
    TokenCheck,
    admit_body,
    admit_caller,
    admit_key,
    admit_path,
)
from plugins.logicapps.host.handlers import Hosted
from plugins.logicapps.host.management import Management
from plugins.logicapps.host.replies import HostReply, error_reply, no_response
from plugins.logicapps.host.runs import HostedRun
from plugins.logicapps.host.signing import RUN, TRIGGER, operation_url, workflow_id
from plugins.logicapps.host.work import Works, headers_of, new_run_id

_BODY_MAX = 100 * 1024 * 1024
"""The service's own limit of a message."""
_TRACKING_MAX = 256
_SPOILING = frozenset({FaultKind.ERROR, FaultKind.LATE_REPLY, FaultKind.LOST_REPLY, FaultKind.CRASH})
"""Faults that come when the work is over, and hide it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """A request that passed the gate."""

    hosted: Hosted
    run: HostedRun
    body: Mapping[str, object]
    fault: Fault | None
    origin: str


class WorkflowHost:
    """The workflows of one host.

    Args:
        hosted: The workflows.
        works: Runs them.
        tokens: Checks Entra tokens; None means that only signatures come in.
        disabled: Names of workflows that are switched off.
    """

    def __init__(
        self,
        hosted: Iterable[Hosted],
        *,
        works: Works,
        tokens: TokenCheck | None = None,
        disabled: Iterable[str] = (),
    ) -> None:
        self._hosted = {workflow_id(one.spec.name): one for one in hosted}
        self._works = works
        self._tokens = tokens
        self.disabled = set(disabled)
        self._polls_left: dict[str, int] = {}

    async def invoke(self, request: Request) -> Response:
        """The trigger: start a run and answer as the workflow does."""
        try:
            invocation = await self._admit(request)
        except NotAdmittedError as refusal:
            return as_response(refusal.reply)
        early = early_answer(invocation.fault)
        if early is not None:
            return early
        if invocation.fault and invocation.fault.kind is FaultKind.LATE_DELIVERY:
            self._works.later(invocation.hosted, invocation.run, invocation.body, delay_s=invocation.fault.seconds)
            return CutResponse()
        claim = await self._works.claim(invocation.run, invocation.body)
        if claim.state != "new":
            return as_response(taken_reply(claim))
        return await self._answer(invocation, await self._start(invocation))

    async def poll(self, request: Request) -> Response:
        """The answer of an accepted run, or 202 again."""
        run_id = request.path_params["run"]
        try:
            hosted = self._find(request)
            await self._let_in(request, hosted, f"/runs/{run_id}/operations/{request.path_params['operation']}/read")
        except NotAdmittedError as refusal:
            return as_response(refusal.reply)
        run = await asyncio.to_thread(self._works.store.run, run_id)
        if run is None:
            return as_response(error_reply(404, "WorkflowRunNotFound", "There is no such run."))
        if self._still(run):
            return await self._accepted(hosted, run, _origin(request))
        return as_response(run.reply or no_response(headers_of(run)))

    def _find(self, request: Request) -> Hosted:
        hosted = self._hosted.get(request.path_params["workflow"])
        if hosted is None or request.path_params.get("trigger", TRIGGER) != TRIGGER:
            raise NotAdmittedError(404, "WorkflowNotFound", "The workflow could not be found.")
        return hosted

    async def _admit(self, request: Request) -> Invocation:
        """Everything that is checked before a run begins, in the service's order."""
        hosted = self._find(request)
        spec = hosted.spec
        await self._let_in(request, hosted, RUN)
        if spec.name in self.disabled:
            message = "Could not execute workflow trigger: the workflow is not enabled."
            raise NotAdmittedError(400, "WorkflowTriggerIsNotEnabled", message)
        fields = admit_path(spec.relative_path, _relative(request))
        body = admit_body(spec, await _read_body(request))
        key = admit_key(spec, request.headers, body)
        return Invocation(
            hosted=hosted,
            run=_new_run(spec.name, key, request.headers.get("x-ms-client-tracking-id")),
            body={**body, **fields},
            fault=self._works.faults.next_for_request(spec.name),
            origin=_origin(request),
        )

    async def _let_in(self, request: Request, hosted: Hosted, permission: str) -> None:
        keys = await asyncio.to_thread(self._works.store.keys_of, hosted.spec.name)
        query = dict(parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True))
        admit_caller(
            query,
            request.headers,
            keys=keys,
            base=f"/workflows/{workflow_id(hosted.spec.name)}",
            permission=permission,
            tokens=self._tokens,
        )

    async def _start(self, invocation: Invocation) -> "asyncio.Task[HostReply]":
        """The run, and where the fault says so a second delivery of the same request beside it."""
        hosted, run, body, fault = invocation.hosted, invocation.run, invocation.body, invocation.fault
        delay_s = fault.seconds if fault and fault.kind is FaultKind.DELAY else 0.0
        crash = bool(fault.after_work) if fault and fault.kind is FaultKind.CRASH else None
        task = self._works.start(hosted, run, body, delay_s=delay_s, crash_after=crash)
        if fault and fault.kind is FaultKind.DUPLICATE:
            await self._works.again(hosted, run, body, origin=None)
        return task

    async def _answer(self, invocation: Invocation, task: "asyncio.Task[HostReply]") -> Response:
        hosted, run, fault = invocation.hosted, invocation.run, invocation.fault
        kind = fault.kind if fault else None
        if kind is FaultKind.LOST_LOCATION:
            return as_response(HostReply(status=202, headers=headers_of(run)))
        if fault and kind is FaultKind.ACCEPT:
            self._polls_left[run.run_id] = fault.polls
            return await self._accepted(hosted, run, invocation.origin, gap_s=fault.retry_after_s)
        if fault and kind in _SPOILING:
            await asyncio.wait({task})
            return spoilt_answer(fault, run)
        if kind is FaultKind.RESUBMIT:
            await asyncio.wait({task})
            await asyncio.wait({await self._works.again(hosted, run, invocation.body, origin=run.run_id)})
        if hosted.spec.answering is Answering.NONE:
            return as_response(HostReply(status=202, headers=headers_of(run)))
        if hosted.spec.answering is Answering.ASYNC:
            return await self._accepted(hosted, run, invocation.origin)
        done, _ = await asyncio.wait({task}, timeout=self._works.limits.held_s)
        return as_response(task.result() if done else late_reply(run))

    async def _accepted(self, hosted: Hosted, run: HostedRun, origin: str, *, gap_s: float | None = None) -> Response:
        """202 with the signed place to ask at."""
        keys = await asyncio.to_thread(self._works.store.keys_of, hosted.spec.name)
        url = operation_url(origin, hosted.spec.name, run.run_id, key=keys["primary"])
        gap = self._works.limits.gap_s if gap_s is None else gap_s
        headers = {**headers_of(run), "Location": url} | ({} if gap is None else {"Retry-After": f"{gap:.0f}"})
        return as_response(HostReply(status=202, headers=headers))

    def _still(self, run: HostedRun) -> bool:
        """Whether a poll is to be answered with 202: the run is at work, or the fault `accept` says so."""
        left = self._polls_left.get(run.run_id, 0)
        if left:
            self._polls_left[run.run_id] = left - 1
        else:
            self._polls_left.pop(run.run_id, None)
        return bool(left) or run.status == "Running"


def build_app(
    hosted: Iterable[Hosted],
    *,
    works: Works,
    tokens: TokenCheck | None = None,
    disabled: Iterable[str] = (),
) -> Starlette:
    """The application; its lifespan lets runs end."""
    known = tuple(hosted)
    host = WorkflowHost(known, works=works, tokens=tokens, disabled=disabled)
    management = Management([one.spec.name for one in known], store=works.store)

    @asynccontextmanager
    async def lifespan(_app: Any) -> AsyncIterator[None]:
        yield
        await works.close()

    trigger = "/workflows/{workflow}/triggers/{trigger}"
    return Starlette(
        lifespan=lifespan,
        exception_handlers={StoreError: _store_failed},
        routes=[
            Route(f"{trigger}/paths/invoke", host.invoke, methods=["POST"]),
            Route(f"{trigger}/paths/invoke/{{relative:path}}", host.invoke, methods=["POST"]),
            Route(f"{trigger}/run", host.invoke, methods=["POST"]),
            Route("/workflows/{workflow}/runs/{run}/operations/{operation}", host.poll, methods=["GET"]),
            *management.routes(),
        ],
    )


async def _store_failed(_request: Request, error: Exception) -> Response:
    """The host's file gave out: what was done is in the file or is not, and the caller must ask later."""
    return as_response(error_reply(500, "HostFailed", redact(str(error))))


def _new_run(workflow: str, key: str | None, tracking_id: str | None) -> HostedRun:
    run_id = new_run_id()
    tracking = (tracking_id or run_id)[:_TRACKING_MAX]
    return HostedRun(run_id=run_id, workflow=workflow, key=key, tracking_id=tracking, correlation_id=tracking)


def _relative(request: Request) -> str:
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    _, _, relative = raw.decode("latin-1").partition("/paths/invoke")
    return relative


def _origin(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}"


async def _read_body(request: Request) -> object:
    content = b""
    async for chunk in request.stream():
        content += chunk
        if len(content) > _BODY_MAX:
            raise NotAdmittedError(413, "RequestEntityTooLarge", "The body is larger than 100 MB.")
    try:
        return json.loads(content or b"{}")
    except (ValueError, RecursionError):
        raise NotAdmittedError(400, "InvalidRequestContent", "The request content is no JSON.") from None
