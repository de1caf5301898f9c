"""Scorecards: questions with scales, weights and written anchors, and the arithmetic of their answers."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from orchestrator.core.conversations.conditions import Condition, Phrases
from orchestrator.core.conversations.evidence import Evidence, Skipped


class Scale(StrEnum):
    """How a question is answered."""

    CHOICE = "choice"
    """One of some numbers, each with its anchor."""
    YES_NO = "yes_no"
    NUMERIC = "numeric"
    """A feature's number, between a best and a worst one."""


class Source(StrEnum):
    """Who gave an answer; the two are never mixed up."""

    SYSTEM = "system"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """What a value of a scale means, in words.

    Attributes:
        value: Of a scale of yes and no, 1 is yes and 0 is no.
    """

    value: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """A value that is given where a condition holds."""

    value: float
    when: Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question of a scorecard.

    Attributes:
        section: The section's id.
        weight: What its best answer adds to the score.
        best: The value that is worth the whole weight; `worst`: the one that is worth nothing. Between them in
            proportion, so that a good "no" has best 0 and worst 1.
        applies: Where it does not hold the question is not applicable and leaves the denominator; None for always.
        auto_fail: Answers that set the whole scorecard's score to 0.
        answers: The first whose condition holds is given.
        otherwise: What is given where none holds; None where then only a person can answer.
        feature: A numeric scale's number.
    """

    id: str
    text: str
    section: str
    scale: Scale
    anchors: tuple[Anchor, ...]
    weight: float
    best: float
    worst: float
    applies: Condition | None = None
    auto_fail: tuple[float, ...] = ()
    answers: tuple[Answering, ...] = ()
    otherwise: float | None = None
    feature: str = ""

    @property
    def manual(self) -> bool:
        """Whether only a person can answer it."""
        return not self.answers and not self.feature and self.otherwise is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A group of questions under a title."""

    id: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """A scorecard in one of its revisions.

    Attributes:
        phrases: The lists that its conditions name, but for the scorer's own.
    """

    id: str
    title: str
    revision: int
    sections: tuple[Section, ...]
    questions: tuple[Question, ...]
    phrases: tuple[Phrases, ...] = ()


class Answer(NamedTuple):
    """The answer to one question.

    Attributes:
        value: None where the question is not applicable or was not answered.
        na: Whether it is not applicable.
        auto_fail: Whether it fails the whole scorecard.
        score: What it adds; `potential_score`: what its best answer would. Both 0 where there is no value.
        evidence: Empty where an absence decided: what was never said has no place.
    """

    question: str
    value: float | bool | None
    na: bool
    auto_fail: bool
    source: Source
    score: float
    potential_score: float
    evidence: tuple[Evidence, ...] = ()


class Totals(NamedTuple):
    """What answers come to.

    Attributes:
        potential_score: The weights of the questions that have a value: what is not applicable or not answered is
            not in it.
        normalized_score: `score / potential_score`, 0 to 1 (as Google CCAI's QaScorecardResult has it); None where
            nothing was answered.
        failed_by: The questions that failed it; the score is 0 then.
    """

    score: float
    potential_score: float
    normalized_score: float | None
    failed_by: tuple[str, ...]


class ScorecardResult(NamedTuple):
    """A scorecard's answers for one conversation; `skipped` names the questions that have none, and why."""

    id: str
    revision: int
    totals: Totals
    answers: tuple[Answer, ...]
    evidence: tuple[Evidence, ...] = ()
    skipped: tuple[Skipped, ...] = ()


def answer(
    question: Question,
    value: float | None,
    *,
    na: bool = False,
    source: Source = Source.SYSTEM,
    evidence: tuple[Evidence, ...] = (),
) -> Answer:
    """The answer with its share of the weight; a value beyond best and worst counts as the nearer of them."""
    if value is None:
        return Answer(question.id, None, na, False, source, 0.0, 0.0, evidence)  # noqa: FBT003 - fields in order
    share = min(1.0, max(0.0, (value - question.worst) / (question.best - question.worst)))
    shown = value == 1 if question.scale is Scale.YES_NO else value
    failed = value in question.auto_fail
    return Answer(question.id, shown, False, failed, source, share * question.weight, question.weight, evidence)  # noqa: FBT003


def totals(answers: Iterable[Answer]) -> Totals:
    """What the answers come to; an automatic fail sets the score to 0 and leaves the potential one."""
    score = potential = 0.0
    failed_by: list[str] = []
    for one in answers:
        score += one.score
        potential += one.potential_score
        if one.auto_fail:
            failed_by.append(one.question)
    if failed_by:
        score = 0.0
    normalized = min(1.0, score / potential) if potential > 0 else None
    return Totals(score, potential, normalized, tuple(failed_by))
