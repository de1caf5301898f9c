"""What moved between two periods, told apart: the mix of conversations, and the rate within each kind.

The difference of two means is the sum over kinds of (change of share x mean of both levels) and (mean of both shares x
change of level). Taking the means of both periods leaves no interaction: it is halved between the two parts.
Source: Kitagawa, Components of a Difference Between Two Rates, Journal of the American Statistical Association 50,
1955.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from orchestrator.core.conversations.statistics.cell import Cell
from orchestrator.core.conversations.statistics.intervals import Estimate, difference, estimate, normal_half
from orchestrator.core.conversations.statistics.measures import Measure
from orchestrator.core.conversations.statistics.moments import Moments

LEAST_KIND = 10
"""Kinds with fewer conversations in both periods together are taken together as one: their own mix becomes rate."""
_LEAST_SPREAD = 5
"""A level of fewer conversations does not tell its spread: that of all is taken in its place."""
OTHERS = "\0others"
"""The kind that stands for those taken together; no source can name one so."""

Pair = tuple[Moments, Moments]


@dataclass(frozen=True, slots=True)
class KindMovement:
    """What one kind gives to the difference; shares are of the conversations that have the measure.

    Attributes:
        before: Its level in the first period, None where it had no conversation then; `after` likewise.
        mix: From its change of share, against the level of all: more of what is worse lowers.
        rate: From its change of level.
    """

    kind: str
    count: int
    before_share: float
    after_share: float
    before: float | None
    after: float | None
    mix: float
    rate: float
    level_change: Estimate | None

    @property
    def effect(self) -> float:
        """Mix and rate together."""
        return self.mix + self.rate


@dataclass(frozen=True, slots=True)
class Movement:
    """A difference between two periods and its two parts, which add up to it.

    Attributes:
        kinds: Largest effect first.
    """

    measure: Measure
    before: Estimate
    after: Estimate
    change: Estimate
    mix: Estimate
    rate: Estimate
    kinds: tuple[KindMovement, ...]


def movement(measure: Measure, cells: Mapping[str, tuple[Cell, Cell]]) -> Movement | None:
    """The movement of a measure from the first to the second cell of each kind; None where a period has none of it."""
    pairs = _pooled({kind: (one.moments(measure), two.moments(measure)) for kind, (one, two) in cells.items()})
    before, after = _total(pair[0] for pair in pairs.values()), _total(pair[1] for pair in pairs.values())
    change = difference(before, after, is_share=measure.is_share)
    if change is None:
        return None
    kinds = [_kind(kind, pair, (before, after), is_share=measure.is_share) for kind, pair in pairs.items()]
    mix, rate = sum(kind.mix for kind in kinds), sum(kind.rate for kind in kinds)
    spread = _spread(pairs, (before, after))
    one, two = (estimate(moments, is_share=measure.is_share) for moments in (before, after))
    assert one is not None
    assert two is not None
    return Movement(
        measure, one, two, change,
        Estimate(mix, mix - spread[0], mix + spread[0], change.n),
        Estimate(rate, rate - spread[1], rate + spread[1], change.n),
        tuple(sorted(kinds, key=lambda kind: (-abs(kind.effect), kind.kind))),
    )  # fmt: skip


def _pooled(pairs: Mapping[str, Pair]) -> dict[str, Pair]:
    """The pairs, small kinds taken together."""
    found: dict[str, Pair] = {}
    for kind in sorted(pairs):
        before, after = pairs[kind]
        if not before.count and not after.count:
            continue
        name = kind if before.count + after.count >= LEAST_KIND else OTHERS
        pool = found.setdefault(name, (Moments(), Moments()))
        pool[0].merge(before)
        pool[1].merge(after)
    return found


def _total(moments: Iterable[Moments]) -> Moments:
    found = Moments()
    for one in moments:
        found.merge(one)
    return found


def _levels(pair: Pair) -> tuple[float, float]:
    """The level before and after; of a kind that one period has not, the other's, so that all of it is mix."""
    before, after = pair
    known = before if before.count else after
    return (before if before.count else known).mean, (after if after.count else known).mean


def _kind(kind: str, pair: Pair, totals: Pair, *, is_share: bool) -> KindMovement:
    before, after = pair
    one, two = before.count / totals[0].count, after.count / totals[1].count
    low, high = _levels(pair)
    middle = (totals[0].mean + totals[1].mean) / 2
    return KindMovement(
        kind=kind,
        count=before.count + after.count,
        before_share=one,
        after_share=two,
        before=before.mean if before.count else None,
        after=after.mean if after.count else None,
        mix=(two - one) * ((low + high) / 2 - middle),
        rate=(one + two) / 2 * (high - low),
        level_change=difference(before, after, is_share=is_share),
    )


def _variance(moments: Moments, whole: Moments) -> float:
    return moments.variance if moments.count >= _LEAST_SPREAD else max(moments.variance, whole.variance)


def _spread(pairs: Mapping[str, Pair], totals: Pair) -> tuple[float, float]:
    """Half the intervals of mix and rate by the delta method: shares are multinomial, levels are means."""
    mix = rate = 0.0
    sums = [[0.0, 0.0], [0.0, 0.0]]
    for before, after in pairs.values():
        one, two = before.count / totals[0].count, after.count / totals[1].count
        level = sum(_levels((before, after))) / 2
        of_levels = sum(
            _variance(moments, whole) / moments.count
            for moments, whole in zip((before, after), totals, strict=True)
            if moments.count
        )
        mix += (two - one) ** 2 * of_levels / 4
        if before.count and after.count:
            rate += ((one + two) / 2) ** 2 * of_levels
        for place, weight in enumerate((one, two)):
            sums[place][0] += weight * level
            sums[place][1] += weight * level * level
    for place, count in enumerate((totals[0].count, totals[1].count)):
        mix += max(0.0, sums[place][1] - sums[place][0] ** 2) / count
    return normal_half(mix), normal_half(rate)
