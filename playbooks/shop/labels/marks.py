"""What a label is drawn of, in dots of a printer with 203 dots an inch, from the upper left corner."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

DOTS_PER_INCH = 203
WIDTH, HEIGHT = 4 * DOTS_PER_INCH, 6 * DOTS_PER_INCH
EDGE = 28
"""What stays white around everything."""


class Side(StrEnum):
    """Which point of a line of text stands at its `x`."""

    LEFT = "left"
    MIDDLE = "middle"
    RIGHT = "right"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A line of text; `y` is its base line, `size` that of the letters' body.

    Fonts differ in width: what is not to begin at `x` says so, and is placed where it is drawn.
    """

    x: int
    y: int
    size: int
    text: str
    bold: bool = False
    white: bool = False
    side: Side = Side.LEFT


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A black rectangle; a thin one is a line."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """A Code 128; `pattern` has a 1 for each dark module and a 0 for each light one."""

    x: int
    y: int
    height: int
    module: int
    data: str
    pattern: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """A QR code; `rows` has a 1 for each dark module."""

    x: int
    y: int
    module: int
    data: str
    rows: tuple[str, ...]


Mark: TypeAlias = Text | Box | Bars | Matrix


def runs(pattern: str) -> list[tuple[int, int]]:
    """Where dark runs of a pattern begin, and how long they are."""
    found, start = [], 0
    while (begin := pattern.find("1", start)) >= 0:
        end = pattern.find("0", begin)
        start = len(pattern) if end < 0 else end
        found.append((begin, start - begin))
    return found
