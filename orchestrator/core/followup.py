"""Messages that only mean something after another: "and for cart?", or the answer to a question."""

import re
from collections.abc import Mapping

BRIEF_WORDS = 6
_ELLIPTICAL = re.compile(
    r"^\W*(?:and|what about|how about|same (?:for|question)|also for|now for|then for|or for)\b", re.IGNORECASE
)


def is_elliptical(text: str) -> bool:
    """Whether a message takes its subject and its time from the one before: "and for cart?", "what about eu-west?"."""
    return len(text.split()) <= 2 * BRIEF_WORDS and _ELLIPTICAL.match(text) is not None


def replied(text: str, previous: Mapping[str, object] | None) -> tuple[str, str] | None:
    """The one question that the last report ended with (its parameter or step) and the reply to it."""
    questions = previous.get("questions") if previous and previous.get("status") == "needs_input" else None
    match questions:
        case [{"parameter": str(name)}]:
            return name, text.strip()
        case _:
            return None


def completed(text: str, previous: Mapping[str, object] | None) -> str:
    """A brief answer to the question that the last report ended with, put behind the message that led to it."""
    if previous is None or previous.get("status") != "needs_input" or len(text.split()) > BRIEF_WORDS:
        return text
    return f"{previous.get('asked', '')} {text}".strip()
