"""Runs something that yields a report while its steps are shown, and prints the report."""

import asyncio
from collections.abc import Awaitable, Callable

import typer

from orchestrator.core.events import Event, RunStarted
from orchestrator.surfaces.application import Document, Listener
from orchestrator.surfaces.cli.exits import exit_of_report
from orchestrator.surfaces.cli.output import out_screen, progress, warn, write, write_json
from orchestrator.surfaces.terminal.live import LiveRun
from orchestrator.surfaces.terminal.report import report_text
from orchestrator.surfaces.terminal.screen import Screen

Work = Callable[[Listener], Awaitable[Document]]


class StartedRun:
    """Remembers the id of the last run that began, for messages about it."""

    def __init__(self) -> None:
        self.id: str | None = None

    def hear(self, event: Event) -> None:
        """Take in one event."""
        if isinstance(event, RunStarted):
            self.id = event.run


started = StartedRun()


def answer(work: Work, *, as_json: bool) -> None:
    """Do the work, print its report, and leave with the report's exit code."""
    started.id = None
    with progress(keep=not as_json) as live:
        report = asyncio.run(_heard(work, live))
    screen = out_screen()
    if as_json:
        write_json(report)
    else:
        write(page(report, live if screen.live else None, screen))
    raise typer.Exit(exit_of_report(report))


async def _heard(work: Work, live: LiveRun | None) -> Document:
    def listen(event: Event) -> None:
        started.hear(event)
        if live is not None:
            live.hear(event)

    return await work(listen)


def page(report: Document, live: LiveRun | None, screen: Screen) -> str:
    """The report; what the live display has left standing is not said again."""
    shown = live is not None and bool(live.progress.steps) and not report.get("turns")
    body = report_text(report, screen, opening=not shown)
    return f"\n{body}" if live is not None else body


def interrupted() -> None:
    """Say that a run was stopped, and where what it found is kept."""
    kept = f" What it found by then: switchboard runs show {started.id}" if started.id else ""
    warn(f"Interrupted.{kept}")
