"""Mix and rate of a change."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.core.conversations.statistics.cell import Cell
from orchestrator.core.conversations.statistics.measures import Measure
from orchestrator.core.conversations.statistics.movement import LEAST_KIND, OTHERS, movement

Cells = dict[str, tuple[Cell, Cell]]
LEVELS = st.lists(st.sampled_from([1.0, 1.5, 2.25, 3.0, 4.2, 5.0]), max_size=25)


def cell(values: list[float]) -> Cell:
    """A cell of conversations with these satisfactions."""
    found = Cell()
    for value in values:
        found.add({Measure.SATISFACTION: value})
    return found


def cells(**kinds: tuple[list[float], list[float]]) -> Cells:
    """Cells before and after by kind."""
    return {name: (cell(before), cell(after)) for name, (before, after) in kinds.items()}


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from("abcdef"), st.tuples(LEVELS, LEVELS), min_size=1))
def test_mix_and_rate_add_up_to_the_change(kinds: dict[str, tuple[list[float], list[float]]]):
    """Whatever the kinds are, and where a period lacks some of them."""
    moved = movement(Measure.SATISFACTION, cells(**kinds))
    if moved is not None:
        assert moved.mix.value + moved.rate.value == pytest.approx(moved.change.value, abs=1e-9)
        assert sum(kind.effect for kind in moved.kinds) == pytest.approx(moved.change.value, abs=1e-9)


def test_more_of_what_scores_lower_is_mix():
    """Levels stay, shares change."""
    moved = movement(Measure.SATISFACTION, cells(late=([2.0] * 10, [2.0] * 30), size=([4.0] * 30, [4.0] * 10)))
    assert moved is not None
    assert (moved.change.value, moved.mix.value, moved.rate.value) == pytest.approx((-1.0, -1.0, 0.0))


def test_the_same_kinds_that_score_lower_are_rate():
    """Shares stay, one level changes."""
    moved = movement(Measure.SATISFACTION, cells(late=([3.0] * 20, [2.0] * 20), size=([4.0] * 20, [4.0] * 20)))
    assert moved is not None
    assert (moved.change.value, moved.mix.value, moved.rate.value) == pytest.approx((-0.5, 0.0, -0.5))
    assert moved.kinds[0].kind == "late"


def test_a_kind_that_is_new_is_all_mix():
    """Nothing is known of its level before."""
    moved = movement(Measure.SATISFACTION, cells(late=([], [1.0] * 20), size=([4.0] * 20, [4.0] * 20)))
    assert moved is not None
    late = moved.kinds[0]
    assert (late.kind, late.before, late.rate, moved.rate.value) == ("late", None, 0.0, 0.0)


def test_kinds_with_few_in_both_periods_are_taken_together():
    """Their levels would be chance."""
    few = [3.0] * (LEAST_KIND // 2 - 1)
    moved = movement(Measure.SATISFACTION, cells(a=(few, few), b=(few, few), c=([4.0] * 10, [4.0] * 10)))
    assert moved is not None
    assert {kind.kind: kind.count for kind in moved.kinds} == {OTHERS: 4 * len(few), "c": 20}


def test_a_kind_that_grows_from_few_is_told_apart():
    """What grew is what a reader looks for."""
    moved = movement(Measure.SATISFACTION, cells(late=([3.0], [2.0] * 20), size=([4.0] * 20, [4.0] * 20)))
    assert moved is not None
    assert [kind.kind for kind in moved.kinds] == ["late", "size"]


def test_a_period_without_the_measure_has_no_movement():
    """There is nothing to compare."""
    assert movement(Measure.SATISFACTION, cells(late=([], [1.0] * 9))) is None
