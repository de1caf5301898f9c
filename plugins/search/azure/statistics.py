"""What `ranking` must know of a whole index, counted by Azure AI Search's facets."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from plugins.search.ranking import Statistics

# Without a limit the counts are exact over all shards:
# https://learn.microsoft.com/azure/search/search-faceted-navigation-examples, parameter `count`.
FACETS = ("terms,count:0", "length,count:0", "sections,count:0")
FRESH_S = 300.0  # a few new documents hardly change how telling a word is


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """One index: its documents, their terms and sections in all, and how many documents hold each term."""

    documents: int
    length: int
    sections: int
    frequency: Mapping[str, int]


def counts_of(total: int, facets: Mapping[str, Sequence[Mapping[str, Any]]]) -> Counts:
    """The counts in the answer to a search for everything with `FACETS`."""
    return Counts(
        documents=total,
        length=_sum(facets.get("length", ())),
        sections=_sum(facets.get("sections", ())),
        frequency={str(item["value"]): int(item["count"]) for item in facets.get("terms", ())},
    )


def _sum(values: Iterable[Mapping[str, Any]]) -> int:
    return sum(int(item["value"]) * int(item["count"]) for item in values)


def combined(counts: Sequence[Counts]) -> Statistics:
    """Several indexes as the one that the embedded backend keeps, so that a score means the same on both."""
    documents = sum(one.documents for one in counts)
    length = sum(one.length for one in counts)
    sections = sum(one.sections for one in counts)
    frequency: dict[str, int] = {}
    for one in counts:
        for word, number in one.frequency.items():
            frequency[word] = frequency.get(word, 0) + number
    return Statistics(
        documents=documents,
        mean_length=length / documents if documents else 0.0,
        mean_section=length / sections if sections else 0.0,
        frequency=frequency,
    )


@dataclass(slots=True, kw_only=True)
class StatisticsCache:
    """The last statistics, while they are fresh; a write of ours makes them stale."""

    fresh_s: float = FRESH_S
    clock: Callable[[], float] = time.monotonic
    _kept: Statistics | None = None
    _until: float = field(default=0.0)

    def get(self) -> Statistics | None:
        """The statistics, or None where they must be counted anew."""
        return self._kept if self.clock() < self._until else None

    def keep(self, statistics: Statistics) -> Statistics:
        """Keep them while they are fresh."""
        self._kept, self._until = statistics, self.clock() + self.fresh_s
        return statistics

    def forget(self) -> None:
        """Count anew at the next search."""
        self._until = 0.0
