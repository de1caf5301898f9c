"""`switchboard samples`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.text import Text

from orchestrator.surfaces.cli import options as shared
from orchestrator.surfaces.cli.output import out_screen, write, write_json
from orchestrator.surfaces.terminal.cleaning import clean
from orchestrator.surfaces.terminal.layout import labelled
from orchestrator.surfaces.terminal.lists import samples_list
from orchestrator.surfaces.terminal.values import cell_text

LIST_EXAMPLES = """\b
Examples:
  switchboard samples list
"""
MAKE_EXAMPLES = """\b
Examples:
  switchboard samples make NAME --out ./sample --seed 7
  switchboard ask "what is wrong?" --logs ./sample
"""


def add_commands(cli: typer.Typer) -> None:
    """Add the group of this module."""
    group = typer.Typer(help="Make sample environments to try things on.", no_args_is_help=True, rich_markup_mode=None)
    group.command("list", epilog=LIST_EXAMPLES)(list_)
    group.command(epilog=MAKE_EXAMPLES)(make)
    cli.add_typer(group, name="samples")


def list_(context: typer.Context, *, as_json: shared.AsJson = False) -> None:
    """List the sample environments and what each holds."""
    samples = shared.application_of(context).sample_names()
    if as_json:
        write_json({"samples": [{"name": name, "holds": what} for name, what in samples]})
    else:
        write(samples_list(samples, out_screen()))


def make(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Which one; see samples list.")],
    *,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder to write.")],
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same data.")] = 0,
    fmt: Annotated[Literal["parquet", "csv"], typer.Option("--format", help="Form of the files.")] = "parquet",
    as_json: shared.AsJson = False,
) -> None:
    """Write a sample environment: telemetry of a made-up system, with or without a fault."""
    made = shared.application_of(context).make_sample(name, seed=seed, out=out, fmt=fmt)
    if as_json:
        write_json(made)
        return
    screen = out_screen()
    facts: list[tuple[str, Text | str]] = [(clean(key), _fact(value)) for key, value in made.items()]
    write(screen.text(labelled(facts)) + f"\nTry it: {_next(made, out)}")


def _next(made: Mapping[str, object], out: Path) -> str:
    """The command that does something with what was made."""
    if "file" in made:
        files = f"{clean(made['file'])} --products {clean(made['products'])}"
        return f"switchboard analyze {files} --out results.jsonl --report report.html"
    return f'switchboard ask "what is wrong?" --logs {out}'


def _fact(value: object) -> str:
    """A list with commas, an object as `name value` pairs."""
    match value:
        case list() | tuple():
            return ", ".join(cell_text(item, "dynamic") for item in value)
        case dict():
            return ", ".join(f"{clean(name)} {cell_text(item, 'dynamic')}" for name, item in value.items())
        case _:
            return cell_text(value, "dynamic")
