"""Why the customer got in touch: the reasons of a configured list, weighed by who says what, and when."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from agents.sentiment.scoring.reading import AGENTS, Found, Reading
from orchestrator.core.conversations.conversation import Speaker
from orchestrator.core.conversations.evidence import Evidence, ReasonCode, Skipped
from orchestrator.core.conversations.reasons import ContactReason

FEATURE = "contact_reason"
MOST_REASONS = 3
_UNWANTED, _RESTATED, _PROBLEM = "reason_cue:unwanted", "reason_cue:restated", "reason_cue:problem"
_EXCLUDED = "reason_not:"
_SAID = "reason:"
# of what customers say, by their turns with words in them: the first ones say what it is about
_BY_RANK = (1.0, 0.85, 0.7, 0.55, 0.45)
_LATER = 0.4
_BY_AGENT = 0.25
_AFTER_PROBLEM = 1.2
_FIRST_SAID = 1.1
# the same reason said again and again counts less each time
_AGAIN = 0.5
_LEAST = 0.8
_TIE = 0.97
_HALF = 2.0
_FEW_WORDS = 3
_NEAR = 2
_SENTENCE_ENDS = frozenset(".!?\n")


class ScoredReason(NamedTuple):
    """A reason and how much speaks for it, above 0 and below 1: it is no probability."""

    id: str
    score: float


class Reasons(NamedTuple):
    """What a conversation is about.

    Attributes:
        reason: The id of the first one; None where nothing, or several things alike, speak for one.
        reasons: Best first, at most three.
    """

    reason: str | None
    reasons: tuple[ScoredReason, ...]
    evidence: tuple[Evidence, ...]
    skipped: tuple[Skipped, ...]


class _Mention(NamedTuple):
    """A phrase of a reason at its place."""

    reason: str
    weight: float
    found: Found


class ReasonTable:
    """A list of reasons, ready to be found.

    Attributes:
        phrases: With their labels, for the phrase table of the reading; beside `talk_phrases`.
    """

    def __init__(self, reasons: Iterable[ContactReason]) -> None:
        phrases: list[tuple[str, str]] = []
        self._known: dict[str, tuple[str, float]] = {}
        self._order: dict[str, int] = {}
        for reason in reasons:
            self._order[reason.id] = len(self._order)
            for phrase, weight in (*reason.phrases.items(), *reason.words.items()):
                label = f"{_SAID}{reason.id}#{weight:g}"
                self._known[label] = reason.id, weight
                phrases.append((phrase, label))
            phrases += [(phrase, f"{_EXCLUDED}{reason.id}") for phrase in reason.excluded]
        self.phrases = tuple(phrases)

    def find(self, reading: Reading) -> Reasons:
        """The reasons of a conversation; what its customer says, and a little of what agents say again."""
        if not self._known:
            return no_reason(ReasonCode.NOT_CONFIGURED)
        if not reading.customer:
            return no_reason(ReasonCode.NO_CUSTOMER_TURNS)
        weighed = self._weighed(reading)
        totals = [(reason, _total(weights)) for reason, weights in _by_reason(weighed).items()]
        totals.sort(key=lambda pair: (-pair[1], self._order[pair[0]]))
        best = [pair for pair in totals[:MOST_REASONS] if pair[1] >= _LEAST]
        if not best:
            return no_reason(ReasonCode.NO_EVIDENCE)
        tied = len(best) > 1 and best[1][1] >= best[0][1] * _TIE
        shown = {reason for reason, _ in (best if tied else best[:1])}
        return Reasons(
            None if tied else best[0][0],
            tuple(ScoredReason(reason, round(total / (total + _HALF), 3)) for reason, total in best),
            tuple(mention.found.evidence(FEATURE) for mention in weighed if mention.reason in shown),
            (Skipped(FEATURE, ReasonCode.AMBIGUOUS),) if tied else (),
        )

    def _weighed(self, reading: Reading) -> list[_Mention]:
        """Every mention that counts, with what it counts, in the order of the conversation."""
        by_turn: dict[int, list[_Mention]] = {}
        for label in reading.labels(_SAID):
            reason, weight = self._known[label]
            for found in reading.found(label):
                if found.turn.turn.speaker is not Speaker.SYSTEM:
                    by_turn.setdefault(found.turn.index, []).append(_Mention(reason, weight, found))
        ranks = _ranks(reading)
        cues = _Cues(reading)
        weighed: list[_Mention] = []
        for index in sorted(by_turn):
            for mention in _longest([one for one in by_turn[index] if not cues.excluded(one)]):
                factor = _factor(mention.found, ranks, cues, first=not weighed)
                if factor:
                    weighed.append(mention._replace(weight=mention.weight * factor))
        return weighed


class _Cues:
    """What stands around mentions: negations, exclusions, restatements."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._at: dict[str, dict[int, list[Found]]] = {}

    def in_turn(self, label: str, index: int) -> Sequence[Found]:
        by_turn = self._at.get(label)
        if by_turn is None:
            by_turn = self._at[label] = {}
            for found in self._reading.found(label):
                by_turn.setdefault(found.turn.index, []).append(found)
        return by_turn.get(index, ())

    def unwanted(self, found: Found) -> bool:
        """Whether "I do not want" stands right before."""
        return any(
            cue.first < found.first <= cue.last + 1 + _NEAR and not _breaks(found, cue.last + 1, found.first)
            for cue in self.in_turn(_UNWANTED, found.turn.index)
        )

    def before(self, label: str, found: Found) -> bool:
        """Whether a cue stands before, in the same sentence: the nearest does, if any."""
        nearest = max(
            (cue.last for cue in self.in_turn(label, found.turn.index) if cue.first <= found.first), default=-1
        )
        return nearest >= 0 and not _ends(found, nearest + 1, found.first)

    def excluded(self, mention: _Mention) -> bool:
        """Whether the same sentence says that it is something else."""
        found = mention.found
        for other in self.in_turn(f"{_EXCLUDED}{mention.reason}", found.turn.index):
            if not _ends(found, min(found.last, other.last) + 1, max(found.first, other.first)):
                return True
        return False


