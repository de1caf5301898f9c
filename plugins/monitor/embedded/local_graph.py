"""The resource graph from tables of the logs (Resources, ServiceHealthResources, ...): the offline twin."""

from collections.abc import Sequence

from orchestrator.core.errors import NotConfiguredError, QueryError
from orchestrator.core.ports import Logs, QueryLimits, QueryParameter
from orchestrator.core.table import Column, Table
from plugins.monitor.graph_query import fill, tables_in


class LocalResourceGraph:
    """Asks the log port; what Resource Graph does not know is refused here too."""

    def __init__(self, logs: Logs) -> None:
        self._logs = logs

    async def query(
        self, kql: str, *, parameters: Sequence[QueryParameter] = (), limits: QueryLimits | None = None
    ) -> Table:
        """Run the query on the folder's tables."""
        text = fill(kql, parameters)
        try:
            return await self._logs.query(text, limits=limits)
        except QueryError as error:
            await self._refuse_absent(kql)
            raise error from None

    async def describe(self, kql: str, *, parameters: Sequence[QueryParameter] = ()) -> tuple[Column, ...]:
        """The columns that the query would yield; raises `QueryError` as `query` does."""
        text = fill(kql, parameters)
        try:
            return await self._logs.describe(text)
        except QueryError as error:
            await self._refuse_absent(kql)
            raise error from None

    async def _refuse_absent(self, kql: str) -> None:
        """Say that there is no resource graph where its table is not among the files."""
        for name in tables_in(kql):
            try:
                await self._logs.describe(name)
            except QueryError as error:
                raise NotConfiguredError(
                    f"no Azure Resource Graph is configured: these logs have no table {name}; ask a workspace, or "
                    "export that table"
                ) from error
