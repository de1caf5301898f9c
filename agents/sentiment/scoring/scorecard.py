"""Answers a scorecard's questions for a conversation, by the conditions that are written in it."""

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias

from agents.sentiment.scoring.conditions import Facts, Holding, compile_condition, spans_as_evidence
from agents.sentiment.scoring.reading import Reading
from orchestrator.core.conversations.evidence import Evidence, ReasonCode, Skipped
from orchestrator.core.conversations.scorecard import (
    Answer,
    Question,
    Scale,
    Scorecard,
    ScorecardResult,
    answer,
    totals,
)


class _Answered(NamedTuple):
    """An answer, and why it has no value where it has none."""

    answer: Answer
    reason: ReasonCode | None = None


_Asked: TypeAlias = Callable[[Reading, Facts], _Answered]


class ScorecardScorer:
    """A scorecard made ready once to be held against many conversations.

    A question that is not applicable, that only a person can answer, or whose condition cannot be told has no value:
    it leaves the denominator and is named in `skipped` with the reason.
    """

    def __init__(self, scorecard: Scorecard) -> None:
        self._scorecard = scorecard
        self._asked = tuple(
            (question, f"scorecard.{question.id}", _asking(question)) for question in scorecard.questions
        )

    def phrases(self) -> Iterator[tuple[str, str]]:
        """Its own phrases for the phrase table, with their labels."""
        for one in self._scorecard.phrases:
            for phrase in one.phrases:
                yield phrase, one.label

    def score(self, reading: Reading, facts: Facts) -> ScorecardResult:
        """The answers; where nobody speaks for the company there is nothing to score."""
        answers: list[Answer] = []
        evidence: list[Evidence] = []
        skipped: list[Skipped] = []
        for question, feature, asked in self._asked:
            found = (
                asked(reading, facts) if reading.agent else _Answered(answer(question, None), ReasonCode.NO_AGENT_TURNS)
            )
            answers.append(found.answer)
            evidence += found.answer.evidence
            if found.reason is not None:
                skipped.append(Skipped(feature, found.reason))
        return ScorecardResult(
            self._scorecard.id,
            self._scorecard.revision,
            totals(answers),
            tuple(answers),
            tuple(evidence),
            tuple(skipped),
        )


def _asking(question: Question) -> _Asked:
    applies = compile_condition(question.applies) if question.applies is not None else None
    inner = _numeric(question) if question.scale is Scale.NUMERIC else _by_conditions(question)
    if applies is None:
        return inner
    na = _Answered(answer(question, None, na=True), ReasonCode.NOT_APPLICABLE)
    open_ = answer(question, None)

    def ask(reading: Reading, facts: Facts) -> _Answered:
        held = applies(reading, facts)
        if held.holds is None:
            return _Answered(open_, facts.why_unknown(held.unknown))
        return inner(reading, facts) if held.holds else na

    return ask


def _numeric(question: Question) -> _Asked:
    feature, name = f"scorecard.{question.id}", question.feature
    open_ = answer(question, None)

    def ask(_reading: Reading, facts: Facts) -> _Answered:
        value = facts.values.get(name)
        if value is None or isinstance(value, str):
            return _Answered(open_, facts.why_unknown(name) if name else ReasonCode.NEEDS_PERSON)
        return _Answered(answer(question, value, evidence=spans_as_evidence(facts.spans.get(name, ()), feature)))

    return ask


def _by_conditions(question: Question) -> _Asked:
    feature = f"scorecard.{question.id}"
    choices: tuple[tuple[float, Holding], ...] = tuple(
        (one.value, compile_condition(one.when)) for one in question.answers
    )
    open_ = answer(question, None)
    last = (
        _Answered(answer(question, question.otherwise))
        if question.otherwise is not None
        else _Answered(open_, ReasonCode.NEEDS_PERSON)
    )

    def ask(reading: Reading, facts: Facts) -> _Answered:
        for value, test in choices:
            held = test(reading, facts)
            if held.holds:
                return _Answered(answer(question, value, evidence=spans_as_evidence(held.spans, feature)))
            if held.holds is None:
                return _Answered(open_, facts.why_unknown(held.unknown))
        return last

    return ask
