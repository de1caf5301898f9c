"""Azure AI Search on loopback: the wire protocol of API version 2026-04-01 that the SDK speaks, with faults on demand.

What it takes it checks as the service does: fields against the definition, keys, filters, the names of profiles. Shapes
are those of recorded exchanges. It ranks by BM25, and by the share of the query's words where the service has its
semantic ranker.
"""

import asyncio
import json
import re
import socket
import struct
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import azure_search_ranking as ranking
import uvicorn
from azure_search_language import SyntaxProblem
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

KEY = "loopback-admin-key"
_KEY_SYNTAX = re.compile(r"[A-Za-z0-9=-][A-Za-z0-9_=-]*")
_PARAMETERS = {
    "search",
    "count",
    "facets",
    "filter",
    "queryType",
    "scoringProfile",
    "searchMode",
    "searchFields",
    "answers",
    "captions",
    "select",
    "skip",
    "top",
    "semanticConfiguration",
    "semanticQuery",
    "semanticErrorHandling",
    "semanticMaxWaitInMilliseconds",
    "vectorQueries",
    "vectorFilterMode",
}


@dataclass
class Fault:
    """What happens to the next requests whose path holds `on`: a status, or a reset connection.

    Attributes:
        after: The work is done before the connection is reset.
    """

    on: str
    status: int | None = None
    retry_after: str | None = None
    times: int = 1
    after: bool = False
    message: str = "busy"


class Refused(Exception):  # noqa: N818  # it is an answer
    """An answer with an error."""

    def __init__(self, status: int, message: str, *, code: str = "InvalidRequest", headers: Any = None) -> None:
        super().__init__(message)
        self.response = JSONResponse({"error": {"code": code, "message": message}}, status, headers)


