"""`switchboard insights`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from orchestrator.surfaces.cli import options as shared
from orchestrator.surfaces.cli.exits import ExitCode
from orchestrator.surfaces.cli.output import out_screen, write, write_json
from orchestrator.surfaces.terminal.cleaning import clean
from orchestrator.surfaces.terminal.layout import labelled

IMPORT_EXAMPLES = """\b
Examples:
  switchboard insights import scores.jsonl
"""
SHOW_EXAMPLES = """\b
Examples:
  switchboard insights show
"""
_MOST_NAMES = 12


def add_commands(cli: typer.Typer) -> None:
    """Add the group of this module."""
    group = typer.Typer(
        help="Keep results of analyze, to be asked in chat.", no_args_is_help=True, rich_markup_mode=None
    )
    group.command("import", epilog=IMPORT_EXAMPLES)(import_)
    group.command(epilog=SHOW_EXAMPLES)(show)
    cli.add_typer(group, name="insights")


def import_(
    context: typer.Context,
    results: Annotated[Path, typer.Argument(metavar="FILE", help="JSON Lines, as analyze --out writes them.")],
    *,
    as_json: shared.AsJson = False,
) -> None:
    """Keep results that were written before; keeping them twice is keeping them once.

    Exit code 0 all are kept, 1 some lines are no results, 2 bad input.
    """
    stored = shared.application_of(context).import_insights(results)
    write_json(stored) if as_json else write(stored_text(stored))
    raise typer.Exit(ExitCode.FAILED if stored.get("left_out") else ExitCode.ANSWERED)


def show(context: typer.Context, *, as_json: shared.AsJson = False) -> None:
    """Tell what is kept: how many conversations, of when, and by what they can be asked."""
    held = shared.application_of(context).show_insights()
    if as_json:
        write_json(held)
        return
    period = f"{held['first']} to {held['last']}" if held["first"] else "unknown"
    facts = [("place", clean(str(held["place"]))), ("conversations", f"{held['conversations']:,d}"), ("began", period)]
    names = held["names"]
    assert isinstance(names, Mapping)
    facts += [(f"{group}s", _names_text(counts)) for group, counts in names.items()]
    write(out_screen().text(labelled(facts)))


def stored_text(stored: Mapping[str, object]) -> str:
    """What became of results that were to be kept, in lines."""
    counts = f"{stored['new']:,d} new, {stored['changed']:,d} changed, {stored['same']:,d} known"
    lines = [f"insights: {counts}, in {clean(str(stored['place']))}"]
    if stored["left_out"]:
        lines.append(f"left out, as they are no results: {stored['left_out']:,d}")
        problems = stored["problems"]
        lines += [f"  {clean(str(problem))}" for problem in (problems if isinstance(problems, list) else [])]
    return "\n".join(lines)


def _names_text(counts: Mapping[str, int]) -> str:
    shown = [f"{clean(name)} {count:,d}" for name, count in list(counts.items())[:_MOST_NAMES]]
    more = [f"and {len(counts) - _MOST_NAMES} more"] if len(counts) > _MOST_NAMES else []
    return ", ".join(shown + more)
