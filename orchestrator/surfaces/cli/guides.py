"""`switchboard guides`."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from orchestrator.core.errors import InputError
from orchestrator.surfaces.application import Application, Document, GuideHits, Listener
from orchestrator.surfaces.cli import guide_checks, guide_stats
from orchestrator.surfaces.cli import options as shared
from orchestrator.surfaces.cli.answering import answer
from orchestrator.surfaces.cli.exits import ExitCode
from orchestrator.surfaces.cli.lines import TextLines
from orchestrator.surfaces.cli.output import out_screen, write, write_json
from orchestrator.surfaces.cli.skeleton import nearest, write_skeleton
from orchestrator.surfaces.terminal.cleaning import clean_lines
from orchestrator.surfaces.terminal.lists import guides_list, hits_list
from playbooks.guide import Guide

NEW_EXAMPLES = """\b
Examples:
  switchboard guides new cache_cold --guides ./guides
"""
LIST_EXAMPLES = """\b
Examples:
  switchboard guides list
  switchboard guides list --guides ./guides --json
"""
SHOW_EXAMPLES = """\b
Examples:
  switchboard guides show my_guide --guides ./guides
"""
SEARCH_EXAMPLES = """\b
Examples:
  switchboard guides search "checkout returns 502"
  switchboard guides search "disk full" --guides corpus.jsonl --top 3 --json
  switchboard guides search --jsonl queries.jsonl --guides ./guides
"""
RUN_EXAMPLES = """\b
Examples:
  switchboard guides run my_guide --guides ./guides --param p_service=checkout
  switchboard guides run my_guide --logs ./export --now 2026-11-22T10:45Z
"""
_SOURCE = "A folder of guides or a corpus.jsonl to search."
_BATCH = "Queries, one {'id', 'text'} per line; - is stdin. Prints one answer per line."
_QUERY_FIELDS = ("text", "query", "query_full", "query_nameless")
GuideId = Annotated[str, typer.Argument(metavar="ID", help="The guide's id.")]


def add_commands(cli: typer.Typer) -> None:
    """Add the group of this module; a further command of guides is one more line here."""
    group = typer.Typer(help="Write, find, check and run guides.", no_args_is_help=True, rich_markup_mode=None)
    group.command(epilog=NEW_EXAMPLES)(new)
    group.command("list", epilog=LIST_EXAMPLES)(list_)
    group.command(epilog=SHOW_EXAMPLES)(show)
    group.command(epilog=SEARCH_EXAMPLES)(search)
    group.command(epilog=RUN_EXAMPLES)(run)
    group.command(epilog=guide_checks.LINT_EXAMPLES)(guide_checks.lint)
    group.command(epilog=guide_checks.CHECK_EXAMPLES)(guide_checks.check)
    group.command("test", epilog=guide_checks.TEST_EXAMPLES)(guide_checks.run_tests)
    group.command(epilog=guide_stats.STATS_EXAMPLES)(guide_stats.stats)
    cli.add_typer(group, name="guides")


def new(
    guide_id: GuideId,
    *,
    guides: Annotated[Path, typer.Option("--guides", metavar="DIR", help="Folder to write to.")] = Path(),
) -> None:
    """Write a skeleton guide. An existing file is never overwritten."""
    path = write_skeleton(guide_id, folder=guides, today=datetime.now(tz=UTC).date())
    write(f"Wrote {path}\nNext: edit it, then switchboard guides run {guide_id} --guides {guides} --logs DIR")


def list_(
    context: typer.Context,
    *,
    guides: shared.Guides = None,
    as_json: shared.AsJson = False,
) -> None:
    """List guides with when each was last reviewed."""
    found = shared.application_of(context).load_guides(guides)
    if as_json:
        write_json({"guides": [_document(guide) for guide in found]})
    else:
        write(guides_list(found, out_screen()))


def show(
    context: typer.Context,
    guide_id: GuideId,
    *,
    guides: shared.Guides = None,
    as_json: shared.AsJson = False,
) -> None:
    """Print a guide's text."""
    known = {guide.id: guide for guide in shared.application_of(context).load_guides(guides)}
    if guide_id not in known:
        raise InputError(f"there is no guide {guide_id!r}: {nearest(guide_id, list(known))}")
    if as_json:
        write_json({**_document(known[guide_id]), "text": known[guide_id].text})
    else:
        write(clean_lines(known[guide_id].text))


