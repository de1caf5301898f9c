"""Makes the page of a batch from its result: one pass, in memory that does not grow with the result."""

from collections.abc import Iterable, Mapping
from datetime import UTC, tzinfo
from pathlib import Path

from orchestrator.batch.results import read_result_lines, read_results
from orchestrator.core.conversations.scoring import Scoring
from orchestrator.core.conversations.statistics.aggregate import Aggregate
from orchestrator.core.errors import InputError
from orchestrator.surfaces.conversation_report.page import page

Names = dict[str, str]
Results = Iterable[Mapping[str, object]]


def check_report(report: Path, *others: Path | None) -> None:
    """Refuse a page that could not be written, before anything is scored; InputError."""
    if report.is_dir():
        raise InputError(f"--report {str(report)!r} is a folder: name a file, such as report.html")
    if not report.absolute().parent.is_dir():
        raise InputError(f"--report {str(report)!r} is in no folder that is there: make it, or name another")
    if any(other is not None and other.resolve() == report.resolve() for other in others):
        raise InputError(f"--report {str(report)!r} would be written over another file: name another")


def report_result(result: Path, report: Path, scoring: Scoring, *, zone: tzinfo = UTC) -> Aggregate:
    """Write the page of a result: lines, CSV, Parquet or a folder of Parquet files; what it is made from.

    Raises:
        InputError: The result cannot be read, or the page cannot be written.
    """
    return write_report(read_results(result), report, scoring, zone=zone)


def report_lines(lines: Path, report: Path, scoring: Scoring, *, zone: tzinfo = UTC) -> Aggregate:
    """Write the page of a result's lines, whatever their file is called."""
    return write_report(read_result_lines(lines), report, scoring, zone=zone)


def write_report(results: Results, report: Path, scoring: Scoring, *, zone: tzinfo = UTC) -> Aggregate:
    """Write the page of result documents; it appears under its name when it is whole."""
    aggregate = Aggregate(zone=zone)
    for document in results:
        aggregate.add(document)
    beside = report.with_name(f"{report.name}.new")
    try:
        beside.write_text(page(aggregate, names=names_of(scoring)), encoding="utf-8")
        beside.replace(report)
    except OSError as error:
        raise InputError(f"--report {str(report)!r} cannot be written: {error.strerror}; name another") from error
    return aggregate


def names_of(scoring: Scoring) -> Names:
    """What the ids of a configuration are called."""
    names = {one.id: one.title for one in scoring.reasons}
    names |= {one.id: one.title for one in scoring.products}
    names |= {one.id: one.title for one in scoring.rules}
    if scoring.scorecard is not None:
        names[scoring.scorecard.id] = scoring.scorecard.title
        names |= {one.id: one.text for one in scoring.scorecard.questions}
    return {name: title for name, title in names.items() if title}
