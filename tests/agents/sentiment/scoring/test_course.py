"""Tests of a conversation's course: who speaks, what is said again, what a question is."""

from collections.abc import Callable

from agents.sentiment.scoring.course import Course, replaced

CourseOf = Callable[..., Course]


def test_speakers_are_the_customers_side_the_companys_or_none(course_of: CourseOf) -> None:
    """A bot speaks for the company, a system for nobody."""
    course = course_of("C: hi", "A: hi", "B: hi", "S: joined")

    assert [(step.customer, step.agent) for step in course] == [
        (True, False),
        (False, True),
        (False, True),
        (False, False),
    ]


def test_what_one_side_says_again_is_a_repetition(course_of: CourseOf) -> None:
    """Not what the other side takes up."""
    course = course_of(
        "C: My parcel never arrived in Lisbon",
        "A: So your parcel never arrived in Lisbon",
        "C: Yes, my parcel never arrived in Lisbon",
    )

    assert [step.repeated for step in course] == [False, False, True]


def test_short_turns_repeat_nothing(course_of: CourseOf) -> None:
    """`Ok thanks` twice is manners."""
    assert [step.repeated for step in course_of("C: Ok thanks", "C: Ok thanks")] == [False, False]


def test_a_replaced_turn_leaves_the_others(course_of: CourseOf) -> None:
    """And takes the names of its new mood."""
    course, other = course_of("C: Is it broken?", "A: Hello"), course_of("C: Thank you")
    changed = replaced(course, {0: (other[0].turn, other[0].mood)})

    assert (frozenset({"thanks"}), False, course[1]) == (changed[0].names, changed[0].asks, changed[1])
