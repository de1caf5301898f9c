"""How the customer's mood went: where it began and ended, its low point, and the turn that turned it."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from agents.sentiment.scoring.consistency import NEGATIVE, POSITIVE
from agents.sentiment.scoring.course import Course, Step, whole_turn
from agents.sentiment.scoring.features import position_weights
from orchestrator.core.conversations.evidence import Evidence

MIXED_LOW, MIXED_HIGH = -0.35, 0.35
"""A conversation whose customer reached both is mixed, where its mean is neutral."""
_ENDS = 2  # turns of the customer's at either end, where there are four
_CHANGE = 0.3
_LOW = 0.4
_WHOLE, _END, _DEPTH = 0.6, 0.25, 0.15


class Shape(StrEnum):
    """How the mood went."""

    IMPROVED = "improved"
    WORSENED = "worsened"
    RECOVERED = "recovered"
    STEADY = "steady"
    MIXED = "mixed"


class Trajectory(NamedTuple):
    """The customer's mood over the conversation, -1 to 1.

    Attributes:
        start: Mean of the customer's first two turns; `end`: of the last two (one each of fewer than four); `last`: of
            the last one.
        low: Of the worst turn; `low_turn`: its index.
        turned_at: The turn after which the mood was another; None where it stayed.
        evidence: The words of the low point, and of what was said where it turned.
    """

    start: float
    end: float
    last: float
    low: float
    low_turn: int
    turned_at: int | None
    shape: Shape
    evidence: tuple[Evidence, ...]


def trajectory_of(course: Course) -> Trajectory | None:
    """None where the customer says nothing."""
    steps = [step for step in course if step.customer]
    if not steps:
        return None
    steps = [step for step in steps if step.turn.words] or steps  # an empty turn is no low point
    scores = [step.mood.score for step in steps]
    ends = _ends(scores)
    start, end = _mean(scores[:ends]), _mean(scores[-ends:])
    low = min(range(len(scores)), key=scores.__getitem__)
    turn = _turn(course, steps, scores)
    return Trajectory(
        start=start,
        end=end,
        last=scores[-1],
        low=scores[low],
        low_turn=steps[low].turn.index,
        turned_at=turn.turn.index if turn is not None else None,
        shape=_shape(scores, start, end),
        evidence=(*_strongest(steps[low], bad=True), *(_strongest(turn, bad=end < start) if turn is not None else ())),
    )


def overall_of(course: Course, *, customer: bool) -> float | None:
    """One side's mood over the whole, the end counting more; None where that side says nothing."""
    weighted = [
        (step.mood.score, weight)
        for step, weight in zip(course, position_weights(len(course)), strict=True)
        if (step.customer if customer else step.agent)
    ]
    total = sum([weight for _, weight in weighted])
    return sum([score * weight for score, weight in weighted]) / total if total else None


def sentiment_of(customer: float, trajectory: Trajectory) -> float:
    """The conversation's sentiment from the customer's mean."""
    return blended(customer, trajectory.end, trajectory.low)


def blended(mean: float, end: float, low: float) -> float:
    """The customer's mean, the end and the low point in one number (peak-end rule, Kahneman 1993)."""
    return _WHOLE * mean + _END * end + _DEPTH * low


def end_of(course: Course) -> float:
    """The customer's mood in the last turns; 0 where the customer says nothing."""
    scores = [step.mood.score for step in course if step.customer and step.turn.words]
    return _mean(scores[-_ends(scores) :]) if scores else 0.0


def _ends(scores: Sequence[float]) -> int:
    """How many turns are the start, and the end: of few turns one, so that the two do not share any."""
    return min(max(len(scores) // 2, 1), _ENDS)


def overall_label(sentiment: float, course: Course) -> str:
    """The label that follows from the conversation's number, and from both extremes reached."""
    if NEGATIVE < sentiment < POSITIVE:
        scores = [step.mood.score for step in course if step.customer]
        return "mixed" if min(scores) <= MIXED_LOW and max(scores) >= MIXED_HIGH else "neutral"
    return "negative" if sentiment <= NEGATIVE else "positive"


def _shape(scores: list[float], start: float, end: float) -> Shape:
    if end - start >= _CHANGE:
        return Shape.IMPROVED
    if start - end >= _CHANGE:
        return Shape.WORSENED
    if len(scores) > _ENDS and min(scores[1:-1]) <= min(start, end, scores[-1]) - _LOW:
        return Shape.RECOVERED
    return Shape.MIXED if min(scores) <= MIXED_LOW and max(scores) >= MIXED_HIGH else Shape.STEADY


def _turn(course: Course, steps: list[Step], scores: list[float]) -> Step | None:
    """What was said before the customer's turn at which the mean before and the mean after differ most."""
    best, place = _CHANGE, 0
    before, after = 0.0, sum(scores)
    for split in range(1, len(scores)):
        before += scores[split - 1]
        after -= scores[split - 1]
        change = abs(after / (len(scores) - split) - before / split)
        if change > best:
            best, place = change, split
    if not place:
        return None
    index = steps[place].turn.index
    return course[index - 1] if index and course[index - 1].agent else steps[place]


def _strongest(step: Step, *, bad: bool) -> tuple[Evidence, ...]:
    spans = [(part.value, part.first, part.last) for part in step.mood.parts if (part.value < 0) is bad and part.value]
    if spans:
        _, first, last = max(spans, key=lambda span: (abs(span[0]), -span[1]))
    elif step.mood.cues:
        _, first, last = step.mood.cues[0]
    else:
        return (whole_turn("trajectory", step),) if step.turn.words else ()
    return (Evidence("trajectory", step.turn.index, *step.turn.place(first, last)),)


def _mean(scores: Sequence[float]) -> float:
    return sum(scores) / len(scores)
