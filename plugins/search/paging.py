"""Cuts candidates into blocks that are ranked one by one, so that pages neither overlap nor miss a document.

A backend finds candidates in an order of its own and `ranking` orders them anew. Were all candidates up to the page's
end ranked together, a later page could bring back what an earlier one showed. A block, once ranked, stays as it is:
the best of the first block come first, and only what the backend itself put further down comes after them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from orchestrator.core.ports import SearchQuery
from plugins.search.query import QueryTerms
from plugins.search.ranking import Candidate, Ranked, Statistics, rank


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The candidates from `start` up to `stop` that a page needs, in blocks of `block`; `skip` counts from `start`."""

    start: int
    stop: int
    skip: int
    block: int


def window(query: SearchQuery, *, least: int) -> Window:
    """The whole blocks of at least `least` candidates that hold a page; pages of one size have one size of blocks."""
    block = max(least, query.top)
    first = query.skip // block
    last = max(first, (query.skip + query.top - 1) // block)
    return Window(start=first * block, stop=(last + 1) * block, skip=query.skip - first * block, block=block)


def rank_blocks(
    wanted: QueryTerms, candidates: Sequence[Candidate], statistics: Statistics, *, block: int
) -> list[Ranked]:
    """The candidates, best first within each block."""
    starts = range(0, len(candidates), block)
    return [found for at in starts for found in rank(wanted, candidates[at : at + block], statistics)]
