"""`switchboard logs`."""

import asyncio
from typing import Annotated

import typer

from orchestrator.core.errors import InputError
from orchestrator.core.table import Table, TableStatus, json_value
from orchestrator.surfaces.cli import options as shared
from orchestrator.surfaces.cli.exits import ExitCode
from orchestrator.surfaces.cli.output import out_screen, warn, write, write_json
from orchestrator.surfaces.terminal.lists import table_text

EXAMPLES = """\b
Examples:
  switchboard logs query "AppRequests | where Success == false | count" --logs ./export
  switchboard logs query "AppTraces | take 5" --logs ./export --json
"""


def add_commands(cli: typer.Typer) -> None:
    """Add the group of this module."""
    group = typer.Typer(help="Ask logs in KQL.", no_args_is_help=True, rich_markup_mode=None)
    group.command(epilog=EXAMPLES)(query)
    cli.add_typer(group, name="logs")


def query(
    context: typer.Context,
    kql: Annotated[str, typer.Argument(metavar="KQL", help="The query.")],
    *,
    logs: shared.Logs = None,
    workspace: shared.Workspace = None,
    now: shared.Now = None,
    tz: shared.Zone = None,
    strict: shared.Strict = False,
    as_json: shared.AsJson = False,
) -> None:
    """Run a KQL query on files or on a workspace."""
    if not kql.strip():
        raise InputError("the query is empty: give KQL such as 'AppRequests | count'")
    options = shared.read_options(logs=logs, workspace=workspace, now=now, tz=tz, strict=strict)
    table, warnings = asyncio.run(shared.application_of(context).query_logs(kql, options=options))
    for line in warnings:
        warn(f"warning: {line}")
    if table.status is not TableStatus.COMPLETE:
        warn(f"the result is {table.status.value}: {table.reason or 'the backend gave no reason'}")
    if as_json:
        write_json(table_document(table))
    else:
        write(table_text(table, out_screen()))
    # As for any other query that cannot be answered: it is for the one who asked to change it.
    raise typer.Exit(ExitCode.BAD_INPUT if table.status is TableStatus.FAILED else ExitCode.ANSWERED)


def table_document(table: Table) -> dict[str, object]:
    """A result as `logs query --json` prints it; `status` and `reason` only where it is not complete."""
    document: dict[str, object] = {
        "columns": [{"name": column.name, "type": column.type.value} for column in table.columns],
        "rows": [[json_value(value) for value in row] for row in table.rows],
    }
    if table.status is not TableStatus.COMPLETE:
        document |= {"status": table.status.value, "reason": table.reason}
    return document
