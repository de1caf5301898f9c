"""The recorder: asks the ports on behalf of a run and keeps what they answered as evidence."""

import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from orchestrator.core.errors import NotConfiguredError, QueryError
from orchestrator.core.evidence import CITED_ROWS, Evidence, EvidenceStatus, Recorded
from orchestrator.core.metrics import MetricsQuery
from orchestrator.core.metrics_record import metrics_parameters
from orchestrator.core.ports import (
    Hit,
    Index,
    Logs,
    Metrics,
    QueryLimits,
    QueryParameter,
    ResourceGraph,
    SearchQuery,
    TableSchema,
)
from orchestrator.core.scanning import over_limit
from orchestrator.core.table import Column, ColumnType, Table, TableStatus
from orchestrator.core.window import Window

SEARCH_COLUMNS = (
    Column("id", ColumnType.STRING),
    Column("kind", ColumnType.STRING),
    Column("title", ColumnType.STRING),
    Column("score", ColumnType.REAL),
    Column("passage", ColumnType.STRING),
)


def search_table(hits: Sequence[Hit]) -> Table:
    """What a search found, as the table that its evidence rests on."""
    return Table(SEARCH_COLUMNS, tuple((hit.id, hit.kind, hit.title, round(hit.score, 4), hit.passage) for hit in hits))


NO_METRICS = "no metrics are configured: name a workspace or log files with the table AzureMetrics"
NO_GRAPH = (
    "no Azure Resource Graph is configured: sign in to Azure and name a workspace, or give log files with its tables"
)


def _wall_clock() -> datetime:
    return datetime.now(UTC)


async def _answered(answer: Awaitable[Table]) -> tuple[Table | None, str | None]:
    """The table, or why there is none."""
    try:
        return await answer, None
    except QueryError as error:
        return None, error.message


async def _refuse(reason: str) -> Table:
    raise NotConfiguredError(reason)


@dataclass(slots=True, kw_only=True)
class Recorder:
    """Every query of a run goes through here, so that no caller can forget to record it.

    Args:
        logs: The log port; its answers become evidence of source `logs:<source>`.
        index: The search port; its answers become evidence of source `search:<source>`.
        source: live, files or sample.
        metrics: The metrics port, if there is one; its answers become evidence of source `metrics:<source>`.
        graph: The resource graph, if there is one; its answers become evidence of source `resource_graph:<source>`.
        scan_limit_bytes: What the run's queries of logs may scan; once they have, no further one is asked, and those
            that are being answered are let finish. A backend that does not tell what it scanned is not limited.
        scanned_bytes: What the run's earlier turns have scanned; grows with each query.
        found: Called with each new evidence, in the order in which answers arrive.
    """

    logs: Logs
    index: Index
    source: str
    found: Callable[[Evidence], None]
    clock: Callable[[], datetime] = _wall_clock
    metrics: Metrics | None = None
    graph: ResourceGraph | None = None
    scan_limit_bytes: int | None = None
    scanned_bytes: int = 0
    _recorded: dict[str, Recorded] = field(default_factory=dict)
    _count: int = 0

    def section(self, keys: Iterable[str] = ()) -> "Section":
        """A group of queries whose ids are reserved in the order of `keys`, so that timing cannot change them."""
        return Section(recorder=self, ids={key: self.reserve() for key in keys})

    def tables(self) -> dict[str, Table]:
        """The whole recorded tables by evidence id."""
        return {key: item.table for key, item in self._recorded.items() if item.table is not None}

    def evidence(self) -> tuple[Evidence, ...]:
        """All evidence, in the order of its ids."""
        return tuple(self._recorded[key].evidence for key in sorted(self._recorded, key=lambda item: int(item[1:])))

    def recorded(self) -> dict[str, Recorded]:
        """All evidence with its tables, by id."""
        return dict(self._recorded)

    def get(self, evidence_id: str) -> Recorded | None:
        """That evidence of this run."""
        return self._recorded.get(evidence_id)

    async def search(self, query: SearchQuery) -> Recorded:
        """Search, and record what came back as a table of id, kind, title, score and passage."""
        started, asked = time.perf_counter(), self.clock()
        hits = await self.index.search(query)
        return self._keep(
            evidence_id=self.reserve(),
            key="search",
            source=f"search:{self.source}",
            query=query.text,
            parameters=(
                QueryParameter("kinds", ColumnType.DYNAMIC, list(query.kinds)),
                QueryParameter("top", ColumnType.LONG, query.top),
            ),
            table=search_table(hits),
            asked=asked,
            elapsed_s=time.perf_counter() - started,
        )

    async def query(
        self,
        evidence_id: str,
        *,
        key: str,
        kql: str,
        parameters: Sequence[QueryParameter],
        limits: QueryLimits | None,
        window: Window | None = None,
        purpose: str = "",
    ) -> Recorded:
        """Ask the logs and record the answer; a query that cannot be answered is recorded as failed."""
        started, asked = time.perf_counter(), self.clock()
        over = over_limit(self.scanned_bytes, self.scan_limit_bytes)
        answer = _refuse(over) if over else self.logs.query(kql, parameters=parameters, window=window, limits=limits)
        table, reason = await _answered(answer)
        if table is not None and table.stats is not None:
            self.scanned_bytes += table.stats.scanned_bytes or 0
        return self._keep(
            evidence_id=evidence_id,
            key=key,
            source=f"logs:{self.source}",
            query=kql,
            parameters=tuple(parameters),
            table=table,
            asked=asked,
            elapsed_s=time.perf_counter() - started,
            reason=reason,
            window=window,
            purpose=purpose,
        )

    async def measure(
        self, evidence_id: str, *, key: str, query: MetricsQuery, limits: QueryLimits | None, purpose: str = ""
    ) -> Recorded:
        """Ask for metrics and record the answer; without a metrics port it is recorded as failed."""
        started, asked = time.perf_counter(), self.clock()
        answer = self.metrics.measure(query, limits=limits) if self.metrics is not None else _refuse(NO_METRICS)
        table, reason = await _answered(answer)
        return self._keep(
            evidence_id=evidence_id,
            key=key,
            source=f"metrics:{self.source}",
            query=query.text(),
            parameters=metrics_parameters(query),
            table=table,
            asked=asked,
            elapsed_s=time.perf_counter() - started,
            reason=reason,
            window=query.window,
            purpose=purpose or query.asked(),
        )

    async def query_graph(
        self,
        evidence_id: str,
        *,
        key: str,
        kql: str,
        parameters: Sequence[QueryParameter],
        limits: QueryLimits | None,
        purpose: str = "",
    ) -> Recorded:
        """Ask the resource graph and record the answer; without one it is recorded as failed."""
        started, asked = time.perf_counter(), self.clock()
        graph = self.graph
        answer = graph.query(kql, parameters=parameters, limits=limits) if graph is not None else _refuse(NO_GRAPH)
        table, reason = await _answered(answer)
        return self._keep(
            evidence_id=evidence_id,
            key=key,
            source=f"resource_graph:{self.source}",
            query=kql,
            parameters=tuple(parameters),
            table=table,
            asked=asked,
            elapsed_s=time.perf_counter() - started,
            reason=reason,
            purpose=purpose,
        )

    def note(self, evidence_id: str, *, key: str, table: Table, source: str, purpose: str = "") -> Recorded:
        """Record rows that no query gave: a person's answer, another guide's outcome."""
        return self._keep(
            evidence_id=evidence_id,
            key=key,
            source=source,
            query="",
            parameters=(),
            table=table,
            asked=self.clock(),
            elapsed_s=0.0,
            purpose=purpose,
        )

    def reserve(self) -> str:
        """The next free id."""
        self._count += 1
        return f"E{self._count}"

    def _keep(
        self,
        *,
        evidence_id: str,
        key: str,
        source: str,
        query: str,
        parameters: tuple[QueryParameter, ...],
        table: Table | None,
        asked: datetime,
        elapsed_s: float,
        reason: str | None = None,
        window: Window | None = None,
        purpose: str = "",
    ) -> Recorded:
        failed = table is None or table.status is TableStatus.FAILED
        status = EvidenceStatus.FAILED if table is None else EvidenceStatus(table.status.value)
        evidence = Evidence(
            id=evidence_id,
            key=key,
            source=source,
            query=query,
            parameters=parameters,
            status=status,
            row_count=len(table.rows) if table is not None else 0,
            result_sha256=table.sha256() if table is not None and not failed else "",
            columns=table.columns if table is not None else (),
            rows=table.rows[:CITED_ROWS] if table is not None else (),
            at=asked,
            elapsed_s=elapsed_s,
            reason=reason if table is None else table.reason,
            window=window,
            purpose=purpose,
            link=table.link if table is not None else None,
            scanned_bytes=table.stats.scanned_bytes if table is not None and table.stats is not None else None,
        )
        recorded = Recorded(evidence, None if failed else table)
        self._recorded[evidence_id] = recorded
        self.found(evidence)
        return recorded


