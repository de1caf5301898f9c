"""What the runner asks of the outside: questions that are recorded as evidence, and which tables there are."""

from collections.abc import Sequence
from typing import Protocol

from orchestrator.core.evidence import Recorded
from orchestrator.core.metrics import MetricsQuery
from orchestrator.core.ports import QueryLimits, QueryParameter
from orchestrator.core.table import Column, Table


class EvidencePort(Protocol):
    """Logs, metrics and the resource graph behind a recorder.

    A query that cannot be answered is recorded too: it has an `error` and no table.
    """

    async def ask(self, key: str, kql: str, *, parameters: Sequence[QueryParameter], limits: QueryLimits) -> Recorded:
        """Run a query; `key` (a step's id, `outer/inner`, `coverage`, `services`) decides the evidence's id."""
        ...

    async def measure(self, key: str, query: MetricsQuery, *, limits: QueryLimits) -> Recorded:
        """Read metrics; where none are configured, it is recorded as a query that cannot be answered."""
        ...

    async def query_graph(
        self, key: str, kql: str, *, parameters: Sequence[QueryParameter], limits: QueryLimits
    ) -> Recorded:
        """Ask the resource graph; where none is configured, it is recorded as a query that cannot be answered."""
        ...

    async def note(self, key: str, table: Table, *, source: str) -> Recorded:
        """Record rows that no query gave: a person's answer, another guide's outcome."""
        ...

    async def columns(self, table: str) -> tuple[Column, ...]:
        """The columns of a table; raises `QueryError` with the nearest names where there is none."""
        ...
