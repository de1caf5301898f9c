from collections import Counter

import pytest

from orchestrator.core.conversations.review_sampling import (
    Candidate,
    automatic_scores,
    candidate_of,
    draw,
    sample_name,
    sampled_of,
)

MANY = [
    Candidate(f"c{at}", "satisfaction 4" if at % 10 else "satisfaction 1", "late" if at % 3 else "refund", at % 25 == 0)
    for at in range(500)
]
RESULT = {
    "id": "c1",
    "started_at": "2026-04-01T09:00:00Z",
    "overall": {"satisfaction": 3.6, "resolved": 0.4, "quality": None, "sentiment": -0.2},
    "contact_reason": "late_delivery",
    "agent": "agent-7f",
    "scorecard": {"answers": [{"question": "greeting", "value": 1, "na": False}, {"question": "end", "na": True}]},
    "turns": [{"index": 0, "quality": 4.0}, {"index": 1, "quality": None}],
    "flags": ["inconsistent:satisfaction:resolved"],
    "provenance": {"scorer_version": "1"},
}


def test_the_same_seed_draws_the_same_in_any_order():
    """Another seed draws others; a sample's name tells them apart."""
    drawn = draw(MANY, 40)
    assert drawn == draw(MANY[::-1], 40)
    assert sample_name(drawn, seed=1) != sample_name(draw(MANY, 40, seed=2), seed=2)


def test_rare_and_flagged_kinds_are_drawn_more_often_and_weighed_less():
    """The inverse probabilities add up to the whole, whatever the strata."""
    drawn = draw(MANY, 60)
    assert len(drawn) == 60
    assert sum(1 / one.probability for one in drawn) == pytest.approx(500)
    flagged = [one for one in drawn if "flagged" in one.stratum]
    assert len(flagged) / 60 > 2 * sum(one.flagged for one in MANY) / 500
    assert min(one.probability for one in flagged) > max(
        one.probability for one in drawn if one.stratum == "satisfaction 4, late"
    )


def test_a_random_sample_gives_each_the_same_chance():
    """One stratum, one probability."""
    assert Counter((one.stratum, one.probability) for one in draw(MANY, 50, by="random")) == {("all", 0.1): 50}


def test_more_than_there_are_draws_all():
    """Each with certainty."""
    drawn = draw(MANY[:7], 40)
    assert (len(drawn), {one.probability for one in drawn}) == (7, {1.0})


def test_what_decides_a_draw_is_read_from_the_result():
    """By reason, by agent, or by what is not there."""
    assert candidate_of(RESULT) == Candidate("c1", "satisfaction 3", "late_delivery", flagged=True)
    assert [candidate_of(RESULT, by=by).part for by in ("agent", "queue")] == ["agent-7f", "no queue"]


def test_the_scores_of_then_are_kept_with_the_draw():
    """Those that there are, by question; turns by index."""
    scores = {"satisfaction": 3.6, "resolved": 0.4, "sentiment": -0.2, "scorecard.greeting": 1.0, "turn_quality.0": 4.0}
    assert automatic_scores(RESULT) == scores
    (drawn,) = draw([candidate_of(RESULT)], 1)
    item = sampled_of(RESULT, drawn, sample="R-1")
    assert (item.scorer_version, item.started_at, item.score("turn_quality", 0)) == ("1", "2026-04-01T09:00:00Z", 4.0)
    calibrated = {**RESULT, "provenance": {"scorer_version": "1", "calibration": "4edee837a986"}}
    assert sampled_of(calibrated, drawn, sample="R-1").scorer_version == "1+4edee837"
