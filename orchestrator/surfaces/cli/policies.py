"""`switchboard policies`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from orchestrator.core.errors import InputError
from orchestrator.surfaces.application import Proposal
from orchestrator.surfaces.cli import options as shared
from orchestrator.surfaces.cli.exits import ExitCode
from orchestrator.surfaces.cli.output import out_screen, write, write_json
from orchestrator.surfaces.terminal.policies import policies_page, ruling_page
from playbooks.problems import Level

CHECK_EXAMPLES = """\b
Examples:
  switchboard policies check
  switchboard policies check ./policies --json
"""
EXPLAIN_EXAMPLES = """\b
Examples:
  switchboard policies explain A-7
  switchboard policies explain --action restart_service --service cart --reach 3 --unit pods --environment production
"""


class ModeName(StrEnum):
    """How much may be done without a person."""

    READ_ONLY = "read_only"
    REVIEW = "review"
    AUTONOMOUS = "autonomous"


def add_commands(cli: typer.Typer) -> None:
    """Add the group of this module."""
    group = typer.Typer(help="Who may approve which action.", no_args_is_help=True, rich_markup_mode=None)
    group.command(epilog=CHECK_EXAMPLES)(check)
    group.command(epilog=EXPLAIN_EXAMPLES)(explain)
    cli.add_typer(group, name="policies")


def check(
    context: typer.Context,
    folder: Annotated[
        Path | None, typer.Argument(metavar="[FOLDER]", help="A folder of policies, else the one that counts.")
    ] = None,
    *,
    as_json: shared.AsJson = False,
) -> None:
    """Check policies: faults, roles that nobody has, rules that are never reached. Exit code 1 when one is an error."""
    checked = shared.application_of(context).check_policies(folder)
    wrong = any(problem.level is Level.ERROR for problem in checked.problems)
    if as_json:
        problems = [
            {
                "file": problem.place.file,
                "line": problem.place.line,
                "field": problem.place.field,
                "level": problem.level.value,
                "message": problem.message,
            }
            for problem in checked.problems
        ]
        write_json({"folder": checked.folder, "rules": checked.rules, "ok": not wrong, "problems": problems})
    else:
        write(policies_page(checked, out_screen()))
    raise typer.Exit(ExitCode.FAILED if wrong else ExitCode.ANSWERED)


def explain(
    context: typer.Context,
    proposed: Annotated[str | None, typer.Argument(metavar="[ACTION]", help="A proposed action, such as A-7.")] = None,
    *,
    action: Annotated[str | None, typer.Option("--action", metavar="NAME", help="Or an action's name.")] = None,
    environment: Annotated[
        str | None, typer.Option("--environment", metavar="NAME", help="Where it acts, else that of the settings.")
    ] = None,
    service: Annotated[
        list[str] | None, typer.Option("--service", metavar="NAME", help="A service that it touches. Repeatable.")
    ] = None,
    reach: Annotated[float | None, typer.Option("--reach", help="How much it touches; else unknown.")] = None,
    unit: Annotated[str, typer.Option("--unit", metavar="WORD", help="What is counted, such as requests.")] = "",
    tainted: Annotated[bool, typer.Option("--tainted", help="Free text supplied an argument.")] = False,
    mode: Annotated[ModeName | None, typer.Option("--mode", help="In this mode, else that of the settings.")] = None,
    as_json: shared.AsJson = False,
) -> None:
    """Say which rule decides about an action now, what it asks for, and why."""
    if (proposed is None) == (action is None):
        raise InputError("give either a proposed action such as A-7, or a name with --action")
    about = None
    if action is not None:
        about = Proposal(
            action=action,
            environment=environment,
            services=tuple(service or ()),
            reach=int(reach) if reach is not None and reach.is_integer() else reach,
            unit=unit,
            tainted=tainted,
        )
    chosen = mode.value if mode else None
    application = shared.application_of(context)
    document = application.explain_policy(proposed, about=about, mode=chosen)
    if as_json:
        write_json(document)
    else:
        write(ruling_page(document, out_screen()))
