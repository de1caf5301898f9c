"""Resource Graph and the metrics service of Azure Monitor on loopback, answering from files and from made points."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from azure.core.credentials import AccessToken
from serving import serve
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from orchestrator.core.errors import QueryError
from orchestrator.core.ports import QueryLimits
from orchestrator.core.table import ColumnType, json_value
from plugins.monitor.embedded.duckdb import DuckDbLogs

START = datetime(2026, 3, 1, 10, tzinfo=UTC)
SQL = (
    "/subscriptions/11111111-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Sql/servers/s/databases"
)
KINDS = {
    ColumnType.STRING: "string",
    ColumnType.LONG: "integer",
    ColumnType.INT: "integer",
    ColumnType.REAL: "number",
    ColumnType.BOOL: "boolean",
    ColumnType.DYNAMIC: "object",
    ColumnType.DATETIME: "datetime",
}


class Signed:
    """A credential whose token the servers know; `scopes` are those that were asked for."""

    def __init__(self) -> None:
        self.scopes: list[str] = []

    async def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        """The token, good for an hour."""
        self.scopes += scopes
        return AccessToken("a-secret-token", int(time.time()) + 3_600)

    async def close(self) -> None:
        """Nothing is open."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


@dataclass
class Script:
    """What a server was asked, and replies that come before its own answers."""

    asked: list[dict[str, Any]] = field(default_factory=list)
    replies: list[Response] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    url: str = ""

    async def first(self, request: Request) -> Response | None:
        """Note the request; the scripted reply, if one is left."""
        self.asked.append(
            {
                "path": request.url.path,
                "query": dict(request.query_params),
                "body": await request.json(),
                "token": request.headers.get("authorization"),
            }
        )
        await asyncio.sleep(self.delay_s)
        return self.replies.pop(0) if self.replies else None


@asynccontextmanager
async def serve_graph(logs: DuckDbLogs) -> AsyncIterator[Script]:
    """Resource Graph over that folder: a real query language behind the real protocol."""
    script = Script()

    async def resources(request: Request) -> Response:
        scripted = await script.first(request)
        if scripted is not None:
            return scripted
        body = script.asked[-1]["body"]
        try:
            table = await logs.query(body["query"], limits=QueryLimits(rows=10_000))
        except QueryError as error:
            return graph_refusal(error)
        return graph_page(body["options"], table, headers=script.headers)

    path = "/providers/Microsoft.ResourceGraph/resources"
    async with serve(Starlette(routes=[Route(path, resources, methods=["POST"])])) as url:
        script.url = url
        yield script


def graph_page(options: dict[str, Any], table: Any, *, headers: dict[str, str]) -> Response:
    """One page of a table, in the format `table`."""
    start = int(options.get("$skipToken", "0"))
    size = int(options["$top"])
    rows = [[json_value(value) for value in row] for row in table.rows[start : start + size]]
    more = start + size < len(table.rows)
    document: dict[str, Any] = {
        "totalRecords": len(table.rows),
        "count": len(rows),
        "data": {"columns": [{"name": c.name, "type": KINDS[c.type]} for c in table.columns], "rows": rows},
        "facets": [],
        "resultTruncated": "true" if more else "false",
    }
    if more and any(column.name == "id" for column in table.columns):
        document["$skipToken"] = str(start + size)
    return JSONResponse(document, headers={"x-ms-user-quota-remaining": "14", **headers})


def graph_refusal(error: QueryError) -> Response:
    """The service's document for a query that it cannot run."""
    where = {"code": "ParserFailure", "message": error.message, "line": error.line, "characterPositionInLine": 3}
    invalid = {"code": "InvalidQuery", "message": "Query is invalid. Please fix the error before retrying."}
    details = [invalid, {name: value for name, value in where.items() if value is not None}]
    said = "Please provide below info when asking for support: timestamp = 2026-03-01, correlationId = 1."
    return JSONResponse({"error": {"code": "BadRequest", "message": said, "details": details}}, status_code=400)


@dataclass(frozen=True)
class Point:
    """A minute of one time series."""

    minute: int
    resource: str
    metric: str
    zone: str
    samples: tuple[float, ...]

    @property
    def at(self) -> datetime:
        """Its time."""
        return START + timedelta(minutes=self.minute)


