"""Cuts a turn's text into words, fast, with their places found only where somebody asks."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from operator import itemgetter

from orchestrator.core.conversations.conversation import Turn

# a word with inner apostrophes, hyphens and points kept ("don't", "e-mail", "amazon.com"); a run of marks that says
# something by itself ("!!!", "?!", ":-(", "..."); one symbol (an emoji among them)
_WORD = re.compile(r"[^\W_]+(?:['’`.\-][^\W_]+)*|[:;=]-?[()\[\]DPp/\\|]|[!?]+|\.{2,}|[^\w\s]")  # noqa: RUF001 - written so
_APOSTROPHES = str.maketrans({"’": "'", "`": "'"})  # noqa: RUF001 - written so
_end = itemgetter(1)


class ReadTurn:
    """A turn cut into words.

    Attributes:
        index: Of the turn, from 0.
        words: Lower-case, marks among them, typographic apostrophes made plain.
    """

    __slots__ = ("_places", "index", "turn", "words")

    def __init__(self, index: int, turn: Turn) -> None:
        self.index = index
        self.turn = turn
        self.words: Sequence[str] = words_of(turn.text)
        self._places: list[tuple[int, int]] | None = None

    def place(self, first: int, last: int) -> tuple[int, int]:
        """Where the words `first` to `last` (both counted) stand in the text: start and end, in code points."""
        places = self._places
        if places is None:
            places = self._places = [found.span() for found in _WORD.finditer(self.turn.text)]
        return places[first][0], places[last][1]

    def word_at(self, offset: int) -> int:
        """The position of the word that stands at a code point of the text, else of the one after it."""
        self.place(0, 0)
        return bisect_right(self._places or (), offset, key=_end)


def words_of(text: str) -> list[str]:
    """The words of a text, in order; see `ReadTurn.words`."""
    # cut first, then small letters: lower() may change the number of code points ("İ")
    found = _WORD.findall(text)
    joined = "\n".join(found).lower()
    if "’" in joined or "`" in joined:  # noqa: RUF001 - written so
        joined = joined.translate(_APOSTROPHES)
    return joined.split("\n") if found else []
