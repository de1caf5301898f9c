"""`switchboard analyze`."""

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from orchestrator.core.errors import InputError
from orchestrator.surfaces.analysis_application import AnalysisRequest, Document, LiveRequest, ModelRequest
from orchestrator.surfaces.cli import options as shared
from orchestrator.surfaces.cli.batch_progress import progress_line
from orchestrator.surfaces.cli.exits import ExitCode
from orchestrator.surfaces.cli.insights import stored_text
from orchestrator.surfaces.cli.output import warn, write, write_json
from orchestrator.surfaces.terminal.cleaning import clean
from orchestrator.surfaces.terminal.fields import text

EXAMPLES = """\b
Examples:
  switchboard analyze chats.jsonl --out scores.jsonl
  switchboard analyze exports/ --out scores.parquet --report report.html
  switchboard analyze messages.csv --columns id=chat,speaker=role,text=body --out scores.jsonl
  switchboard analyze chats.jsonl --out scores.jsonl --resume
  switchboard analyze --out scores.jsonl --report report.html
  switchboard analyze chats.jsonl --out scores.jsonl --store
  tail -f turns.jsonl | switchboard analyze --live
"""


class Engine(StrEnum):
    """What carries a batch."""

    LOCAL = "local"
    SPARK = "spark"


class Redaction(StrEnum):
    """What is redacted in the result."""

    SHORT = "short"
    PRESIDIO = "presidio"
    OFF = "off"


def add_commands(cli: typer.Typer) -> None:
    """Add the commands of this module."""
    cli.command(epilog=EXAMPLES)(analyze)


