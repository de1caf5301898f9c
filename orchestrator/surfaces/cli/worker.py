"""`switchboard worker`."""

import asyncio
from typing import Annotated

import typer

from orchestrator.surfaces.cli import options as shared
from orchestrator.surfaces.cli.output import warn
from orchestrator.surfaces.terminal.cleaning import clean

WORKER_EXAMPLES = """\b
Examples:
  switchboard worker
  switchboard worker --once
  switchboard worker --concurrency 8
"""


def add_commands(cli: typer.Typer) -> None:
    """Add the command of this module."""
    cli.command(epilog=WORKER_EXAMPLES)(worker)


def worker(
    context: typer.Context,
    *,
    once: Annotated[bool, typer.Option("--once", help="Do what is due, and end.")] = False,
    concurrency: Annotated[
        int, typer.Option("--concurrency", min=1, max=200, help="Runs at once in this process.")
    ] = 4,
) -> None:
    """Carry out what is wanted and unfinished: queued and interrupted runs, schedules, reminders.

    SIGTERM and Ctrl-C let runs end for 20 seconds; what is not over then is taken up by the next worker.
    """

    def announce(executor: str) -> None:
        warn(f"{clean(executor)} works{' once' if once else ''}.")

    asyncio.run(shared.application_of(context).work(once=once, concurrency=concurrency, announce=announce))
