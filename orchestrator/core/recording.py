"""The recorder: asks the ports on behalf of a run and keeps what they answered as evidence."""

import json
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from orchestrator.core.asked import Answer, Asked, answered, asked_metrics, asked_search, keep, recall, step_name
from orchestrator.core.conversations.insights import NO_INSIGHTS, InsightQuery, Insights
from orchestrator.core.document_table import document_table
from orchestrator.core.errors import NotConfiguredError
from orchestrator.core.evidence import CITED_ROWS, Evidence, EvidenceStatus, Recorded
from orchestrator.core.memory import Memory, NoMemory
from orchestrator.core.metrics import MetricsQuery
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
    WorkflowReads,
)
from orchestrator.core.record import NO_RECORD, Record, RecordQuery
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


NO_WORKFLOWS = "no workflows are open here: name them in the settings, or none to use those of this machine"
NO_METRICS = "no metrics are configured: name a workspace or log files with the table AzureMetrics"
NO_GRAPH = (
    "no Azure Resource Graph is configured: sign in to Azure and name a workspace, or give log files with its tables"
)


def _wall_clock() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True, kw_only=True)
class Recorder:
    """Every query of a run goes through here, so that no caller can forget to record it.

    Args:
        logs: The log port; its answers become evidence of source `logs:<source>`.
        index: The search port; its answers become evidence of source `search:<source>`.
        source: live, files or sample.
        metrics: The metrics port, if there is one; its answers become evidence of source `metrics:<source>`.
        graph: The resource graph, if there is one; its answers become evidence of source `resource_graph:<source>`.
        record: What is known of incidents and actions, if a store is open; its answers become evidence of source
            `record:<view>`.
        insights: What is kept of scored conversations, if there is any; its answers become evidence of source
            `insights:<form>`.
        workflows: Asks reading workflows, if there are any; their answers become evidence of source `workflow:<name>`.
        scan_limit_bytes: What the run's queries of logs may scan; once they have, no further one is asked, and those
            that are being answered are let finish. A backend that does not tell what it scanned is not limited.
        scanned_bytes: What the run's earlier turns have scanned; grows with each query.
        found: Called with each new evidence, in the order in which answers arrive.
        memory: What an earlier attempt of this run was answered; asked for before anything else is.
        turn: The number of the turn within its run, part of the names under which answers are remembered.
    """

    logs: Logs
    index: Index
    source: str
    found: Callable[[Evidence], None]
    clock: Callable[[], datetime] = _wall_clock
    metrics: Metrics | None = None
    graph: ResourceGraph | None = None
    record: Record | None = None
    insights: Insights | None = None
    workflows: WorkflowReads | None = None
    scan_limit_bytes: int | None = None
    scanned_bytes: int = 0
    memory: Memory = field(default_factory=NoMemory)
    turn: int = 1
    recalled: int = 0
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

        async def ask() -> Table:
            return search_table(await self.index.search(query))

        return await self._record(self.reserve(), asked_search(query, self.source), ask)

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
        asked = Asked(
            kind="query",
            key=key,
            source=f"logs:{self.source}",
            query=kql,
            parameters=tuple(parameters),
            window=window,
            purpose=purpose,
        )

        async def ask() -> Table:
            over = over_limit(self.scanned_bytes, self.scan_limit_bytes)
            if over:
                raise NotConfiguredError(over)
            return await self.logs.query(kql, parameters=parameters, window=window, limits=limits)

        return await self._record(evidence_id, asked, ask)

    async def measure(
        self, evidence_id: str, *, key: str, query: MetricsQuery, limits: QueryLimits | None, purpose: str = ""
    ) -> Recorded:
        """Ask for metrics and record the answer; without a metrics port it is recorded as failed."""

        async def ask() -> Table:
            if self.metrics is None:
                raise NotConfiguredError(NO_METRICS)
            return await self.metrics.measure(query, limits=limits)

        return await self._record(evidence_id, asked_metrics(query, self.source, key=key, purpose=purpose), ask)

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
        asked = Asked(
            kind="graph",
            key=key,
            source=f"resource_graph:{self.source}",
            query=kql,
            parameters=tuple(parameters),
            purpose=purpose,
        )

        async def ask() -> Table:
            if self.graph is None:
                raise NotConfiguredError(NO_GRAPH)
            return await self.graph.query(kql, parameters=parameters, limits=limits)

        return await self._record(evidence_id, asked, ask)

    async def look_up(self, query: RecordQuery) -> Recorded:
        """Ask the record of incidents and actions, and record the answer; without a store it is recorded as failed."""
        asked = Asked(
            kind="record",
            key="record",
            source=f"record:{query.view.value}",
            query=query.text(),
            parameters=query.parameters(),
            purpose="what the record holds",
        )

        async def ask() -> Table:
            if self.record is None:
                raise NotConfiguredError(NO_RECORD)
            return await self.record.look_up(query)

        return await self._record(self.reserve(), asked, ask)

    async def ask_insights(self, query: InsightQuery, *, purpose: str = "") -> Recorded:
        """Ask what is kept of scored conversations, and record the answer; without a store it is recorded as failed."""
        asked = Asked(
            kind="insights",
            key="insights",
            source=f"insights:{query.form.value}",
            query=query.text(),
            parameters=query.parameters(),
            purpose=purpose,
        )

        async def ask() -> Table:
            if self.insights is None:
                raise NotConfiguredError(NO_INSIGHTS)
            return await self.insights.ask(query)

        return await self._record(self.reserve(), asked, ask)

    async def ask_workflow(self, name: str, body: Mapping[str, object], *, key: str, purpose: str = "") -> Recorded:
        """Ask a reading workflow and record its answer as one row; without workflows it is recorded as failed."""
        text = f"{name} {json.dumps(dict(body), sort_keys=True, ensure_ascii=False)}"
        asked = Asked(kind="workflow", key=key, source=f"workflow:{name}", query=text, purpose=purpose)

        async def ask() -> Table:
            if self.workflows is None:
                raise NotConfiguredError(NO_WORKFLOWS)
            return document_table(await self.workflows.read_now(name, body))

        return await self._record(self.reserve(), asked, ask)

    async def note(self, evidence_id: str, *, key: str, table: Table, source: str, purpose: str = "") -> Recorded:
        """Record rows that no query gave: a person's answer, another guide's outcome."""

        async def given() -> Table:
            return table

        asked = Asked(kind="note", key=key, source=source, purpose=purpose, more=table.sha256())
        return await self._record(evidence_id, asked, given)

    def reserve(self) -> str:
        """The next free id."""
        self._count += 1
        return f"E{self._count}"

    async def _record(self, evidence_id: str, asked: Asked, ask: Callable[[], Awaitable[Table]]) -> Recorded:
        """A question's evidence: from what is remembered of it, else from what is answered now and remembered first."""
        step = step_name(self.turn, asked, evidence_id)
        answer = recall(self.memory, step)
        if answer is None:
            started, at = time.perf_counter(), self.clock()
            table, reason = await answered(ask())
            elapsed_s = time.perf_counter() - started if asked.kind != "note" else 0.0
            answer = keep(self.memory, step, Answer(table=table, reason=reason, at=at, elapsed_s=elapsed_s))
        self.recalled += answer.recalled
        recorded = _recorded(evidence_id, asked, answer)
        if asked.kind == "query":
            self.scanned_bytes += recorded.evidence.scanned_bytes or 0
        self._recorded[evidence_id] = recorded
        self.found(recorded.evidence)
        return recorded


