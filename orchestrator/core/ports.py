"""What the core asks of the outside: logs, metrics, resources, an index. A backend passes its port's contract tests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, TypeAlias

from orchestrator.core.metrics import MetricsQuery
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


class Metrics(Protocol):
    """Numbers that resources report at fixed intervals."""

    async def measure(self, query: MetricsQuery, *, limits: QueryLimits | None = None) -> Table:
        """The values by time, resource, metric and dimensions, sorted by them; intervals without value have no row.

        Raises `QueryError` as logs do; an answer of which a part is missing is partial and says which.
        """
        ...


class ResourceGraph(Protocol):
    """The inventory of Azure resources and their health, as it is now, asked in its dialect of KQL (without `let`)."""

    async def query(
        self, kql: str, *, parameters: Sequence[QueryParameter] = (), limits: QueryLimits | None = None
    ) -> Table:
        """Run a query in which the names of `parameters` stand for their values; raises `QueryError` as logs do."""
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


SearchMode: TypeAlias = Literal["auto", "keyword", "vector", "hybrid"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuery:
    """What to look for.

    Attributes:
        text: Data, never a query language; without a word in it nothing is found.
        top: How many hits at most.
        kinds: Only these kinds; none means every kind.
        where: A filter's name and the values of which one must match; every entry must. `kind` is a filter, too.
        skip: How many of the best hits are left out: the next page begins at `skip + top`.
        facets: Filters whose values are counted over all that matches, not over this page.
        answers: How many answers are wanted, where the backend can take them from the text.
        mode: By words, by meaning (vectors), or both; `auto` is both where the index has vectors, else words.
    """

    text: str
    top: int = 10
    kinds: tuple[str, ...] = ()
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    skip: int = 0
    facets: tuple[str, ...] = ()
    answers: int = 0
    mode: SearchMode = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A document found.

    Attributes:
        score: The share (0 to 1) of what a perfect document for the query would reach, on every backend; higher is
            better, and comparable between answers of one index.
        passage: The best excerpt.
        caption: The excerpt that answers the query best by meaning; the passage where no meaning is compared.
    """

    id: str
    kind: str
    score: float
    title: str
    passage: str
    fields: Mapping[str, str]
    caption: str | None = None


@dataclass(frozen=True, slots=True)
class FacetCount:
    """How many of the documents that match have a value of a filter."""

    value: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundAnswer:
    """A sentence or two of a document that answer the query as asked; `score` is the backend's, 0 to 1."""

    id: str
    text: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """One page of what matches.

    Attributes:
        hits: Best first.
        total: How many documents match, on all pages.
        facets: The counts by filter, the most frequent value first, then by value; as asked for.
        answers: Best first; empty where the backend takes none from the text.
    """

    hits: tuple[Hit, ...]
    total: int
    facets: Mapping[str, tuple[FacetCount, ...]]
    answers: tuple[FoundAnswer, ...] = ()


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


class PagedIndex(Index, Protocol):
    """An index that also tells how much matches, page by page."""

    async def page(self, query: SearchQuery) -> SearchPage:
        """One page of the hits of `search`, with their number, facets and answers.

        Raises `QueryError` for a mode that the index cannot serve.
        """
        ...


class WorkflowReads(Protocol):
    """Workflows that look something up in an outside system and change nothing."""

    async def read_now(self, name: str, body: Mapping[str, object]) -> Mapping[str, object]:
        """What the workflow answers now; QueryError where it does not, with its reason."""
        ...
