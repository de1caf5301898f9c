"""Finds all known phrases of all features in one pass over a turn's words."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

GAP = "~"
MOST_BETWEEN = 3
_CHOICE = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")


class Hit(NamedTuple):
    """A phrase that was found: its label, and its first and last word's positions in the turn's words."""

    label: str
    first: int
    last: int


class _Node:
    __slots__ = ("labels", "next")

    def __init__(self) -> None:
        self.next: dict[str, _Node] = {}
        self.labels: tuple[str, ...] = ()


class PhraseTable:
    """Phrases with their labels, compiled into one tree of words.

    A phrase is written as its words in small letters, with `(do|does) [really] not ~ work`: a choice, a word that may
    be missing, and a gap of up to three other words (never over the end of a sentence).

    Args:
        phrases: Pairs of a phrase and its label. Several labels may share a phrase.
    """

    def __init__(self, phrases: Iterable[tuple[str, str]]) -> None:
        self._root: dict[str, _Node] = {}
        for text, label in phrases:
            for plain in expand(text):
                self._add(plain.split(), label)

    def _add(self, words: Sequence[str], label: str) -> None:
        if not words or words[0] == GAP or words[-1] == GAP:
            raise ValueError(f"a phrase needs a word at both its ends: {' '.join(words)!r} of {label!r}")
        node = self._root.setdefault(words[0], _Node())
        for word in words[1:]:
            node = node.next.setdefault(word, _Node())
        if label not in node.labels:
            node.labels = (*node.labels, label)

    def scan(self, words: Sequence[str]) -> list[Hit]:
        """Every phrase in a turn's words, by first word; the longest of a label at one place, not the shorter ones."""
        root = self._root
        found: list[Hit] = []
        for first, word in enumerate(words):
            node = root.get(word)
            if node is not None:
                if not node.next:
                    found += [Hit(label, first, first) for label in node.labels]
                else:
                    found += _longest(_follow(node, words, first, first))
        return found


def _follow(node: _Node, words: Sequence[str], first: int, last: int) -> Iterator[Hit]:
    for label in node.labels:
        yield Hit(label, first, last)
    if not node.next:
        return
    if last + 1 < len(words) and (following := node.next.get(words[last + 1])) is not None:
        yield from _follow(following, words, first, last + 1)
    if (gap := node.next.get(GAP)) is not None:
        for skipped in range(MOST_BETWEEN + 1):
            place = last + 1 + skipped
            if place >= len(words):
                break
            if (following := gap.next.get(words[place])) is not None:
                yield from _follow(following, words, first, place)
            if words[place][0] in ".!?":
                break


def _longest(hits: Iterable[Hit]) -> list[Hit]:
    by_label: dict[str, Hit] = {}
    for hit in hits:
        known = by_label.get(hit.label)
        if known is None or known.last < hit.last:
            by_label[hit.label] = hit
    return list(by_label.values())


def expand(text: str) -> Iterator[str]:
    """The plain phrases of one with choices and words that may be missing; choices may not be nested."""
    found = _CHOICE.search(text)
    if found is None:
        yield text
        return
    options = found[1].split("|") if found[1] is not None else [*found[2].split("|"), ""]
    for option in options:
        yield from expand(f"{text[: found.start()]}{option}{text[found.end() :]}")
