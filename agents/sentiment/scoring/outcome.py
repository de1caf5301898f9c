"""What a conversation came to: satisfaction, quality, resolved, abandoned; and whether they agree with each other."""

from collections.abc import Sequence
from typing import NamedTuple

from agents.sentiment.scoring.course import Course
from agents.sentiment.scoring.features import conversation_features, position_weights, turn_features
from agents.sentiment.scoring.weights import (
    ABANDONED,
    QUALITY,
    RESOLVED,
    SATISFACTION,
    linear,
    on_scale,
    probability,
)

CONTENT, DISCONTENT = 4.0, 2.0
"""From and up to these, satisfaction speaks of a customer who is content, or who is not."""
_STRONG = 0.4
_LIKELY = 0.7
_MIDDLE, _SPREAD = 3.0, 2.0


class Outcome(NamedTuple):
    """What a conversation came to.

    Attributes:
        satisfaction: 1 to 5, what the customer would answer in a survey.
        quality: 1 to 5, of all turns, the end counting more; `turn_quality`: of each turn.
        resolved: Probability that the matter is settled; `abandoned`: that the customer left before.
        end: The customer's mood in the last turn, -1 to 1.
        flags: `recomputed:<feature>` for what was computed again as it contradicted another, and
            `inconsistent:<one>:<other>` for what still does.
    """

    satisfaction: float
    quality: float
    turn_quality: Sequence[float]
    resolved: float
    abandoned: float
    end: float
    flags: tuple[str, ...] = ()


def outcome_of(course: Course) -> Outcome:
    """By the shipped models, held against each other; of at least one turn."""
    features = conversation_features(course)
    quality = [on_scale(linear(row, QUALITY)) for row in turn_features(course)]
    weights = position_weights(len(course))
    return agreed(
        Outcome(
            satisfaction=on_scale(linear(features, SATISFACTION)),
            quality=sum([one * weight for one, weight in zip(quality, weights, strict=True)]) / sum(weights),
            turn_quality=quality,
            resolved=probability(linear(features, RESOLVED)),
            abandoned=probability(linear(features, ABANDONED)),
            end=features["customer_last"],
        )
    )


def satisfaction_of(course: Course) -> float:
    """Satisfaction alone, as `outcome_of` would give it."""
    features = conversation_features(course)
    satisfaction = on_scale(linear(features, SATISFACTION))
    return _satisfaction_by_end(satisfaction, features["customer_last"])


def agreed(outcome: Outcome) -> Outcome:
    """The outcome with what contradicts computed again once, and flagged where it still does.

    Satisfaction against the mood at the end: it becomes the mean of itself and what the end alone says, as the end is
    what a survey is answered under. Resolved and abandoned both likely: the less certain of the two becomes the
    other's complement.
    """
    flags: list[str] = []
    satisfaction = _satisfaction_by_end(outcome.satisfaction, outcome.end)
    if satisfaction != outcome.satisfaction:
        flags.append("recomputed:satisfaction")
    resolved, abandoned = outcome.resolved, outcome.abandoned
    if resolved >= _LIKELY and abandoned >= _LIKELY:
        name = "abandoned" if resolved >= abandoned else "resolved"
        flags.append(f"recomputed:{name}")
        resolved, abandoned = (resolved, 1 - resolved) if name == "abandoned" else (1 - abandoned, abandoned)
    if _against_end(satisfaction, outcome.end):
        flags.append("inconsistent:satisfaction:customer_sentiment")
    if (satisfaction >= CONTENT and abandoned >= _LIKELY) or (satisfaction <= DISCONTENT and resolved >= _LIKELY):
        flags.append(f"inconsistent:satisfaction:{'abandoned' if satisfaction >= CONTENT else 'resolved'}")
    return outcome._replace(
        satisfaction=satisfaction, resolved=resolved, abandoned=abandoned, flags=(*outcome.flags, *flags)
    )


def _against_end(satisfaction: float, end: float) -> bool:
    return (satisfaction >= CONTENT and end <= -_STRONG) or (satisfaction <= DISCONTENT and end >= _STRONG)


def _satisfaction_by_end(satisfaction: float, end: float) -> float:
    return (satisfaction + _MIDDLE + _SPREAD * end) / 2 if _against_end(satisfaction, end) else satisfaction