def _recorded(evidence_id: str, asked: Asked, answer: Answer) -> Recorded:
    table = answer.table
    failed = table is None or table.status is TableStatus.FAILED
    evidence = Evidence(
        id=evidence_id,
        key=asked.key,
        source=asked.source,
        query=asked.query,
        parameters=asked.parameters,
        status=EvidenceStatus.FAILED if table is None else EvidenceStatus(table.status.value),
        row_count=len(table.rows) if table is not None else 0,
        result_sha256=table.sha256() if table is not None and not failed else "",
        columns=table.columns if table is not None else (),
        rows=table.rows[:CITED_ROWS] if table is not None else (),
        at=answer.at,
        elapsed_s=answer.elapsed_s,
        reason=answer.reason if table is None else table.reason,
        window=asked.window,
        purpose=asked.purpose,
        link=table.link if table is not None else None,
        scanned_bytes=table.stats.scanned_bytes if table is not None and table.stats is not None else None,
        recalled=answer.recalled,
    )
    return Recorded(evidence, None if failed else table)


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
        return await self.recorder.note(self._id(key), key=key, table=table, source=source, purpose=purpose)

    async def schema(self) -> Mapping[str, TableSchema]:
        """The tables there are, by name."""
        return await self.recorder.logs.schema()

    async def columns(self, table: str) -> tuple[Column, ...]:
        """The columns of a table; raises `QueryError` where there is none. Loads no other table."""
        return await self.recorder.logs.describe(table)

    def _id(self, key: str) -> str:
        return self.ids.get(key) or self.recorder.reserve()
