"""What a calibration weighs: the words of turns, and bounded numbers of a conversation's form.

Computed by one code where weights are fitted and where they are applied.
"""

from collections.abc import Mapping, Sequence
from math import log1p
from typing import NamedTuple

from agents.sentiment.scoring.course import Course
from agents.sentiment.scoring.features import conversation_features, turn_features
from agents.sentiment.scoring.reading import AGENTS, Reading
from agents.sentiment.scoring.tokens import ReadTurn
from orchestrator.core.conversations.conversation import Speaker

START, END = "^", "$"
TURN_FEATURES = (
    "place", "log_index", "log_count", "first", "last", "near_end", "words", "words_before", "words_after", "asks",
    "asked_before", "asked_after", "questions", "exclamations", "as_own_last", "as_before", "as_after", "short",
    "ends_asking", "ends_plainly",
)  # fmt: skip
CONVERSATION_FEATURES = (
    "log_turns", "customer_ends", "customer_words", "company_words", "customer_share", "last_customer_words",
    "ends_asking", "customer_asks", "company_asks", "company_sorry", "thanks_at_end", "company_closes",
)  # fmt: skip
LAST_TURNS = 4
_NEAR = 3
_SHORT = 3
_SORRY = frozenset({"sorry", "apologies", "apologize", "apologise", "apology", "unfortunately"})
_THANKS = frozenset({"thank", "thanks", "thx"})
_CLOSES = frozenset({"goodbye", "bye", "chatting", "contacting", "survey"})


class Numbers(NamedTuple):
    """The scorer's own named numbers of a conversation, and of each of its turns."""

    whole: Mapping[str, float]
    turns: Sequence[Mapping[str, float]]


NO_NUMBERS = Numbers({}, ())


def numbers_of(course: Course) -> Numbers:
    """What the shipped models weigh, for a calibration to weigh anew."""
    return Numbers(conversation_features(course), turn_features(course))


def ngrams(turn: ReadTurn) -> list[str]:
    """A turn's words and pairs of words, those with its start and its end among them."""
    words = list(turn.words)
    before = [START, *words]
    words.append(END)
    return [*words[:-1], *[f"{a} {b}" for a, b in zip(before, words, strict=True)]]


def by_company(turn: ReadTurn) -> bool:
    """Whether the company speaks."""
    return turn.turn.speaker in AGENTS


def turn_rows(reading: Reading, more: Sequence[Mapping[str, float]] = ()) -> list[list[float]]:
    """The numbers of each turn, in the order of `TURN_FEATURES`, then those of the scorer by name."""
    turns = reading.turns
    sets = [frozenset(turn.words) for turn in turns]
    lengths = [log1p(len(turn.words)) for turn in turns]
    asks = [float("?" in turn.turn.text) for turn in turns]
    company = [by_company(turn) for turn in turns]
    count = len(turns)
    rows = []
    for index, turn in enumerate(turns):
        words, text, after = sets[index], turn.turn.text.rstrip(), index + 1 < count
        own = index - 2 if index > 1 and company[index - 2] == company[index] else -1
        rows.append([
            index / count, log1p(index), log1p(count), float(index == 0), float(not after),
            float(index >= count - _NEAR), lengths[index], lengths[index - 1] if index else 0.0,
            lengths[index + 1] if after else 0.0, asks[index], asks[index - 1] if index else 0.0,
            asks[index + 1] if after else 0.0, float(min(text.count("?"), 3)), float(min(text.count("!"), 3)),
            _alike(words, sets[own]) if own >= 0 else 0.0, _alike(words, sets[index - 1]) if index else 0.0,
            _alike(words, sets[index + 1]) if after else 0.0, float(len(turn.words) <= _SHORT),
            float(text.endswith("?")), float(text.endswith(".")),
        ])  # fmt: skip
    if more:
        for row, numbers in zip(rows, more, strict=True):
            row.extend(numbers.values())
    return rows


def _alike(words: frozenset[str], others: frozenset[str]) -> float:
    both = len(words & others)
    return both / (len(words) + len(others) - both) if both else 0.0


def conversation_row(reading: Reading, more: Mapping[str, float] | None = None) -> list[float]:
    """The numbers of a conversation, in the order of `CONVERSATION_FEATURES`, then those of the scorer by name."""
    turns, customer = reading.turns, [turn for turn in reading.turns if turn.turn.speaker is Speaker.CUSTOMER]
    company = [turn for turn in turns if by_company(turn)]
    last = turns[-1]
    return [
        log1p(len(turns)), float(last.turn.speaker is Speaker.CUSTOMER), log1p(_words(customer)),
        log1p(_words(company)), len(customer) / len(turns), log1p(len(customer[-1].words)) if customer else 0.0,
        float("?" in last.turn.text), _share_asking(customer), _share_asking(company), _share(company, _SORRY),
        _share(customer[-2:], _THANKS), float(any(not _CLOSES.isdisjoint(turn.words) for turn in company[-2:])),
        *(more or {}).values(),
    ]  # fmt: skip


def _words(turns: Sequence[ReadTurn]) -> int:
    return sum(len(turn.words) for turn in turns)


def _share_asking(turns: Sequence[ReadTurn]) -> float:
    return sum("?" in turn.turn.text for turn in turns) / max(1, len(turns))


def _share(turns: Sequence[ReadTurn], words: frozenset[str]) -> float:
    return sum(not words.isdisjoint(turn.words) for turn in turns) / max(1, len(turns))


_FADING = 0.7
_MIDDLE = 4.0
_LOW_TURN, _LOW_MEAN = 3.5, 3.7


def course_rows(estimates: Sequence[float]) -> list[list[float]]:
    """What the second step weighs for each turn: the first estimates of it, of its neighbours and of the conversation.

    Bends (squares and products about the middle of the scale) let a low conversation count more than in proportion.
    """
    count = len(estimates)
    mean = sum(estimates) / count
    spread = (sum((one - mean) ** 2 for one in estimates) / count) ** 0.5
    lowest, size = min(estimates), log1p(count)
    forward, backward = _faded(estimates), _faded(estimates[::-1])[::-1]
    padded = [mean] * 3 + list(estimates) + [mean] * 3
    rows, total = [], 0.0
    high = mean - _MIDDLE
    common = [mean, lowest, spread, high**2, max(0.0, _LOW_MEAN - mean), high * size, high * spread]
    for index, one in enumerate(estimates):
        total += one
        own = one - _MIDDLE
        near = padded[index : index + 3] + padded[index + 4 : index + 7]
        bends = (own**2, own * high, max(0.0, _LOW_TURN - one))
        around = (forward[index] + backward[index]) / 2
        rows.append([one, *near, total / (index + 1), around, *bends, *common])
    return rows


def _faded(values: Sequence[float]) -> list[float]:
    found, memory = [], values[0]
    for value in values:
        memory = memory * _FADING + value * (1 - _FADING)
        found.append(memory)
    return found
