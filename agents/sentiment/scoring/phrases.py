"""Finds all known phrases of all features in one pass over a turn's words."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

GAP = "~"
MOST_BETWEEN = 3
_ENDS = ".!?"
_PAIRS = frozenset(("()", "[]"))
_BRACKETS = frozenset("()[]")


class Hit(NamedTuple):
    """A phrase of a label, from its first to its last word (positions in the turn's words, both counted)."""

    label: str
    first: int
    last: int


class _Place:
    """A place in one phrase: the words that follow, what follows a gap, and the labels of what ends here."""

    __slots__ = ("gaps", "labels", "words")

    def __init__(self) -> None:
        self.words: list[tuple[str, _Place]] = []
        self.gaps: list[_Place] = []
        self.labels: list[tuple[int, str]] = []


class _Node:
    """The places of all phrases that the same words lead to, as one: what may follow, and the labels of what ends here.

    `stops` where a phrase ends, or a gap may follow.
    """

    __slots__ = ("gap", "labels", "next", "stops")

    def __init__(self, labels: tuple[str, ...]) -> None:
        self.next: dict[str, _Node] = {}
        self.gap: _Node | None = None
        self.labels = labels
        self.stops = bool(labels)


class PhraseTable:
    """Phrases with their labels, compiled into one graph of words, in which like ends of phrases are one.

    A phrase is written as its words in small letters, with `(do|does) [really] not ~ work`: a choice, a word that may
    be missing, and a gap of up to three other words (never over the end of a sentence). Choices may hold choices.

    Args:
        phrases: Pairs of a phrase and its label. Several labels may share a phrase.
    """

    def __init__(self, phrases: Iterable[tuple[str, str]]) -> None:
        start = _Place()
        for order, (text, label) in enumerate(phrases):
            ends = _grow([start], text)
            if start in ends or text.startswith(GAP) or text.endswith(GAP):
                raise ValueError(f"a phrase needs a word at both its ends: {text!r} of {label!r}")
            for place in ends:
                place.labels.append((order, label))
        self._root = _node_of(start).next

    def scan(self, words: Sequence[str]) -> list[Hit]:
        """Every phrase in a turn's words, by first word; the longest of a label at one place, not the shorter ones."""
        found: list[Hit] = []
        # behind the last word stands one that follows none
        ahead = [*words[1:], ""]
        for first, begin in enumerate(map(self._root.get, words)):
            if begin is None:
                continue
            node, place = begin, first
            # most words that begin a phrase end none here: followed to where one ends, or may leap, without a record
            while not node.stops:
                following = node.next.get(ahead[place])
                if following is None:
                    break
                node, place = following, place + 1
            else:
                if node.gap is None and ahead[place] not in node.next:
                    found += [Hit(label, first, place) for label in node.labels]
                    continue
                ends: dict[str, int] = {}
                _walk(node, words, place, ends)
                found += [Hit(label, first, last) for label, last in ends.items()]
        return found


def _walk(node: _Node, words: Sequence[str], place: int, ends: dict[str, int]) -> None:
    """Where the phrases end that go on from a word at its place, the farthest of a label."""
    count = len(words)
    while True:
        for label in node.labels:
            if ends.get(label, -1) < place:
                ends[label] = place
        gap = node.gap
        if gap is not None and not gap.next.keys().isdisjoint(words[place + 1 : place + 2 + MOST_BETWEEN]):
            _leap(gap.next, words, place, ends)
        place += 1
        if place == count:
            return
        following = node.next.get(words[place])
        if following is None:
            return
        node = following


def _leap(behind: Mapping[str, _Node], words: Sequence[str], place: int, ends: dict[str, int]) -> None:
    for landing in range(place + 1, min(place + 2 + MOST_BETWEEN, len(words))):
        word = words[landing]
        following = behind.get(word)
        if following is not None:
            _walk(following, words, landing, ends)
        if word[0] in _ENDS:
            return


def _node_of(start: _Place) -> _Node:
    """The graph that places lead into; each set of places becomes one node, however it is reached."""
    made: dict[frozenset[_Place], _Node] = {}
    waiting: list[tuple[_Node, frozenset[_Place]]] = []

    def node_of(places: frozenset[_Place]) -> _Node:
        node = made.get(places)
        if node is None:
            labels = sorted({one for place in places for one in place.labels})
            node = made[places] = _Node(tuple(dict.fromkeys(label for _, label in labels)))
            waiting.append((node, places))
        return node

    root = node_of(frozenset((start,)))
    while waiting:
        node, places = waiting.pop()
        following: dict[str, set[_Place]] = {}
        gaps: set[_Place] = set()
        for place in places:
            gaps.update(place.gaps)
            for word, after in place.words:
                following.setdefault(word, set()).add(after)
        if gaps:
            node.gap, node.stops = node_of(frozenset(gaps)), True
        node.next = {word: node_of(frozenset(after)) for word, after in following.items()}
    return root


def _grow(places: list[_Place], text: str) -> list[_Place]:
    """The places that a phrase's words lead to from these."""
    for item in _items(text):
        if item[0] not in "([":
            after = _Place()
            for place in places:
                if item == GAP:
                    place.gaps.append(after)
                else:
                    place.words.append((item, after))
            places = [after]
            continue
        reached = dict.fromkeys(places) if item[0] == "[" else {}
        for option in _split(item[1:-1], "|"):
            reached |= dict.fromkeys(_grow(places, option))
        places = list(reached)
    return places


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
