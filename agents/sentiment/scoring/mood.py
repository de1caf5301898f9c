"""How a speaker feels in a turn: valences of words and phrases, and what stands around them.

The shape is that of lexicon and rule systems (Taboada et al. 2011, "Lexicon-based methods for sentiment analysis",
Computational Linguistics 37:2): valence shifters, intensifiers, contrast. Words, phrases and numbers are our own.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import sqrt
from typing import NamedTuple

from agents.sentiment.scoring.cues import SAY, Cue, CueBook
from agents.sentiment.scoring.lexicon import Lexicon
from agents.sentiment.scoring.phrases import Hit
from agents.sentiment.scoring.tokens import ReadTurn
from orchestrator.core.conversations.conversation import Speaker

NEGATIVE, POSITIVE = -0.2, 0.2
"""A turn is negative at or below the first, positive at or above the second."""

_ENDS = frozenset((".", "!", "?", "...", "..", "!!", "??", "!!!", "???", "?!", "!?", ";", ":"))
_BREAKS = _ENDS | {
    ",", "but", "however", "because", "although", "though", "and", "why", "how", "when", "where", "what", "who",
    "until", "since",
}  # fmt: skip
_CONTRASTS = frozenset(("but", "however", "although", "though", "nevertheless", "nonetheless", "yet", "except"))
_CONCEDES = frozenset(("although", "though"))
_BEFORE, _AFTER = 0.6, 1.2
_REACH = 4
_FLIPPED_GOOD, _FLIPPED_BAD = -0.7, -0.35
_ASKED = 0.4
_SHOUTED = 1.2
_SCALE = 6.25  # a sum of 2.5 is .71
_LASTS = frozenset(("waiting", "not_received", "still_problem", "repeat_contact"))


class Part(NamedTuple):
    """What a word or phrase adds to its turn's mood."""

    value: float
    first: int
    last: int


class CueHit(NamedTuple):
    """A cue of the speaker's, and where its words stand."""

    name: str
    first: int
    last: int


class Mood(NamedTuple):
    """A turn's mood.

    Attributes:
        score: -1 to 1.
        parts: What made it.
        cues: What the turn says of how the conversation goes.
    """

    score: float
    parts: tuple[Part, ...]
    cues: tuple[CueHit, ...]


_NONE = Mood(0.0, (), ())


class MoodReader:
    """Reads moods by the shipped words and phrases."""

    def __init__(self, lexicon: Lexicon, book: CueBook) -> None:
        self._lexicon = lexicon
        self._customer = {label: cue for label, cue in book.cues.items() if cue.who != "agent"}
        self._agent = {label: cue for label, cue in book.cues.items() if cue.who != "customer"}

    def read(self, turn: ReadTurn, hits: Iterable[Hit]) -> Mood:
        """The mood of a turn; a system's turn has none."""
        speaker = turn.turn.speaker
        if speaker is Speaker.SYSTEM:
            return _NONE
        is_customer = speaker is Speaker.CUSTOMER
        valences = self._lexicon.customer if is_customer else self._lexicon.agent
        known = self._customer if is_customer else self._agent
        found = [(cue, hit) for hit in hits if (cue := known.get(hit.label)) is not None]
        if len(found) > 1:
            found = _outermost(found)
        words = turn.words
        valued = [
            Part(self._at_least(words, hit, cue.valence, valences), hit.first, hit.last)
            for cue, hit in found
            if cue.valence is not None
        ]
        covered = {place for part in valued for place in range(part.first, part.last + 1)}
        valued += [
            Part(valences[word], place, place)
            for place, word in enumerate(words)
            if word in valences and place not in covered
        ]
        cues = tuple(CueHit(cue.name, hit.first, hit.last) for cue, hit in found if cue.name != SAY)
        if not valued:
            return Mood(0.0, (), cues) if cues else _NONE
        parts = self._weighed(turn, valued, cues)
        total = sum([part.value for part in parts])
        return Mood(total / sqrt(total * total + _SCALE), parts, cues)

    def _at_least(self, words: Sequence[str], hit: Hit, value: float, valences: Mapping[str, float]) -> float:
        """A phrase's valence, which is no milder than a word in it that says the same."""
        for place in range(hit.first, hit.last + 1):
            own = valences.get(words[place], 0.0)
            if own * value > 0:
                own *= self._lexicon.boosters.get(words[place - 1], 1.0) if place > hit.first else 1.0
                value = max(value, own, key=abs)
        return value

    def _weighed(self, turn: ReadTurn, valued: list[Part], cues: Sequence[CueHit]) -> tuple[Part, ...]:
        words, text = turn.words, turn.turn.text
        factor = 1.0 + 0.1 * min(text.count("!"), 3) if "!" in text else 1.0
        if any(cue.name in _LASTS for cue in cues):
            factor *= max((self._lexicon.lasting.get(word, 1.0) for word in words), default=1.0)
        contrast = _contrast(words) if not _CONTRASTS.isdisjoint(words) else None
        asked = "?" in text
        shouting = not text.isupper() and text != text.lower()
        parts = []
        for value, first, last in valued:
            now = self._shifted(words, first, value) * factor if first else value * factor
            if contrast is not None:
                now *= _AFTER if first > contrast else _BEFORE
            if asked and value > 0 and _in_question(words, last):
                now *= _ASKED
            if shouting and len(words[first]) > 2 and words[first].upper() in text:  # noqa: PLR2004  # "OK" is no shout
                now *= _SHOUTED
            parts.append(Part(now, first, last))
        return tuple(parts)

    def _shifted(self, words: Sequence[str], first: int, value: float) -> float:
        """A valence under the words before it: negation within its clause, intensity right before it."""
        booster = self._lexicon.boosters.get(words[first - 1])
        if booster is not None:
            value *= booster
        negators = self._lexicon.negators
        for place in range(first - 1, max(first - 1 - _REACH, -1), -1):
            word = words[place]
            if word in negators:
                return value * (_FLIPPED_GOOD if value > 0 else _FLIPPED_BAD)
            if word in _BREAKS:
                break
        return value


def label_of(score: float) -> str:
    """The label that follows from a turn's number."""
    return "negative" if score <= NEGATIVE else "positive" if score >= POSITIVE else "neutral"


def _outermost(found: list[tuple[Cue, Hit]]) -> list[tuple[Cue, Hit]]:
    # a phrase within a longer one that has a valence says nothing of its own: "thanks" in "thanks for nothing"
    kept: list[tuple[Cue, Hit]] = []
    taken: list[tuple[int, int]] = []
    for cue, hit in sorted(found, key=lambda one: (one[1].first - one[1].last, one[1].first, one[1].label)):
        if any(
            first <= hit.first and hit.last <= last and last - first > hit.last - hit.first for first, last in taken
        ):
            continue
        if cue.valence is not None:
            overlaps = any(first <= hit.last and hit.first <= last for first, last in taken)
            kept.append((cue._replace(valence=None) if overlaps else cue, hit))
            taken.append((hit.first, hit.last))
        else:
            kept.append((cue, hit))
    return kept


def _contrast(words: Sequence[str]) -> int | None:
    """The place after which a turn says what it means; "although" at a sentence's start concedes up to its comma."""
    for place in range(len(words) - 1, -1, -1):
        word = words[place]
        if word in _CONTRASTS:
            if word in _CONCEDES and (place == 0 or words[place - 1] in _ENDS):
                return next((comma for comma in range(place, len(words)) if words[comma] == ","), None)
            return place
    return None


def _in_question(words: Sequence[str], last: int) -> bool:
    for place in range(last + 1, len(words)):
        if words[place] in _ENDS:
            return "?" in words[place]
    return False
