"""Scores of one answer that contradict each other, by the rules that the embedded scorer holds its own to."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from agents.sentiment.model_scoring.asked import Asked
from agents.sentiment.scoring.consistency import CONTENT, DISCONTENT

_STRONG = 0.4
_LIKELY = 0.7


class Contradiction(NamedTuple):
    """Two features whose numbers cannot both be right."""

    one: str
    other: str


def contradictions(numbers: Mapping[str, float]) -> tuple[Contradiction, ...]:
    """What contradicts, of the numbers that stand."""
    satisfaction = numbers.get("satisfaction", (CONTENT + DISCONTENT) / 2)
    found: list[Contradiction] = []
    for feature in ("customer_sentiment", "sentiment"):
        mood = numbers.get(feature, 0.0)
        if (satisfaction >= CONTENT and mood <= -_STRONG) or (satisfaction <= DISCONTENT and mood >= _STRONG):
            found.append(Contradiction("satisfaction", feature))
    resolved, abandoned = (numbers.get(feature, 0.0) for feature in ("resolved", "abandoned"))
    if resolved >= _LIKELY and abandoned >= _LIKELY:
        found.append(Contradiction("resolved", "abandoned"))
    if satisfaction >= CONTENT and abandoned >= _LIKELY:
        found.append(Contradiction("satisfaction", "abandoned"))
    if satisfaction <= DISCONTENT and resolved >= _LIKELY:
        found.append(Contradiction("satisfaction", "resolved"))
    return tuple(found)


def ask_again(asked: Asked, numbers: Mapping[str, float], found: Sequence[Contradiction]) -> Asked:
    """The same request with what contradicted, so that it is answered anew; asked once, then flagged."""
    told = "; ".join(f"{one.one} {numbers[one.one]:g} beside {one.other} {numbers[one.other]:g}" for one in found)
    words = f"A first answer contradicted itself: {told}. Read the transcript again and answer everything anew."
    return replace(asked, user=f"{asked.user}\n\n{words}")
