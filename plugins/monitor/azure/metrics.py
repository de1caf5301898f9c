"""Azure Monitor's metrics behind the port of metrics, by the batch API of `azure-monitor-querymetrics` (an extra)."""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from azure.core.credentials_async import AsyncTokenCredential

from orchestrator.core.errors import QueryError, SettingsError
from orchestrator.core.metrics import MetricsQuery, metrics_columns
from orchestrator.core.ports import QueryLimits, ResourceGraph
from orchestrator.core.table import QueryStats, Table, TableStatus, Value
from plugins.monitor.azure.faults import FOREIGN, Heard, read_trouble
from plugins.monitor.azure.metrics_answers import SERIES, filter_text, read_values
from plugins.monitor.azure.metrics_faults import metrics_error
from plugins.monitor.azure.values import cut
from plugins.monitor.graph_query import located, regions

if TYPE_CHECKING:
    from azure.monitor.querymetrics.aio import MetricsClient

ENDPOINT = "https://{region}.metrics.monitor.azure.com"
AUDIENCE = "https://metrics.monitor.azure.com"
MISSING = (
    "metrics need the package azure-monitor-querymetrics: install the extra with pip install 'switchboard[metrics]'"
)
_BATCH = 50
"""As many resources as one request may name. Source: Azure REST API, "Metrics - Batch"."""
_OK = 200
_SHAPES = (*FOREIGN, KeyError, TypeError, AttributeError)
"""What a call may raise, and what reading a document of another shape does."""


class AzureMetrics:
    """Reads metrics at the endpoint of each resource's region, one client an endpoint.

    Args:
        credential: Signs in when first asked; it stays the caller's to close.
        graph: Tells the regions of resources, where the endpoint's address has a `{region}`.
        endpoint: Another cloud's, or one region's, then without `{region}`.
        enforce_https: False on loopback only: a token never goes over plain http otherwise.
        retries: How often the client asks again after a 429, a broken connection or a busy service.
    """

    def __init__(
        self,
        credential: AsyncTokenCredential,
        *,
        graph: ResourceGraph | None = None,
        endpoint: str = ENDPOINT,
        audience: str = AUDIENCE,
        enforce_https: bool = True,
        retries: int = 3,
    ) -> None:
        if "{region}" in endpoint and graph is None:
            raise SettingsError(f"the metrics endpoint {endpoint!r} needs a region; name one in its place")
        self._credential = credential
        self._graph = graph
        self._endpoint = endpoint
        self._audience = audience
        self._enforce_https = enforce_https
        self._retries = retries
        self._clients: dict[str, MetricsClient] = {}
        self._regions: dict[str, str] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections; closing twice is fine."""
        while self._clients:
            _, client = self._clients.popitem()
            await client.close()

    async def measure(self, query: MetricsQuery, *, limits: QueryLimits | None = None) -> Table:
        """Read every batch of resources; raises SettingsError where the extra is not installed."""
        limits = limits or QueryLimits()
        started = time.monotonic()
        rows: list[tuple[Value, ...]] = []
        troubles: list[str] = []
        answered = False
        try:
            async with asyncio.timeout(limits.timeout_s):
                for region, resources in await self._batches(query.resources):
                    found, missing = await self._read(region, replace(query, resources=resources))
                    rows += found
                    troubles += missing
                    answered = True
        except TimeoutError:
            troubles.append(f"stopped at the time limit of {limits.timeout_s:g} s")
        stats = QueryStats(elapsed_s=time.monotonic() - started)
        if troubles and not answered:
            return Table((), (), TableStatus.FAILED, "; ".join(troubles), stats)
        # A row's time, resource, metric and dimensions are its own: the values after them are never compared.
        kept, over = cut(tuple(sorted(rows, key=lambda row: row[: 3 + len(query.split_by)])), limits)
        troubles += [over] if over else []
        columns = metrics_columns(query.aggregations, tuple(name for name, _ in query.split_by))
        status = TableStatus.PARTIAL if troubles else TableStatus.COMPLETE
        return Table(columns, kept, status, "; ".join(troubles) or None, stats)

    async def _batches(self, resources: Sequence[str]) -> list[tuple[str, tuple[str, ...]]]:
        """Resources by region and subscription: one request holds no others."""
        if "{region}" in self._endpoint:
            await self._locate([item for item in resources if item.lower() not in self._regions])
        groups: dict[tuple[str, str], list[str]] = {}
        for item in resources:
            region = self._regions.get(item.lower(), "")
            groups.setdefault((region, _subscription(item)), []).append(item)
        return [(region, part) for (region, _), items in groups.items() for part in _parts(items)]

    async def _locate(self, resources: Sequence[str]) -> None:
        if not resources or self._graph is None:
            return
        kql, parameters = located(resources)
        table = await self._graph.query(kql, parameters=parameters)
        self._regions |= regions(table.records())
        for item in resources:
            if item.lower() not in self._regions:
                raise QueryError(
                    f"there is no resource {item!r} that this identity may see: correct the id, or give it the role "
                    "Reader there"
                )

    async def _read(self, region: str, query: MetricsQuery) -> tuple[list[tuple[Value, ...]], list[str]]:
        heard, documents = Heard(), list[Any]()

        def hear(response: Any) -> None:
            heard.hear(response)
            if heard.status == _OK:
                documents.append(response.http_response.json())

        try:
            await self._client(region).query_resources(**_arguments(query), raw_response_hook=hear,
                                                       enforce_https=self._enforce_https)  # fmt: skip
            return read_values(documents[-1], query)
        except _SHAPES as error:
            if isinstance(error, TimeoutError):
                raise  # ours: the query's own limit
            raise metrics_error(read_trouble(error, heard), place=", ".join(query.resources)) from error

    def _client(self, region: str) -> "MetricsClient":
        try:
            from azure.monitor.querymetrics.aio import MetricsClient  # noqa: PLC0415  # an extra, where it is asked
        except ImportError as error:
            raise SettingsError(MISSING) from error
        if region not in self._clients:
            endpoint = self._endpoint.replace("{region}", region)
            self._clients[region] = MetricsClient(
                endpoint, self._credential, audience=self._audience, retry_total=self._retries
            )
        return self._clients[region]


def _arguments(query: MetricsQuery) -> Mapping[str, Any]:
    """The query as the client takes it."""
    split = filter_text(query.split_by)
    return {
        "resource_ids": [_lowered(item) for item in query.resources],
        "metric_namespace": query.namespace,
        "metric_names": list(query.names),
        "timespan": (query.window.start, query.window.end),
        "granularity": query.interval,
        "aggregations": [item.value for item in query.aggregations],
        "filter": split,
        "max_results": SERIES if split else None,
    }


def _lowered(resource: str) -> str:
    """The id with its first word in lower case: the client finds the subscription by that."""
    return "/subscriptions/" + resource.strip("/").partition("/")[2]


def _subscription(resource: str) -> str:
    """The part behind `/subscriptions/`; QueryError where there is none."""
    parts = resource.strip("/").split("/")
    if len(parts) < 2 or parts[0].lower() != "subscriptions":  # noqa: PLR2004  # the word and the id
        raise QueryError(f"{resource!r} is no Azure resource id; it begins with /subscriptions/")
    return parts[1].lower()


def _parts(items: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for start in range(0, len(items), _BATCH):
        yield tuple(items[start : start + _BATCH])
