"""The resource graph from tables of the logs (Resources, ServiceHealthResources, ...): the offline twin."""

from collections.abc import Sequence

from orchestrator.core.ports import Logs, QueryLimits, QueryParameter
from orchestrator.core.table import Column, Table
from plugins.monitor.graph_query import fill


class LocalResourceGraph:
    """Asks the log port; what Resource Graph does not know is refused here too."""

    def __init__(self, logs: Logs) -> None:
        self._logs = logs

    async def query(
        self, kql: str, *, parameters: Sequence[QueryParameter] = (), limits: QueryLimits | None = None
    ) -> Table:
        """Run the query on the folder's tables."""
        return await self._logs.query(fill(kql, parameters), limits=limits)

    async def describe(self, kql: str, *, parameters: Sequence[QueryParameter] = ()) -> tuple[Column, ...]:
        """The columns that the query would yield; raises `QueryError` as `query` does."""
        return await self._logs.describe(fill(kql, parameters))
