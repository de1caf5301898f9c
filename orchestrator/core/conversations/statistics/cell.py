"""The counts of some conversations: how many, and the moments of each measure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from orchestrator.core.conversations.statistics.intervals import Estimate, estimate
from orchestrator.core.conversations.statistics.measures import Measure
from orchestrator.core.conversations.statistics.moments import Moments

Values = Mapping[Measure, float]


@dataclass(slots=True)
class Cell:
    """Conversations that have something in common: a day, a reason, an agent."""

    count: int = 0
    measures: dict[Measure, Moments] = field(default_factory=dict)

    def add(self, values: Values) -> None:
        """Take in a conversation with what is known of it."""
        self.count += 1
        measures = self.measures
        for measure, value in values.items():
            found = measures.get(measure)
            if found is None:
                found = measures[measure] = Moments()
            found.add(value)

    def merge(self, other: "Cell") -> None:
        """Take in the conversations of another."""
        self.count += other.count
        for measure, moments in other.measures.items():
            self.measures.setdefault(measure, Moments()).merge(moments)

    def moments(self, measure: Measure) -> Moments:
        """Of a measure; empty where none of these conversations has it."""
        return self.measures.get(measure) or Moments()

    def estimate(self, measure: Measure) -> Estimate | None:
        """The mean or share of a measure; None where none of these conversations has it."""
        found = estimate(self.moments(measure), is_share=measure.is_share)
        return found.within(*measure.bounds) if found else None


def total(cells: Iterable[Cell]) -> Cell:
    """All conversations of some cells."""
    found = Cell()
    for cell in cells:
        found.merge(cell)
    return found
