"""Finds all known phrases of all features in one pass over a turn's words."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

GAP = "~"
MOST_BETWEEN = 3
_PAIRS = frozenset(("()", "[]"))
_BRACKETS = frozenset("()[]")


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
    be missing, and a gap of up to three other words (never over the end of a sentence). Choices may hold choices.

    Args:
        phrases: Pairs of a phrase and its label. Several labels may share a phrase.
    """

    def __init__(self, phrases: Iterable[tuple[str, str]]) -> None:
        start = _Node()
        self._root = start.next
        for text, label in phrases:
            ends = _grow([start], text)
            if start in ends or text.startswith(GAP) or text.endswith(GAP):
                raise ValueError(f"a phrase needs a word at both its ends: {text!r} of {label!r}")
            for node in ends:
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


def _grow(nodes: list[_Node], text: str) -> list[_Node]:
    """The nodes that a phrase's words lead to from these, made where they are missing."""
    for item in _items(text):
        if item[0] not in "([":
            nodes = [node.next[item] if item in node.next else node.next.setdefault(item, _Node()) for node in nodes]
            continue
        reached = dict.fromkeys(nodes) if item[0] == "[" else {}
        for option in _split(item[1:-1], "|"):
            reached |= dict.fromkeys(_grow(nodes, option))
        nodes = list(reached)
    return nodes


def _items(text: str) -> list[str]:
    """A phrase's words and choices, in order; ValueError where a bracket has no partner or touches a word."""
    items = [item for item in _split(text, " ") if item]
    for item in items:
        whole = item[0] + item[-1] in _PAIRS
        if (item[1:-1].count("(") if whole else item.count("(")) != (item[1:-1] if whole else item).count(")"):
            raise ValueError(f"a bracket without its partner: {item!r} in {text!r}")
        if not whole and not _BRACKETS.isdisjoint(item):
            raise ValueError(f"a choice must stand apart from other words: {item!r} in {text!r}")
    return items


def _split(text: str, mark: str) -> list[str]:
    """The pieces between marks that stand in no bracket."""
    pieces, depth, start = [], 0, 0
    for place, sign in enumerate(text):
        if sign in "([":
            depth += 1
        elif sign in ")]":
            depth -= 1
        elif sign == mark and depth == 0:
            pieces.append(text[start:place])
            start = place + 1
    return [*pieces, text[start:]]
