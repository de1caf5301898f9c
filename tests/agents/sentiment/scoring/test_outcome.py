"""Tests of what a conversation came to: which of two conversations went better, and by whose words."""

from collections.abc import Callable

import pytest

from agents.sentiment.scoring.course import Course
from agents.sentiment.scoring.outcome import Outcome, outcome_of, satisfaction_of
from agents.sentiment.scoring.weights import probability

CourseOf = Callable[..., Course]
OPENING = ("C: My parcel has not arrived", "A: Hello, how can I help? May I have the order number?", "C: 12345")
SETTLED = (
    "A: I have issued a full refund", "C: Perfect, thank you so much", "A: Anything else?", "C: No, that's all. Bye",
    "A: You're welcome, have a nice day",
)  # fmt: skip
REFUSED = ("A: Unfortunately we cannot refund it, it is against our policy", "C: This is unacceptable. Forget it!")
LEFT = ("A: Which colour was it?", "A: Are you still there?", "A: I will close this chat due to inactivity")


def scored(course_of: CourseOf, *lines: str) -> Outcome:
    """The outcome after the usual opening."""
    return outcome_of(course_of(*OPENING, *lines))


def test_a_settled_matter_is_told_from_a_refused_one_and_from_an_empty_chair(course_of: CourseOf) -> None:
    """By satisfaction, resolved and abandoned."""
    settled, refused, left = (scored(course_of, *lines) for lines in (SETTLED, REFUSED, LEFT))

    assert (settled.satisfaction >= 4, refused.satisfaction <= 2) == (True, True)
    assert (settled.resolved > 0.8, max(refused.resolved, left.resolved) < 0.2) == (True, True)
    assert (left.abandoned > 0.7, settled.abandoned < 0.2) == (True, True)


@pytest.mark.parametrize(
    ("worse", "better"),
    [
        (("C: Thanks anyway.",), ("C: Thanks!",)),
        (("C: Thanks for nothing.",), ("C: Thank you.",)),
        (("A: That was quick", "C: It works now", "C: It is broken"), ("C: It is broken", "C: It works now")),
        (("A: Unfortunately that is not possible", "C: ok"), ("A: I have processed your refund", "C: ok")),
        (("C: I said this already. As I said, 12345", "A: ok"), ("C: Here it is: 12345", "A: ok")),
        (("A: We will get back to you within five days", "C: ok"), ("A: I have fixed it", "C: ok")),
    ],
)
def test_what_is_said_last_and_done_by_the_agent_counts(
    course_of: CourseOf, worse: tuple[str, ...], better: tuple[str, ...]
) -> None:
    """Two conversations that differ in little."""
    assert scored(course_of, *worse).satisfaction < scored(course_of, *better).satisfaction


def test_quality_falls_where_the_customer_must_say_it_again(course_of: CourseOf) -> None:
    """Turn by turn, and over all turns."""
    again = scored(course_of, "A: May I have the order number, please?", "C: I already gave you the number!")
    on = scored(course_of, "A: Thank you, I have found your order.", "C: Great")

    assert (again.turn_quality[-1] < on.turn_quality[-1] - 1, again.quality < on.quality) == (True, True)


def test_satisfaction_alone_is_as_with_the_others(course_of: CourseOf) -> None:
    """The proof by deletion uses it."""
    for lines in (SETTLED, REFUSED, LEFT):
        course = course_of(*OPENING, *lines)
        assert satisfaction_of(course) == outcome_of(course).satisfaction


def test_a_hand_set_model_claims_no_certainty() -> None:
    """Not beyond .02 and .98."""
    assert [probability(odds) for odds in (-50.0, 0.0, 50.0)] == [0.02, 0.5, 0.98]
