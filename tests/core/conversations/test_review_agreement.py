from typing import Any

import pytest

from orchestrator.core.conversations.review_agreement import Answered, agreement_document, answered
from orchestrator.core.conversations.review_drift import drift_document, period
from orchestrator.core.conversations.reviews import Review, Sampled


def item(at: int, human: float, automatic: float | None, *, probability: float = 1.0, month: int = 4) -> Answered:
    """One person's answer about satisfaction beside the automatic score."""
    return Answered(
        conversation=f"c{at}",
        question="satisfaction",
        turn=None,
        values={"ann": human},
        automatic=automatic,
        probability=probability,
        at=f"2026-{month:02}-03T09:00:00Z",
        scorer_version="1",
    )


def figures(items: list[Answered]) -> dict[str, Any]:
    """The agreement about satisfaction."""
    found: Any = agreement_document(items)
    return dict(found["satisfaction"])


def test_answers_are_set_beside_the_score_of_their_own_sample():
    """A later sample of the same conversation does not change what was answered about the earlier one."""
    drawn = [
        Sampled(sample=name, conversation="c1", stratum="", probability=chance, automatic={"satisfaction": score})
        for name, chance, score in (("R-1", 0.5, 2.0), ("R-2", 1.0, 4.0))
    ]
    review = Review(number=1, conversation="c1", question="satisfaction", value=3.0, reviewer="ann", sample="R-1")
    (own,) = answered([review], drawn)
    assert (own.automatic, own.probability, own.human) == (2.0, 0.5, 3.0)
    (other,) = answered([Review(number=1, conversation="c1", question="satisfaction", value=3.0, reviewer="a")], drawn)
    assert other.automatic == 4.0


def test_not_applicable_is_no_answer():
    """It is kept, and counts in no figure."""
    review = Review(number=1, conversation="c1", question="scorecard.greeting", value=None, reviewer="ann")
    assert answered([review], ()) == ()


def test_people_and_scores_are_told_apart():
    """Two people who agree with each other, and not with the scores."""
    items = [
        Answered(
            conversation=f"c{at}",
            question="satisfaction",
            turn=None,
            values={"ann": float(at % 5 + 1), "bo": float(at % 5 + 1)},
            automatic=float((at * 7 + at // 5) % 5 + 1),
            probability=1.0,
            at="",
            scorer_version="1",
        )
        for at in range(40)
    ]
    told = figures(items)
    assert (told["human_human"]["alpha"]["value"], told["human_human"]["reviewers"]) == (1.0, 2)
    assert told["human_automatic"]["kappa"]["value"] < 0.3


def test_under_twenty_samples_every_figure_is_refused():
    """Nineteen are too few, twenty are not."""
    few = figures([item(at, at % 5 + 1, at % 5 + 1) for at in range(19)])["human_automatic"]
    assert {few[name]["refused"] for name in ("kappa", "spearman", "above", "above_weighed")} == {"too_few_samples"}
    enough = figures([item(at, at % 5 + 1, at % 5 + 1) for at in range(20)])["human_automatic"]
    assert (enough["kappa"]["value"], enough["kappa"]["refused"]) == (1.0, None)


def test_rare_kinds_weigh_by_what_they_stand_for():
    """Scores are 1 too high in what was drawn wholly, right in what was drawn one in ten."""
    items = [item(at, 3, 4) for at in range(20)] + [item(20 + at, 3, 3, probability=0.1) for at in range(20)]
    told = figures(items)["human_automatic"]
    assert told["above"]["value"] == 0.5
    assert told["above_weighed"]["value"] == pytest.approx(20 / 220, abs=1e-4)


def drift(items: list[Answered]) -> dict[str, Any]:
    """The drift of satisfaction by month."""
    found: Any = drift_document(items)
    return dict(found["satisfaction"])


def test_a_change_is_told_where_the_interval_says_so():
    """Scores that were right, and a month later 1.5 too high."""
    items = [item(at, at % 5 + 1, at % 5 + 1, month=4) for at in range(30)]
    items += [item(30 + at, at % 3 + 1, at % 3 + 2.5, month=5) for at in range(30)]
    told = drift(items)
    assert [one["period"] for one in told["periods"]] == ["2026-04", "2026-05"]
    changes = {one["figure"]: one for one in told["changes"]}
    assert (changes["above"]["change"], changes["above"]["changed"], changes["kappa"]["changed"]) == (1.5, True, True)


def test_no_change_is_told_of_noise_and_of_few_samples():
    """The same agreement twice, and a month of ten conversations that disagree."""
    items = [item(at, at % 5 + 1, (at + at // 2 % 2) % 5 + 1, month=4 + at // 5 % 2) for at in range(80)]
    assert {one["changed"] for one in drift(items)["changes"]} == {False}
    few = items + [item(100 + at, 1, 5, month=6) for at in range(10)]
    assert {one["period"] for one in drift(few)["changes"]} == {"2026-05"}


def test_periods_are_named():
    """Weeks are those of ISO 8601; a time that is none has no period."""
    at = "2026-01-01T09:00:00Z"
    assert [period(at, every) for every in ("week", "month", "quarter")] == ["2026-W01", "2026-01", "2026-Q1"]
    assert period("yesterday", "month") == ""
