"""Asks the log service: five queries at once, throttling obeyed, and every error understood before it is returned."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import ceil
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote

from azure.core.rest import HttpRequest
from azure.monitor.query import LogsQueryPartialResult, LogsQueryResult, LogsTable
from azure.monitor.query.aio import LogsQueryClient

from orchestrator.core.table import Column, QueryStats
from plugins.monitor.azure.faults import FOREIGN, Fault, Heard, Trouble, error_chain, read_trouble
from plugins.monitor.azure.retry import RETRIES, Retry, pause_s
from plugins.monitor.azure.values import read_column, read_stats
from plugins.monitor.azure.workspaces import Workspace

SIDE_BY_SIDE = 5
"""Queries of one identity that the service runs at once. Source: Azure Monitor documentation, "Service limits"."""
_LONGEST_S = 600
"""The longest wait that the service grants. Source: Azure Monitor documentation, "Prefer options"."""
_METADATA_S = 60.0
_OK = 200

T = TypeVar("T")
Timespan = timedelta | tuple[datetime, datetime] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer as it came: `details` are the errors of a result that is only a part."""

    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Any]]
    stats: QueryStats
    details: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long and how often.

    Attributes:
        retries: What is asked again.
        grace_s: How much longer than the query's own limit an answer is waited for, so that the service can tell; less
            than the second for which a guide's step waits beyond its limit.
        sleep: Waits for seconds.
    """

    retries: Mapping[Fault, Retry] = field(default_factory=lambda: RETRIES)
    grace_s: float = 0.9
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


class LogService:
    """One client with its slots. Its own retries must be off: they would repeat costly queries.

    Args:
        client: The client, opened and closed with this.
        patience: How long and how often.
        options: Given to every call of the client.
    """

    def __init__(self, client: LogsQueryClient, *, patience: Patience, options: Mapping[str, Any]) -> None:
        self._client = client
        self._patience = patience
        self._options = options
        self._slots = asyncio.Semaphore(SIDE_BY_SIDE)

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def ask(self, places: Sequence[Workspace], text: str, *, span: Timespan, timeout_s: float) -> Reply | Trouble:
        """Run a query, waiting for a slot in the order of arrival.

        A slot is held while throttling is waited out. All pauses of a query stay within its limit together: who asked
        would be gone by then.
        """

        async def once(heard: Heard) -> Reply:
            return await self._query(places, text, span=span, timeout_s=timeout_s, heard=heard)

        async with self._slots:
            return await self._patiently(once, budget_s=timeout_s)

    async def metadata(self, place: Workspace) -> Mapping[str, Any] | Trouble:
        """The metadata document of a workspace or resource; no query, so it takes no slot."""

        async def once(heard: Heard) -> Mapping[str, Any]:
            return await self._metadata(place, heard)

        return await self._patiently(once, budget_s=_METADATA_S)

    async def _patiently(self, once: Callable[[Heard], Awaitable[T]], *, budget_s: float) -> T | Trouble:
        tried: Counter[Fault] = Counter()
        left_s = budget_s
        while True:
            heard = Heard()
            try:
                return await once(heard)
            except FOREIGN as error:
                trouble = read_trouble(error, heard)
            wait_s = pause_s(trouble, tried[trouble.kind], self._patience.retries)
            if wait_s is None or wait_s > left_s:
                return trouble
            tried[trouble.kind] += 1
            left_s -= wait_s
            await self._patience.sleep(wait_s)

    async def _query(
        self, places: Sequence[Workspace], text: str, *, span: Timespan, timeout_s: float, heard: Heard
    ) -> Reply:
        first, *others = places
        longest_s = timeout_s + self._patience.grace_s
        options = {
            **self._options,
            "timespan": span,
            "server_timeout": min(_LONGEST_S, max(1, ceil(timeout_s))),
            "include_statistics": True,
            "raw_response_hook": heard.hear,
            "read_timeout": longest_s,
        }
        started = time.perf_counter()
        async with asyncio.timeout(longest_s):
            if first.id is not None:
                more = [other.address for other in others] or None
                result = await self._client.query_workspace(first.id, text, additional_workspaces=more, **options)
            else:
                result = await self._client.query_resource(_path(first), text, **options)
        return _read(result, measured_s=time.perf_counter() - started)

    async def _metadata(self, place: Workspace, heard: Heard) -> Mapping[str, Any]:
        request = HttpRequest("GET", f"/{_path(place)}/metadata")
        async with asyncio.timeout(_METADATA_S):
            response = await self._client.send_request(request, raw_response_hook=heard.hear, **self._options)
            async with response:
                await response.read()
                response.raise_for_status()
                document = response.json()
        if not isinstance(document, Mapping):
            raise ValueError("the metadata is no JSON object")  # noqa: TRY004  # read as an unreadable answer
        return document


def _path(place: Workspace) -> str:
    if place.id is not None:
        return f"workspaces/{quote(place.id, safe='')}"
    return quote((place.resource or "").strip("/"), safe="/")


def _read(result: LogsQueryResult | LogsQueryPartialResult, *, measured_s: float) -> Reply:
    match result:
        case LogsQueryPartialResult():
            tables, error = result.partial_data or [], result.partial_error
        case LogsQueryResult():
            tables, error = result.tables, None
    known = {"code": error.code, "message": error.message, "details": error.details} if error else None
    stats = read_stats(result.statistics, measured_s=measured_s)
    if not tables and error is None:
        raise ValueError("the answer holds no table")
    return replace(_table(tables[0] if tables else None, stats), details=error_chain(known))


def _table(table: LogsTable | None, stats: QueryStats) -> Reply:
    """The first table: the service sends one, as a text with several queries is refused before."""
    if table is None:
        return Reply(columns=(), rows=(), stats=stats)
    columns = tuple(read_column(*item) for item in zip(table.columns, table.columns_types, strict=True))
    return Reply(columns=columns, rows=[tuple(row) for row in table.rows], stats=stats)
