"""Questions about insights as SQL that SQLite and DuckDB read alike, with every value a parameter.

It reads a relation `insights_now`: of each conversation the row of its newest version.
"""

from typing import NamedTuple

from orchestrator.core.conversations.insight_rows import TEN_THOUSAND, column_of
from orchestrator.core.conversations.insights import Filter, Group, InsightQuery, Measure, Span

NOW = "insights_now"
_GROUPED = (Group.REASON, Group.PRODUCT, Group.QUEUE, Group.CHANNEL)


class Sql(NamedTuple):
    """A statement and its values."""

    text: str
    values: tuple[str | int, ...] = ()


def newest_of(relation: str, *, order: str) -> str:
    """The relation `insights_now` as a subquery over all rows; `order` tells the newer of two rows of one version."""
    ranked = f"row_number() OVER (PARTITION BY id ORDER BY version_key DESC, scorer_version DESC, {order}) AS place"
    return f"(SELECT * FROM (SELECT *, {ranked} FROM {relation}) AS ranked WHERE place = 1)"  # noqa: S608  # our names


def totals_sql(query: InsightQuery, span: Span, group: Group) -> Sql:
    """The columns of `Total`."""
    value, key = measured(query.measure), group.value or "''"
    where, values = _where(query.filter, span)
    text = (
        f"SELECT {key} AS key, count(*), count({value}), CAST(coalesce(sum({value}), 0) AS BIGINT), "  # noqa: S608
        f"CAST(coalesce(sum(CAST({value} AS BIGINT) * {value}), 0) AS BIGINT) FROM {NOW}{where} GROUP BY 1 ORDER BY 1"
    )
    return Sql(text, values)


def examples_sql(query: InsightQuery) -> Sql:
    """The columns of `Example`."""
    value = measured(query.measure)
    where, values = _where(query.filter, query.span, f"{value} IS NOT NULL")
    order = "DESC" if query.highest_first else "ASC"
    text = (
        f"SELECT id, started_at, reason, product, queue, channel, agent, {value} AS value, summary, quotes "  # noqa: S608
        f"FROM {NOW}{where} ORDER BY {value} {order}, id LIMIT ?"
    )
    return Sql(text, (*values, query.limit))


def names_sql() -> Sql:
    """The columns of `Name`."""
    parts = [f"SELECT '' AS grouped, '' AS value, count(*) AS n FROM {NOW}"]  # noqa: S608  # our names
    parts += [
        f"SELECT '{one.value}', {one.value}, count(*) FROM {NOW} WHERE {one.value} <> '' GROUP BY 2"  # noqa: S608
        for one in _GROUPED
    ]
    return Sql(f"SELECT * FROM ({' UNION ALL '.join(parts)}) AS named ORDER BY grouped, n DESC, value")  # noqa: S608


def extent_sql() -> Sql:
    """When the first and the last began."""
    return Sql(
        f"SELECT coalesce(min(started_at), ''), coalesce(max(started_at), '') FROM {NOW} WHERE started_at <> ''"  # noqa: S608
    )


def measured(measure: Measure) -> str:
    """The expression of a conversation's value: null where it has none."""
    column = column_of(measure)
    if measure is Measure.CONVERSATIONS:
        return str(TEN_THOUSAND)
    if measure is Measure.NEGATIVE:
        return f"(CASE WHEN label = '' THEN NULL WHEN label = 'negative' THEN {TEN_THOUSAND} ELSE 0 END)"
    if measure.is_share:  # a probability: it counts where it is more likely than not
        half = TEN_THOUSAND // 2
        return f"(CASE WHEN {column} IS NULL THEN NULL WHEN {column} >= {half} THEN {TEN_THOUSAND} ELSE 0 END)"
    return column


def _where(narrowed: Filter, span: Span, *more: str) -> tuple[str, tuple[str, ...]]:
    terms, values = list(more), list[str]()
    if span.start:
        terms.append("started_at >= ?")
        values.append(span.start)
    if span.end:
        terms.append("started_at < ? AND started_at <> ''")
        values.append(span.end)
    listed = (narrowed.reasons, narrowed.products, narrowed.queues, narrowed.channels, narrowed.agents)
    for column, wanted in zip((*_GROUPED, Group.AGENT), listed, strict=True):
        if wanted:
            terms.append(f"{column.value} IN ({', '.join('?' * len(wanted))})")
            values += wanted
    return (f" WHERE {' AND '.join(terms)}" if terms else ""), tuple(values)
