from functools import partial

import pytest

from orchestrator.core.conversations.agreement import (
    Metric,
    Pair,
    Unit,
    cohen_kappa,
    estimate,
    krippendorff_alpha,
    mean_difference,
    ranks,
    raw_agreement,
    spearman,
)

# the reliability data of Krippendorff's paper of 2011: 4 observers, 12 units, values missing
_OBSERVERS = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3),
    (None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None),
)
_UNITS = [Unit(str(at), values) for at, values in enumerate(zip(*_OBSERVERS, strict=True))]


def _pairs(*cells: tuple[float, float, int]) -> list[Pair]:
    scores = [(a, b) for a, b, n in cells for _ in range(n)]
    return [Pair(f"c{at:03}", a, b) for at, (a, b) in enumerate(scores)]


@pytest.mark.parametrize(("metric", "alpha"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_krippendorffs_own_example_gives_his_figures(metric: Metric, alpha: float):
    """The example of the paper, whose unit with one value only is left out."""
    assert round(krippendorff_alpha(_UNITS, metric), 3) == alpha


def test_kappa_of_a_table_is_the_one_worked_out_by_hand():
    """Observed .70, expected .50: kappa .40."""
    pairs = _pairs((1, 1, 20), (1, 0, 5), (0, 1, 10), (0, 0, 15))
    assert (raw_agreement(pairs), round(cohen_kappa(pairs), 6)) == (0.7, 0.4)


def test_kappa_of_cohens_table_is_the_one_in_the_literature():
    """Table 1 of Cohen, Psychological Bulletin 70, 1968: kappa .492, as R's psych tells it."""
    shares = ((44, 7, 9), (5, 20, 5), (1, 3, 6))
    pairs = _pairs(*((a, b, n) for a, row in enumerate(shares) for b, n in enumerate(row)))
    assert round(cohen_kappa(pairs), 3) == 0.492


def test_weighted_kappa_counts_the_distance():
    """Scores off by one cost less than those off by two; with two scores all weights are the same."""
    near = _pairs((1, 1, 10), (2, 2, 10), (3, 3, 10), (1, 2, 5), (3, 2, 5))
    far = _pairs((1, 1, 10), (2, 2, 10), (3, 3, 10), (1, 3, 5), (3, 1, 5))
    # quadratic: observed 10/40, expected from the margins 15-10-15 and 10-20-10
    expected = (15 * 20 + 15 * 10 * 4 + 10 * 10 * 2 + 15 * 20 + 15 * 10 * 4) / 40**2
    assert cohen_kappa(near, "quadratic") == pytest.approx(1 - 0.25 / expected)
    assert cohen_kappa(far, "quadratic") < cohen_kappa(far, "linear") < cohen_kappa(near, "linear")
    two = _pairs((1, 1, 20), (1, 0, 5), (0, 1, 10), (0, 0, 15))
    assert len({round(cohen_kappa(two, weights), 9) for weights in ("nominal", "linear", "quadratic")}) == 1


def test_spearman_puts_ties_at_their_mean_rank():
    """Three equal values share the rank of their middle; a reversed order correlates at -1."""
    assert ranks([5.0, 1.0, 5.0, 5.0]) == [3.0, 1.0, 3.0, 3.0]
    assert spearman([Pair("a", 1, 9), Pair("b", 2, 4), Pair("c", 3, 1)]) == pytest.approx(-1.0)
    tied = [Pair("a", 1, 1), Pair("b", 2, 2), Pair("c", 2, 3), Pair("d", 4, 4)]
    assert round(spearman(tied), 4) == 0.9487


def test_under_twenty_samples_there_is_no_figure():
    """The answer is a value that says so, not an exception."""
    told = estimate(_pairs((1, 1, 10), (0, 0, 9)), cohen_kappa)
    assert (told.value, told.n, told.refused) == (None, 19, "too_few_samples")
    assert estimate(_pairs((1, 1, 10), (0, 0, 10)), cohen_kappa).value == 1.0


def test_many_turns_of_few_conversations_are_too_few():
    """Forty turns of four conversations are no forty samples."""
    pairs = [Pair(f"c{at % 4}", at % 3, at % 3) for at in range(40)]
    assert estimate(pairs, cohen_kappa).refused == "too_few_conversations"


def test_scores_that_never_vary_have_no_chance_to_correct_for():
    """One and the same score everywhere: kappa and rank correlation are not defined."""
    same = _pairs((3, 3, 30))
    assert [estimate(same, of).refused for of in (cohen_kappa, spearman)] == ["no_variation"] * 2
    assert estimate([Unit(f"c{at}", (3, 3)) for at in range(30)], krippendorff_alpha).refused == "no_variation"


def test_the_interval_is_the_same_in_any_order():
    """Seeded, and independent of the order of the samples."""
    pairs = _pairs((1, 1, 20), (1, 0, 5), (0, 1, 10), (0, 0, 15))
    assert estimate(pairs, cohen_kappa) == estimate(pairs[::-1], cohen_kappa)
    assert estimate(pairs, cohen_kappa, seed=2) != estimate(pairs, cohen_kappa)


def test_the_interval_is_about_that_of_the_normal_approximation():
    """A mean difference of 200 independent pairs: 1.96 standard errors to both sides."""
    pairs = _pairs((1, 0, 50), (0, 0, 100), (0, 1, 50))
    told = estimate(pairs, mean_difference)
    assert told.value == 0
    assert told.high == pytest.approx(1.96 * (0.5 / 200) ** 0.5, abs=0.02)


def test_scores_of_one_conversation_do_not_count_as_independent():
    """Each conversation's ten equal turns give an interval about as wide as one turn each would."""
    alone = _pairs((1, 0, 20), (0, 0, 20))
    tenfold = [pair for pair in alone for _ in range(10)]
    narrow = estimate([Pair(f"{pair.group}-{at}", *pair[1:]) for at, pair in enumerate(tenfold)], mean_difference)
    wide = estimate(tenfold, mean_difference)
    width = estimate(alone, mean_difference)
    assert wide.high - wide.low == pytest.approx(width.high - width.low, rel=0.15)
    assert narrow.high - narrow.low < (wide.high - wide.low) / 2


def test_missing_scores_do_not_hinder_the_interval():
    """Two people, where one of them left out some of the conversations."""
    units = [Unit(f"c{at}", (at % 5, None if at % 4 == 0 else at % 5)) for at in range(40)]
    assert estimate(units, krippendorff_alpha).value == 1.0


def test_a_statistic_with_its_options_is_bound_by_its_caller():
    """Weights are given by `partial`; the document is what a report prints."""
    pairs = _pairs((1, 1, 10), (5, 5, 10), (3, 3, 10))
    told = estimate(pairs, partial(cohen_kappa, weights="quadratic")).document()
    assert told == {"value": 1.0, "low": 1.0, "high": 1.0, "n": 30, "conversations": 30, "refused": None}
