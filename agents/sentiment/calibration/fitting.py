"""Makes a calibration from labels, says how good it is on conversations that it has not seen, or why there is none."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from agents.sentiment.calibration.conversations import fit_resolved, fit_satisfaction
from agents.sentiment.calibration.labels import Labelled
from agents.sentiment.calibration.regression import folds
from agents.sentiment.calibration.turns import fit_turns
from agents.sentiment.calibration.vectors import LEAST_CONVERSATIONS as LEAST_SPREAD
from agents.sentiment.calibration.vectors import rounded
from agents.sentiment.scoring.calibrated import calibrate
from orchestrator.core.conversations.agreement import Pair, quantile, spearman
from orchestrator.core.conversations.calibration import (
    LEAST_CONVERSATIONS,
    LEAST_OF_EACH,
    LEAST_TURNS,
    Calibration,
)

FOLDS = 5
CONTENT = 4.0
"""Satisfaction from which a customer counts as content."""
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """Scores by weights that have not seen the conversation, beside the labels.

    Attributes:
        satisfaction: Estimate and label by conversation.
        resolved: Same, a probability and 0 or 1.
        quality: Same, by turn.
    """

    satisfaction: tuple[Pair, ...]
    resolved: tuple[Pair, ...]
    quality: tuple[Pair, ...]


def refusals(labelled: Sequence[Labelled]) -> dict[str, str]:
    """By score, why there are too few labels for it; a score that is not named here can be fitted."""
    found = {}
    satisfaction = [one.satisfaction for one in labelled if one.satisfaction is not None]
    resolved = [one.resolved for one in labelled if one.resolved is not None]
    content = [value >= CONTENT for value in satisfaction]
    if why := _too_few(content, "satisfied (4 or more) and not"):
        found["satisfaction"] = why
    if why := _too_few([value >= 0.5 for value in resolved], "resolved and not"):  # noqa: PLR2004  # most reviewers
        found["resolved"] = why
    turns = sum(len(one.qualities) for one in labelled)
    conversations = sum(bool(one.qualities) for one in labelled)
    if turns < LEAST_TURNS or conversations < LEAST_CONVERSATIONS:
        found["turn_quality"] = (
            f"{turns} labelled turns of {conversations} conversations: "
            f"at least {LEAST_TURNS} of {LEAST_CONVERSATIONS} are needed"
        )
    return found


def _too_few(outcomes: Sequence[bool], what: str) -> str:
    fewer = min(sum(outcomes), len(outcomes) - sum(outcomes))
    if len(outcomes) < LEAST_CONVERSATIONS:
        return f"{len(outcomes)} labelled conversations: at least {LEAST_CONVERSATIONS} are needed"
    if fewer < LEAST_OF_EACH:
        return f"{fewer} labels on one side ({what}): at least {LEAST_OF_EACH} of each are needed"
    return ""


def fit(labelled: Sequence[Labelled], *, scorer_version: str, made_on: str, seed: int = 1) -> Calibration:
    """Weights for every score that has labels enough (see `refusals`), without figures."""
    refused = refusals(labelled)
    parts = [
        fit_turns(labelled, seed=seed) if "turn_quality" not in refused else None,
        fit_satisfaction(labelled, seed=seed) if "satisfaction" not in refused else None,
        fit_resolved(labelled, seed=seed) if "resolved" not in refused else None,
    ]
    return Calibration(
        scorer_version=scorer_version,
        made_on=made_on,
        conversations=len(labelled),
        turns=sum(len(one.qualities) for one in labelled),
        quality=parts[0],  # type: ignore[arg-type]  # in that order
        satisfaction=parts[1],  # type: ignore[arg-type]  # same
        resolved=parts[2],  # type: ignore[arg-type]  # same
        least_familiar=least_familiar(labelled),
    )


def held_out(
    labelled: Sequence[Labelled],
    *,
    seed: int = 1,
    count: int = FOLDS,
    tell: Tell | None = None,
) -> HeldOut:
    """Nested cross-validation: every choice is made without the conversations that are then scored."""
    strata = [one.satisfaction if one.satisfaction is not None else one.resolved or 0.0 for one in labelled]
    fold = folds([one.id for one in labelled], count, seed=seed, strata=strata)
    pairs: dict[str, list[Pair]] = {"satisfaction": [], "resolved": [], "quality": []}
    for one in range(count):
        if tell is not None:
            tell(f"checking on unseen conversations, part {one + 1} of {count}")
        seen = [item for item, place in zip(labelled, fold, strict=True) if place != one]
        calibration = fit(seen, scorer_version="", made_on="", seed=seed)
        for item in (item for item, place in zip(labelled, fold, strict=True) if place == one):
            _score(calibration, item, pairs)
    return HeldOut(**{name: tuple(found) for name, found in pairs.items()})


def _score(calibration: Calibration, item: Labelled, pairs: dict[str, list[Pair]]) -> None:
    scored = calibrate(calibration, item.reading, item.numbers)
    for name in ("satisfaction", "resolved"):
        estimate, label = getattr(scored, name), getattr(item, name)
        if estimate is not None and label is not None:
            pairs[name].append(Pair(item.id, estimate, label))
    for turn, label in sorted(item.qualities.items()) if scored.qualities is not None else ():
        assert scored.qualities is not None
        pairs["quality"].append(Pair(item.id, scored.qualities[turn], label))


def figures(found: HeldOut) -> dict[str, float]:
    """What held-out scores are worth, by name; docs/reviews.md says what each means."""
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


def least_familiar(labelled: Sequence[Labelled]) -> float:
    """The share of known words below which a conversation is unlike all but one in a hundred of these.

    A conversation's own words do not make it familiar: those count that other conversations have often enough.
    """
    spread: dict[str, int] = {}
    said = [[word for turn in one.reading.turns for word in turn.words] for one in labelled]
    for words in said:
        for word in set(words):
            spread[word] = spread.get(word, 0) + 1
    shares = sorted(sum(spread[word] > LEAST_SPREAD for word in words) / len(words) for words in said if words)
    return rounded([quantile(shares, 0.01)])[0] if shares else 0.0
