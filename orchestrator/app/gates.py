"""How many queries a process asks at once under one identity: those beyond wait in the order in which they came."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from orchestrator.app.log_ports import OpenLogs
from orchestrator.core.metrics import MetricsQuery
from orchestrator.core.patience import waiting
from orchestrator.core.ports import Metrics, QueryLimits, QueryParameter, ResourceGraph, TableSchema
from orchestrator.core.table import Column, Table
from orchestrator.core.window import Window


@dataclass(frozen=True, slots=True)
class GatedLogs:
    """Logs whose queries pass a gate; what is known about tables is not asked so often, and passes by."""

    logs: OpenLogs
    gate: asyncio.Semaphore

    @property
    def now(self) -> datetime | None:
        """See `OpenLogs`."""
        return self.logs.now

    @property
    def warnings(self) -> tuple[str, ...]:
        """See `OpenLogs`."""
        return self.logs.warnings

    def warnings_for(self, queries: Sequence[str]) -> tuple[str, ...]:
        """See `OpenLogs`."""
        return self.logs.warnings_for(queries)

    async def query(
        self,
        kql: str,
        *,
        parameters: Sequence[QueryParameter] = (),
        window: Window | None = None,
        limits: QueryLimits | None = None,
    ) -> Table:
        """See `Logs`."""
        async with waiting(self.gate):
            return await self.logs.query(kql, parameters=parameters, window=window, limits=limits)

    async def describe(self, kql: str, *, parameters: Sequence[QueryParameter] = ()) -> tuple[Column, ...]:
        """See `Logs`."""
        return await self.logs.describe(kql, parameters=parameters)

    async def schema(self) -> Mapping[str, TableSchema]:
        """See `Logs`."""
        return await self.logs.schema()


@dataclass(frozen=True, slots=True)
class GatedMetrics:
    """Metrics whose queries pass a gate."""

    metrics: Metrics
    gate: asyncio.Semaphore

    async def measure(self, query: MetricsQuery, *, limits: QueryLimits | None = None) -> Table:
        """See `Metrics`."""
        async with waiting(self.gate):
            return await self.metrics.measure(query, limits=limits)


@dataclass(frozen=True, slots=True)
class GatedGraph:
    """A resource graph whose queries pass a gate."""

    graph: ResourceGraph
    gate: asyncio.Semaphore

    async def query(
        self, kql: str, *, parameters: Sequence[QueryParameter] = (), limits: QueryLimits | None = None
    ) -> Table:
        """See `ResourceGraph`."""
        async with waiting(self.gate):
            return await self.graph.query(kql, parameters=parameters, limits=limits)
