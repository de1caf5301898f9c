"""`switchboard index`."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Annotated

import typer
from rich.text import Text

from orchestrator.surfaces.application import Document
from orchestrator.surfaces.cli import options as shared
from orchestrator.surfaces.cli.exits import ExitCode
from orchestrator.surfaces.cli.output import out_screen, write, write_json
from orchestrator.surfaces.terminal.cleaning import clean
from orchestrator.surfaces.terminal.lists import grid

FILL_EXAMPLES = """\b
Examples:
  switchboard index fill
  switchboard index fill --guides ./guides --json
  switchboard index fill --recreate
"""
SHOW_EXAMPLES = """\b
Examples:
  switchboard index show
"""
_EMBEDDED = (
    "The embedded index is filled at every start; there is nothing to do. To use Azure AI Search, see docs/azure.md."
)
Recreate = Annotated[
    bool, typer.Option("--recreate", help="Delete and refill an index that cannot be changed in place.")
]


def add_commands(cli: typer.Typer) -> None:
    """Add the group of this module."""
    group = typer.Typer(help="Fill and check the search service.", no_args_is_help=True, rich_markup_mode=None)
    group.command(epilog=FILL_EXAMPLES)(fill)
    group.command(epilog=SHOW_EXAMPLES)(show)
    cli.add_typer(group, name="index")


def fill(
    context: typer.Context,
    *,
    guides: shared.Guides = None,
    recreate: Recreate = False,
    as_json: shared.AsJson = False,
) -> None:
    """Create the indexes, write guides, policies, manuals and past incidents."""
    document = asyncio.run(shared.application_of(context).fill_index(guides=guides, recreate=recreate))
    if as_json:
        write_json(document)
    elif not _indexes(document):
        write(_EMBEDDED)
    else:
        rows = [
            [_cell(item, name) for name in ("name", "definition", "written", "removed")] for item in _indexes(document)
        ]
        failed = [Text(clean(f"{one['id']}: {one['reason']}")) for item in _indexes(document) for one in _failed(item)]
        write(out_screen().text(grid(("index", "definition", "written", "removed"), rows), *failed))
    some_failed = any(_failed(item) for item in _indexes(document))
    raise typer.Exit(ExitCode.FAILED if some_failed else ExitCode.ANSWERED)


def show(context: typer.Context, *, as_json: shared.AsJson = False) -> None:
    """Tell how many documents each index holds and whether its definition is up to date."""
    document = asyncio.run(shared.application_of(context).show_index())
    if as_json:
        write_json(document)
    elif not _indexes(document):
        write(_EMBEDDED)
    else:
        rows = [[_cell(item, "name"), _cell(item, "documents"), _standing(item)] for item in _indexes(document)]
        write(out_screen().text(grid(("index", "documents", "definition"), rows)))


def _indexes(document: Document) -> list[Mapping[str, object]]:
    found = document.get("indexes")
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list | tuple) else []


def _failed(index: Mapping[str, object]) -> Iterable[Mapping[str, object]]:
    found = index.get("failed")
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list | tuple) else []


def _cell(index: Mapping[str, object], name: str) -> Text:
    value = index.get(name)
    return Text("-" if value is None else clean(str(value)))


def _standing(index: Mapping[str, object]) -> Text:
    reasons = index.get("reasons")
    said = _cell(index, "definition")
    for reason in reasons if isinstance(reasons, list | tuple) else ():
        said.append(f"\n{out_screen().marks.bullet} {clean(str(reason))}")
    return said
