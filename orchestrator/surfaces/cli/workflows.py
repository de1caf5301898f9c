"""`switchboard workflows`."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from orchestrator.core.errors import InputError
from orchestrator.surfaces.application import ServedWorkflow
from orchestrator.surfaces.cli import options as shared
from orchestrator.surfaces.cli.exits import ExitCode
from orchestrator.surfaces.cli.output import out_screen, warn, write, write_json
from orchestrator.surfaces.terminal.cleaning import clean
from orchestrator.surfaces.terminal.fields import text
from orchestrator.surfaces.terminal.layout import labelled
from orchestrator.surfaces.terminal.lists import grid
from orchestrator.surfaces.terminal.values import cell_text

LIST_EXAMPLES = """\b
Examples:
  switchboard workflows list
  switchboard workflows list --json
"""
READ_EXAMPLES = """\b
Examples:
  switchboard workflows read open_ticket:INC-7:1
  switchboard workflows read open_ticket:INC-7:1 --sent-at 2026-11-22T10:45:00Z
"""
SERVE_EXAMPLES = """\b
Examples:
  switchboard workflows serve --port 7071
  switchboard workflows serve --faults faults.json
"""
_LAST_PORT = 65_535


def add_commands(cli: typer.Typer) -> None:
    """Add the group of this module."""
    group = typer.Typer(
        help="See the workflows that actions use, or host them.", no_args_is_help=True, rich_markup_mode=None
    )
    group.command("list", epilog=LIST_EXAMPLES)(list_)
    group.command(epilog=READ_EXAMPLES)(read)
    group.command(epilog=SERVE_EXAMPLES)(serve)
    cli.add_typer(group, name="workflows")


def list_(context: typer.Context, *, as_json: shared.AsJson = False) -> None:
    """List the workflows, and what is wrong with their definitions. Exit code 1 when something is."""
    workflows = shared.application_of(context).list_workflows()
    wrong = [(text(one, "name"), problem) for one in workflows for problem in _texts(one.get("definition_problems"))]
    if as_json:
        write_json({"workflows": list(workflows)})
    else:
        rows = [
            (
                Text(text(one, "name"), style="cyan"),
                text(one, "place"),
                "changes" if one.get("changing") else "reads",
                text(one, "lookup_by_key") if one.get("lookup_by_key") else "",
                text(one, "title"),
            )
            for one in workflows
        ]
        write(out_screen().text(grid(("name", "place", "kind", "lookup", "does"), rows)))
    for name, problem in wrong:
        warn(f"{name}: {problem}")
    raise typer.Exit(ExitCode.FAILED if wrong else ExitCode.ANSWERED)


def _texts(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list | tuple) else []


def read(
    context: typer.Context,
    key: Annotated[str, typer.Argument(metavar="KEY", help="The action's key, WORKFLOW:SUBJECT:EPOCH.")],
    *,
    sent_at: Annotated[
        str | None,
        typer.Option("--sent-at", metavar="ISO", help="When it was first sent; then a finding of nothing can be sure."),
    ] = None,
    as_json: shared.AsJson = False,
) -> None:
    """Find out what became of an action whose outcome is unknown. Exit code 1 when it is still unknown."""
    at = _read_time(sent_at) if sent_at is not None else None
    document = asyncio.run(shared.application_of(context).read_workflow(key, sent_at=at))
    if as_json:
        write_json(document)
    else:
        facts: list[tuple[str, Text | str]] = [(clean(name), _fact(value)) for name, value in document.items()]
        write(out_screen().text(labelled(facts)))
    raise typer.Exit(ExitCode.FAILED if document.get("kind") == "unknown" else ExitCode.ANSWERED)


def _fact(value: object) -> str:
    return cell_text(value, "dynamic" if isinstance(value, dict | list) else "string")


def _read_time(given: str) -> datetime:
    try:
        found = datetime.fromisoformat(given.strip())
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise InputError(f"--sent-at {given!r} is no time with a zone: write it like 2026-11-22T10:45:00Z")
    return found


def serve(
    context: typer.Context,
    *,
    port: Annotated[int, typer.Option("--port", min=0, max=_LAST_PORT, help="The port; 0 takes a free one.")] = 7071,
    host: Annotated[str, typer.Option("--host", metavar="ADDRESS", help="The address to listen on.")] = "127.0.0.1",
    faults: Annotated[
        Path | None, typer.Option("--faults", metavar="FILE", help="Faults to make (JSON), to try out what happens.")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--dir", metavar="DIR", help="Workflows to host in place of the built-in.")
    ] = None,
) -> None:
    """Host the workflows on a port, in the protocol of Logic Apps, until interrupted.

    Prints once the signed addresses for the settings. They are secrets: who has one can call that workflow.
    """
    application = shared.application_of(context)
    asyncio.run(application.serve_workflows(host=host, port=port, faults=faults, folder=folder, announce=_announce))


def _announce(served: ServedWorkflow) -> None:
    """The settings go to stdout, so that they can be written to a file; the words around them do not."""
    made = f", with {served.faults} fault{'s' if served.faults > 1 else ''} to come" if served.faults else ""
    warn(f"{', '.join(served.names)} at {served.origin}{made}; interrupt to end")
    warn("These addresses are secrets; they belong in switchboard.toml:")
    write(served.settings)
