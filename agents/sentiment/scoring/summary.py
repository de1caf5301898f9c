"""Sums a conversation up in a few English sentences, each made of a feature that was found or quoted from the text."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from agents.sentiment.scoring.facts import Known
from agents.sentiment.scoring.judgement import Judgement
from agents.sentiment.scoring.reading import Found, Reading
from agents.sentiment.scoring.reasons import Reasons
from agents.sentiment.scoring.shown import ShownText
from agents.sentiment.scoring.tokens import ReadTurn
from agents.sentiment.scoring.trajectory import Shape
from orchestrator.core.conversations.evidence import Evidence, ReasonCode, Skipped
from orchestrator.core.conversations.products import Product
from orchestrator.core.conversations.reasons import ContactReason

FEATURE = "summary"
_LIKELY, _UNLIKELY = 0.65, 0.35
_HELD_S, _MINUTE_S = 30.0, 60.0
_FEW_WORDS = 3
_MOST_WORDS = 28
_ENDS = ".!?"
_LAST_TURNS = 2
_MOODS: Mapping[Shape, str] = {
    Shape.IMPROVED: "The customer's mood improved.",
    Shape.WORSENED: "The customer's mood got worse.",
    Shape.RECOVERED: "The customer's mood fell and recovered.",
    Shape.MIXED: "The customer's mood went up and down.",
}


class Summary(NamedTuple):
    """A summary, redacted; its quotes are its evidence."""

    text: str | None
    evidence: tuple[Evidence, ...]
    skipped: tuple[Skipped, ...]


class Summarizer:
    """Writes summaries; the same conversation has the same one.

    Args:
        reasons: With the titles that are shown; likewise `products`.
    """

    def __init__(self, reasons: Iterable[ContactReason], products: Iterable[Product]) -> None:
        self._reasons = {one.id: one.title for one in reasons}
        self._products = {one.id: one.title for one in products}

    def summarize(self, reading: Reading, known: Known, shown: ShownText) -> Summary:
        """What it was about, what was said and done, and how it ended; what is not known is left out."""
        quotes: dict[Evidence, None] = {}

        def quote(lead: str, span: Evidence | None) -> str:
            if span is None or span in quotes:
                return ""
            quotes[span] = None
            return f"{lead}: {_quoted(span, shown)}"

        sentences = (
            self._subject(known),
            quote("The customer", _opening(reading, known.reasons)),
            *_events(known),
            quote("Done", _last(reading.by_agent("summary:done"))),
            quote("Refused", _last(reading.by_agent("summary:refused"))),
            quote("Promised", _promised(reading, known)),
            quote("In the end the customer", _ending(reading)),
            *_outcome(known.judged),
        )
        text = " ".join(sentence for sentence in sentences if sentence)
        return Summary(text, tuple(quotes), ()) if text else no_summary(ReasonCode.NO_EVIDENCE)

    def _subject(self, known: Known) -> str:
        reason = self._reasons.get(known.reasons.reason or "", "")
        product = self._products.get(known.product.product or "", "")
        if reason:
            return f"Contact reason: {reason}{f' ({product})' if product else ''}."
        return f"Product: {product}." if product else ""


def no_summary(code: ReasonCode) -> Summary:
    """No summary, and why."""
    return Summary(None, (), (Skipped(FEATURE, code),))


def _opening(reading: Reading, reasons: Reasons) -> Evidence | None:
    """The customer's sentence in which the reason shows first, else the first one of some length."""
    customer = {turn.index: turn for turn in reading.customer}
    for span in reasons.evidence:
        if span.turn in customer:
            turn = customer[span.turn]
            return _sentence(turn, turn.word_at(span.start))
    long_enough = next((turn for turn in reading.customer if len(turn.words) >= _FEW_WORDS), None)
    if long_enough is None:
        return None
    return _sentence(long_enough, _first_telling(long_enough))


def _last(found: Sequence[Found]) -> Evidence | None:
    """The sentence of the last of some sayings."""
    return _sentence(found[-1].turn, found[-1].first) if found else None


def _promised(reading: Reading, known: Known) -> Evidence | None:
    """The last promise; what is said to come without one ("you will receive") counts too."""
    if known.conduct.promises:
        found = known.conduct.promises[-1].found
        return _sentence(found.turn, found.first)
    return _last(reading.by_agent("summary:promised"))


def _ending(reading: Reading) -> Evidence | None:
    """What the customer says last of whether it is solved, near the end."""
    said = [*reading.by_customer("summary:solved"), *reading.by_customer("summary:unsolved")]
    late = {turn.index for turn in reading.customer[-_LAST_TURNS:]} if len(reading.customer) > 1 else set()
    last = [one for one in said if one.turn.index in late]
    return _last(sorted(last, key=lambda one: (one.turn.index, one.first)))


def _first_telling(turn: ReadTurn) -> int:
    """A word of the first sentence that is more than a greeting."""
    begin = 0
    for place, word in enumerate(turn.words):
        if word[0] in _ENDS:
            if place - begin >= _FEW_WORDS:
                return begin
            begin = place + 1
    return begin if begin < len(turn.words) else 0


def _sentence(turn: ReadTurn, place: int) -> Evidence:
    """The sentence around a word, as far as a reader wants to read it."""
    words = turn.words
    first, least = place, max(0, place - _MOST_WORDS // 2)
    while first > least and words[first - 1][0] not in _ENDS:
        first -= 1
    last, most = place, min(len(words) - 1, first + _MOST_WORDS)
    while last < most and words[last][0] not in _ENDS:
        last += 1
    return Evidence(FEATURE, turn.index, *turn.place(first, last))


def _quoted(span: Evidence, shown: ShownText) -> str:
    """A quote on one line, with a mark behind it."""
    text = " ".join(shown.part(span.turn, span.start, span.end).split())
    return f'"{text}"' if text.endswith(tuple(_ENDS)) else f'"{text}".'


def _events(known: Known) -> Iterator[str]:
    contact, held, trajectory = known.contact, known.times.hold_s, known.judged.trajectory
    if contact.repeated_contact is not None and contact.repeated_contact >= _LIKELY:
        yield "It was not the first contact."
    if contact.transferred is not None and contact.transferred >= _LIKELY:
        yield "The customer was passed on."
    if held is not None and held >= _HELD_S:
        minutes = max(1, round(held / _MINUTE_S))
        yield f"The customer was on hold for about {minutes} minute{'s' if minutes > 1 else ''}."
    if trajectory is not None:
        steady = f"The customer's mood stayed {known.judged.label}." if known.judged.label != "mixed" else ""
        yield _MOODS.get(trajectory.shape, steady)


def _outcome(judged: Judgement) -> Iterator[str]:
    resolved, abandoned = judged.resolved, judged.abandoned
    if abandoned is not None and abandoned >= _LIKELY:
        yield "The customer seems to have given up."
    elif resolved is not None:
        state = "resolved" if resolved >= _LIKELY else "not resolved" if resolved <= _UNLIKELY else ""
        yield f"It seems {state}." if state else "Whether it is resolved is not clear."
    if judged.satisfaction is not None:
        yield f"Predicted satisfaction: {judged.satisfaction:.1f} of 5."
