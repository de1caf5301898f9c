"""Runs something that yields a report while its steps are shown, and prints the report."""

import asyncio
from collections.abc import Awaitable, Callable

import typer

from orchestrator.core.events import Event
from orchestrator.surfaces.application import Document, Listener
from orchestrator.surfaces.cli.exits import exit_of_report
from orchestrator.surfaces.cli.invocation import Invocation
from orchestrator.surfaces.cli.output import out_screen, progress, warn, write, write_json
from orchestrator.surfaces.terminal.cleaning import clean
from orchestrator.surfaces.terminal.live import LiveRun
from orchestrator.surfaces.terminal.report import report_text
from orchestrator.surfaces.terminal.screen import Screen

Work = Callable[[Listener], Awaitable[Document]]


def answer(invocation: Invocation, work: Work, *, as_json: bool) -> None:
    """Do the work, print its report, and leave with the report's exit code."""

    async def heard(live: LiveRun | None) -> Document:
        return await work(listener(invocation, live))

    with progress(keep=not as_json) as live:
        report = asyncio.run(heard(live))
    screen = out_screen()
    if as_json:
        write_json(report)
    else:
        write(page(report, live, screen))
    raise typer.Exit(exit_of_report(report))


def listener(invocation: Invocation, live: LiveRun | None) -> Listener:
    """Hears each event, and shows it where there is a display."""

    def listen(event: Event) -> None:
        invocation.hear(event)
        if live is not None:
            live.hear(event)

    return listen


def page(report: Document, live: LiveRun | None, screen: Screen) -> str:
    """The report; what the live display has left standing is not said again."""
    stands = live is not None and live.stands
    body = report_text(report, screen, opening=not stands)
    return f"\n{body}" if stands else body


def interrupted(invocation: Invocation) -> None:
    """Say that a run was stopped, and where what it found is kept."""
    kept = f" What it found by then: switchboard runs show {clean(invocation.run)}" if invocation.run else ""
    warn(f"Interrupted.{kept}")
