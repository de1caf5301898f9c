"""`switchboard runs`."""

import asyncio
import json
from dataclasses import asdict
from typing import Annotated

import typer

from orchestrator.core.errors import InputError
from orchestrator.surfaces.application import Document, Listener
from orchestrator.surfaces.cli import options as shared
from orchestrator.surfaces.cli.answering import answer
from orchestrator.surfaces.cli.exits import ExitCode
from orchestrator.surfaces.cli.output import out_screen, write, write_json
from orchestrator.surfaces.terminal.cleaning import clean
from orchestrator.surfaces.terminal.evidence import evidence_page
from orchestrator.surfaces.terminal.fields import Fields, entries, text
from orchestrator.surfaces.terminal.lists import rechecked_list, runs_list
from orchestrator.surfaces.terminal.post import post_text
from orchestrator.surfaces.terminal.report import report_text

LIST_EXAMPLES = """\b
Examples:
  switchboard runs list
  switchboard runs list --limit 5 --json
"""
SHOW_EXAMPLES = """\b
Examples:
  switchboard runs show last
  switchboard runs show last --post
  switchboard runs show last --evidence E2
"""
VERIFY_EXAMPLES = """\b
Examples:
  switchboard runs verify last
"""
RESUME_EXAMPLES = """\b
Examples:
  switchboard runs resume last
"""
CANCEL_EXAMPLES = """\b
Examples:
  switchboard runs cancel last
"""
EXPORT_EXAMPLES = """\b
Examples:
  switchboard runs export last > run.jsonl
  switchboard runs export --since 2026-11-01 > november.jsonl
"""
Run = Annotated[str, typer.Argument(metavar="RUN", help="The run's id, or last.")]


def add_commands(cli: typer.Typer) -> None:
    """Add the group of this module."""
    group = typer.Typer(help="Look at past runs.", no_args_is_help=True, rich_markup_mode=None)
    group.command("list", epilog=LIST_EXAMPLES)(list_)
    group.command(epilog=SHOW_EXAMPLES)(show)
    group.command(epilog=VERIFY_EXAMPLES)(verify)
    group.command(epilog=RESUME_EXAMPLES)(resume)
    group.command(epilog=CANCEL_EXAMPLES)(cancel)
    group.command(epilog=EXPORT_EXAMPLES)(export)
    cli.add_typer(group, name="runs")


def list_(
    context: typer.Context,
    *,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many.")] = 20,
    as_json: shared.AsJson = False,
) -> None:
    """List past runs, newest first."""
    runs = shared.application_of(context).list_runs(limit=limit)
    if as_json:
        write_json({"runs": list(runs)})
    else:
        write(runs_list(runs, out_screen()))


def show(
    context: typer.Context,
    run: Run,
    *,
    post: Annotated[bool, typer.Option("--post", help="At most ten lines, for an incident channel.")] = False,
    evidence: Annotated[
        str | None, typer.Option("--evidence", metavar="ID", help="One evidence in full, such as E2.")
    ] = None,
    as_json: shared.AsJson = False,
) -> None:
    """Print a past run's report again."""
    report = shared.application_of(context).show_run(run)
    shown = find_evidence(report, evidence) if evidence is not None else None
    if as_json:
        write_json(report if shown is None else shown)
    elif post:
        write(post_text(report))
    elif shown is not None:
        screen = out_screen()
        write(screen.text(*evidence_page(shown, screen)))
    else:
        write(report_text(report, out_screen()))


def find_evidence(report: Document, evidence_id: str) -> Fields:
    """The evidence of that id, in any turn; InputError with the ids there are."""
    known: dict[str, Fields] = {}
    for part in [*entries(report, "turns"), report]:
        known |= {text(item, "id"): item for item in entries(part, "evidence")}
    wanted = evidence_id.strip().upper()
    if wanted not in known:
        there = f"this run has {', '.join(known)}" if known else "this run recorded none"
        raise InputError(f"there is no evidence {evidence_id!r}: {there}")
    return known[wanted]


def verify(
    context: typer.Context,
    run: Run,
    *,
    as_json: shared.AsJson = False,
) -> None:
    """Check each claim of a past run again on rows asked anew. Exit code 1 when one no longer holds."""
    claims = asyncio.run(shared.application_of(context).verify_run(run))
    if as_json:
        write_json({"run": run, "claims": [asdict(claim) for claim in claims]})
    else:
        write(rechecked_list(claims, out_screen()))
    raise typer.Exit(ExitCode.FAILED if any(claim.outcome == "fails" for claim in claims) else ExitCode.ANSWERED)


def resume(
    context: typer.Context,
    run: Run,
    *,
    as_json: shared.AsJson = False,
) -> None:
    """Go on with a run whose process ended. What it was answered before is not asked again."""
    application = shared.application_of(context)

    async def work(listen: Listener) -> Document:
        return await application.resume_run(run, listen=listen)

    answer(shared.invocation_of(context), work, as_json=as_json)


def cancel(
    context: typer.Context,
    run: Run,
    *,
    as_json: shared.AsJson = False,
) -> None:
    """Stop a run, in whichever process it is; what it found by then is kept."""
    found = shared.application_of(context).cancel_run(run)
    if as_json:
        write_json(found)
        return
    name, executor = clean(str(found["run"])), found.get("executor")
    where = f"{clean(str(executor))} stops it at its next step" if executor else "it is over"
    write(f"Cancelled {name}: {where}. What it found: switchboard runs show {name}\n")


def export(
    context: typer.Context,
    runs: Annotated[list[str] | None, typer.Argument(metavar="[RUN]...", help="Runs' ids, or last.")] = None,
    *,
    since: Annotated[
        str | None, typer.Option("--since", metavar="ISO", help="Every run that began since then (UTC).")
    ] = None,
) -> None:
    """Write all that is recorded of runs, one JSON document a line."""
    if bool(runs) == (since is not None):
        raise InputError("name the runs to export, or give --since: switchboard runs export last")
    start = shared.read_now(since, zone="UTC", option="--since") if since is not None else None
    for document in shared.application_of(context).export_runs(runs or (), since=start):
        write(json.dumps(document, ensure_ascii=False) + "\n")
