"""Recognises alert and other JSON payloads by the keys that their formats promise."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from orchestrator.core.routing.table import Card, PayloadShape

_PROSE = ("text", "message", "question", "description", "summary", "title", "subject", "body", "content")
_HEADLINE_LENGTH = 120


@dataclass(frozen=True, slots=True)
class Recognised:
    """A payload that a card takes, with the format's name and the payload's own headline."""

    card: Card
    shape: PayloadShape
    headline: str | None


def decode(text: str) -> Mapping[str, object] | None:
    """The JSON object that a text is, or the first of a list of objects; None when it is prose."""
    stripped = text.strip()
    if stripped[:1] not in "{[" or not stripped:
        return None
    try:
        value: object = json.loads(stripped)
    except (ValueError, RecursionError):
        return None
    if isinstance(value, list) and value:
        value = value[0]
    return value if isinstance(value, Mapping) else None


def recognise(payload: Mapping[str, object], cards: Sequence[Card]) -> Recognised | None:
    """The first card with a shape that the payload has, in the table's order."""
    for card in cards:
        for shape in card.payloads:
            if all(_has(payload, path, wanted) for path, wanted in shape.has):
                found = (_at(payload, path) for path in shape.headline)
                headline = next((str(value)[:_HEADLINE_LENGTH] for value in found if value not in (None, "")), None)
                return Recognised(card, shape, headline)
    return None


def prose(payload: Mapping[str, object]) -> str:
    """The texts that a payload of unknown form carries under the customary keys, one per line."""
    lowered = {str(key).lower(): value for key, value in payload.items()}
    return "\n".join(value for key in _PROSE if isinstance(value := lowered.get(key), str) and value.strip())


def _has(payload: object, path: str, wanted: str | None) -> bool:
    value = _at(payload, path)
    return value is not None if wanted is None else str(value).lower() == wanted.lower()


def _at(value: object, path: str) -> object:
    """The value at a dotted path; keys compare without case, a list stands for its first element."""
    for key in path.split("."):
        if isinstance(value, list):
            value = value[0] if value else None
        if not isinstance(value, Mapping):
            return None
        value = next((inner for name, inner in value.items() if str(name).lower() == key.lower()), None)
    return value
