"""`switchboard guides stats`."""

import typer

from orchestrator.surfaces.cli import options as shared
from orchestrator.surfaces.cli.output import out_screen, write, write_json
from orchestrator.surfaces.terminal.incident_views import stats_text

STATS_EXAMPLES = """\b
Examples:
  switchboard guides stats
  switchboard guides stats --json
"""


def stats(context: typer.Context, *, guides: shared.Guides = None, as_json: shared.AsJson = False) -> None:
    """Show how often each guide was used and right, and rank the alerts that no guide covers."""
    found = shared.application_of(context).guide_stats(guides)
    if as_json:
        write_json(found)
    else:
        write(stats_text(found, out_screen()))