POINTS = tuple(
    Point(minute, f"{SQL}/db{database}", metric, zone, (float(minute), float(database), 4.0))
    for minute in range(0, 20, 2)
    for database in (0, 1)
    for metric in ("cpu_percent", "dtu")
    for zone in ("1", "2 (b)")
)


@asynccontextmanager
async def serve_metrics() -> AsyncIterator[Script]:
    """The metrics service over the same points."""
    script = Script()

    async def batch(request: Request) -> Response:
        scripted = await script.first(request)
        return scripted if scripted is not None else JSONResponse({"values": list(values_of(script.asked[-1]))})

    path = "/subscriptions/{subscription}/metrics:getBatch"
    routes = [Route(start + path, batch, methods=["POST"]) for start in ("", "/{region}")]
    async with serve(Starlette(routes=routes)) as url:
        script.url = url
        yield script


def values_of(asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A document per resource, as the service writes it."""
    query = asked["query"]
    for resource in asked["body"]["resourceids"]:
        metrics = [one_metric(resource, name, query) for name in query["metricnames"].split(",")]
        yield {
            "starttime": query["starttime"],
            "endtime": query["endtime"],
            "interval": query.get("interval", "PT1M"),
            "namespace": query["metricnamespace"],
            "resourceregion": "westeurope",
            "resourceid": resource,
            "value": metrics,
        }


def one_metric(resource: str, name: str, query: dict[str, str]) -> dict[str, Any]:
    """A metric with its time series, one a zone where the filter names the dimension."""
    split = "filter" in query
    wanted = kept_values(query.get("filter", ""))
    points = [p for p in POINTS if p.resource == resource and p.metric == name and within(p, query)]
    zones = sorted({p.zone for p in points}) if split else [None]
    series = [
        {
            "metadatavalues": [{"name": {"value": "zone", "localizedValue": "Zone"}, "value": zone}] if split else [],
            "data": data_of([p for p in points if zone in {None, p.zone}], query),
        }
        for zone in zones
        if zone is None or wanted is None or zone in wanted
    ]
    return {
        "id": f"{resource}/providers/Microsoft.Insights/metrics/{name}",
        "type": "Microsoft.Insights/metrics",
        "name": {"value": name, "localizedValue": name},
        "unit": "Percent",
        "timeseries": series[: int(query.get("top", 10))] if split else series,
        "errorCode": "Success",
    }


def kept_values(text: str) -> set[str] | None:
    """The values that `Zone eq 'a' or Zone eq 'b'` keeps; None for all."""
    values = {part.split(" eq ")[1].strip("'").replace("%2528", "(").replace("%2529", ")")
              for part in text.split(" or ") if " eq " in part}  # fmt: skip
    return None if not values or "*" in values else values


def within(point: Point, query: dict[str, str]) -> bool:
    """Whether the point lies in the window."""
    return datetime.fromisoformat(query["starttime"]) <= point.at < datetime.fromisoformat(query["endtime"])


def data_of(points: list[Point], query: dict[str, str]) -> list[dict[str, Any]]:
    """The aggregations by interval; an interval without samples is a time without values."""
    minutes = {"PT1M": 1, "PT5M": 5}[query.get("interval", "PT1M")]
    start, end = (datetime.fromisoformat(query[edge]) for edge in ("starttime", "endtime"))
    data = []
    for n in range(int((end - start) / timedelta(minutes=minutes))):
        at = start + n * timedelta(minutes=minutes)
        samples = [s for p in points if at <= p.at < at + timedelta(minutes=minutes) for s in p.samples]
        data.append({"timeStamp": at.strftime("%Y-%m-%dT%H:%M:%SZ"), **aggregated(samples, query["aggregation"])})
    return data


def aggregated(samples: list[float], wanted: str) -> dict[str, float]:
    """The aggregations asked for, of the samples there are."""
    if not samples:
        return {}
    whole = {"total": sum(samples), "count": float(len(samples)), "average": sum(samples) / len(samples),
             "maximum": max(samples), "minimum": min(samples)}  # fmt: skip
    return {name: whole[name] for name in wanted.split(",")}
