"""A guide's steps as lines: mark, what was asked, what it says, evidence, time."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from orchestrator.surfaces.terminal.fields import Fields, number, text
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
            said=text(step, "text"),
            evidence=text(step, "evidence"),
            elapsed_ms=number(step, "elapsed_ms"),
        )


def step_mark(line: StepLine, marks: Marks) -> Text:
    """The sign of its status; an unknown outcome is a question mark though the query was answered."""
    if line.status == "done" and line.outcome == "unknown":
        return Text(marks.unknown, style="yellow")
    sign = {"done": marks.done, "failed": marks.failed, "partial": marks.partial, "skipped": marks.skipped}
    return Text(sign.get(line.status, marks.bullet), style=_STYLES.get(line.status, ""))


def step_row(line: StepLine, screen: Screen, *, width: int) -> Text:
    """One line: title and what the step says, cut to fit; evidence and time at its right end."""
    elapsed = duration_text(line.elapsed_ms) if line.elapsed_ms and line.status != "skipped" else ""
    tail = f"{line.evidence:>4} {elapsed:>8}"
    room = width - cell_len(tail) - 1
    row = _sentence(line, room, screen.marks.ellipsis)
    row.append(" " * (width - row.cell_len - cell_len(tail)))
    return row.append(tail[:4], style="cyan").append(tail[4:], style="dim")


def _sentence(line: StepLine, room: int, ellipsis: str) -> Text:
    title = shorten(line.title, room, ellipsis)
    said = "skipped" if line.status == "skipped" else line.said
    left = room - cell_len(title) - 2
    if not said or left < _LEAST:
        return Text(title, style="dim" if line.status == "skipped" else "")
    style = "dim" if line.status == "skipped" else _OUTCOMES.get(line.outcome, "")
    return Text.assemble((title, "dim"), "  ", (shorten(said, left, ellipsis), style))


def steps_block(lines: Sequence[StepLine], screen: Screen) -> Padding:
    """All steps, one line each."""
    rows = [
        step_mark(line, screen.marks).append(" ").append(step_row(line, screen, width=screen.width - INDENT - 2))
        for line in lines
    ]
    return Padding(Group(*rows), (0, 0, 0, INDENT))
