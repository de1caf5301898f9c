"""Tests of scores held against each other: computed again once, then flagged."""

from random import Random

import pytest

from agents.sentiment.scoring.consistency import Agreed, Moods, Outcomes, agreed, contradictions, settled

CALM = Moods(sentiment=0.0, mean=0.0, end=0.0, last=0.0)


def moods(**values: float) -> Moods:
    """Neutral but for these."""
    return CALM._replace(**values)


@pytest.mark.parametrize(
    ("outcomes", "felt", "flags"),
    [
        (Outcomes(5.0, 0.5, 0.1), moods(sentiment=-0.2), ("inconsistent:satisfaction:label",)),
        (Outcomes(1.0, 0.5, 0.1), moods(sentiment=0.2), ("inconsistent:satisfaction:label",)),
        (Outcomes(4.0, 0.5, 0.1), moods(mean=-0.5), ("inconsistent:satisfaction:customer_sentiment",)),
        (Outcomes(4.5, 0.5, 0.1), moods(end=-0.5), ("inconsistent:satisfaction:trajectory",)),
        (Outcomes(4.5, 0.5, 0.1), moods(end=-0.5, last=-0.5), ("inconsistent:satisfaction:trajectory",)),
        (Outcomes(1.5, 0.5, 0.1), moods(last=0.5), ("inconsistent:satisfaction:trajectory",)),
        (Outcomes(3.0, 0.8, 0.8), CALM, ("inconsistent:resolved:abandoned",)),
        (Outcomes(4.5, 0.5, 0.9), CALM, ("inconsistent:satisfaction:abandoned",)),
        (Outcomes(1.5, 0.9, 0.1), CALM, ("inconsistent:satisfaction:resolved",)),
        (Outcomes(4.5, 0.9, 0.1), moods(sentiment=0.5, mean=0.5, end=0.7, last=0.7), ()),
        (Outcomes(1.5, 0.1, 0.9), moods(sentiment=-0.5, mean=-0.5, end=-0.7, last=-0.7), ()),
        (Outcomes(3.0, 0.9, 0.1), moods(sentiment=-0.5, last=-0.9), ()),
    ],
)
def test_what_cannot_both_be_right_is_named(outcomes: Outcomes, felt: Moods, flags: tuple[str, ...]) -> None:
    """Each pair by the names of its scores."""
    assert contradictions(outcomes, felt) == flags


def test_satisfaction_beside_the_opposite_mood_is_computed_again() -> None:
    """The mean of itself and of what the strongest opposite mood says."""
    found = agreed(Outcomes(4.4, 0.5, 0.1), moods(end=-0.5, last=-0.7))

    assert found == Agreed(Outcomes((4.4 + 1.6) / 2, 0.5, 0.1), ("recomputed:satisfaction",))


def test_what_still_contradicts_is_flagged() -> None:
    """Once is enough: a conversation that was surely left stays so, whatever else was computed again."""
    found = agreed(Outcomes(5.0, 0.72, 0.98), moods(sentiment=-0.15))

    assert found.flags == ("recomputed:satisfaction", "recomputed:resolved")
    assert agreed(Outcomes(4.5, 0.3, 0.98), CALM).flags == (
        "recomputed:abandoned",
        "inconsistent:satisfaction:abandoned",
    )


def test_resolved_and_abandoned_are_not_both_likely() -> None:
    """The less certain one gives way."""
    assert agreed(Outcomes(3.0, 0.9, 0.8), CALM).outcomes == Outcomes(3.0, 0.9, pytest.approx(0.1))
    assert agreed(Outcomes(3.0, 0.8, 0.9), CALM).outcomes == Outcomes(3.0, pytest.approx(0.1), 0.9)


def test_what_agrees_stays_as_it_is() -> None:
    """Without a word."""
    outcomes = Outcomes(4.5, 0.9, 0.05)

    assert agreed(outcomes, moods(sentiment=0.4, last=0.6)) == Agreed(outcomes, ())


def test_no_contradiction_stays_without_a_flag() -> None:
    """Of ten thousand drawn results; all stay on their scales, and satisfaction alone is as with the others."""
    chance = Random(5)  # noqa: S311  # scores, no secrets
    for _ in range(10_000):
        felt = Moods(*(chance.uniform(-1, 1) for _ in range(4)))
        found = Outcomes(chance.uniform(1, 5), chance.random(), chance.random())
        outcomes, flags = agreed(found, felt)

        assert contradictions(outcomes, felt) == tuple(flag for flag in flags if flag.startswith("inconsistent:"))
        assert outcomes.satisfaction == settled(found.satisfaction, felt)
        assert 1 <= outcomes.satisfaction <= 5
        assert 0 <= min(outcomes.resolved, outcomes.abandoned) <= max(outcomes.resolved, outcomes.abandoned) <= 1
        assert flags or outcomes == found
