"""Conversations with what people said of them: what a calibration is made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from agents.sentiment.scoring.calibration_features import NO_NUMBERS, Numbers
from agents.sentiment.scoring.reading import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """A conversation's scores; None for what has none. `qualities` are of all its turns."""

    satisfaction: float | None = None
    resolved: float | None = None
    qualities: Sequence[float | None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A conversation and people's answers about it, where several people answered, their mean.

    Attributes:
        numbers: The scorer's own ones of it.
        shipped: What the scorer says of it without a calibration.
        satisfaction: 1 to 5.
        resolved: 0 to 1.
        qualities: Of turns by index, 1 to 5.
    """

    reading: Reading
    numbers: Numbers = NO_NUMBERS
    shipped: Scores = Scores()
    satisfaction: float | None = None
    resolved: float | None = None
    qualities: Mapping[int, float] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The conversation's."""
        return self.reading.conversation.id
