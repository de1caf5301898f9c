"""`switchboard services`."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from orchestrator.surfaces.cli import options as shared
from orchestrator.surfaces.cli.output import out_screen, warn, write, write_json
from orchestrator.surfaces.terminal.cleaning import clean_lines
from orchestrator.surfaces.terminal.fields import entries
from orchestrator.surfaces.terminal.incident_views import draft_changes_text

DISCOVER_EXAMPLES = """\b
Examples:
  switchboard services discover --logs ./export
  switchboard services discover --logs ./export --out services.yaml
  switchboard services discover --workspace ID --json
"""


def add_commands(cli: typer.Typer) -> None:
    """Add the group of this module."""
    group = typer.Typer(help="Keep the inventory of services.", no_args_is_help=True, rich_markup_mode=None)
    group.callback()(_group)
    group.command(epilog=DISCOVER_EXAMPLES)(discover)
    cli.add_typer(group, name="services")


def _group() -> None:
    """Keep the inventory of services."""


def discover(
    context: typer.Context,
    *,
    logs: shared.Logs = None,
    workspace: shared.Workspace = None,
    now: shared.Now = None,
    strict: shared.Strict = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write it there; a file that is there keeps its own.")
    ] = None,
    as_json: shared.AsJson = False,
) -> None:
    """Draft services.yaml from telemetry: who reports, who calls whom, where it runs."""
    options = shared.read_options(logs=logs, workspace=workspace, now=now, strict=strict)
    found = asyncio.run(shared.application_of(context).discover_services(options, out=out))
    if as_json:
        write_json(found)
    elif out is not None:
        write(draft_changes_text(found, out_screen()))
    else:
        write(clean_lines(found["text"]))
        warn(f"{len(entries(found, 'services'))} services; --out FILE keeps the draft.")
