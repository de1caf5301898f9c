"""Text that a label can show: one line, without signs that steer, in letters that every label printer has.

Letters outside of Windows-1252 are written in Latin ones, as the Universal Postal Union asks for addresses abroad
(Universal Postal Convention, Regulations, article 17-107); the label says so. Nothing becomes an empty box.
"""

import unicodedata
from dataclasses import dataclass

LONGEST = 240
"""Characters that are looked at; no label shows as many."""
UNREADABLE = "?"
ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Printable:
    """A text as it is printed; `transcribed` where letters were replaced by Latin ones."""

    text: str
    transcribed: bool = False


def printable(text: str, *, longest: int = LONGEST) -> Printable:
    """A text for a label; what is too long ends in an ellipsis."""
    plain = unicodedata.normalize("NFC", text[: longest * 4])
    shown = [(char, _shown(char)) for char in plain]
    joined = " ".join("".join(new for _, new in shown).split())
    transcribed = any(old != new and not _is_steering(old) for old, new in shown)
    if len(joined) > longest or len(text) > longest * 4:
        joined = joined[: longest - 1].rstrip() + ELLIPSIS
    return Printable(joined, transcribed)


def _shown(char: str) -> str:
    if char.isascii() and char.isprintable():
        return char
    if _is_steering(char):
        return " " if char.isspace() or unicodedata.category(char) == "Cc" else ""
    if _has_letter(char):
        return char
    from anyascii import anyascii  # noqa: PLC0415  # only where a label needs it

    # letters and marks without a sound of their own leave nothing
    return anyascii(char) or ("" if unicodedata.category(char)[0] in "LM" else UNREADABLE)


def _is_steering(char: str) -> bool:
    """Spaces, controls, and what turns the direction of writing around."""
    return char.isspace() or unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn"}


def _has_letter(char: str) -> bool:
    try:
        char.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return char.isprintable()
