"""Keys, tokens and passwords: by the rules of the log's redaction, and as people say them: "my PIN is 4711"."""

import re
from collections.abc import Iterator

from orchestrator.core.redaction import secret_spans

# what has none of these holds a secret only in a word that is as long as one
_MARKS = re.compile(r"[=:_~\"']")
_SCHEMES = ("--", "basic ", "bearer ")
_LONG = re.compile(r"[^\s]{20}")
_SAID_HINTS = ("pass", "pin", "cv", "code", "otp", "pwd")
# the word that is said must hold a digit, so that "my password is not working" stays
_SAID = re.compile(
    r"\b(?:(?:pass ?(?:word|code|phrase|wd)|pwd)(?: \w{2,8})?|cv[vc]2?|(?:security|verification|one[- ]time|access"
    r"|login|2fa|sms|authentication|card verification) (?:code|pin|password)|otp|pin(?: (?:is|was|number|nr)\b)?)"
    r"[ \t]*(?:number|code|value)?[ \t]*(?:is|was|are|=|:|-|to)?[ \t]*[:\"'(]?[ \t]*"
    r"(?P<said>(?=[^\s0-9]{0,40}[0-9])[^\s,;\"'<>()\f\v]{3,40})",
    re.IGNORECASE,
)
_END = ".!?"


def credential_spans(text: str, small: str) -> Iterator[tuple[int, int]]:
    """The secrets of a text; two may overlap.

    Args:
        text: As given, made plain.
        small: The text in small letters.
    """
    if _MARKS.search(text) or any(scheme in small for scheme in _SCHEMES) or _LONG.search(text):
        yield from secret_spans(text)
    if any(hint in small for hint in _SAID_HINTS):
        for found in _SAID.finditer(text):
            start, end = found.span("said")
            while end > start and text[end - 1] in _END:
                end -= 1
            yield start, end
