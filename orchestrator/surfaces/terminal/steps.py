"""A guide's steps as lines: mark, what was asked, what it says, evidence, time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from orchestrator.surfaces.terminal.fields import Fields, number, sentence, text
from orchestrator.surfaces.terminal.layout import INDENT, shorten
from orchestrator.surfaces.terminal.screen import Marks, Screen
from orchestrator.surfaces.terminal.values import duration_text

_LEAST = 12  # fewer cells than this say nothing
_STYLES = {"done": "green", "failed": "red", "partial": "yellow", "skipped": "dim"}
_OUTCOMES = {"finding": "bold", "conclude": "bold red", "unknown": "yellow", "ruled_out": "", "healthy": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """One step as shown; `status` is empty while it runs."""

    title: str
    status: str = ""
    outcome: str = ""
    said: str = ""
    evidence: str = ""
    elapsed_ms: float | None = None

    @classmethod
    def of(cls, step: Fields) -> "StepLine":
        """From a report's step."""
        return cls(
            title=text(step, "title") or text(step, "id"),
            status=text(step, "status") or "done",
            outcome=text(step, "outcome"),
            said=sentence(step, "text"),
            evidence=text(step, "evidence"),
            elapsed_ms=number(step, "elapsed_ms"),
        )


def step_mark(line: StepLine, marks: Marks) -> Text:
    """The sign of its status; an unknown outcome is a question mark though the query was answered."""
    if line.status == "done" and line.outcome == "unknown":
        return Text(marks.unknown, style="yellow")
    sign = {"done": marks.done, "failed": marks.failed, "partial": marks.partial, "skipped": marks.skipped}
    return Text(sign.get(line.status, marks.bullet), style=_STYLES.get(line.status, ""))


def title_width(lines: Iterable[StepLine], *, width: int) -> int:
    """The column of titles: as wide as the longest, but never more than leaves room for what the steps say."""
    return min(max((cell_len(line.title) for line in lines), default=0), max(width * 2 // 5, _LEAST))


def step_row(line: StepLine, screen: Screen, *, width: int, titles: int) -> Text:
    """One line: title and what the step says, cut to fit; evidence and time at its right end."""
    elapsed = duration_text(line.elapsed_ms) if line.elapsed_ms and line.status != "skipped" else ""
    tail = f"{line.evidence:>4} {elapsed:>8}"
    room = width - cell_len(tail) - 1
    row = _sentence(line, room, titles, screen.marks.ellipsis)
    row.append(" " * (width - row.cell_len - cell_len(tail)))
    return row.append(tail[:4], style="cyan").append(tail[4:], style="dim")


def _sentence(line: StepLine, room: int, titles: int, ellipsis: str) -> Text:
    skipped = line.status == "skipped"
    said = "skipped" if skipped else line.said
    left = room - titles - 2
    if not said or left < _LEAST:
        return Text(shorten(line.title, room if not said else titles, ellipsis), style="dim" if skipped else "")
    title = shorten(line.title, titles, ellipsis)
    gap = " " * (titles + 2 - cell_len(title))
    style = "dim" if skipped else _OUTCOMES.get(line.outcome, "")
    return Text.assemble((title, "dim"), gap, (shorten(said, left, ellipsis), style))


def steps_block(lines: Sequence[StepLine], screen: Screen) -> Padding:
    """All steps, one line each."""
    width = screen.width - INDENT - 2
    titles = title_width(lines, width=width)
    rows = [
        Text.assemble(step_mark(line, screen.marks), " ", step_row(line, screen, width=width, titles=titles))
        for line in lines
    ]
    return Padding(Group(*rows), (0, 0, 0, INDENT))
