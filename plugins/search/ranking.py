"""Scores candidate documents for a query: BM25 over the text, word pairs in one section, and how well a name is met.

`(text + pairs + names + half of the names' pairs) * (1 + 2 * coverage)`, the best of a document's names counting.

- text: BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009, section 3.3), k1 2, b 0.75.
- pairs: neighbouring words of the query that are neighbours in a section, scored as terms, the best section counting
  (the ordered window of Metzler and Croft, "A Markov Random Field Model for Term Dependencies", 2005).
- names: BM25 over the title or one alert or one symptom, unsaturated by the document's length.
- coverage: the share of a name's information (inverse document frequency) that the query contains. A title that is
  wholly said in the alert is strong evidence, however short it is.

The parameters are the usual ones or round numbers; quality changes by about a point when any is halved or doubled.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self, TypeAlias, TypeVar

from plugins.search.query import QueryTerms

_TEXT_K1, _TEXT_B = 2.0, 0.75
_SECTION_K1, _SECTION_B = 1.2, 0.5
_NAME_K1, _NAME_B = 1.2, 0.3
_NAME_LENGTH = 6.0  # words of a usual title or alert name
_NAME_PAIRS = 0.5
_COVERAGE = 2.0

Pair: TypeAlias = tuple[str, str]
Key = TypeVar("Key", str, Pair)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A document's terms: its names (title, alerts, symptoms), each by itself, and its sections."""

    key: int
    names: tuple[tuple[str, ...], ...]
    sections: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """What is known of the whole index; `frequency` is the number of documents that hold a term."""

    documents: int
    mean_length: float
    mean_section: float
    frequency: Mapping[str, int]

    def idf(self, word: str) -> float:
        """How telling a word is; a word that no document holds is the most telling."""
        return inverse_frequency(self.frequency.get(word, 0), self.documents)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A document's score, 0 to 1: the share of what a perfect document for this query would reach."""

    key: int
    score: float
    section: int


def inverse_frequency(frequency: int, documents: int) -> float:
    """BM25's inverse document frequency in the form that is never negative."""
    return math.log1p(max(0.0, documents - frequency + 0.5) / (frequency + 0.5))


def rank(query: QueryTerms, candidates: Sequence[Candidate], statistics: Statistics) -> list[Ranked]:
    """The candidates, best first; equal scores keep the given order.

    `statistics.frequency` must hold the terms of the query and of the candidates' names, as far as the index has them.
    """
    found = [_Found.of(candidate, query) for candidate in candidates]
    scorer = _Scorer(
        gains={word: weight * statistics.idf(word) for word, weight in query.weights.items()},
        pair_gains=_pair_gains(query, [one.sections for one in found], statistics.documents),
        name_gains=_pair_gains(query, [one.names for one in found], statistics.documents),
        said={word: min(1.0, 2 * weight) for word, weight in query.weights.items()},
        statistics=statistics,
    )
    return sorted((scorer.ranked(one) for one in found), key=lambda ranked: -ranked.score)


_NOTHING: Counter[str] = Counter()
_NO_PAIR: Counter[Pair] = Counter()


@dataclass(frozen=True, slots=True)
class _Part:
    """What of the query stands in one section or name: words, pairs, and the length of the whole."""

    words: Counter[str]
    pairs: Counter[Pair]
    length: int

    @classmethod
    def of(cls, terms: Sequence[str], query: QueryTerms) -> Self:
        if query.weights.keys().isdisjoint(terms):  # most sections: this runs in C
            return cls(_NOTHING, _NO_PAIR, len(terms))
        places = [place for place, word in enumerate(terms) if word in query.weights]
        pairs = ((terms[a], terms[b]) for a, b in pairwise(places) if b == a + 1)
        return cls(Counter(terms[place] for place in places), Counter(p for p in pairs if p in query.pairs), len(terms))


@dataclass(frozen=True, slots=True)
class _Found:
    """What of the query stands in one candidate."""

    candidate: Candidate
    names: tuple[_Part, ...]
    sections: tuple[_Part, ...]

    @classmethod
    def of(cls, candidate: Candidate, query: QueryTerms) -> Self:
        names = tuple(_Part.of(name, query) for name in candidate.names)
        return cls(candidate, names, tuple(_Part.of(section, query) for section in candidate.sections))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scorer:
    """Scores one candidate after the other; `said` is how firmly the query says a word, 0 to 1."""

    gains: Mapping[str, float]
    pair_gains: Mapping[Pair, float]
    name_gains: Mapping[Pair, float]
    said: Mapping[str, float]
    statistics: Statistics

    def ranked(self, found: _Found) -> Ranked:
        pairs = [self._in_section(part.pairs, self.pair_gains, part.length) for part in found.sections]
        base = self._text(found.sections) + max(pairs, default=0.0)
        names = zip(found.candidate.names, found.names, strict=True)
        score = max((self._with_name(base, name, part) for name, part in names), default=base)
        worth = [
            pair + self._in_section(part.words, self.gains, part.length)
            for pair, part in zip(pairs, found.sections, strict=True)
        ]
        section = max(range(len(worth)), key=worth.__getitem__, default=0)
        return Ranked(key=found.candidate.key, score=score / self._perfect(), section=section)

    def _text(self, sections: Sequence[_Part]) -> float:
        length = sum(part.length for part in sections)
        counts: Counter[str] = Counter()
        for part in sections:
            if part.words:
                counts.update(part.words)
        return _bm25(counts, self.gains, _TEXT_K1 * _norm(length, self.statistics.mean_length, _TEXT_B))

    def _in_section(self, counts: Mapping[Key, int], gains: Mapping[Key, float], length: int) -> float:
        return _bm25(counts, gains, _SECTION_K1 * _norm(length, self.statistics.mean_section, _SECTION_B))

    def _with_name(self, base: float, name: Sequence[str], part: _Part) -> float:
        gain = _bm25(part.words, self.gains, _NAME_K1 * _norm(part.length, _NAME_LENGTH, _NAME_B))
        gain += _NAME_PAIRS * sum(self.name_gains[pair] for pair in part.pairs)
        return (base + gain) * (1 + _COVERAGE * self._coverage(name))

    def _coverage(self, name: Sequence[str]) -> float:
        information = {word: self.statistics.idf(word) for word in name}
        total = sum(information.values())
        return sum(idf * self.said.get(word, 0.0) for word, idf in information.items()) / total if total else 0.0

    def _perfect(self) -> float:
        words, pairs = sum(self.gains.values()), sum(self.pair_gains.values())
        return (1 + _COVERAGE) * (2 * words + pairs + _NAME_PAIRS * sum(self.name_gains.values())) or 1.0


def _bm25(counts: Mapping[Key, int], gains: Mapping[Key, float], saturation: float) -> float:
    return sum(gains[key] * count / (count + saturation) for key, count in counts.items())


def _norm(length: int, mean: float, b: float) -> float:
    return 1 - b + b * length / mean if mean else 1.0


def _pair_gains(query: QueryTerms, places: Sequence[Sequence[_Part]], documents: int) -> dict[Pair, float]:
    """What a pair is worth, by how few documents hold it in these places.

    Counted over the candidates, not the index: what holds a pair of the query is nearly always among them.
    """
    frequency: Counter[Pair] = Counter()
    for parts in places:
        frequency.update({pair for part in parts for pair in part.pairs})
    return {pair: weight * inverse_frequency(frequency[pair], documents) for pair, weight in query.pairs.items()}
