"""Intervals of 95 % of means, shares and their differences."""

from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

from orchestrator.core.conversations.statistics.moments import Moments

LEVEL = 0.95
LEAST = 20
"""Fewer conversations are too few to be read as a figure of their own."""
LEAST_RANKED = 30
"""An agent with fewer conversations is not ranked."""
_LEAST_SPREAD = 5
_Z = NormalDist().inv_cdf((1 + LEVEL) / 2)


class Estimate(NamedTuple):
    """A figure with its interval; the interval is None where there are too few values to tell their spread."""

    value: float
    low: float | None
    high: float | None
    n: int

    @property
    def clear(self) -> bool:
        """True where the interval leaves out zero: of a difference, that it is beyond chance."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)

    def within(self, lowest: float, highest: float) -> "Estimate":
        """With an interval that does not go beyond the scale."""
        if self.low is None or self.high is None:
            return self
        return self._replace(low=max(lowest, self.low), high=min(highest, self.high))


def estimate(moments: Moments, *, is_share: bool) -> Estimate | None:
    """The mean or share of what was counted; None where nothing was."""
    if not moments.count:
        return None
    return share(moments) if is_share else mean(moments)


def mean(moments: Moments) -> Estimate:
    """The mean with Student's interval."""
    if moments.count < _LEAST_SPREAD:
        return Estimate(moments.mean, None, None, moments.count)
    half = student(moments.count - 1) * sqrt(moments.variance / moments.count)
    return Estimate(moments.mean, moments.mean - half, moments.mean + half, moments.count)


def share(moments: Moments) -> Estimate:
    """The share with Wilson's interval.

    Source: Wilson, Journal of the American Statistical Association 22, 1927.
    """
    n, p = moments.count, moments.mean
    middle = (p + _Z * _Z / (2 * n)) / (1 + _Z * _Z / n)
    half = _Z / (1 + _Z * _Z / n) * sqrt(p * (1 - p) / n + _Z * _Z / (4 * n * n))
    return Estimate(p, max(0.0, middle - half), min(1.0, middle + half), n)


def difference(before: Moments, after: Moments, *, is_share: bool) -> Estimate | None:
    """How much more it is after than before; None where one of them has no values."""
    if not before.count or not after.count:
        return None
    return share_difference(before, after) if is_share else mean_difference(before, after)


def mean_difference(before: Moments, after: Moments) -> Estimate:
    """Welch's interval of the difference of two means.

    Source: Welch, Biometrika 34, 1947.
    """
    apart, n = after.mean - before.mean, before.count + after.count
    if min(before.count, after.count) < _LEAST_SPREAD:
        return Estimate(apart, None, None, n)
    parts = [one.variance / one.count for one in (before, after)]
    if not sum(parts):
        return Estimate(apart, apart, apart, n)
    freedom = sum(parts) ** 2 / sum(
        part * part / (one.count - 1) for part, one in zip(parts, (before, after), strict=True)
    )
    half = student(freedom) * sqrt(sum(parts))
    return Estimate(apart, apart - half, apart + half, n)


def share_difference(before: Moments, after: Moments) -> Estimate:
    """Newcombe's interval of the difference of two shares, made of Wilson's.

    Source: Newcombe, Statistics in Medicine 17, 1998, method 10.
    """
    one, two = share(before), share(after)
    apart = two.value - one.value
    assert one.low is not None
    assert one.high is not None
    assert two.low is not None
    assert two.high is not None
    below = sqrt((two.value - two.low) ** 2 + (one.high - one.value) ** 2)
    above = sqrt((two.high - two.value) ** 2 + (one.value - one.low) ** 2)
    return Estimate(apart, apart - below, apart + above, before.count + after.count)


def student(freedom: float) -> float:
    """The upper point of Student's distribution for intervals of 95 %; within 0.3 % from 4 degrees of freedom on.

    Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.5.
    """
    z, v = _Z, freedom
    return (
        z
        + (z**3 + z) / (4 * v)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3)
    )


def normal_half(variance: float) -> float:
    """Half the interval of a figure whose variance is known and whose distribution is near normal."""
    return _Z * sqrt(max(0.0, variance))
