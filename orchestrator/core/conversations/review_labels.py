"""What people's answers come to for a conversation: the labels that a calibration is made from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from orchestrator.core.conversations.review_agreement import answered
from orchestrator.core.conversations.reviews import (
    RESOLVED,
    SATISFACTION,
    TURN_QUALITY,
    Dispute,
    DisputeState,
    Review,
)


@dataclass(slots=True)
class Labels:
    """The labels of one conversation.

    Attributes:
        satisfaction: 1 to 5; where several people answered, their mean.
        resolved: 0 to 1.
        qualities: Of turns by index, 1 to 5.
    """

    satisfaction: float | None = None
    resolved: float | None = None
    qualities: dict[int, float] = field(default_factory=dict)

    def take(self, question: str, turn: int | None, value: float) -> None:
        """Take in a label; a question that nothing is fitted to is left out."""
        if question == SATISFACTION:
            self.satisfaction = value
        elif question == RESOLVED:
            self.resolved = value
        elif question == TURN_QUALITY and turn is not None:
            self.qualities[turn] = value


def labels_of(reviews: Sequence[Review], disputes: Iterable[Dispute] = ()) -> Mapping[str, Labels]:
    """By conversation; what a dispute was upheld for stands in place of the answers that it was about."""
    found: dict[str, Labels] = {}
    for item in answered(reviews, ()):
        found.setdefault(item.conversation, Labels()).take(item.question, item.turn, item.human)
    for dispute in disputes:
        if dispute.state is DisputeState.UPHELD and dispute.value is not None:
            found.setdefault(dispute.conversation, Labels()).take(dispute.question, dispute.turn, dispute.value)
    return {name: labels for name, labels in found.items() if _any(labels)}


def _any(labels: Labels) -> bool:
    return labels.satisfaction is not None or labels.resolved is not None or bool(labels.qualities)
