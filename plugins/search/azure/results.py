"""What the indexes answered, as one answer: merged, ranked on the embedded index's scale, counted."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from orchestrator.core.ports import FacetCount, FoundAnswer, Hit
from plugins.search.analysis import passages
from plugins.search.azure.documents import StoredDocument, stored
from plugins.search.azure.keys import decode_key
from plugins.search.azure.odata import FILTERS, unpair
from plugins.search.azure.query import Plan
from plugins.search.paging import Window, rank_blocks
from plugins.search.query import QueryTerms
from plugins.search.ranking import Candidate, Ranked, Statistics
from plugins.search.sections import excerpt

_FUSION = 60  # Cormack, Clarke and Buettcher, "Reciprocal Rank Fusion", SIGIR 2009


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexAnswer:
    """One index's answer: its rows in the service's order, its total, facets and answers."""

    kind: str
    rows: Sequence[Mapping[str, Any]]
    total: int
    facets: Mapping[str, Sequence[Mapping[str, Any]]]
    answers: Sequence[Any] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRow:
    """A row of a search with its document, and what the service said of it."""

    document: StoredDocument
    caption: str | None


def merge(answers: Sequence[IndexAnswer], planned: Plan) -> list[FoundRow]:
    """The rows of several indexes in one order.

    Word scores of two indexes cannot be compared, so that the first rows of all come first, then the second ones.
    The semantic ranker's scores and cosines can: they do not depend on the index.
    """
    rows = [row for rank in zip_longest(*(one.rows for one in answers)) for row in rank if row is not None]
    if planned.semantic:
        rows.sort(key=lambda row: -(row.get("@search.reranker_score") or 0.0))
    elif planned.mode == "vector":
        rows.sort(key=lambda row: -row["@search.score"])
    return [FoundRow(document=stored(row), caption=_caption(row)) for row in rows]


def _caption(row: Mapping[str, Any]) -> str | None:
    captions = row.get("@search.captions") or ()
    return next((caption.text for caption in captions if caption.text), None)


def ranked_hits(
    rows: Sequence[FoundRow], wanted: QueryTerms, statistics: Statistics, *, part: Window, planned: Plan, top: int
) -> tuple[Hit, ...]:
    """The page's hits.

    A score is the share of a perfect document, as in the embedded index: the service's own scores are not used, because
    nothing tells how sure they are. By words, it also decides the order. By meaning, the order is the rank fusion of
    ours and the service's, and the scores are dealt out in this order: the first hit has the highest share that any
    candidate reaches. So a document in other words can come first, but no answer looks surer than its words are.
    """
    candidates = [
        Candidate(key=at, names=row.document.names, sections=row.document.sections)
        for at, row in enumerate(rows[part.start : part.stop], start=part.start)
    ]
    ranked = rank_blocks(wanted, candidates, statistics, block=part.block)
    if planned.by_meaning:
        blocks = range(0, len(ranked), part.block)
        ranked = [one for at in blocks for one in _fused(ranked[at : at + part.block])]
    return tuple(_hit(rows[one.key], one) for one in ranked[part.skip :][:top])


def _fused(ranked: Sequence[Ranked]) -> list[Ranked]:
    """The block by reciprocal rank fusion of its order by words and the service's order, which its keys tell."""
    by_service = {one.key: place for place, one in enumerate(sorted(ranked, key=lambda one: one.key), start=1)}
    fused = {one.key: 1 / (_FUSION + by_service[one.key]) for one in ranked}
    for place, one in enumerate(ranked, start=1):
        fused[one.key] += 1 / (_FUSION + place) if one.score > 0 else 0.0
    order = sorted(ranked, key=lambda one: (-fused[one.key], -one.score))
    shares = [one.score for one in ranked]
    return [Ranked(key=one.key, score=share, section=one.section) for one, share in zip(order, shares, strict=True)]


def _hit(row: FoundRow, found: Ranked) -> Hit:
    document = row.document
    parts = passages(document.fields)
    passage = excerpt(parts[min(found.section, len(parts) - 1)])
    return Hit(
        id=document.id,
        kind=document.kind,
        score=found.score,
        title=document.fields.get("title") or document.id,
        passage=passage,
        fields=dict(document.fields),
        caption=row.caption or passage,
    )


def facet_counts(answers: Sequence[IndexAnswer], names: Iterable[str]) -> dict[str, tuple[FacetCount, ...]]:
    """The counts of the filters asked for, summed over the indexes."""
    counted: dict[str, Counter[str]] = {name: Counter() for name in names}
    for one in answers:
        if "kind" in counted and one.total:
            counted["kind"][one.kind] += one.total
        for item in one.facets.get(FILTERS, ()):
            name, value = unpair(str(item["value"]))
            if name in counted and name != "kind":
                counted[name][value] += int(item["count"])
    return {
        name: tuple(
            FacetCount(value, count) for value, count in sorted(found.items(), key=lambda one: (-one[1], one[0]))
        )
        for name, found in counted.items()
    }


def found_answers(answers: Sequence[IndexAnswer], limit: int) -> tuple[FoundAnswer, ...]:
    """The semantic answers of all indexes, best first."""
    found = [
        FoundAnswer(id=decode_key(one.key), text=one.text or "", score=float(one.score or 0.0))
        for answer in answers
        for one in answer.answers
    ]
    return tuple(sorted(found, key=lambda one: -one.score)[: max(0, limit)])
