"""How far two or more scores of the same things agree: corrected for chance, with intervals, refused on few samples.

Who sampled conversations sampled whole ones, so that intervals come from drawing conversations, not single scores.
"""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean
from typing import Literal, NamedTuple, Protocol, TypeVar

LEAST_SAMPLES = 20
"""Below it no agreement is told: Genesys advises as many interactions for an agreement rate per question."""
LEAST_GROUPS = 10
"""Conversations that the samples must come from: an interval drawn from fewer is no interval."""
RESAMPLES = 1_000
_MOST_DRAWS = 2_000_000
_LEVEL = 0.95

Weights = Literal["nominal", "linear", "quadratic"]
Metric = Literal["nominal", "ordinal", "interval"]


class Pair(NamedTuple):
    """Two scores of one thing; `group` is the conversation that it belongs to."""

    group: str
    first: float
    second: float


class Unit(NamedTuple):
    """All scores of one thing, by any number of people; None where somebody gave none."""

    group: str
    values: tuple[float | None, ...]


class _Grouped(Protocol):
    @property
    def group(self) -> str: ...


Sample = TypeVar("Sample", bound=_Grouped)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its interval of 95 %, or why there is none.

    Attributes:
        value: None where it is refused, or not defined for these samples.
        low: Of the interval, with `high`; None where `value` is.
        n: Samples.
        groups: Conversations that they come from.
        refused: `too_few_samples`, `too_few_conversations`, `no_variation`, or None.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    groups: int
    refused: str | None = None

    def document(self) -> dict[str, object]:
        """As JSON."""
        figures = {"value": self.value, "low": self.low, "high": self.high}
        rounded = {name: None if figure is None else round(figure, 4) for name, figure in figures.items()}
        return {**rounded, "n": self.n, "conversations": self.groups, "refused": self.refused}


def estimate(
    samples: Sequence[Sample],
    statistic: Callable[[Sequence[Sample]], float | None],
    *,
    seed: int = 1,
    resamples: int = RESAMPLES,
) -> Estimate:
    """A statistic with its percentile bootstrap interval, whole conversations drawn with replacement.

    The same samples in any order give the same interval. Of many samples fewer resamples are drawn.
    Source: Davison and Hinkley, Bootstrap Methods and their Application, 1997, sections 3.8 and 5.3.
    """
    groups: dict[str, list[Sample]] = {}
    for sample in sorted(samples, key=lambda one: (one.group, repr(one))):
        groups.setdefault(sample.group, []).append(sample)
    n = len(samples)
    if n < LEAST_SAMPLES or len(groups) < LEAST_GROUPS:
        refused = "too_few_samples" if n < LEAST_SAMPLES else "too_few_conversations"
        return Estimate(None, None, None, n, len(groups), refused)
    value = statistic(samples)
    if value is None:
        return Estimate(None, None, None, n, len(groups), "no_variation")
    low, high = _interval(list(groups.values()), statistic, seed=seed, resamples=_affordable(resamples, n))
    return Estimate(value, low, high, n, len(groups))


