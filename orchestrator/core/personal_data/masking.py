"""The text that is searched: what was found already, and what only looks like personal data, is taken out of sight.

Both are overwritten by as many white marks, so that places stay. `FOUND` ends whatever is looked for and the words that
are read around it, exactly as a placeholder in brackets does: that is why a text redacted twice is the same as once.
"""

import re
from collections.abc import Iterable

from orchestrator.core.personal_data.spans import PLACEHOLDER

FOUND = "\f"
NOTHING = "\v"
AROUND = 48
"""How many code points before and after are read for words that say what a number is."""

_GUID = re.compile(r"(?<![0-9A-Za-z])[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}(?![0-9A-Za-z])")
# searched by its first digits: a look behind at every place is slow
_PERHAPS_DATE = re.compile(r"[0-9]{1,2}([./-])[0-9]{1,2}\1[0-9]{2}|[0-9]{4}([./-])[0-9]{1,2}\2[0-9]")
_DATE = re.compile(
    r"(?<![\d./+-])(?:(?:19|20)\d\d([./-])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])"
    r"|(?:0?[1-9]|[12]\d|3[01])([./-])(?:0?[1-9]|[12]\d|3[01])\2(?:(?:19|20)\d\d|\d\d))(?![./-]?\d)"
    r"(?:[T ]\d{1,2}[:.]\d\d(?:[:.]\d\d)?)?"
)


def mask(text: str, spans: Iterable[tuple[int, int]], mark: str = FOUND) -> str:
    """The text with the spans, in order and apart from each other, overwritten by a mark."""
    parts = []
    done = 0
    for start, end in spans:
        parts += [text[done:start], mark * (end - start)]
        done = end
    return "".join([*parts, text[done:]]) if parts else text


def without_placeholders(text: str) -> str:
    """The text without what is redacted already."""
    return mask(text, (found.span() for found in PLACEHOLDER.finditer(text))) if "[" in text else text


def without_harmless(text: str) -> str:
    """The text without the numbers that are surely none of a person's: GUIDs and dates."""
    if text.count("-") > 3:  # noqa: PLR2004  # a GUID has four
        text = mask(text, (found.span() for found in _GUID.finditer(text)), NOTHING)
    dates = (_DATE.match(text, perhaps.start()) for perhaps in _PERHAPS_DATE.finditer(text))
    return mask(text, (date.span() for date in dates if date), NOTHING)


def words_before(text: str, place: int, earlier: str = "") -> str:
    """What is said before a place, in small letters, up to what was found already.

    Args:
        text: That is searched.
        place: Where the words end.
        earlier: What was said before the text, such as the question that it answers.
    """
    near = text[max(0, place - AROUND) : place]
    cut = near.rfind(FOUND)
    if cut >= 0:
        return near[cut + 1 :].lower()
    if earlier and place < AROUND:
        return f"{earlier[place - AROUND :]}\n{near}".lower()
    return near.lower()


def words_after(text: str, place: int) -> str:
    """What is said after a place, in small letters, up to what was found already."""
    return text[place : place + AROUND].split(FOUND, 1)[0].lower()
