"""`switchboard doctor` and `switchboard version`."""

import asyncio
from dataclasses import asdict

import typer

from orchestrator.surfaces.cli import options as shared
from orchestrator.surfaces.cli.exits import ExitCode
from orchestrator.surfaces.cli.output import out_screen, write, write_json
from orchestrator.surfaces.terminal.lists import findings_list

EXAMPLES = """\b
Examples:
  switchboard doctor
  switchboard doctor --logs ./export --json
"""
VERSION_EXAMPLES = """\b
Examples:
  switchboard version
"""


def add_commands(cli: typer.Typer) -> None:
    """Add the commands of this module."""
    cli.command(epilog=EXAMPLES)(doctor)
    cli.command(epilog=VERSION_EXAMPLES)(version)


def doctor(
    context: typer.Context,
    *,
    logs: shared.Logs = None,
    workspace: shared.Workspace = None,
    guides: shared.Guides = None,
    services: shared.Services = None,
    as_json: shared.AsJson = False,
) -> None:
    """Tell what is configured and whether it works. Exit code 1 when something is wrong."""
    options = shared.read_options(logs=logs, workspace=workspace, guides=guides, services=services)
    findings = asyncio.run(shared.application_of(context).diagnose(options))
    if as_json:
        write_json({"findings": [asdict(finding) for finding in findings]})
    else:
        write(findings_list(findings, out_screen()))
    wrong = any(finding.state == "wrong" for finding in findings)
    raise typer.Exit(ExitCode.FAILED if wrong else ExitCode.ANSWERED)


def version(*, as_json: shared.AsJson = False) -> None:
    """Print the version."""
    found = installed_version()
    if as_json:
        write_json({"version": found})
    else:
        write(f"switchboard {found}")


def installed_version() -> str:
    """The version of the installed distribution."""
    from importlib.metadata import version as version_of  # noqa: PLC0415  # reads files: only when asked

    return version_of("switchboard")
