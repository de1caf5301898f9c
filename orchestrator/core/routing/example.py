"""How much a message is like the examples of a card: cosine of word weights, rarer words weighing more."""

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from math import log, sqrt
from typing import NamedTuple

from orchestrator.core.routing.table import Card
from orchestrator.core.routing.text import words_of


class Likeness(NamedTuple):
    """The nearest example of a card; `cosine` is 0 to 1."""

    cosine: float
    example: str


class Examples:
    """All cards' examples, indexed by stem."""

    def __init__(self, cards: Iterable[Card]) -> None:
        self._texts: list[tuple[str, str]] = [(card.name, text) for card in cards for text in card.examples]
        bags = [_bag(word.stem for word in words_of(text)) for _, text in self._texts]
        seen = Counter(stem for bag in bags for stem in bag)
        self._unseen = log(len(bags) + 2) + 1.0
        self._weight = {stem: log((len(bags) + 2) / (count + 1)) + 0.1 for stem, count in seen.items()}
        self._postings: dict[str, list[tuple[int, float]]] = {}
        for number, bag in enumerate(bags):
            weights = {stem: count * self._weight[stem] for stem, count in bag.items()}
            length = sqrt(sum(weight * weight for weight in weights.values())) or 1.0
            for stem, weight in weights.items():
                self._postings.setdefault(stem, []).append((number, weight / length))

    def nearest(self, stems: Iterable[str]) -> dict[str, Likeness]:
        """The likest example of each card that shares a word; words of no example count against every likeness."""
        weights = {stem: count * self._weight.get(stem, self._unseen) for stem, count in _bag(stems).items()}
        length = sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        cosines: dict[int, float] = {}
        for stem, weight in weights.items():
            for number, share in self._postings.get(stem, ()):
                cosines[number] = cosines.get(number, 0.0) + share * weight / length
        best: dict[str, Likeness] = {}
        for number, cosine in sorted(cosines.items()):
            card, text = self._texts[number]
            if card not in best or cosine > best[card].cosine:
                best[card] = Likeness(min(1.0, cosine), text)
        return best


def _bag(stems: Iterable[str]) -> Counter[str]:
    """Single words and neighbouring pairs, so that word order counts a little."""
    listed = list(stems)
    return Counter(listed) + Counter(f"{a} {b}" for a, b in pairwise(listed))
