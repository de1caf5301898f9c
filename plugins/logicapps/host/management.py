"""The management operations beside the triggers: run history, actions of a run, addresses, new keys.

Paths and documents as in https://learn.microsoft.com/rest/api/logic (2016-06-01); a token of the host opens them.
"""

import asyncio
import json
import re
from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from plugins.logicapps.host.gate import bearer, is_token
from plugins.logicapps.host.runs import HostedRun, KeptAction
from plugins.logicapps.host.signing import trigger_url
from plugins.logicapps.host.store import SLOTS, HostStore

OWNER = "management"
"""Whose key opens the management operations."""
_RESOURCE = "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Logic/workflows/{workflow}"
_TERM = re.compile(r"\s*(?P<name>Status|ClientTrackingId)\s+eq\s+'(?P<value>(?:[^']|'')*)'\s*", re.IGNORECASE)
_PAGE = 30


def resource_of(name: str) -> str:
    """The resource id that a hosted workflow answers to."""
    return f"/subscriptions/local/resourceGroups/local/providers/Microsoft.Logic/workflows/{name}"


def parse_filter(text: str | None) -> Mapping[str, str] | None:
    """The terms of a `$filter` by name in small letters; None for what this host does not understand."""
    found: dict[str, str] = {}
    for part in re.split(r"\s+and\s+(?=\w+\s+eq\s)", text) if text else ():
        term = _TERM.fullmatch(part)
        if term is None:
            return None
        found[term["name"].lower()] = term["value"].replace("''", "'")
    return found


class Management:
    """The operations on these workflows."""

    def __init__(self, names: Sequence[str], *, store: HostStore) -> None:
        self._names = frozenset(names)
        self._store = store

    def routes(self) -> list[Route]:
        """Where they answer."""
        return [
            Route(f"{_RESOURCE}/runs", self.list_runs, methods=["GET"]),
            Route(f"{_RESOURCE}/runs/{{run}}/actions", self.list_actions, methods=["GET"]),
            Route(f"{_RESOURCE}/triggers/manual/listCallbackUrl", self.list_callback_url, methods=["POST"]),
            Route(f"{_RESOURCE}/regenerateAccessKey", self.regenerate, methods=["POST"]),
        ]

    async def list_runs(self, request: Request) -> Response:
        """Newest first, by pages."""
        refused = await self._refuse(request)
        wanted = parse_filter(request.query_params.get("$filter"))
        if refused is not None or wanted is None:
            return refused or _error(400, "InvalidFilter", "The filter is not understood: Status, ClientTrackingId.")
        name = request.path_params["workflow"]
        runs = await asyncio.to_thread(
            self._store.runs, name, tracking_id=wanted.get("clienttrackingid"), status=wanted.get("status")
        )
        start, size = _page(request)
        document: dict[str, object] = {"value": [_run_document(run) for run in runs[start : start + size]]}
        if len(runs) > start + size:
            document["nextLink"] = str(request.url.include_query_params(**{"$skiptoken": start + size}))
        return JSONResponse(document)

    async def list_actions(self, request: Request) -> Response:
        """The actions of one run with their retries."""
        refused = await self._refuse(request)
        if refused is not None:
            return refused
        run = await asyncio.to_thread(self._store.run, request.path_params["run"])
        if run is None or run.workflow != request.path_params["workflow"]:
            return _error(404, "WorkflowRunNotFound", "There is no such run.")
        actions = await asyncio.to_thread(self._store.actions, run.run_id)
        return JSONResponse({"value": [_action_document(action, run) for action in actions]})

    async def list_callback_url(self, request: Request) -> Response:
        """The signed address of the trigger."""
        refused = await self._refuse(request)
        if refused is not None:
            return refused
        name = request.path_params["workflow"]
        keys = await asyncio.to_thread(self._store.keys_of, name)
        slot = await _slot(request)
        url = trigger_url(f"{request.url.scheme}://{request.url.netloc}", name, key=keys[slot])
        return JSONResponse({"value": url, "method": "POST"})

    async def regenerate(self, request: Request) -> Response:
        """A new key in one slot; what the old one signed is refused from now on."""
        refused = await self._refuse(request)
        if refused is not None:
            return refused
        await asyncio.to_thread(self._store.rotate, request.path_params["workflow"], await _slot(request))
        return Response(status_code=200)

    async def _refuse(self, request: Request) -> Response | None:
        keys = await asyncio.to_thread(self._store.keys_of, OWNER)
        if not is_token(bearer(request.headers), keys["primary"]):
            return _error(401, "AuthenticationFailed", "Authentication failed: a token of this host is needed.")
        if request.path_params["workflow"] not in self._names:
            return _error(404, "ResourceNotFound", "The workflow was not found.")
        return None


async def _slot(request: Request) -> str:
    try:
        body = json.loads(await request.body() or b"{}")
    except ValueError:
        body = {}
    wanted = str(body.get("keyType", "Primary")).lower() if isinstance(body, dict) else ""
    return wanted if wanted in SLOTS else "primary"


def _page(request: Request) -> tuple[int, int]:
    start, size = request.query_params.get("$skiptoken", "0"), request.query_params.get("$top", str(_PAGE))
    return (int(start) if start.isdecimal() else 0), (max(1, int(size)) if size.isdecimal() else _PAGE)


def _run_document(run: HostedRun) -> dict[str, object]:
    properties: dict[str, object] = {
        "startTime": run.started,
        "endTime": run.ended,
        "status": run.status,
        "code": run.code,
        "correlation": {"clientTrackingId": run.tracking_id},
        "originRunId": run.origin_run_id,
        "error": {"code": run.code, "message": run.error} if run.error else None,
        "trigger": {"name": "manual", "status": "Succeeded", "correlation": {"clientTrackingId": run.tracking_id}},
    }
    return {
        "id": f"{resource_of(run.workflow)}/runs/{run.run_id}",
        "name": run.run_id,
        "type": "Microsoft.Logic/workflows/runs",
        "properties": {name: value for name, value in properties.items() if value is not None},
    }


def _action_document(action: KeptAction, run: HostedRun) -> dict[str, object]:
    return {
        "id": f"{resource_of(run.workflow)}/runs/{run.run_id}/actions/{action.name}",
        "name": action.name,
        "type": "Microsoft.Logic/workflows/runs/actions",
        "properties": {
            "startTime": action.started,
            "endTime": action.ended,
            "status": action.status,
            "code": action.code,
            "correlation": {"actionTrackingId": action.tracking_id, "clientTrackingId": run.tracking_id},
            "retryHistory": list(action.retries),
        },
    }


def _error(status: int, code: str, message: str) -> Response:
    return JSONResponse({"error": {"code": code, "message": message}}, status_code=status)
