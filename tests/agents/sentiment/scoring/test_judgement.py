"""Tests of a conversation's results as a whole: nothing is empty without a reason, every span stands in its turn."""

from collections.abc import Callable
from random import Random

import pytest

from agents.sentiment.scoring.course import Course, read_course
from agents.sentiment.scoring.findings import Findings
from agents.sentiment.scoring.grounds import Grounds
from agents.sentiment.scoring.judgement import Judgement, judge
from agents.sentiment.scoring.mood import MoodReader
from agents.sentiment.scoring.phrases import PhraseTable
from agents.sentiment.scoring.reading import Reading
from orchestrator.core.conversations.evidence import ReasonCode

Talk = Callable[..., Reading]
Judge = Callable[..., tuple[Judgement, Findings]]
OVERALL = (
    "sentiment", "label", "customer_sentiment", "agent_sentiment", "satisfaction", "quality", "resolved", "abandoned",
    "trajectory",
)  # fmt: skip
LINES = (
    "C: Ünïcödé 😡😡 is still not working, this is the third time!!!", "A: I\u2019m sorry, I have issued a refund.",
    "C: THANKS a lot", "A: Are you still there?", "S: joined", "C: Useless. Forget it.", "A: Have a nice day", "C: ",
    "C: ...", "B: Please wait", "C: great, wonderful, perfect", "A: Unfortunately we cannot do that.",
)  # fmt: skip


@pytest.fixture(scope="module")
def judged(talk: Talk, moods: MoodReader, cue_table: PhraseTable) -> Judge:
    """Judges a conversation of lines."""

    def of(*lines: str) -> tuple[Judgement, Findings]:
        reading = talk(*lines)
        course: Course = read_course(reading, moods)
        findings = Findings(reading.turns)
        return judge(course, Grounds(moods, cue_table), findings), findings

    return of


@pytest.mark.parametrize(
    ("lines", "missing", "reason"),
    [
        (("A: hello", "A: anybody?"), set(OVERALL) - {"agent_sentiment"}, ReasonCode.NO_CUSTOMER_TURNS),
        (("C: hello",), {"agent_sentiment", "quality", "resolved", "abandoned"}, ReasonCode.NO_AGENT_TURNS),
        (("C: ", "A: "), set(OVERALL), ReasonCode.NO_TEXT),
        (("S: joined",), set(OVERALL), ReasonCode.NO_CUSTOMER_TURNS),
        (("C: hello", "A: hello"), set(), None),
    ],
)
def test_what_has_no_value_has_a_reason(
    judged: Judge, lines: tuple[str, ...], missing: set[str], reason: ReasonCode | None
) -> None:
    """And what has a reason has no value."""
    found, findings = judged(*lines)
    skipped = {one.feature: one.reason_code for one in findings.skipped}

    assert {name for name in OVERALL if getattr(found, name) is None} == missing
    assert missing <= skipped.keys()
    assert {skipped[name] for name in missing} <= {reason, ReasonCode.NO_AGENT_TURNS}


def test_every_span_stands_in_its_turn_and_says_something(judged: Judge, talk: Talk) -> None:
    """Of drawn conversations, with signs of more than one code unit."""
    chance = Random(9)  # noqa: S311  # order, no secrets
    for _ in range(40):
        lines = chance.choices(LINES, k=chance.randrange(1, 15))
        _, findings = judged(*lines)
        turns = talk(*lines).conversation.turns

        for span in findings.evidence:
            assert turns[span.turn].text[span.start : span.end].strip()
        assert ReasonCode.BAD_EVIDENCE not in {one.reason_code for one in findings.skipped}


def test_every_score_quotes_what_it_rests_on(judged: Judge) -> None:
    """A phrase, or the last turn where no phrase led to it; satisfaction says where it quotes nothing."""
    chance = Random(13)  # noqa: S311  # order, no secrets
    for _ in range(40):
        found, findings = judged("C: hello", "A: hello", *chance.choices(LINES, k=chance.randrange(1, 15)))
        cited = {span.feature for span in findings.evidence}

        assert {"resolved", "abandoned", "quality", "trajectory"} <= cited
        assert ("satisfaction" in cited) != ("satisfaction_from_prior" in found.flags)


def test_scores_are_on_their_scales_and_agree_or_say_so(judged: Judge) -> None:
    """Of drawn conversations: no label beside a satisfaction that says the opposite without a flag."""
    chance = Random(11)  # noqa: S311  # order, no secrets
    for _ in range(60):
        found, _ = judged(*chance.choices(LINES, k=chance.randrange(2, 15)))
        if found.satisfaction is None or found.sentiment is None or found.trajectory is None:
            continue
        opposite = (found.satisfaction >= 4 and found.label == "negative") or (
            found.satisfaction <= 2 and found.label == "positive"
        )
        assert 1 <= found.satisfaction <= 5
        assert -1 <= found.sentiment <= 1
        assert not opposite or "inconsistent:satisfaction:label" in found.flags


def test_a_turn_that_says_nothing_has_no_mood(judged: Judge) -> None:
    """And its reason names the turn."""
    found, findings = judged("C: hello", "A: ", "S: joined")

    assert [turn.label for turn in found.turns] == ["neutral", None, None]
    assert [(one.feature, one.reason_code) for one in findings.skipped] == [
        ("turns.1.sentiment", ReasonCode.NO_TEXT),
        ("turns.2.sentiment", ReasonCode.NOT_APPLICABLE),
    ]


def test_satisfaction_without_grounds_says_that_it_is_the_prior(judged: Judge) -> None:
    """A flag, and no invented quote."""
    found, findings = judged("C: 12345", "A: 67890")

    assert (
        found.flags,
        [span for span in findings.evidence if span.feature == "satisfaction"],
    ) == (("satisfaction_from_prior",), [])
