"""A query's rows: as sparklines over time, as bars by category, or as a small table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC

from rich.cells import cell_len
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from orchestrator.surfaces.terminal.charts import bar, spark
from orchestrator.surfaces.terminal.cleaning import clean, clean_lines
from orchestrator.surfaces.terminal.fields import Fields, entries, fields, items, number, text
from orchestrator.surfaces.terminal.layout import INDENT, labelled, shorten, shorten_front
from orchestrator.surfaces.terminal.screen import UNBROKEN, Marks, Screen
from orchestrator.surfaces.terminal.values import (
    NUMERIC,
    cell_text,
    column_texts,
    duration_text,
    falls,
    number_text,
    parse_time,
    rises,
    span_text,
)

_BAR_WIDTH = 16
_CELL_WIDTH = 44
_TIGHTER = (32, 24)
_SPARK_ROWS = 5
_SPARK_LINES = 3
_GAP = 2
_FEW = 2  # rows with long texts are read as blocks
_RECORDED = 20
_PASSAGE = 320
_SAID_ALREADY = frozenset({"message", "code", "workflow", "ledger", "handoffs"})
"""Sources whose one row says what the sentence says; the evidence's own page has it."""


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    kind: str
    values: tuple[object, ...]

    @property
    def numbers(self) -> list[float | None]:
        return [v if isinstance(v, int | float) and not isinstance(v, bool) else None for v in self.values]


def evidence_page(evidence: Fields, screen: Screen) -> list[RenderableType]:
    """One evidence in full: what was asked of whom, with which parameters, and every recorded row.

    The lines of the query and of its link are never broken, so that they can be copied.
    """
    count = number(evidence, "row_count") or 0
    facts: list[tuple[str, Text | str]] = [
        ("Evidence", Text(f"{text(evidence, 'id')}  step {text(evidence, 'step')}", style="bold")),
        ("Source", text(evidence, "source")),
        ("Answer", f"{text(evidence, 'status')}, {_rows_text(count)}{_elapsed(evidence)}{_scanned(evidence)}"),
    ]
    if reason := text(evidence, "reason"):
        facts.append(("Reason", reason))
    if text(evidence, "source").startswith("logs:") and (span := fields(evidence, "window")):
        facts.append(("Window", f"{text(span, 'from')} to {text(span, 'to')}"))
    facts += [("" if index else "Given", line) for index, line in enumerate(_parameter_lines(evidence))]
    facts.append(("SHA-256", text(evidence, "result_sha256") or screen.marks.dash))
    lines = clean_lines(evidence.get("query") or "").strip("\n").splitlines()
    query = Text("\n".join(f"  {line}" for line in lines), style="cyan", no_wrap=True, overflow="ignore")
    return [
        labelled(facts),
        Text(""),
        query,
        *_link(evidence),
        Text(""),
        *_all_rows(evidence, screen),
    ]


def _link(evidence: Fields) -> list[RenderableType]:
    """Where the query can be run again, on one unbroken line."""
    link = text(evidence, "link")
    return [Text(f"  in the portal: {link}", style="dim", no_wrap=True, overflow="ignore")] if link else []


def _scanned(evidence: Fields) -> str:
    scanned = number(evidence, "scanned_bytes")
    return f", {scanned / 1e6:,.1f} MB scanned" if scanned else ""


def _elapsed(evidence: Fields) -> str:
    elapsed = number(evidence, "elapsed_ms")
    return f", {duration_text(elapsed)}" if elapsed is not None else ""


def _rows_text(count: float) -> str:
    return "1 row" if count == 1 else f"{number_text(count)} rows"


def _parameter_lines(evidence: Fields) -> list[str]:
    found = fields(evidence, "parameters")
    return [f"{clean(name)} = {text(fields(found, name), 'value') or text(found, name)}" for name in found]


