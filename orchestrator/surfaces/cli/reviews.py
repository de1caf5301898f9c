"""`switchboard reviews`: people score a sample, dispute scores, and see how far they agree."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from orchestrator.core.errors import InputError
from orchestrator.surfaces.cli import options as shared
from orchestrator.surfaces.cli.analyze import read_columns
from orchestrator.surfaces.cli.output import out_screen, warn, write, write_json
from orchestrator.surfaces.cli.review_sheet import QUESTIONS, review_sheet
from orchestrator.surfaces.review_application import CalibrationRequest, DisputeRequest, SampleRequest
from orchestrator.surfaces.terminal.cleaning import clean
from orchestrator.surfaces.terminal.fields import text
from orchestrator.surfaces.terminal.reviews import (
    agreement_page,
    calibration_page,
    dispute_page,
    disputes_list,
    drift_page,
    sample_page,
)

SAMPLE_EXAMPLES = """\b
Examples:
  switchboard reviews sample scores.jsonl --conversations chats.jsonl --size 60 --out sheet.jsonl
  switchboard reviews sample scores.jsonl --conversations chats.jsonl --size 60 --by agent --out sheet.jsonl
"""
SCORE_EXAMPLES = """\b
Examples:
  switchboard reviews score sheet.jsonl --as ann
  switchboard reviews score sheet.jsonl --as ann --question turn_quality
  switchboard reviews score --from labels.csv --as ann
"""
DISPUTE_EXAMPLES = """\b
Examples:
  switchboard reviews dispute c-81 --question satisfaction --value 4 --reason "she thanked us twice" --as bo
  switchboard reviews dispute D-1 --uphold --note "read it, agreed" --as ann
  switchboard reviews dispute D-1 --reject --note "the refund never came" --as ann
"""
DISPUTES_EXAMPLES = """\b
Examples:
  switchboard reviews disputes --open
"""
AGREEMENT_EXAMPLES = """\b
Examples:
  switchboard reviews agreement
  switchboard reviews agreement --sample R-0f3a1b22c4 --json
"""
DRIFT_EXAMPLES = """\b
Examples:
  switchboard reviews drift --every quarter
"""
CALIBRATE_EXAMPLES = """\b
Examples:
  switchboard reviews calibrate --conversations chats.jsonl --out calibration.json
  switchboard analyze chats.jsonl --calibration calibration.json --out calibrated.jsonl
"""
EXPORT_EXAMPLES = """\b
Examples:
  switchboard reviews export --out reviews.csv
"""
Who = Annotated[str | None, typer.Option("--as", metavar="NAME", help="Who says so; else this machine's user.")]
Conversations = Annotated[
    list[str], typer.Option("--conversations", metavar="INPUT", help="The files that were analysed. Repeatable.")
]
Columns = Annotated[
    list[str] | None,
    typer.Option("--columns", metavar="FIELD=COLUMN,...", help="As for `analyze`, where a row is one message."),
]


class By(StrEnum):
    """What a sample is spread over."""

    REASON = "reason"
    PRODUCT = "product"
    AGENT = "agent"
    QUEUE = "queue"
    CHANNEL = "channel"
    RANDOM = "random"


class Every(StrEnum):
    """The periods of drift."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


def add_commands(cli: typer.Typer) -> None:
    """Add the group of this module."""
    group = typer.Typer(
        help="Score a sample by people, and compare and calibrate the scorer.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.command(epilog=SAMPLE_EXAMPLES)(sample)
    group.command(epilog=SCORE_EXAMPLES)(score)
    group.command(epilog=DISPUTE_EXAMPLES)(dispute)
    group.command(epilog=DISPUTES_EXAMPLES)(disputes)
    group.command(epilog=AGREEMENT_EXAMPLES)(agreement)
    group.command(epilog=DRIFT_EXAMPLES)(drift)
    group.command(epilog=CALIBRATE_EXAMPLES)(calibrate)
    group.command(epilog=EXPORT_EXAMPLES)(export)
    cli.add_typer(group, name="reviews")


def sample(
    context: typer.Context,
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help="What `analyze` wrote, JSON Lines.")],
    *,
    conversations: Conversations,
    size: Annotated[int, typer.Option("--size", min=1, max=100_000, help="How many conversations.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The sheet to review, JSON Lines.")],
    by: Annotated[By, typer.Option("--by", help="What it is spread over, beside satisfaction and flags.")] = By.REASON,
    seed: Annotated[int, typer.Option("--seed", help="Another seed draws others.")] = 1,
    columns: Columns = None,
    as_json: shared.AsJson = False,
) -> None:
    """Draw conversations for review into a sheet: redacted, and without their automatic scores."""
    document = shared.application_of(context).draw_sample(
        SampleRequest(
            results=results,
            conversations=tuple(conversations),
            columns=read_columns(columns or []),
            size=size,
            by=by.value,
            seed=seed,
            out=out,
        )
    )
    _print(document, sample_page(document, out_screen()), as_json=as_json)


