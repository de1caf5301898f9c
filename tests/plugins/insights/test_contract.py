"""The port `InsightStore`: the same suite for a folder of Parquet files and for workflows."""

from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scored import result

from orchestrator.core.conversations.insight_rows import insight_row
from orchestrator.core.conversations.insights import (
    Filter,
    Form,
    Group,
    InsightQuery,
    InsightStore,
    Measure,
    Merged,
    Name,
    Span,
    Total,
)

ALL = InsightQuery(form=Form.VALUE)
SATISFACTION = InsightQuery(form=Form.VALUE, measure=Measure.SATISFACTION)


def rows(*results: dict[str, Any]) -> list[dict[str, object]]:
    """Results as rows."""
    return [insight_row(one) for one in results]


async def only(insights: InsightStore, query: InsightQuery = SATISFACTION) -> tuple[Total, ...]:
    """The totals of a query's own span and group."""
    return await insights.totals(query, query.span, query.group)


async def test_an_empty_store_answers(insights: InsightStore) -> None:
    """Nothing stored is no error."""
    assert sum(one.conversations for one in await only(insights, ALL)) == 0
    assert await insights.examples(replace(SATISFACTION, form=Form.EXAMPLES)) == ()
    assert await insights.extent() == Span()
    assert await insights.names() == (Name(Group.NONE, "", 0),)
    assert await insights.merge([]) == Merged()


async def test_storing_again_changes_nothing(insights: InsightStore) -> None:
    """The same results twice are there once; a changed one replaces the one before."""
    both = rows(result(1), result(2))
    assert await insights.merge(both) == Merged(new=2)
    assert await insights.merge(both) == Merged(same=2)
    changed = rows(result(2, overall={"satisfaction": 5.0}), result(3))
    assert await insights.merge(changed) == Merged(new=1, changed=1)
    assert await only(insights) == (Total("", 3, 3, 110_000, 4_300_000_000),)


async def test_of_one_call_the_last_row_counts(insights: InsightStore) -> None:
    """A conversation that comes twice in a call is stored once."""
    twice = rows(result(1, overall={"satisfaction": 1.0}), result(1, overall={"satisfaction": 2.0}))
    assert await insights.merge(twice) == Merged(new=1)
    assert await only(insights) == (Total("", 1, 1, 20_000, 400_000_000),)


async def test_the_newest_scorer_counts(insights: InsightStore) -> None:
    """Of a conversation that two versions scored, in whatever order, the newer version's scores are read."""
    await insights.merge(rows(result(1, version="1.10.0", overall={"satisfaction": 4.0})))
    await insights.merge(rows(result(1, version="1.9.0", overall={"satisfaction": 1.0})))
    assert await only(insights) == (Total("", 1, 1, 40_000, 1_600_000_000),)


async def test_what_is_narrowed_and_grouped(insights: InsightStore) -> None:
    """By period, reason, queue; the end of a period is not in it, and who has no time is in none."""
    await insights.merge(
        rows(
            result(1),
            result(2, queue="billing", contact_reason="refund"),
            result(3, started_at="2026-07-01T00:00:00Z"),
            result(4, started_at=None),
            result(5, overall={"satisfaction": None}),
        )
    )
    june = Span(start="2026-06-01T00:00:00Z", end="2026-07-01T00:00:00Z")
    grouped = replace(SATISFACTION, span=june, group=Group.QUEUE)
    assert await only(insights, grouped) == (
        Total("billing", 1, 1, 30_000, 900_000_000),
        Total("delivery", 2, 1, 30_000, 900_000_000),
    )
    narrowed = replace(ALL, filter=Filter(reasons=("refund", "other"), queues=("billing",)))
    assert await only(insights, narrowed) == (Total("", 1, 1, 10_000, 100_000_000),)
    assert await insights.extent() == Span(start="2026-06-03T10:00:00Z", end="2026-07-01T00:00:00Z")


async def test_shares_count_what_is_more_likely_than_not(insights: InsightStore) -> None:
    """A probability from one half on counts; a missing one is not among those that were asked."""
    odds = (0.5, 0.49, 0.9, None)
    await insights.merge(rows(*(result(n, overall={"abandoned": p}) for n, p in enumerate(odds))))
    abandoned = InsightQuery(form=Form.VALUE, measure=Measure.ABANDONED)
    assert await only(insights, abandoned) == (Total("", 4, 3, 20_000, 200_000_000),)
    await insights.merge(rows(result(9, overall={"label": "negative"}), result(10, overall={"label": None})))
    negative = InsightQuery(form=Form.VALUE, measure=Measure.NEGATIVE)
    assert await only(insights, negative) == (Total("", 6, 5, 10_000, 100_000_000),)


async def test_examples_are_in_order_with_their_quotes(insights: InsightStore) -> None:
    """The lowest first, equals by id, at most as many as wanted, with what was said."""
    scores = (3.0, 1.0, 1.0, 2.0)
    await insights.merge(rows(*(result(n, overall={"satisfaction": s}) for n, s in enumerate(scores))))
    worst = InsightQuery(form=Form.EXAMPLES, measure=Measure.SATISFACTION, highest_first=False, limit=3)
    found = await insights.examples(worst)
    assert [(one.id, one.value) for one in found] == [("c-0001", 10_000), ("c-0002", 10_000), ("c-0003", 20_000)]
    assert found[0].quotes == '[{"turn":1,"feature":"satisfaction","text":"late again"}]'
    best = await insights.examples(replace(worst, highest_first=True, limit=1))
    assert [one.id for one in best] == ["c-0000"]


async def test_names_are_counted(insights: InsightStore) -> None:
    """All first, then by group, the most frequent first."""
    await insights.merge(rows(result(1), result(2, queue="billing"), result(3, contact_reason=None, channel=None)))
    assert await insights.names() == (
        Name(Group.NONE, "", 3),
        Name(Group.CHANNEL, "chat", 2),
        Name(Group.QUEUE, "delivery", 2),
        Name(Group.QUEUE, "billing", 1),
        Name(Group.REASON, "late_delivery", 2),
    )


BATCHES = st.lists(
    st.lists(st.tuples(st.integers(0, 8), st.integers(10, 50)), min_size=1, max_size=6), min_size=1, max_size=4
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(BATCHES)
async def test_it_holds_what_a_dictionary_would(insights: InsightStore, batches: list[list[tuple[int, int]]]) -> None:
    """Whatever is stored in whatever order, the last score of each conversation is what is summed up."""
    await insights.merge(rows(*(result(number) for number in range(9))))  # earlier examples left theirs
    model = dict.fromkeys(range(9), 30_000)
    for batch in batches:
        await insights.merge(rows(*(result(number, overall={"satisfaction": tenth / 10}) for number, tenth in batch)))
        model |= {number: tenth * 1_000 for number, tenth in batch}
    values = model.values()
    assert await only(insights) == (Total("", 9, 9, sum(values), sum(value * value for value in values)),)
