"""Scores by people beside ours: counted in full, and a sample by chance for figures with intervals."""

from collections import Counter
from dataclasses import dataclass, field

from orchestrator.core.conversations.agreement import Estimate, Pair, cohen_kappa, estimate, mean_difference, spearman
from orchestrator.core.conversations.statistics.kept import Kept, lot
from orchestrator.core.conversations.statistics.moments import Moments

MOST_PAIRS = 500
_LOWEST, _HIGHEST = 1, 5


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two scores agree; each figure is refused where there are too few.

    Attributes:
        kappa: Cohen's, quadratically weighted, of whole scores.
        rank: Spearman's correlation, of the scores as they are.
        above: How much ours is above theirs.
    """

    kappa: Estimate
    rank: Estimate
    above: Estimate


@dataclass(slots=True)
class Scores:
    """Pairs of a person's score and ours on the scale of satisfaction, 1 to 5.

    Attributes:
        table: Pairs by theirs and ours, each to the next whole number.
        apart: The distance of the two.
    """

    table: Counter[tuple[int, int]] = field(default_factory=Counter)
    apart: Moments = field(default_factory=Moments)
    sample: Kept[Pair] = field(default_factory=lambda: Kept(MOST_PAIRS))

    def add(self, conversation: str, *, human: float, machine: float) -> None:
        """Take in a pair."""
        self.table[_whole(human), _whole(machine)] += 1
        self.apart.add(abs(human - machine))
        self.sample.put((), lot(conversation), Pair(conversation, human, machine))

    def merge(self, other: "Scores") -> None:
        """Take in the pairs of another."""
        self.table.update(other.table)
        self.apart.merge(other.apart)
        self.sample.merge(other.sample)

    @property
    def count(self) -> int:
        """How many pairs."""
        return self.apart.count

    def agreement(self) -> Agreement:
        """How far they agree, of the sample."""
        pairs = list(self.sample)
        rounded = [Pair(pair.group, _whole(pair.first), _whole(pair.second)) for pair in pairs]
        return Agreement(
            kappa=estimate(rounded, lambda some: cohen_kappa(some, "quadratic")),
            rank=estimate(pairs, spearman),
            above=estimate([Pair(pair.group, pair.second, pair.first) for pair in pairs], mean_difference),
        )


def _whole(score: float) -> int:
    """The next whole score; half goes up."""
    return min(_HIGHEST, max(_LOWEST, int(score + 0.5)))
