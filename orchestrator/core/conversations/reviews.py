"""What people say of conversations and of their scores: the questions, their answers, and disputes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from math import isfinite
from typing import Literal

SATISFACTION = "satisfaction"
QUALITY = "quality"
RESOLVED = "resolved"
SENTIMENT = "sentiment"
TURN_QUALITY = "turn_quality"
SCORECARD = "scorecard."
QUESTIONS = (SATISFACTION, RESOLVED, SENTIMENT, QUALITY)
"""The questions of a whole conversation, beside those of a scorecard (`scorecard.<question>`)."""

_LOWEST, _HIGHEST = 1, 5
_YES = frozenset({"yes", "y", "true", "1", "resolved"})
_NO = frozenset({"no", "n", "false", "0", "unresolved"})
_MOODS = {"negative": -1.0, "neutral": 0.0, "mixed": 0.0, "positive": 1.0}
_THIRD = 1 / 3
NOT_APPLICABLE = frozenset({"na", "n/a", "not applicable"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One person's answer to one question; a later one of the same person is a revision, and both are kept.

    Attributes:
        number: In order of arrival, from 1; 0 where it is not stored yet.
        turn: Its index where the question is of a turn (`turn_quality`), else None.
        value: On the question's scale; None for "not applicable".
        sample: The sample whose sheet it came from, empty where it came from none.
    """

    number: int = 0
    at: datetime | None = None
    conversation: str
    question: str
    turn: int | None = None
    value: float | None
    reviewer: str
    sample: str = ""
    note: str = ""

    @property
    def about(self) -> tuple[str, str, int | None]:
        """What was answered."""
        return self.conversation, self.question, self.turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled:
    """A conversation that was drawn for review, with its automatic scores of then: a blind sheet does not show them.

    Attributes:
        sample: The id of the draw.
        probability: With which this conversation was to be drawn: estimates weigh by its inverse.
        started_at: Of the conversation, as its result says.
        automatic: Scores by question; those of turns as `turn_quality.<index>`.
        at: When it was drawn.
    """

    sample: str
    conversation: str
    stratum: str
    probability: float
    scorer_version: str = ""
    started_at: str = ""
    automatic: Mapping[str, float] = field(default_factory=dict)
    at: datetime | None = None

    def score(self, question: str, turn: int | None) -> float | None:
        """The automatic score that answers a question."""
        return self.automatic.get(question if turn is None else f"{question}.{turn}")


class DisputeState(StrEnum):
    """Where a dispute stands."""

    OPEN = "open"
    UPHELD = "upheld"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """A person's objection to a score, and what another person found.

    Attributes:
        number: From 1; the id is `D-1`.
        value: What the score should be, where that was said.
        automatic: The automatic score of the latest sample that has the conversation.
    """

    number: int = 0
    at: datetime | None = None
    conversation: str
    question: str
    turn: int | None = None
    by: str
    reason: str
    value: float | None = None
    automatic: float | None = None
    state: DisputeState = DisputeState.OPEN
    ended_by: str = ""
    ended_at: datetime | None = None
    note: str = ""

    @property
    def id(self) -> str:
        """As people write it."""
        return f"D-{self.number}"


def is_question(question: str) -> bool:
    """Whether there is such a question."""
    named = question.startswith(SCORECARD) and len(question) > len(SCORECARD)
    return question in QUESTIONS or question == TURN_QUALITY or named


def read_answer(question: str, answer: object) -> float | None:
    """The value of an answer; None for "not applicable".

    Raises:
        ValueError: It is none; says what would be one.
    """
    text = str(answer).strip().lower()
    if question.startswith(SCORECARD) and text in NOT_APPLICABLE:
        return None
    if question == RESOLVED or (question.startswith(SCORECARD) and not _is_number(text)):
        return _read_yes(question, answer)
    if question == SENTIMENT:
        return _MOODS[text] if text in _MOODS else _within(question, answer, -1, 1)
    if question.startswith(SCORECARD):
        return float(text)
    return _within(question, answer, _LOWEST, _HIGHEST)


def _is_number(text: str) -> bool:
    try:
        return isfinite(float(text))
    except ValueError:
        return False


def _read_yes(question: str, answer: object) -> float:
    text = str(answer).strip().lower()
    if text in _YES:
        return 1.0
    if text in _NO:
        return 0.0
    mend = "write yes or no" if question == RESOLVED else "write a number, yes, no or na"
    raise ValueError(f"{question} {answer!r}: {mend}")


def _within(question: str, answer: object, lowest: int, highest: int) -> float:
    text = str(answer).strip()
    if isinstance(answer, bool) or not _is_number(text) or not lowest <= float(text) <= highest:
        words = ", or negative, neutral or positive" if question == SENTIMENT else ""
        raise ValueError(f"{question} {answer!r}: write a number from {lowest} to {highest}{words}")
    return float(text)


def category(question: str, value: float) -> float:
    """The step of a question's scale that a score falls on, so that a real number can agree with a person's."""
    if question == RESOLVED:
        return float(value >= 0.5)  # noqa: PLR2004  # more likely than not
    if question == SENTIMENT:
        return float(value > _THIRD) - float(value < -_THIRD)
    return float(int(value + 0.5))


Kind = Literal["binary", "ordinal"]


def scale_kind(question: str, values: frozenset[float]) -> Kind:
    """How distances count: not at all between two answers, by steps between more."""
    return "binary" if question == RESOLVED or (question.startswith(SCORECARD) and values <= {0.0, 1.0}) else "ordinal"


def latest(reviews: tuple[Review, ...]) -> tuple[Review, ...]:
    """The last answer of each person to each question, in order of arrival."""
    found: dict[tuple[object, ...], Review] = {}
    for review in sorted(reviews, key=lambda one: one.number):
        found[(*review.about, review.reviewer)] = review
    return tuple(found.values())