def analyze(
    context: typer.Context,
    inputs: Annotated[
        list[str] | None,
        typer.Argument(metavar="INPUT", help="JSON, JSON Lines, CSV, Parquet, a folder of them; - is stdin."),
    ] = None,
    *,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="The result: .jsonl, .parquet or .csv; for Spark a folder."),
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--columns",
            metavar="FIELD=COLUMN,...",
            help="Where a row is one message: which column is id, speaker, text, at.",
        ),
    ] = None,
    format_: Annotated[
        str | None, typer.Option("--format", metavar="NAME", help="A vendor's form of conversations; else found out.")
    ] = None,
    scorecard: Annotated[
        str | None,
        typer.Option("--scorecard", metavar="FILE|ID", help="The questions to answer; none for no scorecard."),
    ] = None,
    reasons: Annotated[
        str | None, typer.Option("--reasons", metavar="FILE|ID", help="The list of contact reasons.")
    ] = None,
    compliance: Annotated[
        Path | None, typer.Option("--compliance", metavar="FILE|ID", help="What must, and must not, be said.")
    ] = None,
    products: Annotated[
        Path | None, typer.Option("--products", metavar="FILE|ID", help="The products by name.")
    ] = None,
    calibration: Annotated[
        Path | None, typer.Option("--calibration", metavar="FILE", help="Weights fitted to your own labels.")
    ] = None,
    redaction: Annotated[
        Redaction, typer.Option("--redaction", help="What finds personal data in what is written.")
    ] = Redaction.SHORT,
    redaction_key: Annotated[
        Path | None,
        typer.Option("--redaction-key", metavar="FILE", help="Seal what is redacted, so that this key restores it."),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(
            "--report", metavar="FILE", help="An HTML page of it; without INPUT, of the result that --out names."
        ),
    ] = None,
    store: Annotated[
        bool, typer.Option("--store", help="Keep the results as insights, which can be asked in chat.")
    ] = False,
    live: Annotated[
        bool, typer.Option("--live", help="Read turns from stdin as they are said, and write what follows from each.")
    ] = False,
    triggers: Annotated[
        Path | None, typer.Option("--triggers", metavar="FILE", help="With --live: what raises an alarm.")
    ] = None,
    hand_over: Annotated[
        bool, typer.Option("--hand-over", help="With --live: triggers may give a conversation to a person.")
    ] = False,
    rejects: Annotated[
        Path | None,
        typer.Option("--rejects", metavar="FILE", help="For records that cannot be read; else beside the result."),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where an earlier run was ended.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Begin anew although one was not finished.")] = False,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Read so many records at most.")] = None,
    processes: Annotated[
        int | None, typer.Option("--processes", min=1, max=512, help="Worker processes; else one for each core.")
    ] = None,
    engine: Annotated[Engine, typer.Option("--engine", help="This machine, or Apache Spark.")] = Engine.LOCAL,
    table: Annotated[str | None, typer.Option("--table", metavar="NAME", help="Read this table of Spark.")] = None,
    out_table: Annotated[
        str | None, typer.Option("--out-table", metavar="NAME", help="Merge the result into this table of Spark.")
    ] = None,
    with_model: Annotated[
        bool, typer.Option("--model", help="Score by the language model of the settings too; needs a budget.")
    ] = False,
    estimate: Annotated[
        bool, typer.Option("--estimate", help="Only tell what the model is expected to take, and ask it nothing.")
    ] = False,
    budget: Annotated[
        float | None,
        typer.Option("--budget", metavar="COST", min=0, help="What the model may cost, in the currency of the prices."),
    ] = None,
    token_budget: Annotated[
        int | None, typer.Option("--token-budget", metavar="N", min=1, help="Tokens that the model may use.")
    ] = None,
    concurrency: Annotated[
        int, typer.Option("--concurrency", metavar="N", min=1, max=256, help="Calls of the model at once.")
    ] = 4,
    requests_per_minute: Annotated[
        float | None, typer.Option("--requests-per-minute", metavar="N", min=0.1, help="Calls of the model a minute.")
    ] = None,
    tokens_per_minute: Annotated[
        float | None, typer.Option("--tokens-per-minute", metavar="N", min=1, help="Tokens of the model a minute.")
    ] = None,
    as_json: shared.AsJson = False,
) -> None:
    """Score conversations of files: sentiment, satisfaction, reason, scorecard, each with its evidence.

    Exit code 0 all were scored, 1 some could not be read and are in the file of rejects, 2 bad input.
    """
    if live:
        request_live = LiveRequest(triggers=triggers, hand_over=hand_over, redaction=redaction.value)
        raise typer.Exit(_watch_live(context, request_live, inputs or [], out))
    if triggers is not None or hand_over:
        raise InputError("--triggers and --hand-over go with --live")
    if resume and overwrite:
        raise InputError("--resume and --overwrite exclude each other: give one of them")
    model = ModelRequest(
        budget=budget,
        token_budget=token_budget,
        concurrency=concurrency,
        requests_per_minute=requests_per_minute,
        tokens_per_minute=tokens_per_minute,
    )
    if not (with_model or estimate) and model != ModelRequest():
        raise InputError("budgets and limits are the model's: give --model with them")
    application = shared.application_of(context)
    request = AnalysisRequest(
        inputs=tuple(inputs or ()),
        out=out,
        rejects=rejects,
        report=report,
        store=store,
        columns=read_columns(columns or []),
        format=format_,
        scorecard=scorecard,
        reasons=reasons,
        compliance=compliance,
        products=products,
        calibration=calibration,
        redaction=redaction.value,
        redaction_key=redaction_key,
        engine=engine.value,
        table=table,
        out_table=out_table,
        processes=processes,
        limit=limit,
        model=model if with_model or estimate else None,
        resume=resume,
        overwrite=overwrite,
    )
    if request.model is not None:
        expected = application.estimate(request)
        if estimate:
            write_json({"status": "estimated", **expected}) if as_json else write(_expected_text(expected))
            raise typer.Exit(ExitCode.ANSWERED)
        warn(_expected_text(expected))
    try:
        with progress_line(wanted=not as_json) as watch:
            document = application.analyze(request, watch=watch)
    except KeyboardInterrupt:
        kept = "What is done is kept: give the same command with --resume to go on."
        warn("\nStdin is not there twice: nothing is kept." if "-" in request.inputs else f"\n{kept}")
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    if as_json:
        write_json(document)
    else:
        _show(document)
    raise typer.Exit(ExitCode.FAILED if document.get("rejected") else ExitCode.ANSWERED)


