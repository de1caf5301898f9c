"""Insights: what is kept of scored conversations, and the typed questions that are asked of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from orchestrator.core.conversations.documents import read_value, write_value
from orchestrator.core.conversations.statistics.intervals import LEAST, LEAST_RANKED
from orchestrator.core.ports import QueryParameter
from orchestrator.core.table import ColumnType, Table, iso_utc

LEAST_CONVERSATIONS = LEAST
"""Of fewer no average or share is told."""
LEAST_OF_AGENT = LEAST_RANKED
"""Agents with fewer are not ranked."""
MOST_EXAMPLES = 10

NO_INSIGHTS = (
    "no insights are stored here: store results with `switchboard analyze INPUT --out FILE --store`, or import those "
    "that you have with `switchboard insights import FILE`"
)


class Measure(StrEnum):
    """What of conversations is measured."""

    SATISFACTION = "satisfaction"
    SENTIMENT = "sentiment"
    CUSTOMER_SENTIMENT = "customer_sentiment"
    AGENT_SENTIMENT = "agent_sentiment"
    QUALITY = "quality"
    SURVEY = "survey_csat"
    SCORECARD = "scorecard"
    RESOLVED = "resolved"
    ABANDONED = "abandoned"
    TRANSFERRED = "transferred"
    REPEATED_CONTACT = "repeated_contact"
    NEGATIVE = "negative"
    CONVERSATIONS = "conversations"

    @property
    def is_share(self) -> bool:
        """Whether it is true or false of a conversation, so that its average is a share."""
        return self in _SHARES

    @property
    def high_is_bad(self) -> bool:
        """Whether more of it is worse."""
        return self in _BAD


_SHARES = frozenset(
    {Measure.RESOLVED, Measure.ABANDONED, Measure.TRANSFERRED, Measure.REPEATED_CONTACT, Measure.NEGATIVE}
)
_BAD = frozenset({Measure.ABANDONED, Measure.TRANSFERRED, Measure.REPEATED_CONTACT, Measure.NEGATIVE})


class Group(StrEnum):
    """By what conversations are told apart."""

    NONE = ""
    REASON = "reason"
    PRODUCT = "product"
    QUEUE = "queue"
    CHANNEL = "channel"
    AGENT = "agent"


class Form(StrEnum):
    """What is wanted of a measure.

    `value`: of all; `ranking`: by group; `change`: against another period, by reason and queue; `examples`: the
    conversations themselves.
    """

    VALUE = "value"
    RANKING = "ranking"
    CHANGE = "change"
    EXAMPLES = "examples"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which conversations count: one of the values of each that names some, and all where none does."""

    reasons: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """When conversations began, from `start` up to, not with, `end` (ISO 8601 in UTC); empty is unbounded."""

    start: str = ""
    end: str = ""

    @classmethod
    def of(cls, start: datetime, end: datetime) -> "Span":
        """The span between two aware times, in whole seconds."""
        return cls(start=iso_utc(start.replace(microsecond=0)), end=iso_utc(end.replace(microsecond=0)))


@dataclass(frozen=True, slots=True, kw_only=True)
class InsightQuery:
    """A question that can be computed.

    Attributes:
        before: The period that a `change` is measured against.
        highest_first: Of a ranking, and of examples.
    """

    form: Form
    measure: Measure = Measure.CONVERSATIONS
    group: Group = Group.NONE
    span: Span = Span()
    before: Span | None = None
    filter: Filter = Filter()
    highest_first: bool = True
    limit: int = 5

    def text(self) -> str:
        """In words, as evidence shows it."""
        parts = [self.form.value, f"of {self.measure.value}"]
        parts += [f"by {self.group.value}"] if self.group else []
        narrowed = write_value(self.filter)
        assert isinstance(narrowed, Mapping)
        parts += [f"where {name} in {', '.join(values)}" for name, values in narrowed.items() if values]
        parts += [f"from {self.span.start or 'the first'} to {self.span.end or 'the last'}"]
        parts += [f"against {self.before.start} to {self.before.end}"] if self.before else []
        return " ".join(parts)

    def document(self) -> dict[str, object]:
        """As JSON; `read_insight_query` reads it again."""
        written = write_value(self)
        assert isinstance(written, dict)
        return written

    def parameters(self) -> tuple[QueryParameter, ...]:
        """What `read_insight_query` builds it from again."""
        return (QueryParameter("question", ColumnType.DYNAMIC, self.document()),)  # type: ignore[arg-type]  # JSON


def read_insight_query(document: object) -> InsightQuery:
    """The question that `InsightQuery.document` wrote; ValueError where it is none."""
    return read_value(InsightQuery, document)


class Total(NamedTuple):
    """A group's sums, which do not depend on the order of rows.

    Attributes:
        key: The group; empty where there is none, or where a conversation has none.
        conversations: All of it.
        n: Those that have the measure.
        total: Their values times 10,000, summed; of a share the number for which it is true, times 10,000.
        squares: The squares of those, summed.
    """

    key: str
    conversations: int
    n: int
    total: int
    squares: int


class Example(NamedTuple):
    """A conversation; `value` is the measure times 10,000, `quotes` JSON of what was said, redacted."""

    id: str
    started_at: str
    reason: str
    product: str
    queue: str
    channel: str
    agent: str
    value: int
    summary: str
    quotes: str


class Name(NamedTuple):
    """A value by which conversations can be narrowed or grouped, and how many have it."""

    group: Group
    value: str
    conversations: int


class Merged(NamedTuple):
    """What became of rows that were stored."""

    new: int = 0
    changed: int = 0
    same: int = 0

    def plus(self, other: "Merged") -> "Merged":
        """Both together."""
        return Merged(self.new + other.new, self.changed + other.changed, self.same + other.same)


class InsightStore(Protocol):
    """Where insights are kept: one row for each (id, scorer version); of an id the newest version counts.

    Raises `QueryError` where it cannot be asked, `StoreError` where it cannot be written.
    """

    async def merge(self, rows: Sequence[Mapping[str, object]]) -> Merged:
        """Add or replace rows (see `insight_rows`); what is there already stays, so that repeating is harmless."""
        ...

    async def totals(self, query: InsightQuery, span: Span, group: Group) -> tuple[Total, ...]:
        """The sums of the query's measure and filter in a span, by group, in the order of its keys."""
        ...

    async def examples(self, query: InsightQuery) -> tuple[Example, ...]:
        """The conversations that have the measure, by it, then by id; at most `limit`."""
        ...

    async def names(self) -> tuple[Name, ...]:
        """Reasons, products, queues and channels, the most frequent first; first of all `Group.NONE` with all."""
        ...

    async def extent(self) -> Span:
        """When the first and the last conversation began; both empty where no time is known, or nothing stored."""
        ...


class Insights(Protocol):
    """Answers to typed questions, read-only."""

    async def ask(self, query: InsightQuery) -> Table:
        """The answer, in the columns of `insight_answers`; `QueryError` where nothing is stored."""
        ...
