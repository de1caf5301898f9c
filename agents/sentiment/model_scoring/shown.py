"""A turn as a model sees it, without personal data, and the way back from its quotes to the text as given."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from orchestrator.core.conversations.conversation import Conversation

LONGEST_TURN = 8_000
"""Code points of one turn that a model is shown; the middle of a longer one is left out and marked."""
_LEFT_OUT = " [...] "
_BLANK = re.compile(r"\s+")
_PLAIN = str.maketrans("\u2019\u2018`\u201c\u201d\u2013\u2014\u00a0", "'''\"\"-- ")
"""Typographic quotation marks, dashes and spaces, made plain."""


class Hidden(Protocol):
    """A span of personal data."""

    @property
    def kind(self) -> str:
        """What is shown in its place, in brackets."""
        ...

    @property
    def start(self) -> int:
        """Of the first code point; `end` is after the last."""
        ...

    @property
    def end(self) -> int:
        """After the last code point."""
        ...


Find = Callable[[str, str], Sequence[Hidden]]
"""Finds personal data in a turn, by start and without overlaps; also given what was said just before."""


@dataclass(frozen=True, slots=True)
class ShownTurn:
    """What is shown of a turn.

    Attributes:
        text: Without personal data.
        places: For each code point of `text` where it stands in the text as given; -1 for what code put there.
    """

    text: str
    places: tuple[int, ...]

    def locate(self, quote: str) -> tuple[int, int] | None:
        """Where a quote stands in the text as given: exactly, else but for spaces, quotation marks and capitals.

        None where it stands nowhere, or rests on nothing but what code put there.
        """
        found = self._exact(quote.strip()) or self._alike(quote.strip())
        if found is None:
            return None
        own = [place for place in self.places[found[0] : found[1]] if place >= 0]
        return (own[0], own[-1] + 1) if own else None

    def between(self, start: int, end: int) -> str:
        """What is shown of a span of the text as given."""
        shown = [at for at, place in enumerate(self.places) if start <= place < end]
        return self.text[shown[0] : shown[-1] + 1] if shown else ""

    def _exact(self, quote: str) -> tuple[int, int] | None:
        at = self.text.find(quote) if quote else -1
        return (at, at + len(quote)) if at >= 0 else None

    def _alike(self, quote: str) -> tuple[int, int] | None:
        wanted = _BLANK.sub(" ", quote.translate(_PLAIN))
        if not wanted:
            return None
        pattern = re.escape(wanted).replace(r"\ ", r"\s+")
        found = re.search(pattern, self.text.translate(_PLAIN), re.IGNORECASE)
        return found.span() if found else None


def show(conversation: Conversation, find: Find) -> tuple[ShownTurn, ...]:
    """Every turn as a model sees it."""
    earlier = ["", *(turn.text for turn in conversation.turns)]
    return tuple(
        _shown(turn.text, find(turn.text, before)) for turn, before in zip(conversation.turns, earlier, strict=False)
    )


def _shown(text: str, found: Sequence[Hidden]) -> ShownTurn:
    texts: list[str] = []
    places: list[int] = []
    at = 0
    for hidden in found:
        texts.append(text[at : hidden.start])
        places += range(at, hidden.start)
        mark = f"[{hidden.kind}]"
        texts.append(mark)
        places += [-1] * len(mark)
        at = hidden.end
    texts.append(text[at:])
    places += range(at, len(text))
    return _cut("".join(texts), places)


def _cut(text: str, places: list[int]) -> ShownTurn:
    if len(text) <= LONGEST_TURN:
        return ShownTurn(text, tuple(places))
    half = LONGEST_TURN // 2
    kept = [*places[:half], *[-1] * len(_LEFT_OUT), *places[-half:]]
    return ShownTurn(f"{text[:half]}{_LEFT_OUT}{text[-half:]}", tuple(kept))
