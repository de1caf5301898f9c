"""A model's own words: cleaned, cut and without secrets, whole or as they stream in."""

import re
import unicodedata

from orchestrator.core.redaction import redact

MAX_WORDS = 500
_KEPT_FORMAT = frozenset("‌‍")  # joiners that scripts and emoji need
_BEGIN = re.compile(r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_END = re.compile(r"-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----")


def reading(text: str, *, limit: int = MAX_WORDS) -> str:
    """One line, without control, direction and other invisible characters, without secrets, cut at `limit`."""
    plain = " ".join("".join(_visible(char) for char in redact(text)).split())
    return plain if len(plain) <= limit else plain[: limit - 1].rstrip() + "…"


def _visible(char: str) -> str:
    """The character, or a blank for one that steers a terminal or hides text. Source: Unicode, general categories."""
    hidden = unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} and char not in _KEPT_FORMAT
    return " " if hidden else char


def visible_lines(text: str) -> str:
    """The same for a text of several lines, which stay."""
    return "\n".join("".join(_visible(char) for char in line) for line in text.split("\n"))


class LineRedactor:
    """Redacts a text that arrives in pieces, and gives out whole lines only.

    No secret but a private key runs past the end of a line, so a whole line can be redacted by itself; from the line
    where a key begins, everything is held back until it ends. The pieces together equal the redacted whole.
    """

    def __init__(self) -> None:
        self._held = ""

    def feed(self, text: str) -> str:
        """What can be told now."""
        self._held += text
        if "\n" not in text:
            return ""
        cut = self._held.rfind("\n") + 1
        begun = list(_BEGIN.finditer(self._held, 0, cut))
        if begun and not _END.search(self._held, begun[-1].end(), cut):
            cut = self._held.rfind("\n", 0, begun[0].start()) + 1
        told, self._held = self._held[:cut], self._held[cut:]
        return redact(told)

    def finish(self) -> str:
        """The rest."""
        told, self._held = self._held, ""
        return redact(told)
