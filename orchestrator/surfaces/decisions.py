"""What a typed line decides about a proposed action: only a whole line of a fixed form decides anything."""

import re
from dataclasses import dataclass
from typing import TypeAlias

_APPROVE = re.compile(r"(?:i\s+)?approve\s+(A-[1-9][0-9]*)\s*[.!]?", re.IGNORECASE)
_DENY = re.compile(
    r"(?:i\s+)?(?:deny|reject)\s+(A-[1-9][0-9]*)\s*(?:[.!]|(?:[,:;-]|\bbecause\b|\bas\b)+\s*(.*\S))?", re.IGNORECASE
)
# a wish names no action and approves nothing: it is answered with what would be done
_WISH = re.compile(
    r"(?:(?:yes|yep|yeah|ok|okay|sure|please|go\s+ahead|do\s+(?:it|that)|go\s+for\s+it)\b[\s,.!-]*)+"
    r"(?:(?:please\s+)?(?:do|roll|restart|scale|turn|switch|toggle|drain|renew|revert|undo|fix|approve|run|deploy)\b.*)?"
    r"|(?:please\s+)?(?:roll|restart|scale|turn|switch|toggle|drain|renew|revert|fix|approve)\s+(?:it|that|them|this)\b.*",
    re.IGNORECASE,
)
_LONGEST_WISH = 80


@dataclass(frozen=True, slots=True)
class Approve:
    """An approval of one action, by its id."""

    action: str


@dataclass(frozen=True, slots=True)
class Deny:
    """A denial; the reason may be empty."""

    action: str
    reason: str


@dataclass(frozen=True, slots=True)
class Wish:
    """That something be done which was proposed just now."""


Decision: TypeAlias = Approve | Deny | Wish


def read_decision(line: str) -> Decision | None:
    """What the line decides; None where it is an ordinary message."""
    text = line.strip()
    if found := _APPROVE.fullmatch(text):
        return Approve(found[1].upper())
    if found := _DENY.fullmatch(text):
        return Deny(found[1].upper(), (found[2] or "").strip())
    if len(text) <= _LONGEST_WISH and "?" not in text and _WISH.fullmatch(text):
        return Wish()
    return None
