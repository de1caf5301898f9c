"""`switchboard incidents`: alerts in, incidents out."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from orchestrator.core.errors import InputError
from orchestrator.surfaces.application import Document, IncidentChange, Listener
from orchestrator.surfaces.cli import incident_views
from orchestrator.surfaces.cli import options as shared
from orchestrator.surfaces.cli.answering import listener
from orchestrator.surfaces.cli.exits import ExitCode
from orchestrator.surfaces.cli.output import out_screen, progress, write, write_json
from orchestrator.surfaces.terminal.incidents import incident_page, incidents_list, ingested_page, unread_list

INGEST_EXAMPLES = """\b
Examples:
  switchboard incidents ingest alert.json
  jq .body delivery.json | switchboard incidents ingest -
  switchboard incidents ingest events.jsonl --mapping our-tool.yaml --no-triage
  switchboard incidents ingest body.json --header "ce-specversion=1.0" --header "ce-time=2026-11-22T10:20:00Z"
"""
LIST_EXAMPLES = """\b
Examples:
  switchboard incidents list
  switchboard incidents list --status open --service checkout --json
"""
SHOW_EXAMPLES = """\b
Examples:
  switchboard incidents show INC-3
"""
ACK_EXAMPLES = """\b
Examples:
  switchboard incidents ack INC-3
"""
RESOLVE_EXAMPLES = """\b
Examples:
  switchboard incidents resolve INC-3 --note "rolled back by hand"
"""
ASSIGN_EXAMPLES = """\b
Examples:
  switchboard incidents assign INC-3
  switchboard incidents assign INC-3 --to team-money
"""
MERGE_EXAMPLES = """\b
Examples:
  switchboard incidents merge INC-4 INC-5 --into INC-3 --note "one database behind all three"
"""
UNREAD_EXAMPLES = """\b
Examples:
  switchboard incidents unread
  switchboard incidents unread --json
