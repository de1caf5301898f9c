"""What scores are worth beside labels: ranks, errors, calibration, and the gain over the scores as shipped."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from orchestrator.core.conversations.agreement import Estimate, Pair, estimate, mean_difference, spearman

CONTENT = 4.0
"""Satisfaction from which a customer counts as content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """Scores beside people's labels.

    Attributes:
        satisfaction: Estimate and label by conversation.
        resolved: Same, a probability and 0 to 1.
        quality: Same, by turn.
    """

    satisfaction: tuple[Pair, ...]
    resolved: tuple[Pair, ...]
    quality: tuple[Pair, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """Scores by weights that have not seen the conversation, and those of the shipped scorer for the same things."""

    calibrated: Scored
    shipped: Scored


def figures(found: Scored) -> dict[str, float]:
    """What scores are worth, by name; docs/reviews.md says what each means."""
    told = {
        "satisfaction_spearman": spearman(found.satisfaction),
        "satisfaction_mean_error": _mean_error(found.satisfaction),
        "satisfied_auc": auc([Pair(one.group, one.first, float(one.second >= CONTENT)) for one in found.satisfaction]),
        "resolved_auc": auc(found.resolved),
        "resolved_calibration_error": calibration_error(found.resolved),
        "turn_quality_spearman": spearman(found.quality),
        "turn_quality_mean_error": _mean_error(found.quality),
    }
    return {name: round(value, 4) for name, value in told.items() if value is not None}


def _mean_error(pairs: Sequence[Pair]) -> float | None:
    return sum(abs(one.first - one.second) for one in pairs) / len(pairs) if pairs else None


def auc(pairs: Sequence[Pair]) -> float | None:
    """The chance that a case scores above a non-case, ties at one half; None where one of them is missing."""
    cases = np.array([one.first for one in pairs if one.second > 0.5])  # noqa: PLR2004  # yes or no
    others = np.array([one.first for one in pairs if one.second <= 0.5])  # noqa: PLR2004  # same
    if not len(cases) or not len(others):
        return None
    above = (cases[:, None] > others).sum() + (cases[:, None] == others).sum() / 2
    return float(above) / (len(cases) * len(others))


def calibration_error(pairs: Sequence[Pair], *, bins: int = 5) -> float | None:
    """How far told probabilities are from what happened, on average over bins of equal size (ECE)."""
    if not pairs:
        return None
    ordered = sorted(pairs, key=lambda one: (one.first, one.group))
    parts = [ordered[len(pairs) * at // bins : len(pairs) * (at + 1) // bins] for at in range(bins)]
    return sum(abs(sum(one.first - one.second for one in part)) for part in parts) / len(pairs)


def gain(shipped: Sequence[Pair], calibrated: Sequence[Pair]) -> Estimate:
    """By how much the mean squared error is less than the shipped scorer's, with an interval over conversations."""
    errors = [
        Pair(one.group, (one.first - one.second) ** 2, (other.first - other.second) ** 2)
        for one, other in zip(shipped, calibrated, strict=True)
    ]
    return estimate(errors, mean_difference)