def score(
    context: typer.Context,
    sheet: Annotated[Path | None, typer.Argument(metavar="SHEET", help="What `reviews sample` wrote.")] = None,
    *,
    from_: Annotated[
        Path | None, typer.Option("--from", metavar="FILE", help="Labels: CSV or JSON Lines, all are stored or none.")
    ] = None,
    who: Who = None,
    questions: Annotated[
        list[str] | None,
        typer.Option("--question", metavar="NAME", help=f"Ask this; else {' and '.join(QUESTIONS)}. Repeatable."),
    ] = None,
    reveal: Annotated[bool, typer.Option("--reveal", help="Show the automatic scores, once yours are stored.")] = False,
    as_json: shared.AsJson = False,
) -> None:
    """Score the conversations of a sheet one after another, or take in a file of labels.

    Every conversation is stored once it is answered; ended half-way, the same command goes on with the next. Answer
    again what was answered by a file: it is a revision, and both are kept.
    """
    if (sheet is None) is (from_ is None):
        raise InputError("give a SHEET to score it here, or --from FILE with labels: one of the two")
    application = shared.application_of(context)
    if from_ is not None:
        document = application.import_reviews(from_, reviewer=who)
        told = ", ".join(f"{text(document, name)} {name}" for name in ("read", "stored", "revised", "unchanged"))
        _print(document, f"answers: {told}", as_json=as_json)
        return
    assert sheet is not None
    document = review_sheet(application, sheet, reviewer=who, questions=tuple(questions or QUESTIONS), reveal=reveal)
    if as_json:
        write_json(document)


def dispute(
    context: typer.Context,
    what: Annotated[str, typer.Argument(metavar="ID", help="A conversation's id; to settle, a dispute's, like D-1.")],
    *,
    question: Annotated[str | None, typer.Option("--question", metavar="NAME", help="Whose score is wrong.")] = None,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why.")] = None,
    value: Annotated[str, typer.Option("--value", metavar="VALUE", help="What it should be.")] = "",
    turn: Annotated[int | None, typer.Option("--turn", min=0, help="The turn, for turn_quality.")] = None,
    results: Annotated[
        Path | None, typer.Option("--results", metavar="FILE", help="Where the score is, if it was not drawn.")
    ] = None,
    uphold: Annotated[bool, typer.Option("--uphold", help="Settle: the dispute is right.")] = False,
    reject: Annotated[bool, typer.Option("--reject", help="Settle: the score stands.")] = False,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="What was found, when settling.")] = "",
    who: Who = None,
    as_json: shared.AsJson = False,
) -> None:
    """Dispute a score, or settle a dispute as another person. Both are kept."""
    application = shared.application_of(context)
    if uphold or reject:
        if uphold and reject:
            raise InputError("--uphold and --reject exclude each other: give one of them")
        document = application.settle_dispute(what, upheld=uphold, note=note, by=who)
    else:
        if question is None or reason is None:
            raise InputError(
                "give --question and --reason to dispute a score; --uphold or --reject to settle a dispute"
            )
        document = application.open_dispute(
            DisputeRequest(
                conversation=what,
                question=question,
                turn=turn,
                reason=reason,
                value=value,
                by=who,
                results=results,
            )
        )
    _print(document, dispute_page(document, out_screen()), as_json=as_json)


def disputes(
    context: typer.Context,
    *,
    open_: Annotated[bool, typer.Option("--open", help="Only those that are not settled.")] = False,
    as_json: shared.AsJson = False,
) -> None:
    """List disputes, oldest first."""
    document = shared.application_of(context).list_disputes(open_only=open_)
    _print(document, disputes_list(document, out_screen()), as_json=as_json)


def agreement(
    context: typer.Context,
    *,
    sample: Annotated[str | None, typer.Option("--sample", metavar="ID", help="Only of this sample.")] = None,
    as_json: shared.AsJson = False,
) -> None:
    """Tell how far people agree with each other, and the automatic scores with people: corrected for chance.

    A figure is refused under 20 samples or 10 conversations.
    """
    document = shared.application_of(context).review_agreement(sample=sample)
    _print(document, agreement_page(document, out_screen()), as_json=as_json)


def drift(
    context: typer.Context,
    *,
    every: Annotated[Every, typer.Option("--every", help="The periods.")] = Every.MONTH,
    as_json: shared.AsJson = False,
) -> None:
    """Tell how the agreement went over time; a change is named only where its interval excludes none."""
    document = shared.application_of(context).review_drift(every=every.value)
    _print(document, drift_page(document, out_screen()), as_json=as_json)


def calibrate(
    context: typer.Context,
    *,
    conversations: Conversations,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The weights, JSON.")],
    seed: Annotated[int, typer.Option("--seed", help="Of the division for the check.")] = 1,
    columns: Columns = None,
    as_json: shared.AsJson = False,
) -> None:
    """Fit the scorer to all labels, and say what it gains on conversations that it has not seen.

    Exit code 2 where there are too few labels, or nothing is gained: then no file is written.
    """
    document = shared.application_of(context).calibrate(
        CalibrationRequest(conversations=tuple(conversations), columns=read_columns(columns or []), out=out, seed=seed),
        tell=warn,
    )
    _print(document, calibration_page(document, out_screen()), as_json=as_json)


def export(
    context: typer.Context,
    *,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="A .csv, else JSON Lines.")],
    as_json: shared.AsJson = False,
) -> None:
    """Write all answers with their revisions, the automatic scores of then, and how likely each was to be drawn."""
    document = shared.application_of(context).export_reviews(out)
    _print(document, f"{text(document, 'rows')} answers: {clean(text(document, 'out'))}", as_json=as_json)


def _print(document: dict[str, object], page: str, *, as_json: bool) -> None:
    if as_json:
        write_json(document)
    else:
        write(page)
