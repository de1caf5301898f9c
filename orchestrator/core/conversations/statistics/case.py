"""A conversation as it is shown: its scores, its turns' sentiment and the quotes that they rest on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from orchestrator.core.conversations.statistics.measures import Measure
from orchestrator.core.conversations.statistics.result import (
    Document,
    Known,
    number,
    part,
    parts,
    values,
    whole,
    word,
)

MOST_TURNS = 160
MOST_QUOTES = 24
_MOST_TEXT = 280
_SUMMARY = "summary"


class TurnMood(NamedTuple):
    """A turn's speaker and sentiment, None where it has none."""

    speaker: str
    sentiment: float | None


class Quote(NamedTuple):
    """A span that scores rest on, redacted, and which they are."""

    turn: int
    text: str
    features: tuple[str, ...]


class Answer(NamedTuple):
    """An answer of the scorecard; `value` is None where the question did not apply or was not answered."""

    question: str
    value: object
    not_applicable: bool
    auto_fail: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One conversation of those that are shown whole."""

    id: str
    started_at: str
    names: Mapping[str, str]
    measures: Mapping[Measure, float]
    survey_csat: float | None
    shape: str
    turned_at: int
    turns: tuple[TurnMood, ...]
    turn_count: int
    quotes: tuple[Quote, ...]
    quote_count: int
    summary: str
    answers: tuple[Answer, ...]
    broken_rules: tuple[str, ...]
    coaching: tuple[str, ...]
    flags: tuple[str, ...]


def case_of(document: Document, known: Known, names: Mapping[str, str]) -> Case:
    """The case of a document; `names` is what it is counted by."""
    trajectory = part(document, "trajectory")
    turns = parts(document, "turns")
    quotes = quotes_of(document)
    return Case(
        id=known.id,
        started_at=word(document, "started_at"),
        names=names,
        measures=known.measures,
        survey_csat=number(document, "survey_csat"),
        shape=word(trajectory, "shape"),
        turned_at=whole(trajectory, "turned_at"),
        turns=tuple(TurnMood(word(turn, "speaker"), number(turn, "sentiment")) for turn in turns[:MOST_TURNS]),
        turn_count=len(turns),
        quotes=tuple(quotes[:MOST_QUOTES]),
        quote_count=len(quotes),
        summary=word(document, "summary")[: 4 * _MOST_TEXT],
        answers=tuple(_answers(part(document, "scorecard"))),
        broken_rules=tuple(word(rule, "rule") for rule in parts(document, "compliance") if rule.get("kept") is False),
        coaching=tuple(word(hint, "hint") for hint in parts(document, "coaching")),
        flags=tuple(flag for flag in values(document, "flags") if isinstance(flag, str)),
    )


def quotes_of(document: Document) -> list[Quote]:
    """The spans of a document's evidence in the order of the talk, each once with all that rests on it.

    What only the summary quotes is left out, as the summary is shown.
    """
    spans: dict[tuple[int, int, int, str], list[str]] = {}
    for item in parts(document, "evidence"):
        text = word(item, "text")
        if text and item.get("feature") != _SUMMARY:
            place = whole(item, "turn"), whole(item, "start"), whole(item, "end"), text
            spans.setdefault(place, []).append(word(item, "feature"))
    return [
        Quote(turn, _short(text), tuple(dict.fromkeys(features)))
        for (turn, _, _, text), features in sorted(spans.items(), key=lambda one: one[0])
    ]


def first_quote(document: Document, feature: str) -> Quote | None:
    """The first span that a feature rests on; None where there is none."""
    for item in parts(document, "evidence"):
        if item.get("feature") == feature and word(item, "text"):
            return Quote(whole(item, "turn"), _short(word(item, "text")), (feature,))
    return None


def _answers(scorecard: Document) -> list[Answer]:
    return [
        Answer(word(item, "question"), item.get("value"), item.get("na") is True, item.get("auto_fail") is True)
        for item in parts(scorecard, "answers")
    ]


def _short(text: str) -> str:
    return text if len(text) <= _MOST_TEXT else text[: _MOST_TEXT - 1].rstrip() + "…"
