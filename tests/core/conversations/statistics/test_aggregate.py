"""Result documents taken in one by one."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.core.conversations.statistics.aggregate import SURVEY, Aggregate
from orchestrator.core.conversations.statistics.breakdown import MOST_VALUES, REST, Breakdown
from orchestrator.core.conversations.statistics.case import Quote, quotes_of
from orchestrator.core.conversations.statistics.cases import MOST_CASES
from orchestrator.core.conversations.statistics.durations import Durations
from orchestrator.core.conversations.statistics.measures import Measure
from orchestrator.core.conversations.statistics.moments import Moments
from orchestrator.core.conversations.statistics.scores import MOST_PAIRS, Scores
from orchestrator.core.conversations.statistics.series import MOST_CELLS, Series

Json = dict[str, object]
START = datetime(2026, 8, 31, 8, tzinfo=UTC)


def result(number: int, **changes: object) -> Json:
    """A result document."""
    return {
        "id": f"c{number:04}",
        "started_at": (START + timedelta(hours=7 * number)).isoformat(),
        "queue": f"q{number % 3}",
        "agent": f"a{number % 5}",
        "survey_csat": 1 + number % 5,
        "language": {"code": "en", "supported": True},
        "overall": {"satisfaction": 1 + number % 9 / 2, "resolved": number % 10 / 10},
        "trajectory": {"shape": "steady"},
        "contact_reason": f"r{number % 4}",
        "times": {"first_response_s": float(number)},
        "turns": [{"index": 0, "speaker": "customer", "sentiment": 0.1}],
        "scorecard": {
            "id": "s",
            "revision": 1,
            "normalized_score": number % 7 / 7,
            "answers": [{"question": "greets", "value": number % 2 == 0, "na": False, "auto_fail": False}],
        },
        "compliance": [{"rule": "notice", "kept": number % 2 == 0}],
        "evidence": [{"feature": "contact_reason", "turn": 0, "start": 0, "end": 4, "text": "late"}],
        "skipped": [{"feature": f"turns.{turn}.sentiment", "reason_code": "not_applicable"} for turn in (1, 2)],
        "flags": [],
        "provenance": {"scorer_version": "1", "config_sha256": "0", "model": None, "redaction": "standard"},
        **changes,
    }


def aggregated(*numbers: int) -> Aggregate:
    """The aggregate of some documents."""
    found = Aggregate()
    for number in numbers:
        found.add(result(number))
    return found


@settings(max_examples=25)
@given(st.sets(st.integers(0, 60), max_size=30), st.sets(st.integers(0, 60), max_size=30))
def test_parts_that_are_merged_are_the_whole(one: set[int], two: set[int]):
    """However a batch is cut, and in whatever order it is read."""
    merged = aggregated(*one - two)
    merged.merge(aggregated(*two))
    assert merged == aggregated(*sorted(one | two, reverse=True))


def test_moments_do_not_depend_on_the_order():
    """Sums of floats would."""
    values = [0.1, 1e3, -0.3, 2 / 3, 1e-6]
    one, two = Moments(), Moments()
    for value in values:
        one.add(value)
    for value in reversed(values):
        two.add(value)
    assert one == two


def test_a_document_of_odd_fields_is_counted_without_them():
    """What is not as it should be is not known."""
    found = Aggregate()
    found.add({"id": 5, "overall": [], "turns": None, "started_at": "yesterday", "skipped": [1], "flags": {}})
    assert (found.count, found.undated, found.overall.estimate(Measure.SATISFACTION)) == (1, 1, None)


def test_days_and_hours_are_of_the_zone():
    """23:30 in UTC is the next day in Oslo."""
    found = Aggregate(zone=ZoneInfo("Europe/Oslo"))
    found.add(result(0, started_at="2026-08-31T23:30:00Z"))
    assert (sorted(found.hours), [day.isoformat() for day, _ in found.trend.starts()]) == ([1], ["2026-09-01"])


def test_a_normalized_score_is_told_in_points_of_a_hundred():
    """Results have it from 0 to 1."""
    found = aggregated(6).overall.estimate(Measure.SCORECARD)
    assert found is not None
    assert found.value == pytest.approx(600 / 7, abs=1e-4)


def test_a_probability_counts_from_a_half_on():
    """What is more likely than not has happened."""
    found = aggregated(*range(10)).overall.estimate(Measure.RESOLVED)
    assert found is not None
    assert found.value == 0.5


def test_what_is_missing_in_turns_counts_once_for_a_conversation():
    """Two turns without a sentiment are one conversation."""
    assert dict(aggregated(1).skipped) == {("turns.sentiment", "not_applicable"): 1}


@pytest.mark.parametrize("change", [{"generated": True}, {"flags": ["generated"]}])
def test_generated_conversations_are_known_as_such(change: Json):
    """A report of them says so."""
    found = Aggregate()
    found.add(result(0, **change))
    assert (found.generated, found.flagged) == (1, 0)


def test_few_conversations_are_kept_whole():
    """As many as are shown, the worst and the best of all."""
    found = aggregated(*range(200))
    assert [len(kept) for kept in (found.cases.worst, found.cases.best, found.cases.drawn)] == [MOST_CASES] * 3
    assert next(iter(found.cases.worst)).measures[Measure.SATISFACTION] == 1.0
    assert next(iter(found.cases.best)).measures[Measure.SATISFACTION] == 5.0


def test_a_quote_is_kept_once_with_all_that_rests_on_it():
    """In the order of the talk, and without what only the summary quotes."""
    places = [
        ("satisfaction", 3, 0, "useless"),
        ("resolved", 1, 4, "no"),
        ("quality", 3, 0, "useless"),
        ("summary", 0, 0, "Hi"),
    ]
    evidence = [
        {"feature": feature, "turn": turn, "start": start, "end": start + len(text), "text": text}
        for feature, turn, start, text in places
    ]
    assert quotes_of({"evidence": evidence}) == [
        Quote(1, "no", ("resolved",)),
        Quote(3, "useless", ("satisfaction", "quality")),
    ]


def test_a_dimension_has_a_bounded_number_of_values():
    """Others, however many there are, are counted as the rest."""
    found = Breakdown()
    for number in range(MOST_VALUES + 50):
        found.add(f"p{number}", None, {})
    assert (len(found.cells), found.cells[REST].count) == (MOST_VALUES + 1, 50)


def test_time_has_a_bounded_number_of_cells():
    """A hundred years become few long spans, and no conversation is lost."""
    found = Series()
    for week in range(0, 5200, 4):
        found.add((START + timedelta(weeks=week)).date(), {})
    assert len(found.cells) <= MOST_CELLS
    assert sum(cell.count for cell in found.cells.values()) == 1300


def test_a_quantile_is_within_four_percent():
    """Of durations from a second to some hours."""
    found = Durations()
    for second in range(1, 10_001):
        found.add(second)
    assert found.quantile(0.5) == pytest.approx(5_000, rel=0.05)


def test_survey_answers_are_compared_with_our_satisfaction():
    """Each that has both."""
    found = Aggregate()
    found.add(result(0, survey_csat=4))
    found.add(result(1, survey_csat=None))
    assert dict(found.scores[SURVEY].table) == {(4, 1): 1}


def test_pairs_of_scores_are_sampled_and_counted_in_full():
    """The table has all of them, the sample a bounded number."""
    found = Scores()
    for number in range(MOST_PAIRS + 20):
        found.add(f"c{number}", human=3, machine=3.2)
    assert (found.count, len(found.sample)) == (MOST_PAIRS + 20, MOST_PAIRS)


def test_equal_scores_have_no_agreement_beyond_chance():
    """Where all are the same, chance explains all of it."""
    found = Scores()
    for number in range(30):
        found.add(f"c{number}", human=3, machine=3)
    assert found.agreement().kappa.value is None
