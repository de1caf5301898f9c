"""What of a model's answer stands: values on their scales, quotes that are in the transcript."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from agents.sentiment.model_scoring.asked import (
    CHANCES,
    CHOICES,
    GRADES,
    NOT_APPLICABLE,
    SENTIMENTS,
    asked_questions,
)
from agents.sentiment.model_scoring.shown import ShownTurn
from orchestrator.core.conversations.evidence import Evidence, ReasonCode, Skipped
from orchestrator.core.conversations.scorecard import Answer, Scorecard, answer
from orchestrator.core.conversations.scoring import Scoring
from orchestrator.core.errors import ModelError, ModelFault

LIKELY = 0.5
"""A chance below it says that something did not happen, which has no place to quote."""
NEUTRAL = 0.1
"""A sentiment within it needs no quote: nothing was felt."""
LONGEST_SUMMARY = 1_000
_SCALES = dict.fromkeys(SENTIMENTS, (-1.0, 1.0)) | dict.fromkeys(GRADES, (1.0, 5.0))
_SCALES |= dict.fromkeys(CHANCES, (0.0, 1.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnScore:
    """The sentiment of one turn."""

    turn: int
    sentiment: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What stands of an answer.

    Attributes:
        numbers: By feature, those that stand.
        choices: Contact reason and product, where they stand.
        answers: Of the scorecard's questions that were asked, in its order; without a value where none stands.
        evidence: The quotes found, as spans of the text as given.
        skipped: What does not stand, and why.
        summary: In the model's words, over personal data that were taken out; empty where nothing was quoted for it.
    """

    numbers: Mapping[str, float]
    choices: Mapping[str, str]
    turns: tuple[TurnScore, ...]
    answers: tuple[Answer, ...]
    summary: str
    evidence: tuple[Evidence, ...]
    skipped: tuple[Skipped, ...]


def check_answer(text: str, turns: Sequence[ShownTurn], scoring: Scoring) -> Checked:
    """What stands of an answer; ModelError (retryable) where it is no JSON object."""
    try:
        document = json.loads(text)
    except ValueError as error:
        raise ModelError("the model's answer is no JSON", fault=ModelFault.UNREADABLE, retryable=True) from error
    if not isinstance(document, Mapping):
        raise ModelError("the model's answer is no JSON object", fault=ModelFault.UNREADABLE, retryable=True)
    checking = _Checking(document, turns)
    numbers = {name: value for name in _SCALES if (value := checking.number(name)) is not None}
    choices = {name: one for name in CHOICES if (one := checking.choice(name, _known(name, scoring))) is not None}
    return Checked(
        numbers=numbers,
        choices=choices,
        turns=tuple(checking.turns()),
        answers=tuple(checking.answers(scoring.scorecard)),
        summary=checking.summary(),
        evidence=tuple(checking.evidence),
        skipped=tuple(checking.skipped),
    )


def _known(name: str, scoring: Scoring) -> frozenset[str]:
    return frozenset(one.id for one in (scoring.reasons if name == "contact_reason" else scoring.products))


