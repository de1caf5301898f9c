"""Tests of the arithmetic of scorecards."""

from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.core.conversations.scorecard import (
    Anchor,
    Answer,
    Question,
    Scale,
    Totals,
    answer,
    totals,
)

_VALUES = (0.0, 1.0, 2.0)


def question(name: str = "q", *, weight: float = 1, fails: tuple[float, ...] = (), best: float = 2) -> Question:
    """A question with the scale 0, 1, 2."""
    return Question(
        id=name,
        text="?",
        section="s",
        scale=Scale.CHOICE,
        anchors=tuple(Anchor(value=value, text="it is so") for value in _VALUES),
        weight=weight,
        best=best,
        worst=2 - best,
        auto_fail=fails,
    )


@st.composite
def answered(draw: st.DrawFn) -> Answer:
    """An answer of any kind, to a question of any weight."""
    asked = question(
        draw(st.sampled_from("abcdef")),
        weight=draw(st.floats(0, 100)),
        fails=draw(st.sampled_from([(), (0.0,)])),
        best=draw(st.sampled_from([0.0, 2.0])),
    )
    value = draw(st.sampled_from([None, *_VALUES, -3.0, 9.0]))
    return answer(asked, value, na=value is None and draw(st.booleans()))


@settings(max_examples=60, deadline=None)
@given(st.lists(answered(), max_size=8))
def test_scores_stay_within_their_bounds(answers: list[Answer]):
    """The score is never below 0 nor above the potential one; what fails it is named and sets it to 0."""
    found = totals(answers)
    assert 0 <= found.score <= found.potential_score * (1 + 1e-12)
    assert found.normalized_score is None or 0 <= found.normalized_score <= 1
    assert (found.potential_score == 0) == (found.normalized_score is None)
    assert [one.question for one in answers if one.auto_fail] == list(found.failed_by)
    assert not found.failed_by or found.score == 0


@settings(max_examples=60, deadline=None)
@given(st.lists(answered(), max_size=6), st.integers(0, 6), st.booleans())
def test_what_has_no_value_leaves_the_denominator(answers: list[Answer], place: int, na: bool):  # noqa: FBT001 - drawn
    """A question that is not applicable, or not answered, changes nothing wherever it stands."""
    without_value = answer(question("z", weight=50), None, na=na)
    assert totals(answers) == totals([*answers[:place], without_value, *answers[place:]])


def test_a_score_is_worked_out_as_by_hand():
    """2 of 2 at weight 10, 1 of 2 at weight 4, and one not applicable: 12 of 14."""
    answers = [
        answer(question("a", weight=10), 2),
        answer(question("b", weight=4), 1),
        answer(question("c", weight=100), None, na=True),
    ]
    assert Totals(12, 14, 12 / 14, ()) == totals(answers)


def test_an_automatic_fail_keeps_the_potential_score():
    """Google's and ours: the denominator says what was asked, the score is 0."""
    answers = [answer(question("a", weight=10), 2), answer(question("b", weight=4, fails=(0,)), 0)]
    assert Totals(0, 14, 0, ("b",)) == totals(answers)


def test_a_good_no_is_worth_the_weight():
    """Where the best value stands at the lower end, it is turned round; yes and no are shown as such."""
    blamed = Question(
        id="b", text="?", section="s", scale=Scale.YES_NO, anchors=(), weight=3, best=0, worst=1
    )  # fmt: skip
    found = [(one.value, one.score) for one in (answer(blamed, 0), answer(blamed, 1))]
    assert found == [(False, 3), (True, 0)]
