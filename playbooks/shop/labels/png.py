"""Draws labels as a picture with 203 dots an inch; several stand one under the other."""

from collections.abc import Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from playbooks.shop.labels.marks import DOTS_PER_INCH, EDGE, HEIGHT, WIDTH, Bars, Box, Mark, Matrix, Side, Text, runs

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

_BLACK, _WHITE = 0, 1
_SMALLEST = 8
_ANCHORS = {Side.LEFT: "ls", Side.MIDDLE: "ms", Side.RIGHT: "rs"}
"""Of Pillow: a side, and the base line."""
_NARROWED = {False: 0.88, True: 0.80}
"""Vera, which comes with ReportLab, is that much wider than Helvetica, for which the layout is made."""


def draw_png(labels: Sequence[Sequence[Mark]]) -> bytes:
    """One picture of black and white dots, as a label printer has them."""
    from PIL import Image, ImageDraw  # noqa: PLC0415  # only where a label is made

    image = Image.new("1", (WIDTH, HEIGHT * len(labels)), _WHITE)
    pen = ImageDraw.Draw(image)
    for number, marks in enumerate(labels):
        for mark in marks:
            _draw(pen, mark, down=number * HEIGHT)
    written = BytesIO()
    image.save(written, format="PNG", compress_level=3, dpi=(DOTS_PER_INCH, DOTS_PER_INCH))
    return written.getvalue()


def _draw(pen: "ImageDraw", mark: Mark, *, down: int) -> None:
    match mark:
        case Text():
            font = _fitting(mark)
            colour = _WHITE if mark.white else _BLACK
            pen.text((mark.x, mark.y + down), mark.text, font=font, fill=colour, anchor=_ANCHORS[mark.side])
        case Box():
            _fill(pen, mark.x, mark.y + down, mark.width, mark.height)
        case Bars():
            for begin, length in runs(mark.pattern):
                _fill(pen, mark.x + begin * mark.module, mark.y + down, length * mark.module, mark.height)
        case Matrix():
            for number, row in enumerate(mark.rows):
                top = mark.y + down + number * mark.module
                for begin, length in runs(row):
                    _fill(pen, mark.x + begin * mark.module, top, length * mark.module, mark.module)
        case _:
            assert_never(mark)


def _fitting(mark: Text) -> "FreeTypeFont":
    """The font in which a text ends before the label's edge does; Vera's letters are wider here and there."""
    font, size = _font(mark.size, bold=mark.bold), mark.size
    room = WIDTH - EDGE - (mark.x if mark.side is Side.LEFT else EDGE)
    while font.getlength(mark.text) > room and size > _SMALLEST:
        size -= 1
        font = _font(size, bold=mark.bold)
    return font


def _fill(pen: "ImageDraw", x: int, y: int, width: int, height: int) -> None:
    pen.rectangle((x, y, x + width - 1, y + height - 1), fill=_BLACK)


@cache
def _font(size: int, *, bold: bool) -> "FreeTypeFont":
    import reportlab  # noqa: PLC0415  # only where a label is made
    from PIL import ImageFont  # noqa: PLC0415  # same

    folder = Path(reportlab.__file__).parent / "fonts"
    name = "VeraBd.ttf" if bold else "Vera.ttf"
    return ImageFont.truetype(str(folder / name), round(size * _NARROWED[bold]), layout_engine=ImageFont.Layout.BASIC)
