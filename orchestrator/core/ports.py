"""What the core asks of the outside: logs, an index. Each backend passes the contract tests of its port."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from orchestrator.core.table import Column, ColumnType, Table, Value
from orchestrator.core.window import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryLimits:
    """Bounds of one query; a result that meets `rows` or `bytes` comes back partial and says so."""

    rows: int = 1_000
    bytes: int = 64 * 1024 * 1024
    timeout_s: float = 30.0


@dataclass(frozen=True, slots=True)
class QueryParameter:
    """A typed value that reaches KQL as a `let` statement rendered by code; `type` is Kusto's, or dynamic for lists."""

    name: str
    type: ColumnType
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSchema:
    """A table that can be queried, with its newest time where that is known."""

    name: str
    columns: tuple[Column, ...]
    row_count: int | None = None
    newest: datetime | None = None
    source: str | None = None


class Logs(Protocol):
    """Read-only telemetry, asked in KQL.

    `query` returns a table (complete, partial, or failed with a reason when the backend gave out midway) and raises
    `QueryError` when the query itself cannot be answered: syntax, unknown table or column (with the nearest names),
    unsupported operator (named, with its line in `kql`). `parameters` are put before the query as `let` statements;
    lines in errors count from the query's own first line. `window`, where given, bounds the tables' time column.
    """

    async def query(
        self,
        kql: str,
        *,
        parameters: Sequence[QueryParameter] = (),
        window: Window | None = None,
        limits: QueryLimits | None = None,
    ) -> Table:
        """Run a query."""
        ...

    async def describe(self, kql: str, *, parameters: Sequence[QueryParameter] = ()) -> tuple[Column, ...]:
        """The columns that the query would yield, without running it; raises `QueryError` as `query` does."""
        ...

    async def schema(self) -> Mapping[str, TableSchema]:
        """The tables there are, by name."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A searchable text.

    Attributes:
        id: Unique in the index.
        kind: guide, policy, manual, incident, ...
        fields: Text by field name (title, alerts, services, symptoms, body, ...); the backend weighs them.
        filters: Exact values to filter on (`kind` is always one).
    """

    id: str
    kind: str
    fields: Mapping[str, str]
    filters: Mapping[str, tuple[str, ...]] = ()  # type: ignore[assignment]  # an empty mapping; frozen default


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuery:
    """What to look for; `where` maps a filter's name to the values of which one must match."""

    text: str
    top: int = 10
    kinds: tuple[str, ...] = ()
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A document found. `score` is comparable within one answer; higher is better. `passage` is the best excerpt."""

    id: str
    kind: str
    score: float
    title: str
    passage: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteResult:
    """What became of one document of a batch."""

    id: str
    stored: bool
    reason: str | None = None


class Index(Protocol):
    """Full-text search; writing is idempotent by document id."""

    async def search(self, query: SearchQuery) -> tuple[Hit, ...]:
        """The best documents, best first; empty when nothing matches."""
        ...

    async def write(self, documents: Sequence[Document]) -> tuple[WriteResult, ...]:
        """Insert or replace, a result per document."""
        ...

    async def delete(self, ids: Sequence[str]) -> tuple[WriteResult, ...]:
        """Remove; deleting what is not there succeeds."""
        ...