def evidence_rows(evidence: Fields, screen: Screen, *, most: int) -> list[RenderableType]:
    """The rows that fit best: at most `most` of them, and how many are left out."""
    if text(evidence, "source").partition(":")[0] in _SAID_ALREADY:
        return []
    columns = [column for column in _columns(evidence) if not _nested(column)]
    shown = len(columns[0].values) if columns else 0
    if not shown:
        return []
    total = int(number(evidence, "row_count") or shown)
    if lines := _sparks(columns, screen, total=total):
        return [Padding(Text(line, style="cyan"), (0, 0, 0, 2)) for line in lines]
    if shown <= _FEW and _cut(columns):
        return _records(columns, screen.marks, most=most, longest=_PASSAGE)
    table, hidden = _table(columns, screen, most=most, tight=True)
    if hidden and shown <= _FEW:
        return [Padding(_pairs(columns, index), (0, 0, 0, INDENT)) for index in range(shown)]
    left = [f"{_rows_text(total - min(shown, most))} more"] if total > min(shown, most) else []
    left += [f"columns not shown: {', '.join(hidden)}"] if hidden else []
    tail = [Padding(Text("; ".join(left), style="dim"), (0, 0, 0, 2))] if left else []
    return [Padding(table, (0, 0, 0, 2)), *tail]


def _nested(column: _Column) -> bool:
    """Whether it holds whole documents, which are read in the evidence's own page."""
    held = (one for value in column.values for one in (value if isinstance(value, list) else [value]))
    return any(isinstance(one, Mapping) for one in held)


def _all_rows(evidence: Fields, screen: Screen) -> list[RenderableType]:
    """Every recorded row with every column: as a table where it fits, else as one block per row."""
    columns = _columns(evidence)
    if not columns:
        return [Text("  no rows", style="dim")]
    table, hidden = _table(columns, screen, most=_RECORDED, tight=False)
    if not hidden and not _cut(columns):
        return [Padding(table, (0, 0, 0, INDENT))]
    return _records(columns, screen.marks, most=_RECORDED, longest=None)


def _cut(columns: Sequence[_Column]) -> bool:
    """Whether a table would cut some cell."""
    return any(cell_len(item) > _CELL_WIDTH for column in columns for item in column_texts(column.values, column.kind))


def _records(columns: Sequence[_Column], marks: Marks, *, most: int, longest: int | None) -> list[RenderableType]:
    """One block of labelled lines per row; texts are cut at `longest` where it is given."""
    texts = [column_texts(column.values, column.kind) for column in columns]
    parts: list[RenderableType] = []
    for index in range(min(len(texts[0]), most)):
        rows: list[tuple[str, Text | str]] = [
            (column.name, shorten(cells[index], longest, marks.ellipsis) if longest else cells[index])
            for column, cells in zip(columns, texts, strict=True)
            if cells[index]
        ]
        parts += [*([Text("")] if index else []), labelled(rows, indent=INDENT)]
    return parts


def _pairs(columns: Sequence[_Column], index: int) -> Text:
    """One row as `name value` pairs, for a row that has more columns than fit beside each other."""
    found = Text()
    for column in columns:
        if value := column_texts(column.values, column.kind)[index]:
            pair = Text.assemble((column.name, "dim"), UNBROKEN, value.replace(" ", UNBROKEN))
            found = Text("   ").join([found, pair]) if found else pair
    return found


def _columns(evidence: Fields) -> list[_Column]:
    """The columns that say something: one that is empty in every row is left out."""
    rows = [row for row in items(evidence, "rows") if isinstance(row, list | tuple)]
    found = []
    for index, column in enumerate(entries(evidence, "columns")):
        values = tuple(row[index] if index < len(row) else None for row in rows)
        if any(value not in (None, "", [], {}) for value in values):
            found.append(_Column(text(column, "name"), text(column, "type"), values))
    return found


