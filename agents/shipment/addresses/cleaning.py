"""Cleans one text of an address: what cannot be seen or printed goes, what no address has is refused.

Values travel as parameters and as JSON everywhere: this is no defence against injection, it keeps nonsense off labels.
"""

import re
import unicodedata
from dataclasses import dataclass

LONGEST = 200
"""Characters of one field; the longest street lines of real addresses are below 100."""

_SPACES = re.compile(r"\s+")
_EDGES = " ,;"
_NEVER = r"[<>{}\[\]\\|^~`=;]|--|/\*|\*/|\$\(|&&"
_REFUSED = {
    "place": re.compile(rf"{_NEVER}|[$%!*@_?]|^\+"),
    "name": re.compile(rf"{_NEVER}|^[@+]"),
    "email": re.compile(_NEVER),
    "phone_number": re.compile(rf"{_NEVER}|[$%!@_?]"),
}
_NAMES = frozenset({"person_name", "company_name"})
_PICTURES = ((0x2190, 0x2BFF), (0x1F000, 0x1FFFF))
"""Blocks of arrows, signs, dingbats and emoji; other symbols, such as the Japanese sign of a company, are writing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """A text after cleaning; `changes` says what was done, `refused` why it is not taken at all."""

    text: str
    changes: tuple[str, ...] = ()
    refused: str = ""


def clean(text: str, *, field: str) -> Cleaned:
    """Clean the text of one field of an address.

    Unicode is composed (NFC), control characters become spaces, invisible and bidirectional format characters and
    pictographs are dropped, runs of white space become one space. Names and mails may hold signs that streets do not.
    """
    if len(text) > LONGEST:
        return Cleaned(text="", refused=f"{field} has {len(text):,d} characters: give at most {LONGEST}")
    changes = []
    for change, done in _STEPS:
        after = done(text)
        if after != text:
            changes.append(change)
            text = after
    sign = _REFUSED.get("name" if field in _NAMES else field, _REFUSED["place"]).search(text)
    if sign is not None:
        return Cleaned(text="", refused=f"{field} holds {sign.group()!r}, which has no place there: write it without")
    return Cleaned(text=text, changes=tuple(changes))


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _without_controls(text: str) -> str:
    """Line ends, tabs, nulls and other controls, surrogates and code points that nobody assigned, as spaces."""
    return "".join(" " if unicodedata.category(sign) in {"Cc", "Cs", "Cn", "Co", "Zl", "Zp"} else sign for sign in text)


def _without_invisible(text: str) -> str:
    """Without zero-width and bidirectional format characters, and without variation selectors."""
    return "".join(sign for sign in text if unicodedata.category(sign) != "Cf" and not "\ufe00" <= sign <= "\ufe0f")


def _without_pictographs(text: str) -> str:
    """Without emoji and other pictures; signs such as degree or numero stay."""
    return "".join(sign for sign in text if not _is_picture(sign)).replace("\u20e3", "")


def _is_picture(sign: str) -> bool:
    drawn = unicodedata.category(sign) in {"So", "Sk", "Sm"}
    return drawn and any(first <= ord(sign) <= last for first, last in _PICTURES)


def _one_space(text: str) -> str:
    return _SPACES.sub(" ", text).strip(_EDGES)


_STEPS = (
    ("composed to Unicode NFC", _composed),
    ("control characters removed", _without_controls),
    ("invisible characters removed", _without_invisible),
    ("pictographs removed", _without_pictographs),
    ("white space or commas at the ends and double spaces removed", _one_space),
)
