"""Building blocks of a page: headings, hanging paragraphs, labelled lines, shortened texts."""

from collections.abc import Iterable, Sequence

from rich.cells import cell_len, set_cell_size
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

INDENT = 2


def shorten(text: str, width: int, ellipsis: str) -> str:
    """The text within `width` terminal cells, ending in the ellipsis where it was cut."""
    if cell_len(text) <= width:
        return text
    room = width - cell_len(ellipsis)
    return set_cell_size(text, room).rstrip() + ellipsis if room > 0 else ellipsis[: max(width, 0)]


def shorten_front(text: str, width: int, ellipsis: str) -> str:
    """The text within `width` terminal cells, beginning with the ellipsis where it was cut."""
    if cell_len(text) <= width:
        return text
    kept = text
    while kept and cell_len(kept) + cell_len(ellipsis) > width:
        kept = kept[1:]
    return ellipsis + kept


def heading(title: str) -> Text:
    """A section's title, after an empty line."""
    return Text.assemble("\n", (title, "bold"))


def hanging(rows: Iterable[tuple[Text | str, Text | str]], *, indent: int = INDENT) -> Padding:
    """A mark or number and a paragraph beside it, each paragraph wrapped in its own column."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for mark, paragraph in rows:
        grid.add_row(_text(mark), _text(paragraph))
    return Padding(grid, (0, 0, 0, indent))


def labelled(rows: Sequence[tuple[str, Text | str]], *, indent: int = 0, label_width: int = 0) -> Padding:
    """Dim labels in one column, values in the next."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True, min_width=label_width or None)
    grid.add_column(overflow="fold")
    for label, value in rows:
        grid.add_row(Text(label), _text(value))
    return Padding(grid, (0, 0, 0, indent))


def _text(value: Text | str) -> Text:
    return value if isinstance(value, Text) else Text(value)
