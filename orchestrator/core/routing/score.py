"""Scores every card on a reading, and keeps the cues that did it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from orchestrator.core.routing.example import Examples
from orchestrator.core.routing.match import Reading, Span
from orchestrator.core.routing.table import Card, Cue, RoutingTable

_GAP = 4  # words that may stand between the links of a chain: "talk to one of your human agents"
_REACH = 14  # words within which the chains of a cue must stand: about one clause with its object
_EXAMPLE_WORDS = 40  # beyond, a message is a story and not like any one example
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Fired:
    """One piece of evidence for a card: its weight and the user's words that gave it."""

    weight: float
    words: str


@dataclass(frozen=True, slots=True)
class Score:
    """What a card got: the damped sum of its evidence, strongest first."""

    card: Card
    total: float
    fired: tuple[Fired, ...] = ()

    def why(self) -> str:
        """The strongest evidence, for people: "'cancel' + 'order' -> shipment 5.0"."""
        words = "; ".join(one.words for one in self.fired[:_SHOWN])
        return f"{words} -> {self.card.name} {self.total:.1f}"


class Scorer:
    """A table's cues and examples, ready to score."""

    def __init__(self, table: RoutingTable) -> None:
        self._cards = table.cards
        self._limits = table.thresholds
        self._examples = Examples(table.cards)
        self._cues: dict[str, list[tuple[int, Cue]]] = {}
        for number, card in enumerate(table.cards):
            for cue in card.cues:
                self._cues.setdefault(cue.chains[0][0], []).append((number, cue))

    def scores(self, reading: Reading, *, stems: tuple[str, ...]) -> list[Score]:
        """A score per card with evidence, best first; ties keep the table's order. `stems` are the part's words."""
        fired: dict[int, dict[str, Fired]] = {}
        for concept in reading.spans:
            for number, cue in self._cues.get(concept, ()):
                found = _found(cue, reading)
                if found is not None:
                    words = " + ".join(f"{reading.words_at(span)!r}" for span in found)
                    before = fired.setdefault(number, {}).get(words)
                    if before is None or before.weight < cue.weight:
                        fired[number][words] = Fired(cue.weight, words)
        likeness = self._likeness(stems)
        scored = []
        for number, card in enumerate(self._cards):
            evidence = [*fired.get(number, {}).values(), *likeness.get(card.name, ())]
            if evidence:
                scored.append(self._score(card, evidence))
        return sorted(scored, key=lambda score: -score.total)

    def _score(self, card: Card, evidence: list[Fired]) -> Score:
        ordered = tuple(sorted(evidence, key=lambda one: (-one.weight, one.words)))
        total = sum(one.weight * self._limits.damping**rank for rank, one in enumerate(ordered))
        return Score(card, round(total, 6), ordered)

    def _likeness(self, stems: tuple[str, ...]) -> Mapping[str, tuple[Fired, ...]]:
        if not stems or len(stems) > _EXAMPLE_WORDS:
            return {}
        least = self._limits.resemblance
        return {
            name: (Fired(self._limits.example * (near.cosine - least) / (1 - least), f"like {near.example!r}"),)
            for name, near in self._examples.nearest(stems).items()
            if near.cosine > least
        }


class _Place(NamedTuple):
    """Where a chain stands: from its first to its last word, and its links, between which other words may stand."""

    hull: Span
    links: tuple[Span, ...]


def _found(cue: Cue, reading: Reading) -> tuple[Span, ...] | None:
    """The first places that satisfy a cue, or None."""
    spans = reading.spans
    if any(link not in spans for chain in cue.chains for link in chain):
        return None
    if any(concept in spans for concept in cue.unless):
        return None
    places = next(_combinations(cue.chains, spans), None)
    return None if places is None else tuple(place.hull for place in places)


def _combinations(
    chains: tuple[tuple[str, ...], ...], spans: Mapping[str, tuple[Span, ...]], taken: tuple[_Place, ...] = ()
) -> Iterator[tuple[_Place, ...]]:
    """Every choice of one place per chain, no word used twice, all within reach."""
    if not chains:
        yield taken
        return
    for place in _places(chains[0], spans):
        if all(_apart(place, other) and _near(place.hull, other.hull) for other in taken):
            yield from _combinations(chains[1:], spans, (*taken, place))


def _apart(one: _Place, other: _Place) -> bool:
    return all(a.end <= b.start or b.end <= a.start for a in one.links for b in other.links)


def _near(one: Span, other: Span) -> bool:
    return max(one.end, other.end) - min(one.start, other.start) <= _REACH


def _places(chain: tuple[str, ...], spans: Mapping[str, tuple[Span, ...]]) -> Iterator[_Place]:
    """Where a chain stands: each link begins at most `_GAP` words after the one before ends."""
    for first in spans[chain[0]]:
        if len(chain) == 1:
            yield _Place(first, (first,))
            continue
        for rest in _places(chain[1:], spans):
            if 0 <= rest.hull.start - first.end <= _GAP:
                yield _Place(Span(first.start, rest.hull.end), (first, *rest.links))
