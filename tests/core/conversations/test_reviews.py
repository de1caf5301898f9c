import pytest

from orchestrator.core.conversations.review_labels import Labels, labels_of
from orchestrator.core.conversations.reviews import (
    Dispute,
    DisputeState,
    Review,
    category,
    is_question,
    latest,
    read_answer,
    scale_kind,
)


def review(value: float | None, *, number: int, reviewer: str = "ann", question: str = "satisfaction") -> Review:
    """An answer about one conversation."""
    turn = 2 if question == "turn_quality" else None
    return Review(number=number, conversation="c1", question=question, turn=turn, value=value, reviewer=reviewer)


@pytest.mark.parametrize(
    ("question", "answer", "value"),
    [
        ("satisfaction", "4", 4.0),
        ("satisfaction", 2.5, 2.5),
        ("resolved", "Yes", 1.0),
        ("resolved", "no", 0.0),
        ("sentiment", "negative", -1.0),
        ("sentiment", "0.4", 0.4),
        ("scorecard.greeting", "n/a", None),
        ("scorecard.greeting", "yes", 1.0),
        ("scorecard.greeting", "3", 3.0),
    ],
)
def test_answers_are_read_on_the_scale_of_their_question(question: str, answer: object, value: float | None):
    """As people write them."""
    assert read_answer(question, answer) == value


@pytest.mark.parametrize(
    ("question", "answer", "mend"),
    [
        ("satisfaction", "6", "from 1 to 5"),
        ("satisfaction", "nan", "from 1 to 5"),
        ("satisfaction", "", "from 1 to 5"),
        ("resolved", "perhaps", "write yes or no"),
        ("sentiment", "furious", "negative, neutral or positive"),
        ("scorecard.greeting", "maybe", "a number, yes, no or na"),
    ],
)
def test_what_is_no_answer_is_refused_with_the_mend(question: str, answer: object, mend: str):
    """Nothing is guessed."""
    with pytest.raises(ValueError, match=mend):
        read_answer(question, answer)


def test_real_numbers_fall_on_the_steps_that_people_use():
    """A probability is yes or no, a mood one of three, a score the next whole one."""
    assert [category("resolved", one) for one in (0.5, 0.49)] == [1.0, 0.0]
    assert [category("sentiment", one) for one in (-0.8, 0.1, 0.9)] == [-1.0, 0.0, 1.0]
    assert [category("satisfaction", one) for one in (2.4, 2.5)] == [2.0, 3.0]
    assert (scale_kind("resolved", frozenset({1.0})), scale_kind("quality", frozenset({1.0, 0.0}))) == (
        "binary",
        "ordinal",
    )


def test_questions_are_known_by_name():
    """A scorecard's question needs its name."""
    names = ("satisfaction", "turn_quality", "scorecard.greeting", "scorecard.", "mood")
    assert [is_question(one) for one in names] == [True, True, True, False, False]


def test_the_last_answer_of_each_person_counts():
    """In order of arrival, whatever the order given."""
    given = (review(5, number=3), review(2, number=1), review(3, number=2, reviewer="bo"))
    assert [(one.reviewer, one.value) for one in latest(given)] == [("ann", 5), ("bo", 3)]


def test_labels_are_the_mean_of_people_and_an_upheld_dispute_stands_over_them():
    """A rejected one, and one without a value, changes nothing."""
    given = (
        review(2, number=1),
        review(4, number=2, reviewer="bo"),
        review(5, number=3, question="turn_quality"),
        review(None, number=4, question="scorecard.greeting"),
    )
    assert labels_of(given) == {"c1": Labels(satisfaction=3.0, qualities={2: 5.0})}

    def dispute(value: float | None, state: DisputeState) -> Dispute:
        return Dispute(conversation="c1", question="satisfaction", by="cy", reason="", value=value, state=state)

    upheld = dispute(1.0, DisputeState.UPHELD)
    others = (dispute(5.0, DisputeState.REJECTED), dispute(None, DisputeState.UPHELD), dispute(4.0, DisputeState.OPEN))
    assert labels_of(given, (upheld, *others))["c1"].satisfaction == 1.0
