"""`switchboard purge`."""

import sys
from typing import Annotated

import typer

from orchestrator.core.errors import InputError
from orchestrator.surfaces.cli import options as shared
from orchestrator.surfaces.cli.output import out_screen, write, write_json
from orchestrator.surfaces.terminal.purge import purge_page

EXAMPLES = """\b
Examples:
  switchboard purge --before 2026-01-01 --dry-run
  switchboard purge --before 2026-01-01 --yes
  switchboard purge --subject ann.lee@example.com --yes
"""


def add_commands(cli: typer.Typer) -> None:
    """Add the command of this module."""
    cli.command(epilog=EXAMPLES)(purge)


def purge(
    context: typer.Context,
    *,
    before: Annotated[
        str | None, typer.Option("--before", metavar="ISO", help="Delete what was last touched before, and is over.")
    ] = None,
    subject: Annotated[
        str | None,
        typer.Option(
            "--subject", metavar="TEXT", help="Overwrite what names this: a mail address, a full name, an id."
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: shared.AsJson = False,
) -> None:
    """Delete what is old, or a person's words, from the record. What is not over stays."""
    application = shared.application_of(context)
    moment = shared.read_now(before, zone="UTC", option="--before") if before is not None else None
    asks = not (dry_run or yes)
    found = application.purge(before=moment, subject=subject, dry_run=dry_run or asks)
    if asks:
        if as_json or not sys.stdin.isatty():
            raise InputError(
                "nothing was purged, since it cannot be undone: give --yes to do it, or --dry-run to count"
            )
        write(purge_page(found, out_screen()))
        typer.confirm("Purge this? It cannot be undone.", abort=True)
        found = application.purge(before=moment, subject=subject, dry_run=False)
    if as_json:
        write_json(found)
    else:
        write(purge_page(found, out_screen()))
