"""Nested cross-validation by conversation, through the product's own way, beside the baselines in the same folds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata
from sklearn.metrics import roc_auc_score

from agents.sentiment.calibration.figures import calibration_error
from agents.sentiment.calibration.regression import folds as divide
from orchestrator.core.conversations.agreement import Pair
from satisfaction_calibration.baselines import success_chances, turn_qualities
from satisfaction_calibration.cases import SUCCESS, Case
from satisfaction_calibration.product import calibration_of, documents_of

Vector = NDArray[np.float64]
RESAMPLES = 1_000


@dataclass(frozen=True, slots=True)
class Rows:
    """Labels with the scores of three scorers, all of conversations that none of them has seen.

    Attributes:
        groups: The conversation of each row.
    """

    groups: list[str] = field(default_factory=list)
    labels: list[float] = field(default_factory=list)
    shipped: list[float] = field(default_factory=list)
    baseline: list[float] = field(default_factory=list)
    calibrated: list[float] = field(default_factory=list)

    def add(self, group: str, label: float, shipped: float, baseline: float, calibrated: float) -> None:
        """Take in a row."""
        for name, value in zip(
            ("labels", "shipped", "baseline", "calibrated"), (label, shipped, baseline, calibrated), strict=True
        ):
            getattr(self, name).append(value)
        self.groups.append(group)


def calibrated(cases: Sequence[Case], *, folds: int = 5, seed: int = 1) -> dict[str, object]:
    """The figures of the calibrated scorer, of the shipped one, and of the baselines."""
    ordered = sorted(cases, key=lambda case: case.conversation.id)
    strata = [case.success if case.success is not None else 0.0 for case in ordered]
    fold = divide([case.conversation.id for case in ordered], folds, seed=seed, strata=strata)
    conversations, turns = Rows(), Rows()
    for one in range(folds):
        seen = [case for case, place in zip(ordered, fold, strict=True) if place != one]
        unseen = [case for case, place in zip(ordered, fold, strict=True) if place == one]
        _score(seen, unseen, conversations, turns, seed=seed)
    return {
        "folds": folds,
        "seed": seed,
        "success": {**_compared(conversations, _auc), "calibration_error": _errors(conversations)},
        "turn_quality": _compared(turns, _spearman),
    }


def _score(seen: Sequence[Case], unseen: Sequence[Case], conversations: Rows, turns: Rows, *, seed: int) -> None:
    fitted, shipped = documents_of(unseen, calibration_of(seen, seed=seed)), documents_of(unseen, None)
    chances, qualities = success_chances(seen, unseen, seed=seed), turn_qualities(seen, unseen)
    for case in unseen:
        name = case.conversation.id
        ours, before = fitted[name], shipped[name]
        if case.success is not None:
            label = float(case.success >= SUCCESS)
            both = _known(before["overall"]["resolved"], 0.5), _known(ours["overall"]["resolved"], 0.5)
            conversations.add(name, label, both[0], chances[name], both[1])
        for at, value in case.qualities.items() if case.counted else ():
            both = _known(before["turns"][at]["quality"], 4.0), _known(ours["turns"][at]["quality"], 4.0)
            turns.add(name, value, both[0], qualities[name, at], both[1])


def _known(score: float | None, otherwise: float) -> float:
    """What is not scored counts as undecided."""
    return otherwise if score is None else score


def _compared(rows: Rows, statistic: Callable[[Vector, Vector], float]) -> dict[str, object]:
    labels = np.array(rows.labels)
    scores = {name: np.array(getattr(rows, name)) for name in ("shipped", "baseline", "calibrated")}
    return {
        "rows": len(labels),
        "conversations": len(set(rows.groups)),
        **{name: round(statistic(labels, found), 4) for name, found in scores.items()},
        "gain_over_baseline": _gain(rows.groups, labels, scores, statistic, over="baseline"),
        "gain_over_shipped": _gain(rows.groups, labels, scores, statistic, over="shipped"),
    }


def _gain(
    groups: Sequence[str],
    labels: Vector,
    scores: Mapping[str, Vector],
    statistic: Callable[[Vector, Vector], float],
    *,
    over: str,
) -> dict[str, float]:
    """The difference with its paired bootstrap interval of 95 %: whole conversations are drawn, the same for both."""
    chance = np.random.default_rng(1)
    rows_of: dict[str, list[int]] = {}
    for at, group in enumerate(groups):
        rows_of.setdefault(group, []).append(at)
    members = [np.array(rows) for rows in rows_of.values()]
    drawn = []
    for _ in range(RESAMPLES):
        rows = np.concatenate([members[at] for at in chance.integers(len(members), size=len(members))])
        if len(set(labels[rows])) > 1:
            both = [statistic(labels[rows], scores[name][rows]) for name in ("calibrated", over)]
            drawn.append(both[0] - both[1])
    low, high = np.quantile(drawn, [0.025, 0.975])
    gain = statistic(labels, scores["calibrated"]) - statistic(labels, scores[over])
    return {"value": round(gain, 4), "low": round(float(low), 4), "high": round(float(high), 4)}


def _auc(labels: Vector, scores: Vector) -> float:
    return float(roc_auc_score(labels, scores))


def _spearman(labels: Vector, scores: Vector) -> float:
    return float(np.corrcoef(rankdata(labels), rankdata(scores))[0, 1])


def _errors(rows: Rows) -> dict[str, float]:
    """How far told chances are from what happened (ECE, five bins of equal size)."""
    found = {}
    for name in ("shipped", "baseline", "calibrated"):
        pairs = [Pair(*one) for one in zip(rows.groups, getattr(rows, name), rows.labels, strict=True)]
        found[name] = round(calibration_error(pairs) or 0.0, 4)
    return found
