"""The query service of Azure Monitor Logs on loopback: its routes and documents, answering from local log files.

The embedded engine answers; what it refuses becomes the service's own error document, with positions counted in the
text that was received. Sources of the forms: the service's recorded answers, and the REST API's documentation.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import serving
from azure.core.credentials import AccessToken
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from orchestrator.core.errors import QueryError
from orchestrator.core.ports import QueryLimits
from orchestrator.core.table import ColumnType, Table, Value, json_value
from orchestrator.core.window import Window
from plugins.monitor.embedded.duckdb import DuckDbLogs

WORKSPACE = "11111111-2222-3333-4444-555555555555"
OTHER = "99999999-8888-7777-6666-555555555555"
RESOURCE = "/subscriptions/s1/resourceGroups/g1/providers/Microsoft.OperationalInsights/workspaces/shop"
SITE = "/subscriptions/s1/resourceGroups/g1/providers/Microsoft.Web/sites/shop"
TOKEN = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJzaG9wIn0.c2lnbmF0dXJl"
MOST = QueryLimits(rows=500_000)

Fault = Callable[[Request], Awaitable[Response | None]]


@dataclass
class Credential:
    """Gives one made-up token, or fails as `error` says."""

    error: Exception | None = None
    scopes: list[str] = field(default_factory=list)

    async def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        self.scopes += scopes
        if self.error is not None:
            raise self.error
        return AccessToken(TOKEN, 4_102_444_800)

    async def close(self) -> None:
        """Nothing is open."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


@dataclass
class Asked:
    """One request as it came."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]

    @property
    def text(self) -> str:
        return str(self.body.get("query"))


@dataclass
class LogAnalytics:
    """The service; `faults` are used up by queries one after another, `metadata_faults` by requests for metadata."""

    logs: DuckDbLogs
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    metadata_faults: list[Fault] = field(default_factory=list)
    scanned: int = 1_000
    pause_s: float = 0.0
    running: int = 0
    most_running: int = 0
    metadata_asked: int = 0

    @property
    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v1/{place:path}/query", self._query, methods=["POST"]),
                Route("/v1/{place:path}/metadata", self._metadata, methods=["GET"]),
            ]
        )

    async def _query(self, request: Request) -> Response:
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            body = await request.json()
            self.asked.append(Asked(request.url.path, dict(request.headers), body))
            if request.headers.get("authorization") != f"Bearer {TOKEN}":
                return problem(401, "AuthorizationRequiredError", "Valid authentication was not provided")
            if self.faults and (answer := await self.faults.pop(0)(request)) is not None:
                return answer
            await asyncio.sleep(self.pause_s)
            if request.path_params["place"].removeprefix("workspaces/") not in {WORKSPACE, OTHER, SITE.strip("/")}:
                return problem(404, "PathNotFoundError", "The requested path does not exist")
            return await self._answer(body, request.headers.get("prefer", ""))
        finally:
            self.running -= 1

    async def _answer(self, body: Mapping[str, Any], prefer: str) -> Response:
        text = body["query"]
        try:
            table = await self.logs.query(text, window=read_timespan(body.get("timespan")), limits=MOST)
        except QueryError as error:
            return JSONResponse(refused(error, text), 400)
        return JSONResponse(self.document(table, text, statistics="include-statistics=true" in prefer))

    def document(self, table: Table, text: str, *, statistics: bool) -> dict[str, Any]:
        """A result; without a sort its rows come in an order that nobody may rely on."""
        rows = [[wire(value, column.type) for value, column in zip(r, table.columns, strict=True)] for r in table.rows]
        if not re.search(r"\b(sort|order|top)\b", text):
            rows.reverse()
        columns = [{"name": column.name, "type": column.type.value} for column in table.columns]
        found: dict[str, Any] = {"tables": [{"name": "PrimaryResult", "columns": columns, "rows": rows}]}
        return {**found, "statistics": cost(self.scanned)} if statistics else found

    async def _metadata(self, request: Request) -> Response:
        self.metadata_asked += 1
        if self.metadata_faults and (answer := await self.metadata_faults.pop(0)(request)) is not None:
            return answer
        schema = await self.logs.schema()
        tables = [
            {
                "id": name,
                "name": name,
                "timespanColumn": "TimeGenerated",
                "hasData": True,
                "columns": [{"name": column.name, "type": column.type.value} for column in table.columns],
                "related": {"solutions": ["LogManagement"]},
            }
            for name, table in schema.items()
        ]
        empty = {"id": "Heartbeat", "name": "Heartbeat", "hasData": False, "columns": []}
        places = [{"id": WORKSPACE, "name": "shop", "region": "westeurope", "resourceId": RESOURCE, "related": {}}]
        return JSONResponse({"categories": [], "functions": [], "tables": [*tables, empty], "workspaces": places})


def wire(value: Value, kind: ColumnType) -> Any:
    """A value as the service writes it: dynamic values as JSON text."""
    return json.dumps(json_value(value)) if kind is ColumnType.DYNAMIC and value is not None else json_value(value)


def cost(scanned: int) -> dict[str, Any]:
    """The statistics of a query that read so many bytes."""
    heat = {"hitbytes": 0, "missbytes": 0, "retrievebytes": 0}
    shards = {"hot": {**heat, "hitbytes": scanned}, "cold": heat, "bypassbytes": 0}
    return {
        "query": {
            "executionTime": 0.0156102,
            "resourceUsage": {"cache": {"memory": {"hits": 0, "misses": 0, "total": 0}, "shards": shards}},
            "inputDatasetStatistics": {
                "extents": {"total": 1, "scanned": 1},
                "rows": {"total": 3, "scanned": 2},
                "rowstores": {"scannedRows": 1, "scannedValuesSize": 24},
            },
        }
    }


def read_timespan(text: str | None) -> Window | None:
    """The window of `start/end`, whose end is taken in, or of a duration up to now."""
    if not text:
        return None
    if found := re.fullmatch(r"PT([\d.]+)S", text):
        now = datetime.now(UTC)
        return Window(now - timedelta(seconds=float(found[1])), now)
    start, end = map(datetime.fromisoformat, text.split("/"))
    return Window(start, end + timedelta(microseconds=1))


def problem(status: int, code: str, message: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> Response:
    """An error document."""
    error = {"message": message, "code": code, "correlationId": "d215782f-99e5-4f0d-9a9a-aba25c937179", **more}
    return JSONResponse({"error": error}, status, headers)


def refused(error: QueryError, text: str) -> dict[str, Any]:
    """The service's document for a text that the engine refuses."""
    if found := re.search(r"no table '([^']+)'", error.message):
        inner = unresolved("table or column", found[1], text)
    elif found := re.search(r"no column '([^']+)'", error.message):
        inner = unresolved("column or scalar", found[1], text)
    elif found := re.search(r"line (\d+), column (\d+): not valid KQL", error.message):
        line, place = int(found[1]), int(found[2])
        rest = re.match(r"\W*\w*", text.splitlines()[line - 1][place - 1 :])
        token = rest[0].split()[-1] if rest and rest[0].split() else "<EOF>"
        message = f"Query could not be parsed at '{token}' on line [{line},{place}]"
        syntax = {"code": "SYN0002", "message": message, "line": line, "pos": place - 1, "token": token}
        inner = {"code": "SyntaxError", "message": "A recognition error occurred in the query.", "innererror": syntax}
    elif found := re.search(r"function '([^']+)'", error.message):
        inner = semantic("SEM0260", f"Unknown function: '{found[1]}'.")
    else:
        inner = semantic("SEM0001", "The query cannot be executed as it stands")
    return {
        "error": {"message": "The request had some invalid properties", "code": "BadArgumentError", "innererror": inner}
    }


