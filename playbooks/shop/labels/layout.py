"""Where everything of a label stands: one layout that is drawn as PDF, PNG and ZPL.

Codes are encoded by libraries: Code 128 (ISO/IEC 15417) by python-barcode, QR (ISO/IEC 18004) by segno. The quiet zone
of a Code 128 is ten modules on either side, that of a QR code four.
"""

from collections.abc import Iterator, Sequence

from playbooks.shop.labels.content import BANNER, Block, Content
from playbooks.shop.labels.marks import EDGE, HEIGHT, WIDTH, Bars, Box, Mark, Matrix, Side, Text
from playbooks.shop.labels.printable import ELLIPSIS

_RIGHT = WIDTH - EDGE
_INNER = WIDTH - 2 * EDGE
_BANNER = 48
_QUIET = 10
_LINE = 1.22
"""The distance of lines, in sizes of their letters."""
_TO_SIZES = (40, 36, 32, 28, 25)
_FROM_SIZES = (24, 22, 20)


def placed(content: Content) -> tuple[Mark, ...]:
    """All marks of a label."""
    return (
        *_banner(EDGE),
        *_head(content, top=92),
        *_sender(content, top=204),
        *_recipient(content, top=378),
        *_routing(content, top=676),
        *_barcode(content, top=824),
        *_notes(content.notes, top=1076),
        *_banner(HEIGHT - EDGE - _BANNER),
    )


def _banner(top: int) -> Iterator[Mark]:
    yield Box(x=EDGE, y=top, width=_INNER, height=_BANNER)
    yield _centred(BANNER, y=top + 37, size=36, white=True)


def _head(content: Content, *, top: int) -> Iterator[Mark]:
    yield Text(x=EDGE, y=top + 26, size=26, text=_cut(content.carrier, 26, _INNER - 260))
    yield _large(content.service, y=top + 82, sizes=(56, 48, 40, 34), width=_INNER - 250)
    yield _right(content.weight, y=top + 34, size=36, bold=True)
    yield _right(content.place, y=top + 80, size=36, bold=True)
    yield _rule(top + 100)


def _sender(content: Content, *, top: int) -> Iterator[Mark]:
    yield Text(x=EDGE, y=top + 18, size=18, bold=True, text=_caption("FROM", content.ship_from))
    yield _right(content.made_on, y=top + 18, size=20)
    yield from _lines(content.ship_from.lines, top=top + 22, height=136, width=_INNER, sizes=_FROM_SIZES, bold=False)
    yield _rule(top + 164)


def _recipient(content: Content, *, top: int) -> Iterator[Mark]:
    yield Text(x=EDGE, y=top + 22, size=20, bold=True, text=_caption("SHIP TO", content.ship_to))
    yield from _lines(
        content.ship_to.lines, top=top + 30, height=258, width=_INNER - 24, sizes=_TO_SIZES, bold=True, indent=24
    )
    yield _rule(top + 290, thick=6)


def _caption(name: str, block: Block) -> str:
    return f"{name} (written in Latin letters)" if block.transcribed else name


def _routing(content: Content, *, top: int) -> Iterator[Mark]:
    import segno  # noqa: PLC0415  # only where a label is made

    # a fixed version and mask: the others would only be tried for looks
    code = segno.make_qr(content.tracking_number, error="m", version=2, mask=2, boost_error=False)
    rows = tuple("".join("1" if dark else "0" for dark in row) for row in code.matrix)
    module = 4
    side = len(rows) * module
    yield Matrix(x=_RIGHT - side - module * 2, y=top + 20, module=module, data=content.tracking_number, rows=rows)
    yield _large(content.routing, y=top + 94, sizes=(76, 68, 60, 52, 46), width=_INNER - 180)
    yield _rule(top + 140, thick=6)


def _barcode(content: Content, *, top: int) -> Iterator[Mark]:
    from barcode.codex import Code128  # noqa: PLC0415  # only where a label is made

    pattern = Code128(content.tracking_number).build()[0]
    modules = len(pattern) + 2 * _QUIET
    module = next((size for size in (4, 3, 2) if modules * size <= WIDTH), 2)
    left = (WIDTH - len(pattern) * module) // 2
    yield Text(x=EDGE, y=top + 24, size=20, bold=True, text="TRACKING NUMBER")
    yield Bars(x=left, y=top + 38, height=158, module=module, data=content.tracking_number, pattern=pattern)
    yield _centred(content.spoken, y=top + 232, size=34)
    yield _rule(top + 248)


