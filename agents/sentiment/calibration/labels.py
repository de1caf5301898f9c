"""Conversations with what people said of them: what a calibration is made from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from agents.sentiment.scoring.reading import Reading

Extra = Callable[[Reading], tuple[Mapping[str, float], Sequence[Mapping[str, float]]]]
"""The scorer's own numbers of a conversation, and of each of its turns."""


def no_extra(_reading: Reading) -> tuple[Mapping[str, float], Sequence[Mapping[str, float]]]:
    """None."""
    return {}, ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A conversation and people's answers about it, where several people answered, their mean.

    Attributes:
        satisfaction: 1 to 5.
        resolved: 0 to 1.
        qualities: Of turns by index, 1 to 5.
    """

    reading: Reading
    satisfaction: float | None = None
    resolved: float | None = None
    qualities: Mapping[int, float] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The conversation's."""
        return self.reading.conversation.id
