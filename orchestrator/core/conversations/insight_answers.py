"""Computes the answers to typed questions from what an insight store sums up, as tables that claims can rest on."""

from collections.abc import Mapping, Sequence

from orchestrator.core.conversations.insight_changes import changes
from orchestrator.core.conversations.insight_figures import Figures, figures, moments, rounded
from orchestrator.core.conversations.insight_rows import TEN_THOUSAND
from orchestrator.core.conversations.insights import (
    LEAST_CONVERSATIONS,
    LEAST_OF_AGENT,
    NO_INSIGHTS,
    Example,
    Form,
    Group,
    InsightQuery,
    InsightStore,
    Measure,
    Span,
    Total,
)
from orchestrator.core.errors import NotConfiguredError
from orchestrator.core.table import Column, ColumnType, Table, Value

_TEXT, _LONG, _REAL, _BOOL = ColumnType.STRING, ColumnType.LONG, ColumnType.REAL, ColumnType.BOOL
ANSWER_COLUMNS = (
    Column("kind", _TEXT),  # total, group, parts (mix and rate by something), part (of one group)
    Column("by", _TEXT),
    Column("key", _TEXT),
    Column("conversations", _LONG),
    Column("n", _LONG),  # those that have the measure
    Column("hits", _LONG),  # those of which it is true; null where it is no share
    Column("value", _REAL),
    Column("low", _REAL),
    Column("high", _REAL),
    Column("enough", _BOOL),
    Column("share", _REAL),  # of all conversations
    Column("before_n", _LONG),
    Column("before", _REAL),
    Column("before_low", _REAL),
    Column("before_high", _REAL),
    Column("before_share", _REAL),
    Column("change", _REAL),
    Column("change_low", _REAL),
    Column("change_high", _REAL),
    Column("clear", _BOOL),  # whether the change is beyond chance
    Column("mix", _REAL),
    Column("rate", _REAL),
)
EXAMPLE_COLUMNS = (
    *(Column(name, _TEXT) for name in ("id", "started_at", "reason", "product", "queue", "channel", "agent")),
    Column("value", _REAL),
    Column("quote", _TEXT),
    Column("turn", _LONG),
    Column("summary", _TEXT),
)
_MOST_ROWS = 300


class StoredInsights:
    """The port `Insights` over a store."""

    def __init__(self, store: InsightStore) -> None:
        self._store = store

    async def ask(self, query: InsightQuery) -> Table:
        """The answer; see the protocol."""
        if not any(one.conversations for one in await self._store.totals(_ALL, Span(), Group.NONE)):
            raise NotConfiguredError(NO_INSIGHTS)
        match query.form:
            case Form.EXAMPLES:
                return _example_table(await self._store.examples(query))
            case Form.CHANGE:
                return _table(await self._changed(query))
            case Form.RANKING:
                return _table([await self._total(query), *await self._ranked(query)])
            case Form.VALUE:
                return _table([await self._total(query)])

    async def _total(self, query: InsightQuery) -> dict[str, Value]:
        found = await self._store.totals(query, query.span, Group.NONE)
        return _row("total", "", query.measure, found[0] if found else _NOTHING, of=0)

    async def _ranked(self, query: InsightQuery) -> list[dict[str, Value]]:
        totals = await self._store.totals(query, query.span, query.group)
        every = sum(one.conversations for one in totals)
        rows = [_row("group", query.group.value, query.measure, one, of=every) for one in totals if one.key]
        by_count = query.measure is Measure.CONVERSATIONS

        def place(row: Mapping[str, Value]) -> tuple[bool, float, str]:
            value = row["conversations"] if by_count else row["value"]
            known = float(value) if isinstance(value, int | float) else 0.0
            return not (row["enough"] or by_count), -known if query.highest_first else known, str(row["key"])

        return sorted(rows, key=place)

    async def _changed(self, query: InsightQuery) -> list[dict[str, Value]]:
        before = query.before or Span()
        found: dict[Group, tuple[Sequence[Total], Sequence[Total]]] = {}
        for group in (Group.NONE, Group.REASON, Group.QUEUE):
            one = await self._store.totals(query, before, group)
            found[group] = (one, await self._store.totals(query, query.span, group))
        return changes(query.measure, found)


_ALL = InsightQuery(form=Form.VALUE)
_NOTHING = Total("", 0, 0, 0, 0)


def _row(kind: str, by: str, measure: Measure, total: Total, *, of: int) -> dict[str, Value]:
    found: Figures = figures(moments(total), is_share=measure.is_share)
    least = LEAST_OF_AGENT if by == Group.AGENT.value else LEAST_CONVERSATIONS
    return {
        "kind": kind,
        "by": by,
        "key": total.key,
        "conversations": total.conversations,
        "n": total.n,
        "hits": total.total // TEN_THOUSAND if measure.is_share else None,
        "value": found.value,
        "low": found.low,
        "high": found.high,
        "enough": total.n >= least,
        "share": rounded(total.conversations / of) if of else None,
    }


def _table(rows: Sequence[Mapping[str, Value]]) -> Table:
    empty = {_TEXT: ""}
    return Table(
        ANSWER_COLUMNS,
        tuple(tuple(row.get(c.name, empty.get(c.type)) for c in ANSWER_COLUMNS) for row in rows[:_MOST_ROWS]),
    )


def _example_table(found: Sequence[Example]) -> Table:
    import json  # noqa: PLC0415  # only where examples are asked for

    rows: list[tuple[Value, ...]] = []
    for one in found:
        quotes = json.loads(one.quotes or "[]")
        quote = quotes[0] if quotes else {}
        rows.append(
            (
                *one[:7],
                rounded(one.value / TEN_THOUSAND),
                str(quote.get("text", "")),
                quote["turn"] + 1 if isinstance(quote.get("turn"), int) else None,  # people count from 1
                one.summary,
            )
        )
    return Table(EXAMPLE_COLUMNS, tuple(rows))