def unresolved(what: str, name: str, text: str) -> dict[str, Any]:
    """A name that nothing has, in the operator that uses it."""
    operators = re.findall(rf"\|\s*(\w+)[^|]*\b{name}\b", text) or re.findall(r"\|\s*(\w+)", text)
    return semantic("SEM0100", f"'{operators[0]}' operator: Failed to resolve {what} expression named '{name}'")


def semantic(code: str, message: str) -> dict[str, Any]:
    """A text that parses and means nothing."""
    inner = {"code": code, "message": message}
    return {"code": "SemanticError", "message": "A semantic error occurred.", "innererror": inner}


def answering(response: Response) -> Fault:
    """A fault that answers with this."""

    async def answer(_: Request) -> Response:
        return response

    return answer


def throttling(retry_after: str | None = "7") -> Fault:
    """Too many queries."""
    headers = {"Retry-After": retry_after} if retry_after else None
    return answering(problem(429, "ThrottledError", "Too many requests. Retry later.", headers=headers))


def gateway_timeout() -> Fault:
    """The query took longer than its wait."""
    inner = {"code": "GatewayTimeout", "message": "ADX query timed out"}
    return answering(problem(504, "GatewayTimeout", "Gateway timeout", innererror=inner))


async def reset(request: Request) -> Response:
    """The connection is cut before anything is answered."""
    request._receive.__self__.transport.abort()  # type: ignore[attr-defined]  # uvicorn's cycle
    return Response()


def slow(seconds: float) -> Fault:
    """The answer comes late."""

    async def wait(_: Request) -> None:
        await asyncio.sleep(seconds)

    return wait


def partial(code: str, message: str, *, rows: list[list[Any]] | None = None, scanned: int = 0) -> Fault:
    """A result with an error beside it."""
    inner = {"code": code, "message": message, "severity": 2, "severityName": "Error"}
    detail = {"code": "EngineError", "message": "Something went wrong processing your query on the server."}
    error = {
        "code": "PartialError",
        "message": "There were some errors when processing your query.",
        "details": [{**detail, "innererror": inner}],
    }
    table = {"name": "PrimaryResult", "columns": [{"name": "n", "type": "long"}], "rows": rows or []}
    return answering(JSONResponse({"tables": [table], "error": error, "statistics": cost(scanned)}))


def result(columns: Mapping[str, str], *rows: list[Any]) -> Fault:
    """This result, whatever was asked."""
    heads = [{"name": name, "type": kind} for name, kind in columns.items()]
    return answering(JSONResponse({"tables": [{"name": "PrimaryResult", "columns": heads, "rows": list(rows)}]}))


@asynccontextmanager
async def serve(service: LogAnalytics) -> AsyncIterator[LogAnalytics]:
    """The service on a free port of this machine."""
    async with serving.serve(service.app) as service.url:
        yield service