def _watch_live(context: typer.Context, request: LiveRequest, inputs: list[str], out: Path | None) -> ExitCode:
    """One line out for each line in, at once; the exit code."""
    if out is not None or [name for name in inputs if name != "-"]:
        raise InputError("--live reads turns from stdin and writes to stdout: leave INPUT and --out away")
    code = ExitCode.ANSWERED
    try:
        for document in shared.application_of(context).watch_live(request, sys.stdin.buffer):
            code = ExitCode.FAILED if "error" in document else code
            write(json.dumps(document, ensure_ascii=False, separators=(",", ":")))
            sys.stdout.flush()
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    return code


def read_columns(given: list[str]) -> dict[str, str]:
    """Columns by field, of the values of --columns."""
    found: dict[str, str] = {}
    for pair in ",".join(given).split(",") if given else ():
        field, sign, name = (part.strip() for part in pair.partition("="))
        if not sign or not field or not name:
            raise InputError(f"--columns {pair!r} is not FIELD=COLUMN: write it like --columns id=chat,text=body")
        if field in found:
            raise InputError(f"--columns names {field!r} twice: name it once")
        found[field] = name
    return found


def _show(document: Document) -> None:
    conversations, turns, rejected = (_number(document, name) for name in ("conversations", "turns", "rejected"))
    seconds, rate = _number(document, "seconds"), _number(document, "turns_per_second")
    write(f"{conversations:,.0f} conversations, {turns:,.0f} turns in {seconds:,.1f} s ({rate:,.0f} turns a second)")
    write(f"result: {clean(text(document, 'out'))}")
    if unchanged := _number(document, "unchanged"):
        write(f"unchanged: {unchanged:,.0f}, which were scored before as they are now")
    elif not conversations and not rejected:
        warn("There was no conversation in the input: is it empty?")
    if rejected:
        write(f"rejected: {rejected:,.0f}, with their reasons in {clean(text(document, 'rejects'))}")
    if report := text(document, "report"):
        write(f"report: {clean(report)}")
    if vault := text(document, "vault"):
        write(f"sealed: {clean(vault)}; switchboard redactions restore puts it back with the key")
    if isinstance(stored := document.get("stored"), dict):
        write(stored_text(stored))
    _show_model(document)


def _expected_text(expected: Document) -> str:
    tokens = _number(expected, "input_tokens") + _number(expected, "output_tokens")
    cost = f", costing {_number(expected, 'cost'):,.4g}" if expected.get("cost") is not None else ""
    asked = f"The model {clean(text(expected, 'model'))} is expected to take {tokens:,.0f} tokens{cost}"
    return f"{asked} for {_number(expected, 'conversations'):,.0f} conversations."


def _show_model(document: Document) -> None:
    went = document.get("model")
    if not isinstance(went, dict):
        return
    cost = f", cost {went['cost']:,.4g}" if went["cost"] is not None else ""
    write(
        f"model {clean(went['model'])}: {went['scored']:,d} scored ({went['reused']:,d} answers kept from before), "
        f"{went['input_tokens'] + went['output_tokens']:,d} tokens{cost}"
    )
    for code, count in went["without"].items():
        write(f"  without the model: {count:,d} ({code.replace('_', ' ')})")
    if "budget_spent" in went["without"]:
        write("  the same command with a larger budget asks for those alone: the answers so far are kept")
    for feature, count in went["disagreements"].items():
        write(f"  differs from the embedded scorer on {feature}: {count:,d}")


def _number(document: Document, name: str) -> float:
    value = document.get(name)
    return value if isinstance(value, int | float) else 0.0
