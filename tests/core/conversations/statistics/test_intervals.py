"""Intervals against figures that are published or worked out by hand."""

from collections.abc import Iterable

import pytest

from orchestrator.core.conversations.statistics.intervals import Estimate, difference, estimate, student
from orchestrator.core.conversations.statistics.moments import Moments


def moments(values: Iterable[float]) -> Moments:
    """The moments of some values."""
    found = Moments()
    for value in values:
        found.add(value)
    return found


def rounded(found: Estimate | None, digits: int = 3) -> tuple[float, ...]:
    """The value and the interval of an estimate."""
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    return tuple(round(one, digits) for one in (found.value, found.low, found.high))


def shares(yes: int, n: int) -> Moments:
    """`yes` ones among `n`."""
    return moments([1.0] * yes + [0.0] * (n - yes))


@pytest.mark.parametrize(("freedom", "point"), [(4, 2.776), (9, 2.262), (29, 2.045), (1000, 1.962)])
def test_students_points_are_those_of_the_tables(freedom: float, point: float):
    """Within half a percent from four degrees of freedom on."""
    assert student(freedom) == pytest.approx(point, rel=0.005)


def test_the_mean_of_one_to_ten_has_students_interval():
    """Mean 5.5, deviation 3.028, nine degrees of freedom."""
    assert rounded(estimate(moments(range(1, 11)), is_share=False), 2) == (5.5, 3.33, 7.67)


def test_four_values_tell_no_interval():
    """So few do not tell their spread."""
    assert estimate(moments([1, 2, 3, 4]), is_share=False) == Estimate(2.5, None, None, 4)


def test_eight_of_ten_has_wilsons_interval():
    """The usual example of Wilson's interval."""
    assert rounded(estimate(shares(8, 10), is_share=True)) == (0.8, 0.49, 0.943)


def test_newcombes_own_example_gives_his_interval():
    """56 of 70 against 48 of 80: 0.20, from 0.0524 to 0.3339 (Newcombe 1998, table II, method 10)."""
    assert rounded(difference(shares(48, 80), shares(56, 70), is_share=True), 4) == (0.2, 0.0524, 0.3339)


def test_two_means_have_welchs_interval():
    """Variances 2.5 and 10 of five values each: 5.88 degrees of freedom, half the interval 3.89."""
    assert rounded(difference(moments([1, 2, 3, 4, 5]), moments([2, 4, 6, 8, 10]), is_share=False), 2) == (
        3.0,
        -0.89,
        6.89,
    )


def test_nothing_has_no_estimate_and_no_difference():
    """No data is not zero."""
    assert (estimate(Moments(), is_share=True), difference(Moments(), moments([1]), is_share=False)) == (None, None)


@pytest.mark.parametrize(
    ("low", "high", "clear"), [(0.1, 0.2, True), (-0.2, -0.1, True), (-0.1, 0.1, False), (None, None, False)]
)
def test_a_difference_is_clear_where_zero_is_left_out(low: float | None, high: float | None, *, clear: bool):
    """An interval that is not known is never clear."""
    assert Estimate(0.1, low, high, 50).clear is clear
