"""Cuts a message into clauses, where a second subject may begin."""

import re
from dataclasses import dataclass
from itertools import pairwise

from orchestrator.core.routing.match import Reading

_JOINT = re.compile(
    r"(?:(?<=[.!?;])\s+|\n+|,\s*|\s+(?=(?:and|also|plus|but|besides|additionally|then|by the way|one more thing)\b))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause: characters `start` to `end`, words `first` to `last` (exclusive)."""

    start: int
    end: int
    first: int
    last: int


def clauses_of(reading: Reading) -> tuple[Clause, ...]:
    """The clauses of a message that have words, in order."""
    cuts = [0, *(match.end() for match in _JOINT.finditer(reading.text)), len(reading.text)]
    found = []
    first = 0
    for start, end in pairwise(cuts):
        last = first
        while last < len(reading.words) and reading.words[last].start < end:
            last += 1
        if last > first:
            found.append(Clause(start, end, first, last))
        first = last
    return tuple(found)
