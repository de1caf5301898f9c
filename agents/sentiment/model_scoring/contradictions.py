"""Scores that contradict each other, by the rules that the embedded scorer holds its own to."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from agents.sentiment.model_scoring.asked import Asked
from agents.sentiment.scoring.consistency import CONTENT, DISCONTENT, Moods, Outcomes
from agents.sentiment.scoring.consistency import contradictions as flags_of
from orchestrator.core.conversations.conversation import Speaker

_FLAG = "inconsistent:"
_FEATURES = {"label": "sentiment"}
_NEITHER = (CONTENT + DISCONTENT) / 2


class Contradiction(NamedTuple):
    """Two features whose numbers cannot both be right."""

    one: str
    other: str


def contradictions(numbers: Mapping[str, float]) -> tuple[Contradiction, ...]:
    """What contradicts, of an answer's numbers that stand; what has none contradicts nothing."""
    found = flags_of(
        _outcomes(numbers), Moods(numbers.get("sentiment", 0.0), numbers.get("customer_sentiment", 0.0), 0, 0)
    )
    pairs = [flag.removeprefix(_FLAG).split(":") for flag in found]
    return tuple(Contradiction(_FEATURES.get(one, one), _FEATURES.get(other, other)) for one, other in pairs)


def document_flags(document: Mapping[str, Any]) -> tuple[str, ...]:
    """`inconsistent:<one>:<other>` of a whole document, whoever gave the scores."""
    overall = {name: value for name, value in document["overall"].items() if isinstance(value, float)}
    trajectory = document["trajectory"]
    said = [
        one["sentiment"]
        for one in document["turns"]
        if one["speaker"] == Speaker.CUSTOMER and one["sentiment"] is not None
    ]
    moods = Moods(
        sentiment=overall.get("sentiment", 0.0),
        mean=overall.get("customer_sentiment", 0.0),
        end=trajectory["end"] if trajectory is not None else 0.0,
        last=said[-1] if said else 0.0,
    )
    return flags_of(_outcomes(overall), moods)


def _outcomes(numbers: Mapping[str, float]) -> Outcomes:
    return Outcomes(numbers.get("satisfaction", _NEITHER), numbers.get("resolved", 0.0), numbers.get("abandoned", 0.0))


def ask_again(asked: Asked, numbers: Mapping[str, float], found: Sequence[Contradiction]) -> Asked:
    """The same request with what contradicted, so that it is answered anew; asked once, then flagged."""
    told = "; ".join(f"{one.one} {numbers[one.one]:g} beside {one.other} {numbers[one.other]:g}" for one in found)
    words = f"A first answer contradicted itself: {told}. Read the transcript again and answer everything anew."
    return replace(asked, user=f"{asked.user}\n\n{words}")
