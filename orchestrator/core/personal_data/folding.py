"""Makes look-alikes plain before a text is searched: full-width letters, digits of other scripts, invisible marks."""

import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

# marks that make an emoji of a digit; what has no width at all is of the category Cf
_INVISIBLE = frozenset({0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x20E3, 0x3164, 0xFFA0})
_VARIATION_SELECTORS = range(0xFE00, 0xFE10)
_SEPARATORS = {"Zl": "\n", "Zp": "\n", "Zs": " ", "Pd": "-"}
_MINUS = 0x2212


class Folded(NamedTuple):
    """A text made plain.

    Attributes:
        places: Of each code point of the plain text, and of its end, where it stands in the text as given; None where
            nothing was left out, so that the places are the same.
    """

    text: str
    places: Sequence[int] | None

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where a span of the plain text stands in the text as given."""
        if self.places is None:
            return start, end
        return self.places[start], self.places[end]  # with the invisible marks that follow


class _Plain(dict[int, str | None]):
    """What stands for a code point, worked out when it is first met; one that stays itself is not kept."""

    def __missing__(self, code: int) -> str | None:
        plain = _plain(code)
        if plain != chr(code):
            self[code] = plain
        return plain


def _plain(code: int) -> str | None:
    char = chr(code)
    category = unicodedata.category(char)
    if category == "Cf" or code in _INVISIBLE or code in _VARIATION_SELECTORS:
        return None
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if code == _MINUS:
        return "-"
    if code > 0x7F and category in _SEPARATORS:  # noqa: PLR2004  # beyond ASCII
        return _SEPARATORS[category]
    compatible = unicodedata.normalize("NFKC", char)
    return compatible if len(compatible) == 1 and compatible.isascii() else char


_PLAIN = _Plain()


def fold(text: str) -> Folded:
    """The text with look-alikes made plain, and the way back to its places."""
    if text.isascii():
        return Folded(text, None)
    plain = text.translate(_PLAIN)
    if len(plain) == len(text):
        return Folded(plain, None)
    kept = [place for place, char in enumerate(text) if _PLAIN[ord(char)] is not None]
    return Folded(plain, [*kept, len(text)])
