"""Draws labels as a PDF with pages of 4 by 6 inches; the same labels give the same bytes."""

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING, assert_never

from playbooks.shop.labels.marks import DOTS_PER_INCH, HEIGHT, WIDTH, Bars, Box, Mark, Matrix, Side, Text, runs

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

_POINTS = 72 / DOTS_PER_INCH


def draw_pdf(labels: Sequence[Sequence[Mark]]) -> bytes:
    """A page for each label."""
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415  # only where a label is made

    written = BytesIO()
    canvas = Canvas(written, pagesize=(WIDTH * _POINTS, HEIGHT * _POINTS), invariant=1, pageCompression=1)
    canvas.setTitle("Sample label, not for shipping")
    for marks in labels:
        canvas.scale(_POINTS, _POINTS)
        for mark in marks:
            _draw(canvas, mark)
        canvas.showPage()
    canvas.save()
    return written.getvalue()


def _draw(canvas: "Canvas", mark: Mark) -> None:
    match mark:
        case Text():
            canvas.setFillGray(1 if mark.white else 0)
            canvas.setFont("Helvetica-Bold" if mark.bold else "Helvetica", mark.size)
            _write(canvas, mark)
            canvas.setFillGray(0)
        case Box():
            canvas.rect(mark.x, HEIGHT - mark.y - mark.height, mark.width, mark.height, stroke=0, fill=1)
        case Bars():
            _draw_runs(canvas, mark.pattern, x=mark.x, y=mark.y, module=mark.module, height=mark.height)
        case Matrix():
            for number, row in enumerate(mark.rows):
                top = mark.y + number * mark.module
                _draw_runs(canvas, row, x=mark.x, y=top, module=mark.module, height=mark.module)
        case _:
            assert_never(mark)


def _write(canvas: "Canvas", mark: Text) -> None:
    match mark.side:
        case Side.LEFT:
            canvas.drawString(mark.x, HEIGHT - mark.y, mark.text)
        case Side.MIDDLE:
            canvas.drawCentredString(mark.x, HEIGHT - mark.y, mark.text)
        case Side.RIGHT:
            canvas.drawRightString(mark.x, HEIGHT - mark.y, mark.text)


def _draw_runs(canvas: "Canvas", pattern: str, *, x: int, y: int, module: int, height: int) -> None:
    path = canvas.beginPath()
    for begin, length in runs(pattern):
        path.rect(x + begin * module, HEIGHT - y - height, length * module, height)
    canvas.drawPath(path, stroke=0, fill=1)
