"""Applies a calibration: what was learned from a customer's own labels, in the standard library only."""

from collections.abc import Iterable, Mapping, Sequence
from math import exp
from operator import mul
from typing import NamedTuple

from agents.sentiment.scoring.calibration_features import (
    LAST_TURNS,
    NO_NUMBERS,
    START,
    Numbers,
    by_company,
    conversation_row,
    course_rows,
    ngrams,
    turn_rows,
)
from agents.sentiment.scoring.reading import Reading
from agents.sentiment.scoring.tokens import ReadTurn
from orchestrator.core.conversations.calibration import UNLIKE, Calibration, ConversationWeights, TurnWeights
from orchestrator.core.conversations.conversation import Speaker
from orchestrator.core.conversations.evidence import Evidence

LOWEST, HIGHEST = 1.0, 5.0
MOST_SPANS = 6
"""Spans that are cited for one score, those that count most."""
_FAMILIAR_FROM = 20  # words; the share of known ones among fewer says nothing


class Calibrated(NamedTuple):
    """A conversation's scores as the calibration has them; None where it was not made for that score.

    Attributes:
        satisfaction: 1 to 5.
        resolved: A probability.
        qualities: Of every turn, 1 to 5.
        evidence: The spans that moved `satisfaction` and `resolved` most.
        flags: `calibration_unlike_training` where the words are not those that it was made from.
    """

    satisfaction: float | None
    resolved: float | None
    qualities: tuple[float, ...] | None
    evidence: tuple[Evidence, ...]
    flags: tuple[str, ...]


def calibrate(calibration: Calibration, reading: Reading, own: Numbers = NO_NUMBERS) -> Calibrated:
    """The scores of a conversation.

    Args:
        calibration: For this version of the scorer.
        reading: The conversation, with at least one turn.
        own: The scorer's own numbers, where the calibration was fitted with them.
    """
    words = [ngrams(turn) for turn in reading.turns]
    numbers = conversation_row(reading, own.whole)
    evidence: list[Evidence] = []
    told: dict[str, float] = {}
    for feature in ("satisfaction", "resolved"):
        weights: ConversationWeights | None = getattr(calibration, feature)
        if weights is not None:
            scored = _Conversation(weights, reading, words, numbers)
            told[feature] = scored.score
            evidence += scored.evidence(feature)
    quality = calibration.quality
    return Calibrated(
        satisfaction=told.get("satisfaction"),
        resolved=told.get("resolved"),
        qualities=_qualities(quality, reading, words, own) if quality is not None else None,
        evidence=tuple(evidence),
        flags=(UNLIKE,) if _familiar(calibration, reading) < calibration.least_familiar else (),
    )


def _bounded(value: float) -> float:
    return min(max(value, LOWEST), HIGHEST)


def _dot(weights: Sequence[float], row: Iterable[float]) -> float:
    """The weighed sum; the last weight is the constant."""
    return float(sum(map(mul, weights, row)) + weights[-1])


class _Conversation:
    """One score of one conversation, with what each word adds to it."""

    def __init__(
        self, weights: ConversationWeights, reading: Reading, words: Sequence[Sequence[str]], numbers: Sequence[float]
    ) -> None:
        self._reading = reading
        said = [turn.turn.speaker is Speaker.CUSTOMER for turn in reading.turns]
        views = (
            words,
            [found for found, customer in zip(words, said, strict=True) if customer],
            words[-LAST_TURNS:],
        )
        self._last = len(words) - LAST_TURNS
        self._said = said
        self._adds = [_view(weights.ngrams, view, column) for column, view in enumerate(views, 1)]
        total = _dot(weights.weights, numbers) + sum(sum(adds.values()) for adds in self._adds)
        self.score = 1 / (1 + exp(-min(max(total, -30.0), 30.0))) if weights.logistic else _bounded(total)

    def evidence(self, feature: str) -> list[Evidence]:
        """The spans of the words that add most, for and against, in order of the text."""
        found: list[tuple[float, ReadTurn, int, int]] = []
        for turn in self._reading.turns:
            words = turn.words
            for at, word in enumerate(words):
                pair = f"{words[at - 1] if at else START} {word}"
                both = self._add(pair, turn.index) if at else 0.0
                one = self._add(word, turn.index)
                if abs(both) > abs(one):
                    found.append((both, turn, at - 1, at))
                elif one:
                    found.append((one, turn, at, at))
        found.sort(key=lambda item: (-abs(item[0]), item[1].index, item[2]))
        spans = {Evidence(feature, turn.index, *turn.place(first, last)) for _, turn, first, last in found[:MOST_SPANS]}
        return sorted(spans)

    def _add(self, ngram: str, turn: int) -> float:
        anywhere, customer, last = self._adds
        added = anywhere.get(ngram, 0.0)
        if self._said[turn]:
            added += customer.get(ngram, 0.0)
        return added + (last.get(ngram, 0.0) if turn >= self._last else 0.0)


def _view(table: Mapping[str, tuple[float, ...]], view: Iterable[Sequence[str]], column: int) -> dict[str, float]:
    """What each word of some turns adds, one mention as good as ten, in proportion to the length of the whole."""
    rows: dict[str, tuple[float, ...]] = {}
    for ngrams_ in view:
        for ngram in ngrams_:
            if ngram not in rows and (row := table.get(ngram)) is not None:
                rows[ngram] = row
    length = sum(row[0] * row[0] for row in rows.values()) ** 0.5
    return {ngram: row[0] * row[column] / length for ngram, row in rows.items()}


def _qualities(
    weights: TurnWeights, reading: Reading, words: Sequence[Sequence[str]], own: Numbers
) -> tuple[float, ...]:
    sums = [_sums(weights.ngrams, found, by_company(turn)) for turn, found in zip(reading.turns, words, strict=True)]
    anywhere = sum(one[3] for one in sums) / len(sums)
    estimates = []
    last = len(sums) - 1
    for index, (turn, row) in enumerate(zip(reading.turns, turn_rows(reading, own.turns), strict=True)):
        estimate = _dot(weights.company if by_company(turn) else weights.customer, row) + sums[index][0] + anywhere
        if index:
            estimate += sums[index - 1][1]
        if index < last:
            estimate += sums[index + 1][2]
        estimates.append(estimate)
    return tuple(_bounded(_dot(weights.course, row)) for row in course_rows(estimates))


def _sums(
    table: Mapping[str, tuple[float, ...]],
    words: Sequence[str],
    company: bool,  # noqa: FBT001 - read at the call
) -> tuple[float, float, float, float]:
    """What a turn's words add to itself, to the turn after it, to the turn before it, and to the whole conversation."""
    length = own = before = after = anywhere = 0.0
    get = table.get
    for word in dict.fromkeys(words):  # each once, in one order: sums are the same in every process
        row = get(word)
        if row is not None:
            rarity, customer, agent, to_next, to_previous, to_all = row
            length += rarity * rarity
            own += rarity * (agent if company else customer)
            before += rarity * to_next
            after += rarity * to_previous
            anywhere += rarity * to_all
    length = length**0.5 or 1.0
    return own / length, before / length, after / length, anywhere / length


def _familiar(calibration: Calibration, reading: Reading) -> float:
    """The share of the conversation's words that the calibration knows; 1 where there are too few to tell."""
    tables = [part.ngrams for part in (calibration.satisfaction, calibration.resolved, calibration.quality) if part]
    words = [word for turn in reading.turns for word in turn.words]
    if len(words) < _FAMILIAR_FROM or not tables:
        return 1.0
    table = max(tables, key=len)
    return sum(word in table for word in words) / len(words)