def _factor(found: Found, ranks: Mapping[int, int], cues: _Cues, *, first: bool) -> float:
    """What a mention counts by its place and speaker; 0 where it does not."""
    if found.turn.turn.speaker in AGENTS:
        return _BY_AGENT if cues.before(_RESTATED, found) else 0
    if cues.unwanted(found):
        return 0
    rank = ranks[found.turn.index]
    factor = _BY_RANK[rank] if rank < len(_BY_RANK) else _LATER
    if cues.before(_PROBLEM, found):
        factor *= _AFTER_PROBLEM
    return factor * _FIRST_SAID if first else factor


def _ranks(reading: Reading) -> dict[int, int]:
    """The customer's turns, counted from 0; greetings and other short turns at the beginning are not counted."""
    ranks: dict[int, int] = {}
    rank = 0
    for turn in reading.customer:
        ranks[turn.index] = rank
        if rank or len(turn.words) >= _FEW_WORDS:
            rank += 1
    return ranks


def _longest(mentions: list[_Mention]) -> list[_Mention]:
    """Without those that stand inside of a longer one: "cancellation fee" is not about cancelling."""
    mentions.sort(key=lambda one: (one.found.first, -one.found.last, -one.weight, one.reason))
    kept: list[_Mention] = []
    for one in mentions:
        first, last = one.found.first, one.found.last
        for other in kept:
            if other.found.last >= last and (other.found.first < first or other.found.last > last):
                break
            if other.reason == one.reason and other.found.last >= first:
                break
        else:
            kept.append(one)
    return kept


def _by_reason(mentions: Iterable[_Mention]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for mention in mentions:
        found.setdefault(mention.reason, []).append(mention.weight)
    return found


def _total(weights: list[float]) -> float:
    weights.sort(reverse=True)
    return sum(weight * _AGAIN**number for number, weight in enumerate(weights))


def _ends(found: Found, first: int, last: int) -> bool:
    """Whether a sentence ends between two words."""
    words = found.turn.words
    return any(words[place][0] in _SENTENCE_ENDS for place in range(first, last))


def _breaks(found: Found, first: int, last: int) -> bool:
    """Whether a clause ends between two words."""
    return any(
        word in {",", ";", "but", "and", ":"} or word[0] in _SENTENCE_ENDS for word in found.turn.words[first:last]
    )


def no_reason(code: ReasonCode) -> Reasons:
    """No reason, and why."""
    return Reasons(None, (), (), (Skipped(FEATURE, code),))