def _sparks(columns: Sequence[_Column], screen: Screen, *, total: int) -> list[str]:
    """Numbers over time as lines, earliest first; none where the rows are no single time series."""
    times = [column for column in columns if column.kind == "datetime"]
    series = [column for column in columns if column.kind in NUMERIC and any(v is not None for v in column.numbers)]
    if len(times) != 1 or not series or len(columns) != len(times) + len(series):
        return []
    moments = [moment for value in times[0].values if (moment := parse_time(value))]
    if len(moments) != len(times[0].values) or len(moments) < _SPARK_ROWS:
        return []
    backwards = rises(moments[::-1])
    if not backwards and not rises(moments):
        return []
    ordered = [_Column(c.name, c.kind, c.values[::-1]) if backwards else c for c in series[:_SPARK_LINES]]
    width = max(cell_len(column.name) for column in ordered)
    lines = [_spark_line(column, width, screen.marks) for column in ordered]
    span = span_text(min(moments).astimezone(UTC), max(moments).astimezone(UTC), screen.marks.dash)
    cut = f"  ({len(moments)} of {total} rows)" if total > len(moments) else ""
    return [*lines, f"{' ' * width}  {span} UTC{cut}"]


def _spark_line(column: _Column, width: int, marks: Marks) -> str:
    known = [value for value in column.numbers if value is not None]
    label = column.name + " " * (width - cell_len(column.name))
    ends = f"{number_text(known[0])} to {number_text(known[-1])}, most {number_text(max(known))}"
    return f"{label}  {spark(column.numbers, marks)}  {ends}"


def _table(columns: Sequence[_Column], screen: Screen, *, most: int, tight: bool) -> tuple[Table, list[str]]:
    """A table of the first columns that fit, with bars for the column that the rows are sorted by.

    `tight` cuts long cells shorter where that lets every column in.
    """
    room = screen.width - 6
    for limit in (_CELL_WIDTH, *_TIGHTER) if tight else (_CELL_WIDTH,):
        cells = [_cells(column, most, screen.marks, limit=limit) for column in columns]
        widths = [max(map(cell_len, [c.name, *texts])) + _GAP for c, texts in zip(columns, cells, strict=True)]
        if sum(widths) <= room:
            break
    fits = max(1, sum(1 for end in range(1, len(columns) + 1) if sum(widths[:end]) <= room))
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="dim", show_edge=False)
    for column in columns[:fits]:
        right = column.kind in NUMERIC
        table.add_column(Text(column.name), justify="right" if right else "left", no_wrap=fits > 1, overflow="fold")
    bars = _bars(columns[:fits], most, screen, room - sum(widths[:fits]))
    if bars:
        table.add_column("", no_wrap=True, style="cyan")
    for index in range(len(cells[0])):
        row = [Text(texts[index]) for texts in cells[:fits]]
        table.add_row(*row, *([Text(bars[index])] if bars else []))
    return table, [column.name for column in columns[fits:]]


def _cells(column: _Column, most: int, marks: Marks, *, limit: int) -> list[str]:
    """The cells within `limit`; of a path, such as a resource id, the end is kept: the beginning is shared."""
    texts = column_texts(column.values, column.kind)[:most]
    return [
        shorten_front(item, limit, marks.ellipsis) if item.startswith("/") else shorten(item, limit, marks.ellipsis)
        for item in texts
    ]


def _bars(columns: Sequence[_Column], most: int, screen: Screen, room: int) -> list[str]:
    """Bars of the last numeric column by which the rows fall; none where there is no category or no room."""
    if room < _BAR_WIDTH or len(columns[0].values) <= _FEW or all(column.kind in NUMERIC for column in columns):
        return []
    for column in reversed(columns):
        known = [value for value in column.numbers if value is not None]
        if column.kind in NUMERIC and len(known) == len(column.values) and known and falls(known) and known[-1] >= 0:
            return [bar(value, known[0], width=_BAR_WIDTH, marks=screen.marks) for value in known[:most]]
    return []


def value_text(value: object) -> str:
    """An argument's value as one safe line."""
    return cell_text(value, "dynamic")