def _document(guide: Guide) -> Document:
    return {
        "id": guide.id,
        "title": guide.title,
        "owner": guide.owner,
        "reviewed": guide.reviewed.isoformat(),
        "version": guide.version,
        "path": guide.path,
        "parameters": [{"name": item.name, "type": str(item.type)} for item in guide.parameters],
        "steps": [{"id": step.id, "title": step.title} for step in guide.steps],
        "causes": list(guide.causes()),
    }


def search(
    context: typer.Context,
    text: Annotated[list[str] | None, typer.Argument(metavar="TEXT", help="What is going on.")] = None,
    *,
    guides: Annotated[Path | None, typer.Option("--guides", metavar="DIR|FILE", help=_SOURCE)] = None,
    jsonl: Annotated[Path | None, typer.Option("--jsonl", metavar="FILE", help=_BATCH)] = None,
    top: Annotated[int, typer.Option("--top", metavar="K", min=1, max=1000, help="How many guides.")] = 5,
    as_json: shared.AsJson = False,
) -> None:
    """Find the guides that fit a message."""
    application = shared.application_of(context)
    message = " ".join(text or [])
    if jsonl is not None:
        if message:
            raise InputError(f"{message!r} and --jsonl {str(jsonl)!r} exclude each other: give one of them")
        rejected = asyncio.run(_search_lines(application, jsonl, source=guides, top=top))
        raise typer.Exit(ExitCode.FAILED if rejected else ExitCode.ANSWERED)
    if not message.strip():
        raise InputError("there is nothing to search for: give TEXT, or --jsonl FILE")
    hits = asyncio.run(_search_one(application, message, source=guides, top=top))
    if as_json:
        write_json(_hits_document(hits, hits.id))
    else:
        write(hits_list(hits, _titles(application, guides), out_screen()))


async def _search_lines(application: Application, path: Path, *, source: Path | None, top: int) -> int:
    lines = TextLines(path, fields=_QUERY_FIELDS)
    read = list(lines)
    queries = [(str(line.id), line.text) for line in read]
    ids = iter([line.id for line in read])
    async for hits in application.search_guides(queries, source=source, top=top):
        write_json(_hits_document(hits, next(ids, hits.id)), indent=None)
    return lines.rejected


async def _search_one(application: Application, text: str, *, source: Path | None, top: int) -> GuideHits:
    async for hits in application.search_guides([("1", text)], source=source, top=top):
        return hits
    return GuideHits(id="1", hits=(), abstained=True)


def _hits_document(hits: GuideHits, identifier: object) -> Document:
    found = [{"guide": name, "score": score} for name, score in hits.hits]
    return {"id": identifier, "hits": found, "abstained": hits.abstained}


def _titles(application: Application, source: Path | None) -> dict[str, str]:
    """Titles by id; a corpus file has ids only."""
    if source is not None and source.is_file():
        return {}
    return {guide.id: guide.title for guide in application.load_guides(source)}


def run(
    context: typer.Context,
    guide_id: GuideId,
    *,
    logs: shared.Logs = None,
    workspace: shared.Workspace = None,
    guides: shared.Guides = None,
    services: shared.Services = None,
    now: shared.Now = None,
    tz: shared.Zone = None,
    param: shared.Parameters = None,
    strict: shared.Strict = False,
    as_json: shared.AsJson = False,
) -> None:
    """Run one guide with given parameters, without routing or matching."""
    options = shared.read_options(
        logs=logs,
        workspace=workspace,
        guides=guides,
        services=services,
        now=now,
        tz=tz,
        parameters=param,
        strict=strict,
    )
    application = shared.application_of(context)

    async def work(listen: Listener) -> Document:
        return await application.run_guide(guide_id, options, listen=listen)

    answer(shared.invocation_of(context), work, as_json=as_json)
