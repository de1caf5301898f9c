"""Figures of several scorers over the same rows, with paired bootstrap intervals over whole conversations."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

Vector = NDArray[np.float64]
Statistic = Callable[[Vector, Vector], float]
RESAMPLES = 1_000
OURS = "ours"


@dataclass(frozen=True, slots=True)
class Rows:
    """Labels, the conversation of each, and scores by scorer."""

    groups: list[str] = field(default_factory=list)
    labels: list[float] = field(default_factory=list)
    scores: dict[str, list[float]] = field(default_factory=dict)

    def add(self, group: str, label: float, **scores: float) -> None:
        """Take in a row."""
        self.groups.append(group)
        self.labels.append(label)
        for name, score in scores.items():
            self.scores.setdefault(name, []).append(score)


def auc(labels: Vector, scores: Vector) -> float:
    """Area under the ROC curve: the chance that a case scores above another, ties at one half."""
    cases = labels > 0
    count, others = int(cases.sum()), int((~cases).sum())
    return float((rankdata(scores)[cases].sum() - count * (count + 1) / 2) / (count * others))


def spearman(labels: Vector, scores: Vector) -> float:
    """Correlation of ranks."""
    return float(np.corrcoef(rankdata(labels), rankdata(scores))[0, 1])


def compared(rows: Rows, statistic: Statistic, *, seed: int) -> dict[str, object]:
    """Each scorer's figure, ours with its interval, and ours less each other's with the interval of the difference.

    Whole conversations are drawn, the same for all scorers. A gain is claimed only where its interval excludes zero.
    """
    labels = np.array(rows.labels)
    if len(set(rows.labels)) < 2:
        return {"rows": len(labels), "skipped": "the labels are all the same, or there are none"}
    scores = {name: np.array(found) for name, found in rows.scores.items()}
    drawn: dict[str, list[float]] = {name: [] for name in scores}
    for chosen in _draws(rows.groups, seed):
        if labels[chosen].min() < labels[chosen].max():
            for name, found in scores.items():
                drawn[name].append(statistic(labels[chosen], found[chosen]))
    told = {name: statistic(labels, found) for name, found in scores.items()}
    own = np.array(drawn[OURS])
    gains = {}
    for name in scores.keys() - {OURS}:
        bounds = _bounds(own - np.array(drawn[name]))
        gains[name] = {"value": told[OURS] - told[name], **bounds, "claimed": bounds["low"] > 0}
    return {
        "rows": len(labels),
        "conversations": len(set(rows.groups)),
        **told,
        "interval": _bounds(own),
        "gains": dict(sorted(gains.items())),
    }


def _bounds(drawn: Vector) -> dict[str, float]:
    low, high = np.quantile(drawn, [0.025, 0.975])
    return {"low": float(low), "high": float(high)}


def _draws(groups: Sequence[str], seed: int) -> list[NDArray[np.int64]]:
    places: dict[str, list[int]] = {}
    for place, group in enumerate(groups):
        places.setdefault(group, []).append(place)
    members = [np.array(found) for found in places.values()]
    chance = np.random.default_rng(seed)
    return [
        np.concatenate([members[one] for one in chance.integers(len(members), size=len(members))])
        for _ in range(RESAMPLES)
    ]


def calibration_error(labels: Sequence[float], told: Sequence[float], *, bins: int = 5) -> float:
    """How far what was told is from what happened, on average over bins of equal size (ECE)."""
    order = np.argsort(np.array(told), kind="stable")
    misses = (np.array(told) - np.array(labels))[order]
    return float(sum(abs(part.sum()) for part in np.array_split(misses, bins)) / len(misses))


def found_of(rows: Mapping[str, tuple[int, int, int]]) -> dict[str, dict[str, float]]:
    """Precision and recall by scorer of (rightly found, found, to be found)."""
    return {
        name: {"precision": right / max(found, 1), "recall": right / max(wanted, 1)}
        for name, (right, found, wanted) in rows.items()
    }
