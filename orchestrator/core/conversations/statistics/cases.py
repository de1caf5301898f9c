"""The conversations that are shown whole: the worst, the best, those that need a look, and some drawn by chance."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from orchestrator.core.conversations.statistics.case import Case, case_of
from orchestrator.core.conversations.statistics.kept import Kept, Key, lot
from orchestrator.core.conversations.statistics.measures import Measure
from orchestrator.core.conversations.statistics.result import GENERATED, Document, Known, values

MOST_CASES = 10


def _few() -> Kept[Case]:
    return Kept(MOST_CASES)


@dataclass(slots=True)
class Cases:
    """The few of each kind.

    Attributes:
        worst: Lowest satisfaction first; `best` highest.
        marked: With an automatic fail, a broken rule or a flag; most of them first.
        drawn: By chance among all that have a satisfaction.
    """

    worst: Kept[Case] = field(default_factory=_few)
    best: Kept[Case] = field(default_factory=_few)
    marked: Kept[Case] = field(default_factory=_few)
    drawn: Kept[Case] = field(default_factory=_few)

    def add(self, document: Document, known: Known, names: Mapping[str, str]) -> None:
        """Keep a conversation where it is among the first of a kind; only then is its case made."""
        draw = lot(known.id)
        wanted = [(kind, key) for kind, key in self._keys(document, known) if kind.wants(key, draw)]
        if wanted:
            case = case_of(document, known, names)
            for kind, key in wanted:
                kind.put(key, draw, case)

    def merge(self, other: "Cases") -> None:
        """Keep the first of both."""
        self.worst.merge(other.worst)
        self.best.merge(other.best)
        self.marked.merge(other.marked)
        self.drawn.merge(other.drawn)

    def _keys(self, document: Document, known: Known) -> list[tuple[Kept[Case], Key]]:
        found: list[tuple[Kept[Case], Key]] = []
        satisfaction = known.measures.get(Measure.SATISFACTION)
        if satisfaction is not None:
            mood = known.measures.get(Measure.CUSTOMER_SENTIMENT, 0.0)
            found = [
                (self.worst, (satisfaction, mood)),
                (self.best, (-satisfaction, -mood)),
                (self.drawn, ()),
            ]
        flags = sum(flag != GENERATED for flag in values(document, "flags"))
        if known.auto_fails or known.broken_rules or flags:
            found.append((self.marked, (-known.auto_fails, -known.broken_rules, -flags, satisfaction or 0.0)))
        return found
