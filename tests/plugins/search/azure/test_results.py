"""Tests of one answer out of several indexes' answers: order, scores, statistics."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.core.errors import QueryError
from orchestrator.core.ports import SearchQuery
from plugins.search.azure.query import Plan, plan
from plugins.search.azure.results import IndexAnswer, merge, ranked_hits
from plugins.search.azure.statistics import Counts, StatisticsCache, combined, counts_of
from plugins.search.paging import Window, window
from plugins.search.query import query_terms
from plugins.search.ranking import Statistics

KEYWORD = Plan(kinds=("guide", "policy"), mode="keyword", semantic=False)
HYBRID = Plan(kinds=("guide",), mode="hybrid", semantic=False)
SEMANTIC = Plan(kinds=("guide", "policy"), mode="keyword", semantic=True)
VECTOR = Plan(kinds=("guide", "policy"), mode="vector", semantic=False)
STATISTICS = Statistics(documents=100, mean_length=4, mean_section=4, frequency={"disk": 5, "full": 10})
WHOLE = Window(start=0, stop=50, skip=0, block=50)


def row(identifier: str, *, text: str = "", score: float = 1.0, reranked: float | None = None) -> dict[str, Any]:
    """A row as the SDK gives it."""
    return {
        "key": identifier,
        "id": identifier,
        "kind": "guide",
        "title": identifier,
        "text_terms": text,
        "@search.score": score,
        "@search.reranker_score": reranked,
    }


def answer(*rows: dict[str, Any], kind: str = "guide") -> IndexAnswer:
    """An index's answer."""
    return IndexAnswer(kind=kind, rows=rows, total=len(rows), facets={})


def order(answers: list[IndexAnswer], planned: Plan) -> list[str]:
    """The ids of the merged rows."""
    return [found.document.id for found in merge(answers, planned)]


def test_word_scores_of_two_indexes_are_not_compared():
    """The first of each come first, whatever their scores are; a short answer leaves its places to the others."""
    guides = answer(row("g1", score=9), row("g2", score=8), row("g3", score=7))
    assert order([guides, answer(row("p1", score=1), kind="policy")], KEYWORD) == ["g1", "p1", "g2", "g3"]


def test_scores_by_meaning_are_compared():
    """The semantic ranker's scores and cosines do not depend on the index."""
    guides = answer(row("g1", score=0.5, reranked=1.0), row("g2", score=0.4))
    policies = answer(row("p1", score=0.9, reranked=3.0), kind="policy")
    assert order([guides, policies], SEMANTIC) == ["p1", "g1", "g2"]
    assert order([guides, policies], VECTOR) == ["p1", "g1", "g2"]


def hits(rows: list[dict[str, Any]], planned: Plan, *, part: Window = WHOLE, top: int = 10) -> list[tuple[str, float]]:
    """Ids and scores for the query "disk full"."""
    found = ranked_hits(
        merge([answer(*rows)], planned), query_terms("disk full"), STATISTICS, part=part, planned=planned, top=top
    )
    return [(hit.id, hit.score) for hit in found]


ROWS = [row("other words"), row("half", text="disk"), row("whole", text="disk full")]


def test_words_alone_decide_by_words():
    """Without vectors the service's order does not matter."""
    assert [name for name, _ in hits(ROWS, KEYWORD)] == ["whole", "half", "other words"]


def test_meaning_and_words_are_fused():
    """A document that both put near the top is first; the scores are those of words, dealt out in the new order."""
    by_words, fused = hits(ROWS, KEYWORD), hits(ROWS, HYBRID)
    assert [name for name, _ in fused] == ["whole", "half", "other words"]
    assert [score for _, score in fused] == [score for _, score in by_words]
    reordered = hits([ROWS[1], ROWS[0], ROWS[2]], HYBRID)
    assert [name for name, _ in reordered] == ["half", "whole", "other words"]
    assert [score for _, score in reordered] == [score for _, score in by_words]


@given(st.integers(0, 400), st.integers(1, 120))
def test_a_window_holds_its_page(skip: int, top: int):
    """Whole blocks, and the page inside."""
    part = window(SearchQuery(text="x", skip=skip, top=top), least=50)
    assert part.start % part.block == 0
    assert (part.stop - part.start) % part.block == 0
    assert part.start + part.skip == skip
    assert part.start <= skip
    assert skip + top <= part.stop


def test_pages_are_cut_from_blocks():
    """The second block is ranked by itself, after the first."""
    rows = [row("a"), row("b", text="disk"), row("c", text="disk full"), row("d", text="disk")]
    part = Window(start=0, stop=4, skip=1, block=2)
    assert [name for name, _ in hits(rows, KEYWORD, part=part)] == ["a", "c", "d"]


def test_counts_of_facets():
    """Lengths are summed by value and number; the terms' counts are documents."""
    facets = {
        "terms": [{"value": "disk", "count": 2}],
        "length": [{"value": 10, "count": 2}, {"value": 4, "count": 1}],
        "sections": [{"value": 3, "count": 3}],
    }
    counts = counts_of(3, facets)
    assert counts == Counts(documents=3, length=24, sections=9, frequency={"disk": 2})
    both = combined([counts, Counts(documents=1, length=6, sections=1, frequency={"disk": 1, "full": 1})])
    assert (both.documents, both.mean_length, both.mean_section, both.frequency) == (
        4,
        7.5,
        3.0,
        {"disk": 3, "full": 1},
    )


def test_counts_of_nothing():
    """Empty indexes divide by nothing."""
    assert combined([counts_of(0, {})]) == Statistics(documents=0, mean_length=0.0, mean_section=0.0, frequency={})


def test_statistics_go_stale():
    """They are kept while fresh, and counted anew after that, or after a write."""
    now = [0.0]
    cache = StatisticsCache(fresh_s=10, clock=lambda: now[0])
    assert cache.get() is None
    cache.keep(STATISTICS)
    now[0] = 9.0
    assert cache.get() is STATISTICS
    now[0] = 10.0
    assert cache.get() is None
    cache.keep(STATISTICS)
    cache.forget()
    assert cache.get() is None


@pytest.mark.parametrize(
    ("mode", "has_vectors", "chosen"),
    [
        ("auto", True, "hybrid"),
        ("auto", False, "keyword"),
        ("keyword", True, "keyword"),
        ("vector", True, "vector"),
        ("hybrid", True, "hybrid"),
    ],
)
def test_modes(mode: Any, chosen: str, *, has_vectors: bool):
    """`auto` takes vectors where there are some; the others are as asked."""
    assert plan(SearchQuery(text="x", mode=mode), has_vectors=has_vectors, semantic=False).mode == chosen


def test_no_vectors_to_ask():
    """The message says what to set and to run."""
    with pytest.raises(QueryError, match="SWITCHBOARD_EMBEDDING_MODEL"):
        plan(SearchQuery(text="x", mode="hybrid"), has_vectors=False, semantic=False)