"""
Incident = Annotated[str, typer.Argument(metavar="INCIDENT", help="The incident's id, such as INC-3.")]
Note = Annotated[str, typer.Option("--note", metavar="TEXT", help="Why, for the record.")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many.")]


def add_commands(cli: typer.Typer) -> None:
    """Add the group of this module."""
    group = typer.Typer(help="Take alerts in, and see to incidents.", no_args_is_help=True, rich_markup_mode=None)
    group.command(epilog=INGEST_EXAMPLES)(ingest)
    group.command("list", epilog=LIST_EXAMPLES)(list_)
    group.command(epilog=SHOW_EXAMPLES)(show)
    group.command(epilog=ACK_EXAMPLES)(ack)
    group.command(epilog=ASSIGN_EXAMPLES)(assign)
    group.command(epilog=RESOLVE_EXAMPLES)(resolve)
    group.command(epilog=MERGE_EXAMPLES)(merge)
    group.command(epilog=UNREAD_EXAMPLES)(unread)
    incident_views.add_to(group)
    cli.add_typer(group, name="incidents")


def ingest(
    context: typer.Context,
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE", help="JSON, a list, or JSON Lines of alerts; - is stdin.", show_default=False),
    ] = None,
    *,
    format_: Annotated[
        str | None,
        typer.Option("--format", metavar="NAME", help="Read all as this format, instead of finding out."),
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option("--mapping", metavar="FILE", help="A YAML file that makes alerts of other shapes."),
    ] = None,
    header: Annotated[
        list[str] | None,
        typer.Option("--header", metavar="NAME=VALUE", help="A header of the request, for CloudEvents. Repeatable."),
    ] = None,
    no_triage: Annotated[bool, typer.Option("--no-triage", help="Ask for no triage runs.")] = False,
    as_json: shared.AsJson = False,
) -> None:
    """Take alerts in: grouped into incidents, each with a first triage run. Exit code 1 when some could not be read."""
    sources = [_read(path) for path in files or [Path("-")]]
    headers = dict(map(_header, header or ()))
    invocation = shared.invocation_of(context)

    async def work(listen: Listener) -> Document:
        return await invocation.application.ingest_alerts(
            sources, format_name=format_, mapping=mapping, headers=headers, triage=not no_triage, listen=listen
        )

    with progress(keep=False) as live:
        document = asyncio.run(work(listener(invocation, live)))
    if as_json:
        write_json(document)
    else:
        write(ingested_page(document, out_screen()))
    raise typer.Exit(ExitCode.FAILED if document.get("rejected") else ExitCode.ANSWERED)


def _read(path: Path) -> tuple[str, bytes]:
    if str(path) == "-":
        return "stdin", sys.stdin.buffer.read()
    try:
        return str(path), path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{str(path)!r} cannot be read: {error.strerror}; give a file of alerts, or - for stdin"
        ) from error


def _header(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise InputError(f"--header {text!r} is none; write NAME=VALUE, such as ce-specversion=1.0")
    return name.strip(), value.strip()


def list_(
    context: typer.Context,
    *,
    status: Annotated[
        list[str] | None,
        typer.Option("--status", help="open, acknowledged, resolved or merged; else all but merged. Repeatable."),
    ] = None,
    service: Annotated[str | None, typer.Option("--service", metavar="NAME", help="Only this service's.")] = None,
    limit: Limit = 20,
    as_json: shared.AsJson = False,
) -> None:
    """List incidents, the newest first."""
    found = shared.application_of(context).list_incidents(statuses=status or (), service=service, limit=limit)
    if as_json:
        write_json({"incidents": list(found)})
    else:
        write(incidents_list(found, out_screen()))


def show(context: typer.Context, incident: Incident, *, as_json: shared.AsJson = False) -> None:
    """Show an incident: its state, its alerts, what its runs found, what happened."""
    _print(shared.application_of(context).show_incident(incident), as_json=as_json)


def ack(context: typer.Context, incident: Incident, *, as_json: shared.AsJson = False) -> None:
    """Say that you look after it."""
    _print(_changed(context, incident, IncidentChange(what="ack")), as_json=as_json)


def resolve(context: typer.Context, incident: Incident, *, note: Note = "", as_json: shared.AsJson = False) -> None:
    """End it and all its alerts now."""
    _print(_changed(context, incident, IncidentChange(what="resolve", note=note)), as_json=as_json)


def assign(
    context: typer.Context,
    incident: Incident,
    *,
    to: Annotated[str, typer.Option("--to", metavar="NAME", help="The new owner; you, where none is named.")] = "",
    as_json: shared.AsJson = False,
) -> None:
    """Give it an owner."""
    _print(_changed(context, incident, IncidentChange(what="assign", owner=to)), as_json=as_json)


def merge(
    context: typer.Context,
    incidents: Annotated[list[str], typer.Argument(metavar="INCIDENT...", help="What becomes part of another.")],
    *,
    into: Annotated[str, typer.Option("--into", metavar="INCIDENT", help="What it becomes part of.")],
    note: Note = "",
    as_json: shared.AsJson = False,
) -> None:
    """Make incidents one."""
    change = IncidentChange(what="merge", others=tuple(incidents), note=note)
    _print(_changed(context, into, change), as_json=as_json)


def unread(context: typer.Context, *, limit: Limit = 20, as_json: shared.AsJson = False) -> None:
    """List what came in and could not be read; it is kept as it came."""
    found = shared.application_of(context).unread_alerts(limit=limit)
    if as_json:
        write_json({"payloads": list(found)})
    else:
        write(unread_list(found, out_screen()))


def _changed(context: typer.Context, incident: str, change: IncidentChange) -> Document:
    return shared.application_of(context).change_incident(incident, change)


def _print(document: Document, *, as_json: bool) -> None:
    if as_json:
        write_json(document)
    else:
        write(incident_page(document, out_screen()))