def _notes(notes: Sequence[str], *, top: int) -> Iterator[Mark]:
    """As many notes as fit, in a row and the next; what does not fit whole is cut."""
    rows = _wrapped("   ".join(notes), 18, _INNER, bold=False, most=2)
    for number, row in enumerate(rows):
        yield Text(x=EDGE, y=top + 19 + number * 22, size=18, text=row)


def _lines(
    lines: Sequence[str], *, top: int, height: int, width: int, sizes: Sequence[int], bold: bool, indent: int = 0
) -> Iterator[Text]:
    """An address in the largest size in which it fits, else in the smallest, its longest lines cut."""
    for size in sizes:
        rows = [row for line in lines for row in _wrapped(line, size, width, bold=bold, most=3)]
        if len(rows) * size * _LINE <= height and not any(row.endswith(ELLIPSIS) for row in rows):
            break
    else:
        most = int(height / (sizes[-1] * _LINE))
        rows = _squeezed(lines, sizes[-1], width, bold=bold, most=most)
    for number, row in enumerate(rows, start=1):
        yield Text(x=EDGE + indent, y=top + int(number * size * _LINE) - size // 6, size=size, bold=bold, text=row)


def _squeezed(lines: Sequence[str], size: int, width: int, *, bold: bool, most: int) -> list[str]:
    """At most so many rows: each line keeps one, the last ones first, and what is left goes to the first."""
    kept = list(lines)[-most:]
    rows: list[str] = []
    for number, line in enumerate(kept):
        free = most - len(rows) - (len(kept) - number - 1)
        rows.extend(_wrapped(line, size, width, bold=bold, most=max(1, min(2, free))))
    return rows


def _wrapped(text: str, size: int, width: int, *, bold: bool, most: int) -> list[str]:
    """A text in at most so many rows, broken between words, within one only where it alone is too wide."""
    rows: list[str] = []
    row = ""
    for word in text.split(" "):
        longer = f"{row} {word}" if row else word
        if _width(longer, size, bold=bold) <= width:
            row = longer
            continue
        if row:
            rows.append(row)
        row = word
        while _width(row, size, bold=bold) > width and len(rows) < most:
            fitting = _fitting(row, size, width, bold=bold)
            rows.append(row[:fitting])
            row = row[fitting:]
        if len(rows) >= most:
            break
    else:
        if row:
            rows.append(row)
        if len(rows) <= most:
            return rows
    return [*rows[: most - 1], _cut(rows[most - 1] + ELLIPSIS, size, width, bold=bold)]


def _cut(text: str, size: int, width: int, *, bold: bool = False) -> str:
    """A text that fits, with an ellipsis where it was cut."""
    if _width(text, size, bold=bold) <= width:
        return text
    bare = text.removesuffix(ELLIPSIS)
    fitting = _fitting(bare, size, width - int(_width(ELLIPSIS, size, bold=bold)) - 1, bold=bold)
    return bare[:fitting].rstrip() + ELLIPSIS


def _fitting(text: str, size: int, width: int, *, bold: bool) -> int:
    """How many of a text's characters fit, at least one."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _width(text[:middle], size, bold=bold) <= width else (low, middle - 1)
    return low


def _width(text: str, size: int, *, bold: bool) -> float:
    from reportlab.pdfbase.pdfmetrics import stringWidth  # noqa: PLC0415  # only where a label is made

    return float(stringWidth(text, "Helvetica-Bold" if bold else "Helvetica", size))


def _large(text: str, *, y: int, sizes: Sequence[int], width: int) -> Text:
    """A text in the first of the sizes in which it fits, in the last one cut."""
    size = next((size for size in sizes if _width(text, size, bold=True) <= width), sizes[-1])
    return Text(x=EDGE, y=y, size=size, bold=True, text=_cut(text, size, width, bold=True))


def _centred(text: str, *, y: int, size: int, white: bool = False) -> Text:
    return Text(x=WIDTH // 2, y=y, size=size, bold=True, white=white, side=Side.MIDDLE, text=text)


def _right(text: str, *, y: int, size: int, bold: bool = False) -> Text:
    return Text(x=_RIGHT, y=y, size=size, bold=bold, side=Side.RIGHT, text=text)


def _rule(y: int, *, thick: int = 3) -> Box:
    return Box(x=EDGE, y=y, width=_INNER, height=thick)
