"""Averages and shares with their intervals, from what an insight store sums up."""

from typing import NamedTuple

from orchestrator.core.conversations.insights import Total
from orchestrator.core.conversations.statistics.intervals import Estimate, estimate
from orchestrator.core.conversations.statistics.moments import Moments

_UNITS = 100  # a store sums ten-thousandths, moments count millionths
_DIGITS = 6


class Figures(NamedTuple):
    """A figure and its interval; all null where nothing was counted."""

    value: float | None
    low: float | None
    high: float | None


def moments(total: Total) -> Moments:
    """A group's sums as moments."""
    return Moments(total.n, total.total * _UNITS, total.squares * _UNITS * _UNITS)


def figures(counted: Moments, *, is_share: bool) -> Figures:
    """The mean or share, rounded as tables hold it."""
    return rounded_figures(estimate(counted, is_share=is_share))


def rounded_figures(found: Estimate | None) -> Figures:
    """An estimate, rounded as tables hold it."""
    if found is None:
        return Figures(None, None, None)
    return Figures(rounded(found.value), _known(found.low), _known(found.high))


def rounded(value: float) -> float:
    """A number as tables hold it: never a negative zero."""
    return round(value, _DIGITS) + 0.0


def _known(value: float | None) -> float | None:
    return None if value is None else rounded(value)
