"""Tests of the spans that satisfaction cites: it moves without them."""

from collections.abc import Callable
from random import Random

from agents.sentiment.scoring.course import Course, read_course
from agents.sentiment.scoring.grounds import LEAST_MOVE, Grounds, delete, of_moods, of_score
from agents.sentiment.scoring.mood import MoodReader
from agents.sentiment.scoring.outcome import outcome_of, satisfaction_of
from agents.sentiment.scoring.phrases import PhraseTable
from agents.sentiment.scoring.reading import Reading
from agents.sentiment.scoring.weights import RESOLVED
from orchestrator.core.conversations.conversation import Conversation, Turn
from orchestrator.core.conversations.evidence import Evidence

CourseOf = Callable[..., Course]
LINES = (
    "C: Still not working, this is the third time!!!", "A: I am sorry, I have issued a refund.", "C: THANKS a lot",
    "A: Are you still there?", "C: Useless. Forget it.", "A: Have a nice day", "C: I am furious 😡 about this",
    "C: My order number is 12", "C: It works now, you were very helpful", "A: Unfortunately we cannot do that",
)  # fmt: skip


def texts(course: Course, spans: tuple[Evidence, ...]) -> list[str]:
    """The spans' words."""
    return [course[span.turn].turn.turn.text[span.start : span.end] for span in spans]


def test_satisfaction_moves_when_its_spans_are_deleted(
    course_of: CourseOf, cue_table: PhraseTable, moods: MoodReader
) -> None:
    """Read anew from the shorter texts, by at least what is promised, and back towards where it came from."""
    grounds, chance = Grounds(moods, cue_table), Random(4)  # noqa: S311  # order, no secrets
    cited = 0
    for _ in range(60):
        course = course_of(*chance.choices(LINES, k=chance.randrange(2, 12)))
        satisfaction = outcome_of(course).satisfaction
        spans = grounds.satisfaction(course, satisfaction)
        by_turn = {step.turn.index: [span for span in spans if span.turn == step.turn.index] for step in course}
        turns = tuple(
            Turn(step.turn.turn.speaker, delete(step.turn.turn.text, by_turn[step.turn.index])) for step in course
        )
        without = satisfaction_of(read_course(Reading(Conversation("c", turns), cue_table), moods))

        assert not spans or abs(satisfaction - without) >= LEAST_MOVE
        cited += bool(spans)
    assert cited >= 50


def test_the_customers_words_are_quoted(course_of: CourseOf, cue_table: PhraseTable, moods: MoodReader) -> None:
    """Not the courtesies around them."""
    course = course_of("C: Hello, it is still not working", "A: I see", "C: This is unacceptable, good bye")
    spans = Grounds(moods, cue_table).satisfaction(course, outcome_of(course).satisfaction)

    assert "unacceptable" in " ".join(texts(course, spans))


def test_nothing_is_cited_where_nothing_was_said(
    course_of: CourseOf, cue_table: PhraseTable, moods: MoodReader
) -> None:
    """Satisfaction stays near its prior then."""
    course = course_of("C: 12345", "A: 67890")

    assert Grounds(moods, cue_table).satisfaction(course, outcome_of(course).satisfaction) == ()


def test_overlapping_spans_are_deleted_once() -> None:
    """Offsets are of the text as given."""
    spans = [Evidence("x", 0, 2, 5), Evidence("x", 0, 4, 7), Evidence("x", 0, 9, 10)]

    assert delete("0123456789", spans) == "0178"


def test_a_likely_outcome_cites_what_speaks_for_it(course_of: CourseOf) -> None:
    """And an unlikely one what speaks against it."""
    course = course_of("C: It is broken", "A: I have issued a refund", "C: That solved it", "A: Have a nice day")

    assert "That solved it" in texts(course, of_score("resolved", course, RESOLVED, raised=True))
    assert texts(course, of_score("resolved", course, RESOLVED, raised=False)) == ["is broken"]


def test_moods_cite_one_side_only(course_of: CourseOf) -> None:
    """The customer's mood is not shown by the agent's words."""
    course = course_of("C: This is terrible", "A: Wonderful")

    assert (
        texts(course, of_moods("customer_sentiment", course, customer=True, raised=False)),
        texts(course, of_moods("agent_sentiment", course, customer=False, raised=True)),
    ) == (["terrible"], ["Wonderful"])
