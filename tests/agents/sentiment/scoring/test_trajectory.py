"""Tests of how the customer's mood went."""

from collections.abc import Callable, Sequence
from random import Random

import pytest

from agents.sentiment.scoring.course import Course
from agents.sentiment.scoring.mood import Mood
from agents.sentiment.scoring.trajectory import Shape, Trajectory, end_of, overall_label, overall_of, trajectory_of

CourseOf = Callable[..., Course]


def course_with(course_of: CourseOf, scores: Sequence[float]) -> Course:
    """A course whose customer has these moods, with an agent's turn before each."""
    course = course_of(*(["A: Hello", "C: Hello"] * len(scores)))
    return [
        step._replace(mood=Mood(scores[index // 2], (), ())) if step.customer else step
        for index, step in enumerate(course)
    ]


def went(course: Course) -> Trajectory:
    """The trajectory of a course in which a customer speaks."""
    trajectory = trajectory_of(course)
    assert trajectory is not None
    return trajectory


@pytest.mark.parametrize(
    ("scores", "shape"),
    [
        ([-0.6, -0.6, 0.5, 0.5], Shape.IMPROVED),
        ([0.5, 0.5, -0.6, -0.6], Shape.WORSENED),
        ([0.2, 0.2, -0.7, 0.2, 0.2], Shape.RECOVERED),
        ([0.0, 0.1, 0.0, 0.1], Shape.STEADY),
        ([0.4, -0.4, 0.4, -0.4], Shape.MIXED),
        ([0.2, 0.2, -0.7, 0.5, -0.4], Shape.MIXED),
        ([-0.6, 0.5], Shape.IMPROVED),
        ([0.5, 0.0, -0.6], Shape.WORSENED),
        ([0.3], Shape.STEADY),
    ],
)
def test_the_shape_is_that_of_start_end_and_low(course_of: CourseOf, scores: list[float], shape: Shape) -> None:
    """Start and end are of two turns each, of one where there are few."""
    assert went(course_with(course_of, scores)).shape is shape


def test_a_shape_never_contradicts_its_numbers(course_of: CourseOf) -> None:
    """Of drawn moods: improved is up, worsened down, the low point is the lowest."""
    chance = Random(7)  # noqa: S311  # moods, no secrets
    for _ in range(200):
        scores = [chance.uniform(-1, 1) for _ in range(chance.randrange(1, 9))]
        course = course_with(course_of, scores)
        found = went(course)

        assert (found.low, found.low_turn) == (min(scores), scores.index(min(scores)) * 2 + 1)
        assert found.low <= min(found.start, found.end)
        assert (found.shape is Shape.IMPROVED) == (found.end - found.start >= 0.3)
        assert (found.shape is Shape.WORSENED) == (found.start - found.end >= 0.3)
        assert (found.end, found.last) == (end_of(course), scores[-1])


def test_what_turned_the_mood_is_what_was_said_before_it(course_of: CourseOf) -> None:
    """The agent's turn after which the customer was another, with the words that did it."""
    course = course_of(
        "C: It is broken and I am angry", "A: Hello", "C: Terrible service, I am furious",
        "A: I have issued a full refund", "C: Thank you so much", "A: You are welcome", "C: Great, thanks",
    )  # fmt: skip
    found = went(course)

    assert (found.turned_at, found.low_turn, found.shape) == (3, 2, Shape.IMPROVED)
    assert [span.turn for span in found.evidence] == [2, 3]


def test_a_mood_that_stays_was_turned_by_nothing(course_of: CourseOf) -> None:
    """None, not the first turn."""
    assert went(course_with(course_of, [0.1, 0.1, 0.1])).turned_at is None


def test_without_a_customer_there_is_no_course_of_a_mood(course_of: CourseOf) -> None:
    """Nor a mean of the customer's."""
    course = course_of("A: Hello")

    assert (trajectory_of(course), overall_of(course, customer=True)) == (None, None)


@pytest.mark.parametrize(
    ("sentiment", "scores", "label"),
    [
        (-0.15, [-0.5, 0.5], "negative"),
        (0.15, [-0.5, 0.5], "positive"),
        (0.0, [-0.5, 0.5], "mixed"),
        (0.0, [-0.1, 0.1], "neutral"),
    ],
)
def test_a_label_follows_from_the_number(
    course_of: CourseOf, sentiment: float, scores: list[float], label: str
) -> None:
    """Mixed is a neutral mean of both extremes."""
    assert overall_label(sentiment, course_with(course_of, scores)) == label
