"""Tests of answering scorecards, the shipped ones among them."""

import pytest

from agents.sentiment.scoring.conditions import Facts
from agents.sentiment.scoring.conduct import conduct
from agents.sentiment.scoring.conduct_phrases import conduct_phrases
from agents.sentiment.scoring.phrases import PhraseTable
from agents.sentiment.scoring.reading import Reading
from agents.sentiment.scoring.scorecard import ScorecardScorer
from orchestrator.core.conversations.conditions import FEATURES, SHARED_LISTS
from orchestrator.core.conversations.conversation import Conversation, Speaker, Turn
from orchestrator.core.conversations.evidence import ReasonCode, Skipped
from orchestrator.core.conversations.scorecard import Scorecard, ScorecardResult
from playbooks.scorecard import load_scorecard

SPEAKERS = {"A": Speaker.AGENT, "C": Speaker.CUSTOMER}
GOOD = (
    "C: My order is late again, this is ridiculous.",
    "A: Hello, my name is Ines. I understand how frustrating this is, and I'm so sorry.",
    "A: Could you give me your order number, please?",
    "C: It is 12345.",
    "A: Thank you. Just to confirm, you would like the money back? I'll refund you within three days.",
    "C: Yes.",
    "A: Of course. Is there anything else I can do? Have a great day!",
)
BAD = (
    "C: My order is late again, this is ridiculous.",
    "A: You should have checked the date.",
    "C: So what now?",
    "A: As I already said, it is late. Are you stupid?",
)


def scored(card: Scorecard, *lines: str, **values: float | str | None) -> ScorecardResult:
    """A conversation of lines such as `A: hello`, held against a scorecard."""
    scorer = ScorecardScorer(card)
    turns = tuple(Turn(SPEAKERS[line[0]], line[3:]) for line in lines)
    reading = Reading(Conversation("c", turns), PhraseTable([*conduct_phrases(), *scorer.phrases()]))
    seen = conduct(reading)
    return scorer.score(reading, Facts(seen.values(reading) | values, seen.spans(), {}))


def answers(result: ScorecardResult) -> dict[str, float | bool | str | None]:
    """The answers by question."""
    return {one.question: "na" if one.na else one.value for one in result.answers}


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (GOOD, (2, True, 2, 2, False, True, 2, 2, False, False, 2)),
        (BAD, (0, False, 0, 0, False, False, 0, 0, True, True, 0)),
    ],
    ids=["good", "bad"],
)
def test_a_chat_is_answered_as_a_person_would(lines: tuple[str, ...], expected: tuple[float | bool, ...]):
    """Question by question; the times are not known, and one question is a person's."""
    names = (
        "greeting", "identify", "understanding", "empathy", "asked_again", "solution", "next_step", "tone", "blame",
        "insult", "closing",
    )  # fmt: skip
    result = scored(load_scorecard("support_chat"), *lines, **{"overall.resolved": 0.1})
    open_ = {"first_response": None, "correct": None}
    assert dict(zip(names, expected, strict=True)) | open_ == answers(result)
    assert (
        Skipped("scorecard.first_response", ReasonCode.NO_TIMES),
        Skipped("scorecard.correct", ReasonCode.NEEDS_PERSON),
    ) == result.skipped


def test_an_insult_fails_the_whole_scorecard():
    """The score is 0, and the question that did it is named."""
    result = scored(load_scorecard("support_chat"), *BAD)
    assert (result.totals.score, result.totals.normalized_score, result.totals.failed_by) == (0, 0, ("insult",))


def test_answers_quote_their_words():
    """The spans of the turns that led to the answers; none where an absence did."""
    result = scored(load_scorecard("support_chat"), *GOOD)
    quoted = {
        one.question: [GOOD[span.turn][3:][span.start : span.end] for span in one.evidence] for one in result.answers
    }
    assert quoted["greeting"] == ["Hello", "my name is"]
    assert quoted["next_step"] == ["I'll refund", "within three days"]
    assert quoted["blame"] == []
    assert {f"scorecard.{one}" for one, spans in quoted.items() if spans} == {one.feature for one in result.evidence}


def test_what_does_not_apply_leaves_the_denominator():
    """Nobody is upset and no order is named: two questions less, and nothing lost by it."""
    result = scored(load_scorecard("support_chat"), "C: Hi", "A: Hello, how can I help?")
    assert [answers(result)[one] for one in ("identify", "empathy")] == ["na", "na"]
    assert Skipped("scorecard.empathy", ReasonCode.NOT_APPLICABLE) in result.skipped
    assert sum(one.potential_score for one in result.answers) == result.totals.potential_score


def test_an_unknown_feature_leaves_a_question_open():
    """Where it would decide, the question is neither answered nor taken as the last choice."""
    talk = ("C: Hi", "A: Hello")
    known, unknown = (scored(load_scorecard("support_chat"), *talk, **{"overall.resolved": one}) for one in (0.9, None))
    assert (answers(known)["solution"], answers(unknown)["solution"]) == (True, None)


def test_a_number_is_scored_between_its_ends():
    """Two thirds of the way from the worst to the best are two thirds of the weight."""
    result = scored(load_scorecard("support_chat"), *GOOD, **{"times.first_response_s": 120.0})
    found = next(one for one in result.answers if one.question == "first_response")
    assert (120.0, 5, pytest.approx(10 / 3)) == (found.value, found.potential_score, found.score)


def test_without_an_agent_there_is_no_score():
    """Every question is skipped with the reason, and no score is made up."""
    result = scored(load_scorecard("support_voice"), "C: Hello?")
    assert {ReasonCode.NO_AGENT_TURNS} == {one.reason_code for one in result.skipped}
    assert result.totals.normalized_score is None


@pytest.mark.parametrize("name", ["support_chat", "support_email", "support_voice"])
def test_a_good_talk_scores_above_a_bad_one(name: str):
    """With every scorecard that ships."""
    good, bad = (scored(load_scorecard(name), *lines).totals.normalized_score for lines in (GOOD, BAD))
    assert good is not None
    assert bad is not None
    assert good > 0.7
    assert bad < 0.3


def test_every_list_and_feature_that_conditions_may_name_is_there():
    """The names that a scorecard is checked against are those that the scorer has."""
    lists = {label.replace(":", ".", 1) for _, label in conduct_phrases() if label.startswith("conduct:")}
    reading = Reading(Conversation("c", ()), PhraseTable(()))
    values = conduct(reading).values(reading)
    assert lists == SHARED_LISTS
    assert set(values) == {name for name in FEATURES if name.startswith(("conduct.", "turns."))}