@dataclass(slots=True, kw_only=True)
class Section:
    """Queries that belong together, such as one run of one guide."""

    recorder: Recorder
    ids: Mapping[str, str]

    async def ask(
        self,
        key: str,
        kql: str,
        *,
        parameters: Sequence[QueryParameter] = (),
        limits: QueryLimits | None = None,
        purpose: str = "",
    ) -> Recorded:
        """Ask the logs under a key; a reserved key has its id already, another gets the next free one."""
        return await self.recorder.query(
            self._id(key), key=key, kql=kql, parameters=parameters, limits=limits, purpose=purpose
        )

    async def measure(self, key: str, query: MetricsQuery, *, limits: QueryLimits, purpose: str = "") -> Recorded:
        """Ask for metrics under a key."""
        return await self.recorder.measure(self._id(key), key=key, query=query, limits=limits, purpose=purpose)

    async def query_graph(
        self,
        key: str,
        kql: str,
        *,
        parameters: Sequence[QueryParameter],
        limits: QueryLimits,
        purpose: str = "",
    ) -> Recorded:
        """Ask the resource graph under a key."""
        return await self.recorder.query_graph(
            self._id(key), key=key, kql=kql, parameters=parameters, limits=limits, purpose=purpose
        )

    async def note(self, key: str, table: Table, *, source: str, purpose: str = "") -> Recorded:
        """Record rows that no query gave, such as a person's answer."""
        return self.recorder.note(self._id(key), key=key, table=table, source=source, purpose=purpose)

    async def schema(self) -> Mapping[str, TableSchema]:
        """The tables there are, by name."""
        return await self.recorder.logs.schema()

    async def columns(self, table: str) -> tuple[Column, ...]:
        """The columns of a table; raises `QueryError` where there is none. Loads no other table."""
        return await self.recorder.logs.describe(table)

    def _id(self, key: str) -> str:
        return self.ids.get(key) or self.recorder.reserve()
