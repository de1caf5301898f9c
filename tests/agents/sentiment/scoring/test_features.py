"""Tests of the named numbers of a conversation."""

from collections.abc import Callable
from random import Random

from agents.sentiment.scoring.course import Course
from agents.sentiment.scoring.features import conversation_features, position_weights, turn_features
from agents.sentiment.scoring.weights import ABANDONED, QUALITY, RESOLVED, SATISFACTION

CourseOf = Callable[..., Course]
LINES = (
    "C: Still not working, this is the third time!!!", "A: I am sorry, I have issued a refund.", "C: THANKS a lot",
    "A: Are you still there?", "S: The chat ends", "C: Useless. Forget it.", "B: Please hold", "C: ",
    "A: Have a nice day",
)  # fmt: skip


def test_all_numbers_are_within_minus_one_and_one(course_of: CourseOf) -> None:
    """Whatever is said by whom in whatever order."""
    chance = Random(3)  # noqa: S311  # order, no secrets
    for _ in range(30):
        course = course_of(*chance.choices(LINES, k=chance.randrange(1, 40)))
        numbers = [
            *conversation_features(course).values(),
            *(one for row in turn_features(course) for one in row.values()),
        ]

        assert (min(numbers) >= -1, max(numbers) <= 1) == (True, True)


def test_every_weight_weighs_a_number_that_is_there(course_of: CourseOf) -> None:
    """A misspelt name would count nothing without a word."""
    course = course_of("C: hi", "A: hi")
    whole, turn = conversation_features(course).keys() | {"bias"}, turn_features(course)[0].keys() | {"bias"}

    assert [set(), set(), set(), set()] == [
        SATISFACTION.keys() - whole, RESOLVED.keys() - whole, ABANDONED.keys() - whole, QUALITY.keys() - turn
    ]  # fmt: skip


def test_the_end_counts_more_than_the_start() -> None:
    """And one turn alone counts."""
    weights = position_weights(5)

    assert (list(weights) == sorted(weights) and weights[0] < weights[-1], len(position_weights(1))) == (True, 1)


def test_silence_after_an_agents_question_is_seen(course_of: CourseOf) -> None:
    """`quiet` only where the customer says nothing more."""
    left = conversation_features(course_of("C: hi", "A: Which order is it?", "A: Are you still there?"))
    back = conversation_features(course_of("C: hi", "A: Are you still there?", "C: Yes"))

    assert [(one["quiet"], one["silence"]) for one in (left, back)] == [(1.0, 1.0), (0.0, 1.0)]