def _affordable(resamples: int, n: int) -> int:
    return min(resamples, max(200, _MOST_DRAWS // n))


def _interval(
    groups: Sequence[Sequence[Sample]],
    statistic: Callable[[Sequence[Sample]], float | None],
    *,
    seed: int,
    resamples: int,
) -> tuple[float | None, float | None]:
    chance = random.Random(seed)  # noqa: S311  # reproducible on purpose
    drawn: list[float] = []
    for _ in range(resamples):
        sample = [one for group in chance.choices(groups, k=len(groups)) for one in group]
        if (value := statistic(sample)) is not None:
            drawn.append(value)
    if not drawn:
        return None, None
    drawn.sort()
    tail = (1 - _LEVEL) / 2
    return quantile(drawn, tail), quantile(drawn, 1 - tail)


def quantile(ordered: Sequence[float], share: float) -> float:
    """The quantile of values in order, between neighbours in proportion."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def raw_agreement(pairs: Sequence[Pair]) -> float | None:
    """The share of pairs whose scores are equal; chance is not taken out of it."""
    return fmean(pair.first == pair.second for pair in pairs) if pairs else None


def mean_difference(pairs: Sequence[Pair]) -> float | None:
    """How much the first score is above the second, on average."""
    return fmean(pair.first - pair.second for pair in pairs) if pairs else None


def cohen_kappa(pairs: Sequence[Pair], weights: Weights = "nominal") -> float | None:
    """Cohen's kappa, 1 less observed by expected disagreement; None where both use one and the same score only.

    Disagreement counts 1, or grows with the distance or its square. Sources: Cohen, Educational and Psychological
    Measurement 20, 1960; Cohen, Psychological Bulletin 70, 1968.
    """
    if not pairs:
        return None
    first = _counted(pair.first for pair in pairs)
    second = _counted(pair.second for pair in pairs)
    apart = _DISTANCES[weights]
    observed = fmean(apart(pair.first, pair.second) for pair in pairs)
    expected = sum(apart(a, b) * n * m for a, n in first.items() for b, m in second.items()) / len(pairs) ** 2
    return 1 - observed / expected if expected else None


_DISTANCES: Mapping[Weights, Callable[[float, float], float]] = {
    "nominal": lambda a, b: float(a != b),
    "linear": lambda a, b: abs(a - b),
    "quadratic": lambda a, b: (a - b) ** 2,
}


def krippendorff_alpha(units: Sequence[Unit], metric: Metric = "ordinal") -> float | None:
    """Krippendorff's alpha of any number of people, with scores missing; None where there is but one score.

    Source: Krippendorff, Computing Krippendorff's Alpha-Reliability, 2011, section C (coincidences) and its metrics.
    """
    rated = [[value for value in unit.values if value is not None] for unit in units]
    rated = [values for values in rated if len(values) > 1]
    totals = _counted(value for values in rated for value in values)
    n = sum(totals.values())
    apart = _squared(metric, totals)
    scores = sorted(totals)
    expected = sum(2 * apart[a, b] * totals[a] * totals[b] for a, b in combinations(scores, 2))
    if not expected:
        return None
    observed = sum(
        2 * sum(apart[min(a, b), max(a, b)] for a, b in combinations(values, 2) if a != b) / (len(values) - 1)
        for values in rated
    )
    return 1 - (n - 1) * observed / expected


def _squared(metric: Metric, totals: Mapping[float, int]) -> dict[tuple[float, float], float]:
    """The squared difference of each pair of scores, the smaller first."""
    scores = sorted(totals)
    found: dict[tuple[float, float], float] = {}
    for at, a in enumerate(scores):
        between = float(totals[a])
        for b in scores[at + 1 :]:
            between += totals[b]
            match metric:
                case "nominal":
                    found[a, b] = 1.0
                case "interval":
                    found[a, b] = (a - b) ** 2
                case "ordinal":
                    found[a, b] = (between - (totals[a] + totals[b]) / 2) ** 2
    return found


def spearman(pairs: Sequence[Pair]) -> float | None:
    """Spearman's rank correlation, ties at their mean rank; None where one side has but one score."""
    first = ranks([pair.first for pair in pairs])
    second = ranks([pair.second for pair in pairs])
    middle = (len(pairs) + 1) / 2
    spread = sum((a - middle) ** 2 for a in first) * sum((b - middle) ** 2 for b in second)
    together = sum((a - middle) * (b - middle) for a, b in zip(first, second, strict=True))
    return together / spread**0.5 if spread else None


def ranks(values: Sequence[float]) -> list[float]:
    """The rank of each value from 1, ties at the mean of theirs."""
    order = sorted(range(len(values)), key=values.__getitem__)
    ranked = [0.0] * len(values)
    start = 0
    while start < len(order):
        end = start
        while end + 1 < len(order) and values[order[end + 1]] == values[order[start]]:
            end += 1
        for place in range(start, end + 1):
            ranked[order[place]] = (start + end) / 2 + 1
        start = end + 1
    return ranked


def _counted(values: Iterable[float]) -> dict[float, int]:
    counts: dict[float, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    return counts
