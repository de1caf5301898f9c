"""`switchboard handoffs`."""

from enum import StrEnum
from typing import Annotated

import typer

from orchestrator.surfaces.application import Document
from orchestrator.surfaces.cli import options as shared
from orchestrator.surfaces.cli.exits import ExitCode
from orchestrator.surfaces.cli.output import out_screen, warn, write, write_json
from orchestrator.surfaces.terminal.fields import text
from orchestrator.surfaces.terminal.handoffs import handoff_page, handoffs_list

LIST_EXAMPLES = """\b
Examples:
  switchboard handoffs list
  switchboard handoffs list --state resolved --limit 5 --json
"""
SHOW_EXAMPLES = """\b
Examples:
  switchboard handoffs show H-3
"""
CLAIM_EXAMPLES = """\b
Examples:
  switchboard handoffs claim H-3
"""
RELEASE_EXAMPLES = """\b
Examples:
  switchboard handoffs release H-3 --note "my shift ends"
"""
RESOLVE_EXAMPLES = """\b
Examples:
  switchboard handoffs resolve H-3 --note "the deployment was restarted once"
"""
Item = Annotated[str, typer.Argument(metavar="ITEM", help="The item's id, such as H-3.")]
_LIMIT = 10_000


class State(StrEnum):
    """Where an item stands."""

    OPEN = "open"
    CLAIMED = "claimed"
    RESOLVED = "resolved"


def add_commands(cli: typer.Typer) -> None:
    """Add the group of this module."""
    group = typer.Typer(help="See to what waits for a person.", no_args_is_help=True, rich_markup_mode=None)
    group.command("list", epilog=LIST_EXAMPLES)(list_)
    group.command(epilog=SHOW_EXAMPLES)(show)
    group.command(epilog=CLAIM_EXAMPLES)(claim)
    group.command(epilog=RELEASE_EXAMPLES)(release)
    group.command(epilog=RESOLVE_EXAMPLES)(resolve)
    cli.add_typer(group, name="handoffs")


def list_(
    context: typer.Context,
    *,
    state: Annotated[
        list[State] | None, typer.Option("--state", help="Only these; else open and claimed. Repeatable.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=_LIMIT, help="How many.")] = 20,
    as_json: shared.AsJson = False,
) -> None:
    """List what waits for a person, the most urgent first."""
    # one more than is shown tells whether there are more
    found = shared.application_of(context).list_handoffs(states=[str(one) for one in state or ()], limit=limit + 1)
    items, more = found[:limit], len(found) > limit
    if as_json:
        write_json({"items": list(items), "more": more})
    else:
        write(handoffs_list(items, out_screen(), more=more))


def show(context: typer.Context, item: Item, *, as_json: shared.AsJson = False) -> None:
    """Show an item: what is asked, what is known and from where, whose it is, what became of it."""
    _print(shared.application_of(context).show_handoff(item), as_json=as_json)


def claim(context: typer.Context, item: Item, *, as_json: shared.AsJson = False) -> None:
    """Take an item, so that nobody else does. Exit code 2 when somebody has it."""
    _change(context, item, what="claim", note="", as_json=as_json)


def release(
    context: typer.Context,
    item: Item,
    *,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="Why, for the next one.")] = "",
    as_json: shared.AsJson = False,
) -> None:
    """Give an item back that you took."""
    _change(context, item, what="release", note=note, as_json=as_json)


def resolve(
    context: typer.Context,
    item: Item,
    *,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="What was found or done.")],
    as_json: shared.AsJson = False,
) -> None:
    """Settle an item, and say how."""
    _change(context, item, what="resolve", note=note, as_json=as_json)


def _change(context: typer.Context, item: str, *, what: str, note: str, as_json: bool) -> None:
    document = shared.application_of(context).change_handoff(item, what=what, note=note)
    refused = text(document, "refused")
    if as_json or not refused:
        _print(document, as_json=as_json)
    if refused:
        warn(f"switchboard: {refused}")
    raise typer.Exit(ExitCode.BAD_INPUT if refused else ExitCode.ANSWERED)


def _print(document: Document, *, as_json: bool) -> None:
    if as_json:
        write_json(document)
    else:
        screen = out_screen()
        write(handoff_page(document, screen))