class _Checking:
    """Reads one answer, and keeps what was quoted and what does not stand."""

    def __init__(self, document: Mapping[str, object], turns: Sequence[ShownTurn]) -> None:
        self._document = document
        self._turns = turns
        self.evidence: list[Evidence] = []
        self.skipped: list[Skipped] = []

    def number(self, name: str) -> float | None:
        """A feature's number, where it is on its scale and quoted."""
        low, high = _SCALES[name]
        value = _number(_field(self._document, name, "value"))
        if value is None or not low <= value <= high:
            self._skip(name, ReasonCode.NO_EVIDENCE if value is None else ReasonCode.MODEL_FAILED)
            return None
        needless = (name in CHANCES and value < LIKELY) or (name in SENTIMENTS and abs(value) <= NEUTRAL)
        if not self._quoted(name, _field(self._document, name, "quotes")) and not needless:
            self._skip(name, ReasonCode.BAD_EVIDENCE)
            return None
        return value

    def choice(self, name: str, known: frozenset[str]) -> str | None:
        """The contact reason or the product, where it is one of the list and quoted."""
        if not known:
            return None
        value = _field(self._document, name, "value")
        if not isinstance(value, str) or value not in known:
            self._skip(name, ReasonCode.NO_EVIDENCE if value is None else ReasonCode.MODEL_FAILED)
            return None
        if not self._quoted(name, _field(self._document, name, "quotes")):
            self._skip(name, ReasonCode.BAD_EVIDENCE)
            return None
        return value

    def turns(self) -> Iterable[TurnScore]:
        """The turns that are not neutral, each once, with a quote of their own."""
        seen: set[int] = set()
        for entry in _entries(self._document.get("turns")):
            turn, sentiment = self._turn(entry), _number(entry.get("sentiment"))
            if turn is None or turn in seen or sentiment is None or not -1.0 <= sentiment <= 1.0:
                continue
            if self._quoted("sentiment", [entry]):
                seen.add(turn)
                yield TurnScore(turn=turn, sentiment=sentiment)

    def answers(self, scorecard: Scorecard | None) -> Iterable[Answer]:
        """The scorecard's answers; one that is neither quoted nor the worst value's absence has no value."""
        given = self._document.get("answers")
        given = given if isinstance(given, Mapping) else {}
        for question in asked_questions(scorecard) if scorecard is not None else ():
            feature = f"scorecard.{question.id}"
            value = _field(given, question.id, "value")
            if value == NOT_APPLICABLE and question.applies is not None:
                yield answer(question, None, na=True)
                continue
            number = next((one.value for one in question.anchors if f"{one.value:g}" == value), None)
            before = len(self.evidence)
            quoted = self._quoted(feature, _field(given, question.id, "quotes"))
            if number is not None and not quoted and number != question.worst:
                number = None
                self._skip(feature, ReasonCode.BAD_EVIDENCE)
            elif number is None:
                self.skipped.append(
                    Skipped(feature, ReasonCode.NO_EVIDENCE if value is None else ReasonCode.MODEL_FAILED)
                )
            yield answer(question, number, evidence=tuple(self.evidence[before:]))

    def summary(self) -> str:
        """The summary on one line, where at least one quote carries it."""
        text = _field(self._document, "summary", "text")
        if not isinstance(text, str) or not text.strip():
            self._skip("summary", ReasonCode.NO_EVIDENCE)
            return ""
        if not self._quoted("summary", _field(self._document, "summary", "quotes")):
            self._skip("summary", ReasonCode.BAD_EVIDENCE)
            return ""
        return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:LONGEST_SUMMARY]

    def _skip(self, name: str, code: ReasonCode) -> None:
        self.skipped.append(Skipped(name, code))

    def _turn(self, entry: Mapping[str, object]) -> int | None:
        turn = entry.get("turn")
        known = isinstance(turn, int) and not isinstance(turn, bool) and 0 <= turn < len(self._turns)
        return cast("int", turn) if known else None

    def _quoted(self, feature: str, quotes: object) -> bool:
        """Whether a quote stands in the turn that it names; those that do become evidence."""
        found = False
        for entry in _entries(quotes):
            turn, quote = self._turn(entry), entry.get("quote")
            if turn is None or not isinstance(quote, str):
                continue
            place = self._turns[turn].locate(quote)
            if place is not None:
                one = Evidence(feature, turn, *place)
                found = True
                if one not in self.evidence:
                    self.evidence.append(one)
        return found


def _field(document: Mapping[str, object], name: str, key: str) -> object:
    inner = document.get(name)
    return inner.get(key) if isinstance(inner, Mapping) else None


def _entries(value: object) -> Iterable[Mapping[str, object]]:
    return [entry for entry in value if isinstance(entry, Mapping)] if isinstance(value, list) else []


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)
