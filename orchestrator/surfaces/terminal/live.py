"""The live display of a run: a line per step with a spinner until it is decided, parallel ones joined by a brace."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import TextIO

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from orchestrator.core.events import Event
from orchestrator.surfaces.terminal.progress import LiveStep, Progress
from orchestrator.surfaces.terminal.report import opening_part, sample_banner
from orchestrator.surfaces.terminal.screen import Screen
from orchestrator.surfaces.terminal.steps import step_mark, step_row, title_width

try:
    import termios
except ImportError:  # Windows has none
    termios = None  # type: ignore[assignment]  # checked before use

_REFRESHES = 12  # per second: a spinner's pace
_SIGNS = 4  # cells: brace, blank, mark, blank


class LiveRun:
    """Hears the events of one run and draws them."""

    def __init__(self, screen: Screen, *, keep: bool) -> None:
        self.progress = Progress()
        self._screen = screen
        self._keep = keep
        self._spinner = Spinner(screen.marks.spinner)
        self._finished = False

    def hear(self, event: Event) -> None:
        """Take in one event; the display redraws by itself."""
        self.progress = self.progress.after(event)

    def finish(self) -> None:
        """No more spinners: what still runs was stopped."""
        self._finished = True

    @property
    def stands(self) -> bool:
        """Whether the last picture stays above the answer: it must hold steps, and of one subject only."""
        return self._keep and bool(self.progress.steps) and self.progress.turns <= 1

    def __rich__(self) -> RenderableType:
        return Group(*_parts(self.progress, self._screen, None if self._finished else self._spinner))


def _parts(progress: Progress, screen: Screen, spinner: Spinner | None) -> list[RenderableType]:
    parts: list[RenderableType] = []
    if progress.sample:
        parts += [sample_banner(), Text("")]
    parts += opening_part(progress.window, progress.guide, screen)
    if progress.steps:
        parts.append(Text("\nSteps", style="bold"))
    titles = title_width([step.line for step in progress.steps], width=screen.width - _SIGNS)
    for _, wave in groupby(progress.steps, key=lambda step: step.wave):
        parts += _wave(list(wave), screen, spinner, titles=titles)
    running = any(not step.line.status for step in progress.steps)
    if spinner is not None and not running:
        parts.append(Text.assemble("  ", _frame(spinner), (f" {progress.doing}{screen.marks.ellipsis}", "dim")))
    return parts


def _wave(steps: list[LiveStep], screen: Screen, spinner: Spinner | None, *, titles: int) -> list[Text]:
    """Steps that run side by side, joined at their left by a brace."""
    marks = screen.marks
    braces = [marks.first, *[marks.middle] * (len(steps) - 2), marks.last] if len(steps) > 1 else [" "]
    rows = []
    for brace, step in zip(braces, steps, strict=True):
        done = step_mark(step.line, marks) if step.line.status else None
        sign = done or (_frame(spinner) if spinner else Text(marks.skipped, style="yellow"))
        row = step_row(step.line, screen, width=screen.width - _SIGNS, titles=titles)
        rows.append(Text.assemble((brace, "dim"), " ", sign, " ", row))
    return rows


def _frame(spinner: Spinner) -> Text:
    """The spinner's sign of this moment."""
    frames = spinner.frames
    elapsed = time.monotonic() * 1000 / spinner.interval
    return Text(frames[int(elapsed) % len(frames)], style="cyan")


@contextmanager
def live_run(stream: TextIO, screen: Screen, *, keep: bool) -> Iterator[LiveRun]:
    """Draw a run on `stream` while the block runs; `keep` leaves the last picture standing where it says something."""
    run = LiveRun(screen, keep=keep)
    console = Console(
        file=stream,
        width=screen.width,
        force_terminal=True,
        color_system="standard" if screen.color else None,
        no_color=not screen.color,
        highlight=False,
        markup=False,
        emoji=False,
    )
    display = Live(
        run,
        console=console,
        refresh_per_second=_REFRESHES,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    with _no_echo(), display:
        try:
            yield run
        finally:
            run.finish()
            display.transient = not run.stands


@contextmanager
def _no_echo() -> Iterator[None]:
    """Typed keys, `^C` above all, are not echoed into the picture: the display would lose count of its lines."""
    if termios is None or not sys.stdin.isatty():
        yield
        return
    number = sys.stdin.fileno()
    before = termios.tcgetattr(number)
    quiet = [*before[:3], before[3] & ~termios.ECHO, *before[4:]]
    termios.tcsetattr(number, termios.TCSADRAIN, quiet)
    try:
        yield
    finally:
        termios.tcsetattr(number, termios.TCSADRAIN, before)
