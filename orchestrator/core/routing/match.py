"""Finds concepts in a message: phrases by stem, patterns by regular expression, misspellings mended."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from orchestrator.core.routing.table import RoutingTable
from orchestrator.core.routing.text import Speller, Word, words_of

_EXACT = "="
_QUOTED = 60  # characters of the user's words in a reason
_PLACES = 32  # per concept: a message that repeats a word 32 times says no more by repeating it again


class Span(NamedTuple):
    """Words `start` to `end` (exclusive) of a message."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reading:
    """A message as the router sees it: its words, and where each concept stands."""

    text: str
    words: tuple[Word, ...]
    spans: Mapping[str, tuple[Span, ...]]

    def part(self, start: int, end: int) -> "Reading":
        """The same reading, of the words `start` to `end` only; positions stay those of the whole."""
        inside = {
            concept: kept
            for concept, spans in self.spans.items()
            if (kept := tuple(span for span in spans if start <= span.start and span.end <= end))
        }
        return Reading(self.text, self.words, inside)

    def stems(self, start: int, end: int) -> tuple[str, ...]:
        """The stems of the words `start` to `end`."""
        return tuple(word.stem for word in self.words[start:end])

    def words_at(self, span: Span) -> str:
        """The text of a span, as the user wrote it; a long one is cut."""
        text = self.text[self.words[span.start].start : self.words[span.end - 1].end]
        return text if len(text) <= _QUOTED else f"{text[:_QUOTED]}..."


class Lexicon:
    """A table's concepts, patterns and masks, compiled once."""

    def __init__(self, table: RoutingTable) -> None:
        self._phrases: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
        by_stems: dict[tuple[str, ...], list[str]] = {}
        for concept, phrases in table.concepts.items():
            for stems in {_stems(phrase) for phrase in phrases}:
                by_stems.setdefault(stems, []).append(concept)
        for stems, concepts in by_stems.items():
            self._phrases.setdefault(stems[0], []).append((stems, tuple(concepts)))
        self._masks: dict[str, list[tuple[str, ...]]] = {}
        for stems in sorted({_stems(phrase) for phrase in table.masks}):
            self._masks.setdefault(stems[0], []).append(stems)
        self._patterns = tuple((concept, re.compile(regex)) for concept, regex in table.patterns.items())
        known = {word.text for phrases in table.concepts.values() for phrase in phrases for word in words_of(phrase)}
        masked = (word.text for phrase in table.masks for word in words_of(phrase))
        shown = (word.text for card in table.cards for example in card.examples for word in words_of(example))
        self._speller = Speller(known, {*table.plain, *masked, *shown})

    def read(self, text: str) -> Reading:
        """The reading of a normalised text."""
        words = tuple(self._speller.mend(word) for word in words_of(text))
        stems = tuple(word.stem for word in words)
        found: dict[str, list[Span]] = {}
        hidden = self._masked(stems)
        for concept, pattern in self._patterns:
            for match in pattern.finditer(text):
                span = _cover(words, match.start(), match.end())
                if span is not None:
                    found.setdefault(concept, []).append(span)
                    hidden.update(range(span.start, span.end))
        for forms in (stems, tuple(_EXACT + word.text for word in words)):
            for at, first in enumerate(forms):
                for phrase, concepts in self._phrases.get(first, ()):
                    span = Span(at, at + len(phrase))
                    if forms[at : span.end] == phrase and not hidden.intersection(range(at, span.end)):
                        for concept in concepts:
                            found.setdefault(concept, []).append(span)
        return Reading(text, words, {concept: tuple(sorted(spans)[:_PLACES]) for concept, spans in found.items()})

    def _masked(self, stems: tuple[str, ...]) -> set[int]:
        return {
            position
            for at, first in enumerate(stems)
            for phrase in self._masks.get(first, ())
            if stems[at : at + len(phrase)] == phrase
            for position in range(at, at + len(phrase))
        }


def _stems(phrase: str) -> tuple[str, ...]:
    """The stems of a phrase; a phrase that starts with `=` keeps its words' exact forms."""
    mark = phrase.startswith(_EXACT)
    return tuple(_EXACT + word.text if mark else word.stem for word in words_of(phrase.removeprefix(_EXACT)))


def _cover(words: Iterable[Word], start: int, end: int) -> Span | None:
    """The words that a stretch of text touches."""
    touched = [at for at, word in enumerate(words) if word.start < end and word.end > start]
    return Span(touched[0], touched[-1] + 1) if touched else None
