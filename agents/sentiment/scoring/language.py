"""Which language a conversation is in: by function words, and by script where that tells it."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import NamedTuple, TypeAlias

from agents.sentiment.scoring.lexicon import read_lines
from agents.sentiment.scoring.reading import Reading
from agents.sentiment.scoring.tokens import ReadTurn
from orchestrator.core.conversations.conversation import Speaker
from orchestrator.core.conversations.evidence import ReasonCode, Skipped

FEATURE = "language"
SUPPORTED = frozenset({"en"})
_ENGLISH = "en"
# what is looked at of a conversation: enough to tell, however long it is
_MOST_TURNS = 40
_MOST_WORDS = 150
_MOST_LETTERS = 400
# weight of words; a letter of another script is worth a part of a word
_LEAST = 2.2
_SURE = 6.0
_BY_LETTER = 0.2
# a word of several languages is English more often than another
_BY_FREQUENCY = 1.5
_BY_DECLARATION = 1.4
_DECLARED_AT_LEAST = 1.0
_SHORT = 0.3
_ONE_WORD = 0.9
_SHARE_OF_MIXED = 0.2
_DOUBTFUL = 0.15
_LEAST_OF_TURN = 2.0
_NAMES = "product:"  # the same in every language
_OTHER_LETTERS = re.compile(
    "[\u0370-\u052f\u0531-\u0556\u0561-\u0587\u05d0-\u05ea\u0620-\u064a\u0671-\u06d3\u0900-\u0eff"
    "\u10a0-\u10ff\u1200-\u137f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)
# the last letter of each block, and the language that most texts in it are in; Cyrillic is told apart by words
_BLOCKS = (
    ("\u03ff", "el"), ("\u052f", "cyrillic"), ("\u058f", "hy"), ("\u05ff", "he"), ("\u06ff", "ar"), ("\u097f", "hi"),
    ("\u09ff", "bn"), ("\u0a7f", "pa"), ("\u0aff", "gu"), ("\u0b7f", "or"), ("\u0bff", "ta"), ("\u0c7f", "te"),
    ("\u0cff", "kn"), ("\u0d7f", "ml"), ("\u0dff", "si"), ("\u0e7f", "th"), ("\u0eff", "lo"), ("\u10ff", "ka"),
    ("\u137f", "am"), ("\u17ff", "km"), ("\u30ff", "ja"), ("\u9fff", "zh"), ("\ud7af", "ko"),
)  # fmt: skip
_CYRILLIC = ("ru", "uk", "bg", "sr")
# letters that one language of a script has and the usual one has not
_MARKS = {"uk": "іїєґ", "sr": "јљњћђџ", "ru": "ыэё", "fa": "پچژگ", "ur": "ٹڈڑےں"}
_ARABIC = ("fa", "ur")
Weights: TypeAlias = Mapping[str, float]


class Language(NamedTuple):
    """What language a conversation is in.

    Attributes:
        code: ISO 639-1; None where it cannot be told.
        confidence: 0 to 1: how far the words point to it and to no other; no calibrated probability.
        supported: Whether its words are scored: English only.
        others: Further languages in which a good part of the turns is.
    """

    code: str | None
    confidence: float
    supported: bool
    others: tuple[str, ...]
    skipped: tuple[Skipped, ...]


class LanguageDetector:
    """Tells languages by the words of `language_words.txt`."""

    def __init__(self) -> None:
        owners: dict[str, list[str]] = {}
        for line in read_lines("language_words.txt"):
            code, *words = line.split()
            for word in dict.fromkeys(words):
                owners.setdefault(word, []).append(code)
        # a word counts by its owners: what ten languages share says little
        self._owners: dict[str, tuple[str, ...]] = {}
        same: dict[tuple[str, ...], tuple[str, ...]] = {}
        for word, codes in owners.items():
            key = tuple(codes)
            self._owners[word] = same.setdefault(key, key)

    def detect(self, reading: Reading) -> Language:
        """The language of what the customer says, else of all that is said; what the source declares counts some."""
        declared = reading.conversation.language.partition("-")[0].partition("_")[0].lower()
        turns = [turn for turn in reading.turns if turn.words and turn.turn.speaker is not Speaker.SYSTEM]
        looked_at = turns[:: len(turns) // _MOST_TURNS + 1]
        customer = self._weights([turn for turn in looked_at if turn.turn.speaker is Speaker.CUSTOMER])
        company = self._weights([turn for turn in looked_at if turn.turn.speaker is not Speaker.CUSTOMER])
        said = _sum((customer, company))
        counted = customer if sum(customer.values()) >= _LEAST else said
        if sum(counted.values()) < _LEAST:
            return _short(counted, declared, reading)
        ranked = _ranked(said)
        # most conversations are in one language and need no second look, turn by turn
        several = len(ranked) > 1 and ranked[1][1] >= _DOUBTFUL * ranked[0][1]
        others = _others([self._weights((turn,)) for turn in looked_at]) if several else ()
        return _decided(counted, declared, others)

    def _weights(self, turns: Sequence[ReadTurn]) -> Weights:
        """How much of what is said in some turns speaks for each language."""
        words = chain.from_iterable([turn.words[:_MOST_WORDS] for turn in turns])
        found: dict[str, float] = {}
        for codes, count in Counter(map(self._owners.get, words)).items():
            if codes is not None:
                weight = count / len(codes)
                for code in codes:
                    found[code] = found.get(code, 0.0) + (weight * _BY_FREQUENCY if code == _ENGLISH else weight)
        for turn in turns:
            if not turn.turn.text.isascii():
                _add_scripts(found, turn.turn.text)
        return found


def _add_scripts(found: dict[str, float], text: str) -> None:
    letters = _OTHER_LETTERS.findall(text, 0, 10 * _MOST_LETTERS)[:_MOST_LETTERS]
    blocks = Counter(map(_block, letters))
    if "ja" in blocks:
        # Japanese is written with Chinese characters, too
        blocks["ja"] += blocks.pop("zh", 0)
    seen = frozenset(letters)
    for block, count in blocks.items():
        found_codes = _of_script(block, seen)
        for code in found_codes:
            found[code] = found.get(code, 0.0) + count * _BY_LETTER / len(found_codes)


def _of_script(block: str, seen: frozenset[str]) -> Sequence[str]:
    """The languages that a text in a script may be in."""
    candidates = _CYRILLIC if block == "cyrillic" else _ARABIC if block == "ar" else ()
    marked = [code for code in candidates if not seen.isdisjoint(_MARKS.get(code, ""))]
    return marked or (candidates if block == "cyrillic" else (block,))


def _block(letter: str) -> str:
    return next(code for last, code in _BLOCKS if letter <= last)


def _sum(all_weights: Iterable[Weights]) -> dict[str, float]:
    total: dict[str, float] = {}
    for weights in all_weights:
        for code, weight in weights.items():
            total[code] = total.get(code, 0.0) + weight
    return total


def _ranked(weights: Weights) -> list[tuple[str, float]]:
    return sorted(weights.items(), key=lambda pair: (-pair[1], pair[0]))


def _decided(weights: Weights, declared: str, others: Sequence[str]) -> Language:
    if weights.get(declared, 0.0) >= _DECLARED_AT_LEAST:
        weights = {**weights, declared: weights[declared] * _BY_DECLARATION}
    ranked = _ranked(weights)
    code, best = ranked[0]
    second = ranked[1][1] if len(ranked) > 1 else 0.0
    confidence = best / (best + second) * min(1.0, 0.5 + best / (2 * _SURE))
    mixed = tuple(other for other in others if other != code)
    return Language(code, round(confidence, 3), code in SUPPORTED, mixed, ())


def _short(weights: Weights, declared: str, reading: Reading) -> Language:
    """Too few words: what is declared, else English where some words are, and no other's words are more."""
    said = any(turn.words for turn in (*reading.customer, *reading.agent))
    skipped = (Skipped(FEATURE, ReasonCode.TOO_SHORT if said else ReasonCode.NO_TEXT),)
    ranked = _ranked(weights)
    if declared:
        return Language(declared, _SHORT, declared in SUPPORTED, (), skipped)
    if ranked and weights.get(_ENGLISH, 0.0) >= ranked[0][1]:
        return Language(_ENGLISH, _SHORT, supported=True, others=(), skipped=skipped)
    if ranked and ranked[0][1] >= _ONE_WORD and (len(ranked) == 1 or ranked[0][1] >= 2 * ranked[1][1]):
        return Language(ranked[0][0], _SHORT, supported=False, others=(), skipped=skipped)
    # "ok" and "refund" are no function words, but the scorer's own phrases are English ones
    if not ranked and any(not hit.label.startswith(_NAMES) for hits in reading.hits for hit in hits):
        return Language(_ENGLISH, _SHORT, supported=True, others=(), skipped=skipped)
    return Language(None, 0.0, supported=False, others=(), skipped=skipped)


def _others(by_turn: Iterable[Weights]) -> Sequence[str]:
    """The languages of turns that are clearly in one, where they are a good part."""
    words: dict[str, float] = {}
    for weights in by_turn:
        ranked = _ranked(weights)
        if ranked and ranked[0][1] >= _LEAST_OF_TURN and (len(ranked) == 1 or ranked[0][1] >= 1.5 * ranked[1][1]):
            words[ranked[0][0]] = words.get(ranked[0][0], 0.0) + ranked[0][1]
    total = sum(words.values())
    return [code for code, weight in _ranked(words) if weight >= _SHARE_OF_MIXED * total]
