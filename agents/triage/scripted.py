"""An evidence port that answers from a script, with delays: for tests, for benchmarks, and to try a guide by hand."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import get_close_matches

from orchestrator.core.errors import QueryError
from orchestrator.core.evidence import Evidence, EvidenceStatus, Recorded
from orchestrator.core.metrics import MetricsQuery
from orchestrator.core.ports import QueryLimits, QueryParameter
from orchestrator.core.table import Column, ColumnType, Table, TableStatus

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Asked:
    """One query that arrived."""

    key: str
    kql: str
    parameters: tuple[QueryParameter, ...]


@dataclass(slots=True, kw_only=True)
class ScriptedPort:
    """Answers each key with its table, or with an error where the script holds a text (or nothing).

    Args:
        tables: Table or error text by key.
        delays_s: Seconds until the answer, by key.
        schemas: The columns of the tables that there are.
        concurrent: False answers one query after another, as a backend without parallelism would.
    """

    tables: Mapping[str, Table | str] = field(default_factory=dict)
    delays_s: Mapping[str, float] = field(default_factory=dict)
    schemas: Mapping[str, tuple[Column, ...]] = field(default_factory=dict)
    concurrent: bool = True
    asked: list[Asked] = field(default_factory=list)
    notes: dict[str, Table] = field(default_factory=dict)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def ask(self, key: str, kql: str, *, parameters: Sequence[QueryParameter], limits: QueryLimits) -> Recorded:
        """Wait as long as the script says, then answer; `limits` are the caller's to keep."""
        self.asked.append(Asked(key, kql, tuple(parameters)))
        if self.concurrent:
            await asyncio.sleep(self.delays_s.get(key, 0.0))
        else:
            async with self._turn:
                await asyncio.sleep(self.delays_s.get(key, 0.0))
        answer = self.tables.get(key, f"nothing is scripted for {key!r} (limit {limits.rows} rows)")
        return _recorded(key, kql, answer, parameters=tuple(parameters))

    async def measure(self, key: str, query: MetricsQuery, *, limits: QueryLimits) -> Recorded:
        """As a query of that text; its resources are the parameter."""
        asked = QueryParameter("resource", ColumnType.DYNAMIC, list(query.resources))
        return await self.ask(key, query.text(), parameters=(asked,), limits=limits)

    async def query_graph(
        self, key: str, kql: str, *, parameters: Sequence[QueryParameter], limits: QueryLimits
    ) -> Recorded:
        """As any query."""
        return await self.ask(key, kql, parameters=parameters, limits=limits)

    async def note(self, key: str, table: Table, *, source: str) -> Recorded:
        """Keep the rows."""
        self.notes[key] = table
        return _recorded(key, source, table, parameters=())

    async def columns(self, table: str) -> tuple[Column, ...]:
        """Of a scripted table."""
        if table not in self.schemas:
            near = tuple(get_close_matches(table, self.schemas))
            raise QueryError(f"no table {table!r}; the script has {', '.join(self.schemas) or 'none'}", nearest=near)
        return self.schemas[table]


def _recorded(key: str, kql: str, answer: Table | str, *, parameters: tuple[QueryParameter, ...]) -> Recorded:
    table = answer if isinstance(answer, Table) else None
    status = EvidenceStatus(table.status.value) if table is not None else EvidenceStatus.FAILED
    evidence = Evidence(
        id=f"E-{key}",
        key=key,
        source="logs:script",
        query=kql,
        parameters=parameters,
        status=status,
        row_count=len(table.rows) if table is not None else 0,
        result_sha256=table.sha256() if table is not None else "",
        columns=table.columns if table is not None else (),
        rows=table.rows if table is not None else (),
        at=_EPOCH,
        elapsed_s=0.0,
        reason=table.reason if table is not None else str(answer),
    )
    return Recorded(evidence, table if table is not None and table.status is not TableStatus.FAILED else None)
