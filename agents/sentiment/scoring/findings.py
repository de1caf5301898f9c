"""Collects the spans that led to a conversation's features, checked against its text, and what has no value."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from agents.sentiment.scoring.tokens import ReadTurn
from orchestrator.core.conversations.evidence import Evidence, ReasonCode, Skipped


class Part(Protocol):
    """What a part of the scorer gives beside its values."""

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The spans that led to its values."""
        ...

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """What has no value, and why."""
        ...


class Findings:
    """Evidence in the order in which it came, each span of a feature once.

    Attributes:
        skipped: What has no value, and why; spans that do not stand in the text are named there too.
    """

    def __init__(self, turns: Sequence[ReadTurn]) -> None:
        self._turns = turns
        self._places: dict[Evidence, int] = {}
        self.skipped: list[Skipped] = []

    @property
    def evidence(self) -> Iterable[Evidence]:
        """In order."""
        return self._places

    def add(self, found: Iterable[Evidence]) -> list[int]:
        """The places of spans among the evidence, those that were there already by their first one."""
        places = self._places
        indices = []
        for span in found:
            if stands_in(span, self._turns):
                indices.append(places.setdefault(span, len(places)))
            else:
                self.skip(span.feature, ReasonCode.BAD_EVIDENCE)
        return indices

    def replace(self, feature: str, found: Iterable[Evidence]) -> None:
        """Put spans of a feature in place of its earlier ones, while no place among the evidence is used yet.

        The earlier ones stay where there are no others.
        """
        spans = [span for span in found if span.feature == feature]
        if spans:
            kept = [span for span in self._places if span.feature != feature]
            self._places = {span: place for place, span in enumerate(kept)}
            self.add(spans)

    def take(self, part: Part) -> None:
        """A part's spans and gaps."""
        self.add(part.evidence)
        self.skipped += part.skipped

    def take_all(self, parts: Iterable[Part]) -> None:
        """The spans and gaps of parts, in order."""
        for part in parts:
            self.take(part)

    def skip(self, feature: str, reason: ReasonCode) -> None:
        """Names a feature that has no value."""
        self.skipped.append(Skipped(feature, reason))


def stands_in(span: Evidence, turns: Sequence[ReadTurn]) -> bool:
    """Whether a span is one of a turn's text, and not of blanks only."""
    _, turn, start, end = span
    if not 0 <= turn < len(turns):
        return False
    text = turns[turn].turn.text
    # most spans begin with a letter, and need no copy
    return 0 <= start < end <= len(text) and not (text[start].isspace() and text[start:end].isspace())
