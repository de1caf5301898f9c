"""The command line as a process: builds the commands, runs one, turns errors into messages and exit codes."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from typer.core import TyperGroup

from orchestrator.core.errors import SwitchboardError
from orchestrator.surfaces.application import Application
from orchestrator.surfaces.cli import (
    analyze,
    approvals,
    ask,
    doctor,
    guides,
    handoffs,
    incidents,
    index,
    insights,
    logs,
    policies,
    purge,
    redactions,
    reviews,
    route,
    runs,
    samples,
    services,
    shipments,
    worker,
    workflows,
)
from orchestrator.surfaces.cli.answering import interrupted
from orchestrator.surfaces.cli.edge import unexpected
from orchestrator.surfaces.cli.exits import ExitCode, exit_of_error
from orchestrator.surfaces.cli.invocation import Invocation
from orchestrator.surfaces.cli.output import warn, write

NAME = "switchboard"
_GROUPS = (
    ask,
    route,
    guides,
    logs,
    index,
    runs,
    incidents,
    approvals,
    shipments,
    handoffs,
    analyze,
    insights,
    reviews,
    redactions,
    policies,
    workflows,
    services,
    samples,
    worker,
    doctor,
    purge,
)
_ORDER = (
    "ask",
    "chat",
    "route",
    "guides",
    "logs",
    "index",
    "runs",
    "incidents",
    "approvals",
    "shipments",
    "handoffs",
    "analyze",
    "insights",
    "reviews",
    "redactions",
    "policies",
    "workflows",
    "services",
    "samples",
    "worker",
    "doctor",
    "purge",
    "version",
)
_HELP = "Connects a question, an alert or a batch to the specialist that can answer it, with evidence."
_EPILOG = """\b
Examples:
  switchboard ask "checkout returns 502 since 10:20"
  switchboard chat
  switchboard runs show last --post
\b
Exit codes: 0 answered, 1 a run failed or some input was rejected,
2 bad input or something is missing, 3 waiting for approval, 130 interrupted.
"""


class _InOrder(TyperGroup):
    """Lists commands by what people need first; typer would put every group after every command."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]  # typer's own base class
        order = {name: place for place, name in enumerate(_ORDER)}
        return sorted(super().list_commands(ctx), key=lambda name: order.get(name, len(order)))


def build_cli(application: Application, *, invocation: Invocation | None = None) -> typer.Typer:
    """All commands, talking to `application`; `invocation` lets the caller see which run began."""
    cli = typer.Typer(
        name=NAME,
        help=_HELP,
        cls=_InOrder,
        epilog=_EPILOG,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"obj": invocation or Invocation(application), "help_option_names": ["-h", "--help"]},
    )
    cli.callback()(_root)
    for group in _GROUPS:
        group.add_commands(cli)
    return cli


def _show_version(wanted: bool) -> None:  # noqa: FBT001  # typer calls it so
    if wanted:
        write(f"{NAME} {doctor.installed_version()}")
        raise typer.Exit


def _root(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_show_version)
    ] = False,
) -> None:
    """Connects a question, an alert or a batch to the specialist that can answer it, with evidence."""


def run_cli(application: Application, argv: Sequence[str]) -> int:
    """Run one command; every error of ours becomes a message, every other one a line that names the log."""
    _open_streams()
    invocation = Invocation(application)
    cli = build_cli(application, invocation=invocation)
    try:
        typer.main.get_command(cli).main(args=list(argv), prog_name=NAME)
    except SystemExit as end:
        return _exit_code(invocation, end)
    except SwitchboardError as error:
        warn(f"switchboard: {error.message}")
        return exit_of_error(error)
    except KeyboardInterrupt:
        interrupted(invocation)
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        return _closed_pipe()
    except Exception as error:  # noqa: BLE001  # the process edge: nobody shows a stack trace to a user
        unexpected(invocation, error)
        return ExitCode.FAILED
    return ExitCode.ANSWERED


def _open_streams() -> None:
    """A stream that the caller closed (`<&-`) is None in Python; it reads as empty and swallows what is written."""
    if sys.stdin is None:
        sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115  # lives as long as the process
    if sys.stdout is None:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  # same
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  # same


def _exit_code(invocation: Invocation, end: SystemExit) -> int:
    if end.code == ExitCode.INTERRUPTED:
        interrupted(invocation)
    return end.code if isinstance(end.code, int) else ExitCode.ANSWERED if end.code is None else ExitCode.FAILED


def _closed_pipe() -> int:
    """The reader of stdout has gone; the interpreter must not complain about it on its way out."""
    sys.stdout = None
    return ExitCode.FAILED
