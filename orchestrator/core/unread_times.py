"""Words that are written like a time and are none: `since 25:99`, `at 31:00`, `until 15:30 pm`."""

import re
from dataclasses import dataclass

from orchestrator.core.time_points import Here, match_point

_CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?(?:\s*[ap]\.?m\b)?|\d{1,2}\s*[ap]m\b"
_DATE = r"\d{4}-\d{2}-\d{2}(?:[T ]\d{1,2}:\d{2}(?::\d{2})?Z?)?"
_LIKE_A_TIME = re.compile(
    r"(?<![\w.:/-])(?:(?:since|after|as\s+of|from|at|around|about|between|"
    r"(?P<end>until|till|before|up\s+to|through|to|and))\s+(?:(?:about|around|at)\s+)?"
    rf"(?P<time>{_CLOCK}|{_DATE})|(?P<date>{_DATE}))(?![\w:.-]*\w)",
    re.IGNORECASE,
)
_WORD = re.compile(r"\S+")
_LONGEST_ANSWER = 4  # words: "yesterday at 10 pm"


@dataclass(frozen=True, slots=True)
class Unread:
    """Such words, where they stand, where the time in them begins, and whether they name an end."""

    words: str
    start: int
    time: int
    is_end: bool


def find_unread(text: str, here: Here) -> Unread | None:
    """The first words of the text that look like a time and cannot be read."""
    for found in _LIKE_A_TIME.finditer(text):
        time = found.start("time") if found["time"] else found.start("date")
        if match_point(text, time, here) is None:
            return Unread(found.group(), found.start(), time, found["end"] is not None)
    return None


def mended(text: str, unread: Unread, here: Here) -> str | None:
    """The text with a time that follows at its very end, such as the answer to a question, in their place."""
    tail = text.rstrip(" .!?")
    after = unread.start + len(unread.words)
    for word in [*_WORD.finditer(tail, after)][-_LONGEST_ANSWER:]:
        found = match_point(tail, word.start(), here)
        if found is not None and not found[0].bare and found[1] == len(tail):
            return f"{text[: unread.time]}{tail[word.start() :]}"
    return None
