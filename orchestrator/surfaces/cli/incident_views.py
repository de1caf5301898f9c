"""What `switchboard incidents` shows of one incident, and what people say about it."""

import asyncio
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from orchestrator.core.errors import InputError
from orchestrator.surfaces.cli import options as shared
from orchestrator.surfaces.cli.output import out_screen, write, write_json
from orchestrator.surfaces.incident_report.html import report_html
from orchestrator.surfaces.incident_report.markdown import report_markdown
from orchestrator.surfaces.terminal.fields import entries
from orchestrator.surfaces.terminal.incident_views import (
    mark_text,
    sections_text,
    similar_text,
    timeline_text,
    update_text,
)

TIMELINE_EXAMPLES = """\b
Examples:
  switchboard incidents timeline INC-3
  switchboard incidents timeline INC-3 --since noon
  switchboard incidents timeline INC-3 --since 10:20 --tz Europe/Berlin --json
"""
NOTE_EXAMPLES = """\b
Examples:
  switchboard incidents note INC-3 "the provider confirms an outage"
"""
PIN_EXAMPLES = """\b
Examples:
  switchboard incidents pin INC-3 claim:20261122-1f2e3d4c#C1
  switchboard incidents pin INC-3 --text "customers cannot pay by card"
"""
SUMMARY_EXAMPLES = """\b
Examples:
  switchboard incidents summary INC-3
"""
UPDATE_EXAMPLES = """\b
Examples:
  switchboard incidents update INC-3
  switchboard incidents update INC-3 --posted
"""
SIMILAR_EXAMPLES = """\b
Examples:
  switchboard incidents similar INC-3
"""
REPORT_EXAMPLES = """\b
Examples:
  switchboard incidents report INC-3
  switchboard incidents report INC-3 --html inc-3.html
  switchboard incidents report INC-3 --markdown inc-3.md
"""
CONFIRM_EXAMPLES = """\b
Examples:
  switchboard incidents confirm INC-3 --cause bad_deploy
  switchboard incidents confirm INC-3 --wrong --note "it was the certificate"
"""
Incident = Annotated[str, typer.Argument(metavar="INCIDENT", help="The incident's id, such as INC-3.")]
_EPILOGS = {
    "timeline": TIMELINE_EXAMPLES,
    "note": NOTE_EXAMPLES,
    "pin": PIN_EXAMPLES,
    "summary": SUMMARY_EXAMPLES,
    "update": UPDATE_EXAMPLES,
    "similar": SIMILAR_EXAMPLES,
    "report": REPORT_EXAMPLES,
    "confirm": CONFIRM_EXAMPLES,
}


class Kind(StrEnum):
    """What a note is."""

    NOTE = "note"
    PIN = "pin"


def add_to(group: typer.Typer) -> None:
    """Add these commands to the group `incidents`."""
    for command in (timeline, note, pin, summary, update, similar, report, confirm):
        group.command(epilog=_EPILOGS[command.__name__])(command)


def timeline(
    context: typer.Context,
    incident: Incident,
    *,
    since: Annotated[
        str | None, typer.Option("--since", metavar="TIME", help="Only from then on: noon, 10:20, or ISO 8601.")
    ] = None,
    tz: shared.Zone = None,
    as_json: shared.AsJson = False,
) -> None:
    """Print all that happened, in order, each line with its source."""
    zone = shared.read_zone(tz) if tz is not None else None
    found = shared.application_of(context).incident_timeline(incident, since=since, zone=zone)
    if as_json:
        write_json(found)
    else:
        write(timeline_text(found, out_screen()))


def note(
    context: typer.Context,
    incident: Incident,
    text: Annotated[list[str], typer.Argument(metavar="TEXT", help="What is to be noted.")],
    *,
    as_json: shared.AsJson = False,
) -> None:
    """Write a note into the record, in your name."""
    found = shared.application_of(context).note_incident(incident, text=" ".join(text), kind=Kind.NOTE, about="")
    if as_json:
        write_json(found)
    else:
        write(f"Noted as {found['id']}.")


def pin(
    context: typer.Context,
    incident: Incident,
    source: Annotated[str, typer.Argument(metavar="[SOURCE]", help="What to hold up, by its id in the timeline.")] = "",
    *,
    text: Annotated[str, typer.Option("--text", metavar="TEXT", help="Words of your own.")] = "",
    as_json: shared.AsJson = False,
) -> None:
    """Hold up what matters: an entry of the record, or a sentence of yours."""
    if not source and not text.strip():
        raise InputError("there is nothing to pin: give a SOURCE of the timeline, or --text")
    found = shared.application_of(context).note_incident(incident, text=text, kind=Kind.PIN, about=source)
    if as_json:
        write_json(found)
    else:
        write(f"Pinned as {found['id']}.")


def summary(context: typer.Context, incident: Incident, *, as_json: shared.AsJson = False) -> None:
    """Tell somebody who joins now: what, since when, impact, cause, what was done, owner, what is open."""
    found = shared.application_of(context).incident_summary(incident)
    if as_json:
        write_json(found)
    else:
        write(sections_text(entries(found, "sections"), out_screen()))


def update(
    context: typer.Context,
    incident: Incident,
    *,
    posted: Annotated[bool, typer.Option("--posted", help="Note in the record that it was posted.")] = False,
    as_json: shared.AsJson = False,
) -> None:
    """Print a status update for stakeholders, ready to post."""
    found = shared.application_of(context).incident_update(incident, post=posted)
    if as_json:
        write_json(found)
    else:
        write(update_text(found))


def similar(
    context: typer.Context,
    incident: Incident,
    *,
    top: Annotated[int, typer.Option("--top", metavar="K", min=1, max=50, help="How many.")] = 5,
    as_json: shared.AsJson = False,
) -> None:
    """Find past incidents that are like it; their causes are questions, and prove nothing here."""
    found = asyncio.run(shared.application_of(context).similar_incidents(incident, top=top))
    if as_json:
        write_json(found)
    else:
        write(similar_text(found, out_screen()))


def report(
    context: typer.Context,
    incident: Incident,
    *,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write one self-contained page.")] = None,
    markdown: Annotated[Path | None, typer.Option("--markdown", metavar="FILE", help="Write Markdown.")] = None,
    as_json: shared.AsJson = False,
) -> None:
    """Write the post-incident report, in which every sentence has its receipt; Markdown where no file is named."""
    found = shared.application_of(context).incident_report(incident)
    if html is not None:
        _write_file(html, report_html(found))
    if markdown is not None:
        _write_file(markdown, report_markdown(found))
    if as_json:
        write_json(found)
    elif html is None and markdown is None:
        write(report_markdown(found))
    else:
        write("\n".join(f"Wrote {path}" for path in (html, markdown) if path is not None))


def _write_file(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{str(path)!r} cannot be written: {error.strerror}; name another file") from error


def confirm(
    context: typer.Context,
    incident: Incident,
    *,
    cause: Annotated[
        str | None, typer.Option("--cause", metavar="CAUSE", help="What it was, as the verdict names it or otherwise.")
    ] = None,
    wrong: Annotated[bool, typer.Option("--wrong", help="The verdict was wrong.")] = False,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="How that is known.")] = "",
    as_json: shared.AsJson = False,
) -> None:
    """Say what the cause was, or that the verdict was wrong; it counts for the guide that gave it."""
    found = shared.application_of(context).confirm_incident(incident, cause=cause, wrong=wrong, note=note)
    if as_json:
        write_json(found)
    else:
        write(mark_text(found))
