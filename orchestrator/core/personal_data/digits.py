"""Runs of digits with the marks that people put between them, and the groups in which they are written."""

import re
from collections.abc import Iterator
from typing import NamedTuple

FEWEST = 7
"""No number of a person that is known by its digits has fewer."""

_RUN = re.compile(r"[0-9](?:[ \t\r\n().\-/]{0,3}[0-9]){6,}")
_GROUP = re.compile(r"[0-9]+")


class Group(NamedTuple):
    """Digits without a mark between them.

    Attributes:
        mark: What stands between them and the group before, empty for the first of a run.
    """

    start: int
    end: int
    digits: str
    mark: str


class Run(NamedTuple):
    """Groups of digits that may belong together."""

    start: int
    end: int
    groups: tuple[Group, ...]


def runs_of(text: str) -> Iterator[Run]:
    """The runs of a text that have at least `FEWEST` digits, and no letter at either end of theirs."""
    for found in _RUN.finditer(text):
        groups: list[Group] = []
        end = found.start()
        for group in _GROUP.finditer(text, *found.span()):
            groups.append(Group(*group.span(), group[0], text[end : group.start()] if groups else ""))
            end = group.end()
        free = _free_of_letters(text, groups)
        if sum(len(group.digits) for group in free) >= FEWEST:
            yield Run(free[0].start, free[-1].end, free)


def _free_of_letters(text: str, groups: list[Group]) -> tuple[Group, ...]:
    """Without a first or last group that is the end or the beginning of a word."""
    first, last = groups[0], groups[-1]
    if first.start and (text[first.start - 1].isalpha() or text[first.start - 1] == "_"):
        groups = groups[1:]
    if groups and last.end < len(text) and (text[last.end].isalpha() or text[last.end] == "_"):
        groups = groups[:-1]
    return tuple(groups)


def luhn(digits: str) -> bool:
    """Whether the last digit checks the others. Source: ISO/IEC 7812-1, annex B."""
    total = sum(map(int, digits[-1::-2])) + sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return total % 10 == 0
