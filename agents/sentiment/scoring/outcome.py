"""What a conversation came to: satisfaction, quality, resolved, abandoned, in agreement with each other."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from agents.sentiment.scoring.consistency import Moods, Outcomes, agreed, settled
from agents.sentiment.scoring.course import Course
from agents.sentiment.scoring.features import conversation_features, position_weights, turn_features
from agents.sentiment.scoring.trajectory import blended, end_of
from agents.sentiment.scoring.weights import (
    ABANDONED,
    QUALITY,
    RESOLVED,
    SATISFACTION,
    linear,
    on_scale,
    probability,
)


class Outcome(NamedTuple):
    """What a conversation came to.

    Attributes:
        satisfaction: 1 to 5, what the customer would answer in a survey.
        quality: 1 to 5, of all turns, the end counting more; `turn_quality`: of each turn.
        resolved: Probability that the matter is settled; `abandoned`: that the customer left before.
        flags: `recomputed:<feature>` for what was computed again as it contradicted another, and
            `inconsistent:<one>:<other>` for what still does.
    """

    satisfaction: float
    quality: float
    turn_quality: Sequence[float]
    resolved: float
    abandoned: float
    flags: tuple[str, ...] = ()


def outcome_of(course: Course) -> Outcome:
    """By the shipped models, held against each other; of at least one turn."""
    features = conversation_features(course)
    quality = [on_scale(linear(row, QUALITY)) for row in turn_features(course)]
    weights = position_weights(len(course))
    found = Outcomes(
        satisfaction=on_scale(linear(features, SATISFACTION)),
        resolved=probability(linear(features, RESOLVED)),
        abandoned=probability(linear(features, ABANDONED)),
    )
    (satisfaction, resolved, abandoned), flags = agreed(found, _moods(course, features))
    return Outcome(
        satisfaction=satisfaction,
        quality=sum([one * weight for one, weight in zip(quality, weights, strict=True)]) / sum(weights),
        turn_quality=quality,
        resolved=resolved,
        abandoned=abandoned,
        flags=flags,
    )


def satisfaction_of(course: Course) -> float:
    """Satisfaction alone, as `outcome_of` would give it."""
    features = conversation_features(course)
    return settled(on_scale(linear(features, SATISFACTION)), _moods(course, features))


def _moods(course: Course, features: Mapping[str, float]) -> Moods:
    mean, end, low = features["customer_mood"], end_of(course), features["customer_low"]
    return Moods(sentiment=blended(mean, end, low), mean=mean, end=end, last=features["customer_last"])
