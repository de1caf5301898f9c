"""Writes labels in ZPL II, for printers with 203 dots an inch.

Commands as in Zebra's "ZPL II Programming Guide": ^CI28 (UTF-8), ^FT (origin at the base line), ^FH (bytes as
hexadecimal), ^BC (Code 128, mode A chooses the subsets), ^BQ (QR code), ^GB (box), ^FR (reversed).
"""

from collections.abc import Sequence
from typing import assert_never

from playbooks.shop.labels.marks import HEIGHT, WIDTH, Bars, Box, Mark, Matrix, Side, Text

_ASCENT = 0.78
"""Of font 0: how much of a line's height is above its base line."""
_SAFE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 .,:;-/()#+&'\"!?*=%@$")
"""What stands for itself in a field. Not among them: the caret and the tilde, with which commands begin, the
underscore, with which ^FH marks a byte, and the backslash and angle bracket, which some fields read as more."""


def draw_zpl(labels: Sequence[Sequence[Mark]]) -> bytes:
    """A format for each label."""
    return "".join(_format(marks) for marks in labels).encode("ascii")


def _format(marks: Sequence[Mark]) -> str:
    lines = ["^XA", "^CI28", f"^PW{WIDTH}", f"^LL{HEIGHT}", "^LH0,0", *map(_command, marks), "^PQ1", "^XZ"]
    return "\n".join(lines) + "\n"


def _command(mark: Mark) -> str:
    match mark:
        case Text():
            reversed_ = "^FR" if mark.white else ""
            wide = mark.size if mark.bold else round(mark.size * 0.85)
            return f"{_origin(mark)}^A0N,{mark.size},{wide}{reversed_}^FH^FD{escaped(mark.text)}^FS"
        case Box():
            return f"^FO{mark.x},{mark.y}^GB{mark.width},{mark.height},{min(mark.width, mark.height)}^FS"
        case Bars():
            return f"^FO{mark.x},{mark.y}^BY{mark.module}^BCN,{mark.height},N,N,N,A^FH^FD{escaped(mark.data)}^FS"
        case Matrix():
            return f"^FO{mark.x},{mark.y}^BQN,2,{mark.module}^FH^FDMA,{escaped(mark.data)}^FS"
        case _:
            assert_never(mark)


def _origin(mark: Text) -> str:
    """Where a text stands; one that does not begin at its `x` is a block of one line, which the printer adjusts."""
    top = mark.y - round(mark.size * _ASCENT)
    match mark.side:
        case Side.LEFT:
            return f"^FT{mark.x},{mark.y}"
        case Side.MIDDLE:
            half = min(mark.x, WIDTH - mark.x)
            return f"^FO{mark.x - half},{top}^FB{2 * half},1,0,C"
        case Side.RIGHT:
            return f"^FO0,{top}^FB{mark.x},1,0,R"


def escaped(text: str) -> str:
    """A field's text in which every byte that could be more than text is written as `_` and two hexadecimal digits."""
    return "".join(char if char in _SAFE else _hexadecimal(char) for char in text)


def _hexadecimal(char: str) -> str:
    return "".join(f"_{byte:02X}" for byte in char.encode("utf-8", "replace"))
