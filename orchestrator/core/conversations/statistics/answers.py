"""How a scorecard's questions and the rules of compliance came out over many conversations."""

from collections import Counter
from dataclasses import dataclass, field

from orchestrator.core.conversations.statistics.moments import Moments
from orchestrator.core.conversations.statistics.result import Document, number, part, parts, scorecard_points, word

MOST_NAMES = 200
_MOST_VALUES = 24
_STEP = 5  # points of 100 in one bar of the distribution


@dataclass(slots=True)
class Question:
    """Answers of one question; `values` counts them by their text, other than those that did not apply."""

    answered: int = 0
    not_applicable: int = 0
    open: int = 0
    auto_fails: int = 0
    values: Counter[str] = field(default_factory=Counter)
    numbers: Moments = field(default_factory=Moments)

    def add(self, answer: Document) -> None:
        """Take in an answer."""
        value = answer.get("value")
        self.auto_fails += answer.get("auto_fail") is True
        if answer.get("na") is True:
            self.not_applicable += 1
            return
        if value is None:
            self.open += 1
            return
        self.answered += 1
        figure = float(value) if isinstance(value, bool) else number(answer, "value")
        if figure is not None:
            self.numbers.add(figure)
        name = _named(value, figure)
        if name in self.values or len(self.values) < _MOST_VALUES:
            self.values[name] += 1

    def merge(self, other: "Question") -> None:
        """Take in the answers of another."""
        self.answered += other.answered
        self.not_applicable += other.not_applicable
        self.open += other.open
        self.auto_fails += other.auto_fails
        self.numbers.merge(other.numbers)
        self.values.update(other.values)


@dataclass(slots=True)
class Rule:
    """How often a rule was kept; the share kept is of those to which it applied."""

    kept: Moments = field(default_factory=Moments)
    not_applicable: int = 0

    def add(self, kept: object) -> None:
        """Take in whether it was kept; what is neither true nor false did not apply."""
        if isinstance(kept, bool):
            self.kept.add(float(kept))
        else:
            self.not_applicable += 1

    def merge(self, other: "Rule") -> None:
        """Take in another."""
        self.kept.merge(other.kept)
        self.not_applicable += other.not_applicable


@dataclass(slots=True)
class Answers:
    """All questions and rules.

    Attributes:
        scores: Conversations by the step of their points, from 0.
        failed: Conversations with an automatic fail.
    """

    questions: dict[str, Question] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)
    scores: Counter[int] = field(default_factory=Counter)
    scorecards: Counter[tuple[str, str]] = field(default_factory=Counter)
    failed: int = 0

    def add(self, document: Document) -> None:
        """Take in the scorecard and the rules of a result."""
        scorecard = part(document, "scorecard")
        answers = parts(scorecard, "answers")
        for answer in answers:
            name = word(answer, "question")
            if name in self.questions or len(self.questions) < MOST_NAMES:
                self.questions.setdefault(name, Question()).add(answer)
        self.failed += any(answer.get("auto_fail") is True for answer in answers)
        if scorecard:
            self.scorecards[word(scorecard, "id"), str(scorecard.get("revision", ""))] += 1
        points = scorecard_points(document)
        if points is not None:
            self.scores[min(int(points // _STEP), 100 // _STEP - 1)] += 1
        for item in parts(document, "compliance"):
            name = word(item, "rule")
            if name in self.rules or len(self.rules) < MOST_NAMES:
                self.rules.setdefault(name, Rule()).add(item.get("kept"))

    def merge(self, other: "Answers") -> None:
        """Take in those of another."""
        for name, question in other.questions.items():
            self.questions.setdefault(name, Question()).merge(question)
        for name, rule in other.rules.items():
            self.rules.setdefault(name, Rule()).merge(rule)
        self.scores.update(other.scores)
        self.scorecards.update(other.scorecards)
        self.failed += other.failed


def _named(value: object, figure: float | None) -> str:
    """An answer's name: `yes` and `no` for true and false, whole numbers without a point."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{figure:g}" if figure is not None else str(value)[:60]
