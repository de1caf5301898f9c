"""`switchboard route`."""

from pathlib import Path
from typing import Annotated

import typer

from orchestrator.core.errors import InputError
from orchestrator.core.routing.router import Route
from orchestrator.surfaces.cli import options as shared
from orchestrator.surfaces.cli.exits import ExitCode
from orchestrator.surfaces.cli.lines import TextLines
from orchestrator.surfaces.cli.output import write, write_json
from orchestrator.surfaces.terminal.cleaning import clean

EXAMPLES = """\b
Examples:
  switchboard route "cancel order 4711 and send me a refund"
  switchboard route "and what about staging?" --speaking triage
  switchboard route --jsonl messages.jsonl > routes.jsonl
"""
_BATCH = "Messages, one {'id', 'text'} per line; - is stdin. Prints one route per line."


def add_commands(cli: typer.Typer) -> None:
    """Add the commands of this module."""
    cli.command(epilog=EXAMPLES)(route)


def route(
    context: typer.Context,
    text: Annotated[list[str] | None, typer.Argument(metavar="TEXT", help="A message, or an alert as JSON.")] = None,
    *,
    jsonl: Annotated[Path | None, typer.Option("--jsonl", metavar="FILE", help=_BATCH)] = None,
    speaking: Annotated[
        str | None, typer.Option("--speaking", metavar="NAME", help="The specialist that has the conversation.")
    ] = None,
    as_json: shared.AsJson = False,
) -> None:
    """Tell which specialist a message is for, and why. Asks nobody."""
    application = shared.application_of(context)
    message = " ".join(text or [])
    if jsonl is not None:
        if message:
            raise InputError(f"{message!r} and --jsonl {str(jsonl)!r} exclude each other: give one of them")
        lines = TextLines(jsonl)
        for line in lines:
            write_json(_document(line.id, application.route(line.text, speaking=speaking)), indent=None)
        raise typer.Exit(ExitCode.FAILED if lines.rejected else ExitCode.ANSWERED)
    if not message.strip():
        raise InputError("there is no message: give TEXT, or --jsonl FILE")
    found = application.route(message, speaking=speaking)
    if as_json:
        write_json(_document(None, found))
    else:
        write(_text(found))


def _document(identifier: object, found: Route) -> dict[str, object]:
    document: dict[str, object] = {
        "id": identifier,
        "agent": found.agents[0] if found.agents else "none",
        "agents": list(found.agents),
        "confidence": found.confidence,
        "abstained": found.abstained,
        "reason": found.reason,
    }
    return {**document, "question": found.question} if found.question else document


def _text(found: Route) -> str:
    agents = " + ".join(found.agents) if found.agents else "none"
    lines = [f"{clean(agents)}  (confidence {found.confidence:.2f})", f"  because {clean(found.reason)}"]
    lines += [f"  ask back: {clean(found.question)}"] if found.question else []
    return "\n".join(lines)
