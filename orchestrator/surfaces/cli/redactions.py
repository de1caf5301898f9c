"""`switchboard redactions`."""

from pathlib import Path
from typing import Annotated

import typer

from orchestrator.surfaces.cli import options as shared
from orchestrator.surfaces.cli.output import warn, write
from orchestrator.surfaces.terminal.cleaning import clean

KEY_EXAMPLES = """\b
Examples:
  switchboard redactions key --out ~/keys/redaction.key
"""
RESTORE_EXAMPLES = """\b
Examples:
  switchboard redactions restore scores.jsonl --key ~/keys/redaction.key --out private.jsonl
  switchboard redactions restore one.jsonl --key ~/keys/redaction.key --vault scores.jsonl.vault
"""


def add_commands(cli: typer.Typer) -> None:
    """Add the group of this module."""
    group = typer.Typer(
        help="Make a key for redaction, and undo it with that key.", no_args_is_help=True, rich_markup_mode=None
    )
    group.command(epilog=KEY_EXAMPLES)(key)
    group.command(epilog=RESTORE_EXAMPLES)(restore)
    cli.add_typer(group, name="redactions")


def key(
    context: typer.Context,
    *,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="A new file, away from the results.")],
) -> None:
    """Make a key for analyze --redaction-key. Nobody can restore anything without it."""
    shared.application_of(context).make_redaction_key(out)
    write(f"key: {clean(str(out))}; keep it apart from the results, and keep a copy")


def restore(
    context: typer.Context,
    result: Annotated[Path, typer.Argument(metavar="FILE", help="A result of analyze, in JSON Lines.")],
    *,
    key_file: Annotated[Path, typer.Option("--key", metavar="FILE", help="The key that it was made with.")],
    vault: Annotated[
        Path | None, typer.Option("--vault", metavar="FILE", help="What is sealed; else FILE.vault beside it.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="A new file, for its owner alone; else stdout.")
    ] = None,
) -> None:
    """Write a result with the personal data that were redacted in it."""
    done = shared.application_of(context).restore_redactions(result, key=key_file, vault=vault, out=out)
    warn(f"restored: {done['restored']:,d}" + (f", not in the vault: {done['unknown']:,d}" if done["unknown"] else ""))