@dataclass
class SearchServer:
    """The service.

    Attributes:
        indexes: Definitions by name.
        documents: By index name and key.
        faults: Of requests, used up in order.
        document_faults: Statuses of documents by key, used up in order.
        page_size: Rows of one answer; a query for more is continued by `@search.nextPageParameters`.
        max_bytes: A larger body is refused with 413.
        requests: What was asked: method, path, headers, body.
        recorded: Answers that are given as they are, before any other: status, headers, body.
    """

    indexes: dict[str, dict[str, Any]] = field(default_factory=dict)
    documents: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    document_faults: dict[str, list[int]] = field(default_factory=dict)
    page_size: int = 1000
    max_bytes: int = 16 * 1024 * 1024
    semantic: bool = True
    slow_s: float = 0.0
    key: str = KEY
    requests: list[dict[str, Any]] = field(default_factory=list)
    recorded: list[tuple[int, dict[str, str], str]] = field(default_factory=list)
    url: str = ""

    def start(self) -> "SearchServer":
        """Listen on a free port, in a thread."""
        config = uvicorn.Config(self.app(), host="127.0.0.1", port=0, log_level="critical", lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.005)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        return self

    def stop(self) -> None:
        """Close every connection and end the thread."""
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join(10)

    def app(self) -> Callable[..., Awaitable[None]]:
        """The ASGI application; a fault is met before anything else."""
        verbs = ["GET", "POST", "PUT", "DELETE"]
        inner = Starlette(routes=[Route("/{path:path}", self._handle, methods=verbs)])

        async def with_faults(scope: Any, receive: Any, send: Any) -> None:
            fault = self._fault(scope["path"])
            if fault is None or fault.status is not None:
                scope["state"] = {"fault": fault}
                await inner(scope, receive, send)
                return
            if fault.after:
                await inner(scope, receive, _swallow)
            _reset(send)

        return with_faults

    def _fault(self, path: str) -> Fault | None:
        for fault in self.faults:
            if fault.on in path and fault.times > 0:
                fault.times -= 1
                return fault
        return None

    async def _handle(self, request: Request) -> Response:
        raw = await request.body()
        body = json.loads(raw) if raw else None
        path = request.url.path
        self.requests.append({"method": request.method, "path": path, "headers": dict(request.headers), "body": body})
        if self.recorded:
            status, headers, text = self.recorded.pop(0)
            return Response(text, status, headers)
        if self.slow_s:
            await asyncio.sleep(self.slow_s)
        try:
            self._refuse(request, len(raw))
            return self._route(request.method, path, body)
        except Refused as refused:
            return refused.response
        except (ranking.Unfit, SyntaxProblem) as problem:
            return Refused(400, f"Invalid expression: {problem}").response

    def _refuse(self, request: Request, size: int) -> None:
        fault = request.scope["state"]["fault"]
        if fault is not None:
            headers = {"Retry-After": fault.retry_after} if fault.retry_after is not None else None
            raise Refused(fault.status, fault.message, code="ServiceUnavailable", headers=headers)
        given = request.headers.get("api-key"), request.headers.get("authorization", "")
        if given[0] != self.key and not given[1].startswith("Bearer loopback"):
            raise Refused(403, "Access denied due to invalid key", code="Forbidden")
        if request.query_params.get("api-version") != "2026-04-01":
            raise Refused(400, "The api-version query parameter is invalid")
        if size > self.max_bytes:
            raise Refused(413, "The request is too large")

    def _route(self, method: str, path: str, body: Any) -> Response:
        match = re.fullmatch(r"/indexes\('(?P<name>[^']+)'\)(?P<rest>/docs/.+)?", path)
        if match is None:
            raise Refused(404, f"There is no resource {path}", code="NotFound")
        name, rest = match["name"], match["rest"]
        if rest is None:
            return self._definition(method, name, body)
        if name not in self.indexes:
            raise Refused(404, f"The index '{name}' for service 'loopback' was not found.", code="NotFound")
        if rest == "/docs/$count":
            return Response("\ufeff" + str(len(self.documents[name])), media_type="text/plain")
        if rest == "/docs/search.index":
            return self._write(name, body["value"])
        if rest == "/docs/search.post.search":
            return JSONResponse(self._search(name, body, path))
        raise Refused(404, f"There is no resource {path}", code="NotFound")

    def _definition(self, method: str, name: str, body: Any) -> Response:
        if method == "PUT":
            created = name not in self.indexes
            self._check_update(name, body)
            self.indexes[name] = {"@odata.etag": f'"{len(self.requests)}"', **body}
            self.documents.setdefault(name, {})
            return JSONResponse(self.indexes[name], 201 if created else 200)
        if name not in self.indexes:
            raise Refused(404, f"No index with the name '{name}' was found in the service.", code="NotFound")
        if method == "DELETE":
            del self.indexes[name], self.documents[name]
            return Response(status_code=204)
        return JSONResponse(self.indexes[name])

    def _check_update(self, name: str, body: Any) -> None:
        """Existing fields can neither change nor go."""
        if not any(item.get("key") for item in body["fields"]):
            raise Refused(400, "The index needs a key field")
        wanted = {item["name"]: item for item in body["fields"]}
        for old in self.indexes.get(name, {"fields": []})["fields"]:
            new = wanted.get(old["name"])
            fixed = ("type", "analyzer", "searchable", "filterable", "facetable", "dimensions")
            if new is None or any(old.get(part) != new.get(part) for part in fixed):
                raise Refused(400, f"Existing field '{old['name']}' cannot be changed.", code="OperationNotAllowed")

    def _write(self, name: str, actions: list[dict[str, Any]]) -> Response:
        if not actions or len(actions) > 1000:
            raise Refused(400, "The batch needs 1 to 1000 actions")
        for action in actions:
            self._check_document(name, action)
        results = [self._act(name, dict(action)) for action in actions]
        return JSONResponse({"value": results}, 200 if all(one["status"] for one in results) else 207)

    def _check_document(self, name: str, action: dict[str, Any]) -> None:
        if not isinstance(action.get("key"), str) or not _KEY_SYNTAX.fullmatch(action["key"]):
            raise Refused(400, f"Invalid document key: '{action.get('key')}'", code="InvalidName")
        fields = {item["name"]: item for item in self.indexes[name]["fields"]}
        for part, value in action.items():
            if part == "@search.action":
                continue
            if part not in fields:
                raise Refused(400, f"The property '{part}' does not exist on type 'search.documentFields'.")
            if not ranking.fits(value, fields[part]):
                raise Refused(400, f"The property '{part}' has a value of the wrong type for {fields[part]['type']}.")

    def _act(self, name: str, action: dict[str, Any]) -> dict[str, Any]:
        verb, key, stored = action.pop("@search.action"), action["key"], self.documents[name]
        codes = self.document_faults.get(key, [])
        if codes:
            code = codes.pop(0)
            return {"key": key, "status": False, "errorMessage": f"refused with {code}", "statusCode": code}
        if verb == "delete":
            stored.pop(key, None)
            return {"key": key, "status": True, "errorMessage": None, "statusCode": 200}
        if verb == "merge" and key not in stored:
            return {"key": key, "status": False, "errorMessage": "Document not found.", "statusCode": 404}
        new = key not in stored
        kept = stored.get(key, {}) if verb in {"merge", "mergeOrUpload"} else {}
        stored[key] = {**{item["name"]: None for item in self.indexes[name]["fields"]}, **kept, **action}
        return {"key": key, "status": True, "errorMessage": None, "statusCode": 201 if new else 200}

    def _search(self, name: str, asked: dict[str, Any], path: str) -> dict[str, Any]:
        if unknown := set(asked) - _PARAMETERS:
            raise Refused(400, f"The parameter {min(unknown)!r} is not known")
        if asked.get("queryType") == "semantic" and not self.semantic:
            raise Refused(400, "Semantic search is not enabled for this service.", code="FeatureNotSupported")
        found = ranking.Found.of(self.indexes[name], list(self.documents[name].values()), asked)
        skip, top = asked.get("skip") or 0, asked.get("top", 50)
        size = min(self.page_size, top)
        answer: dict[str, Any] = {"value": found.rows(skip, size)}
        if asked.get("count"):
            answer["@odata.count"] = found.total
        if asked.get("facets"):
            answer["@search.facets"] = found.facets()
        if asked.get("answers"):
            answer["@search.answers"] = found.answers()
        if size < top and skip + size < found.total:
            answer["@search.nextPageParameters"] = {**asked, "skip": skip + size, "top": top - size}
            answer["@odata.nextLink"] = f"{self.url}{path}?api-version=2026-04-01"
        return answer


async def _swallow(_message: Any) -> None:
    """The answer that is lost."""


def _reset(send: Any) -> None:
    """Close with a reset: the client sees a broken connection, not an end."""
    transport = send.__self__.transport
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
