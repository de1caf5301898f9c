"""Makes the page of a batch from its result: one pass, in memory that does not grow with the result."""

import re
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from orchestrator.batch.results import read_result_lines, read_results
from orchestrator.batch.run import BatchEnd
from orchestrator.core.conversations.scoring import Scoring
from orchestrator.core.conversations.statistics.aggregate import REVIEWS, Aggregate
from orchestrator.core.conversations.statistics.result import number, part
from orchestrator.core.errors import InputError
from orchestrator.surfaces.analysis_application import AnalysisRequest
from orchestrator.surfaces.conversation_report.page import page

if TYPE_CHECKING:
    from orchestrator.settings import Settings

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")
Results = Iterable[Mapping[str, object]]
Scores = Mapping[str, float]
"""What people say of satisfaction, 1 to 5, by conversation."""


def reporter(
    request: AnalysisRequest, scoring: Scoring, settings: Callable[[], "Settings"]
) -> Callable[[Path], None] | None:
    """What makes the page of the whole result's lines; None where none is asked for, InputError where it cannot be."""
    report = request.report
    if report is None:
        return None
    check_report(report, request.out, request.rejects)
    found = settings()
    zone, human = ZoneInfo(found.tz), human_scores(found)

    def make(lines: Path) -> None:
        write_report(read_result_lines(lines), report, scoring, zone=zone, human=human)

    return make


def report_result(request: AnalysisRequest, scoring: Scoring, settings: Callable[[], "Settings"]) -> BatchEnd:
    """Write the page of a result that is there: lines, CSV, Parquet, or what Spark wrote; nothing is scored.

    Raises:
        InputError: The result cannot be read, or the page cannot be written.
    """
    assert request.report is not None
    if request.out is None:
        raise InputError("give the result that the page is to be of: --out FILE")
    check_report(request.report, request.out, request.rejects)
    began, found = time.monotonic(), settings()
    results = read_results(request.out)
    made = write_report(results, request.report, scoring, zone=ZoneInfo(found.tz), human=human_scores(found))
    return BatchEnd(
        inputs=(),
        conversations=made.count,
        turns=made.turns,
        rejected=0,
        seconds=time.monotonic() - began,
        turns_now=made.turns,
        resumed=False,
        processes=0,
    )


def check_report(report: Path, *others: Path | None) -> None:
    """Refuse a page that could not be written, before anything is scored; InputError."""
    if report.is_dir():
        raise InputError(f"--report {str(report)!r} is a folder: name a file, such as report.html")
    if not report.absolute().parent.is_dir():
        raise InputError(f"--report {str(report)!r} is in no folder that is there: make it, or name another")
    if any(other is not None and other.resolve() == report.resolve() for other in others):
        raise InputError(f"--report {str(report)!r} would be written over another file: name another")


def check_spark_report(request: AnalysisRequest) -> None:
    """Refuse a page of what Spark does not write to a folder of this machine; InputError."""
    assert request.report is not None
    if request.out is None or _ADDRESS.match(str(request.out)):
        raise InputError(
            "--report is made of a folder of this machine: name one by --out, or make the page where it is"
        )
    check_report(request.report, request.out)


def write_report(
    results: Results, report: Path, scoring: Scoring, *, zone: tzinfo = UTC, human: Scores | None = None
) -> Aggregate:
    """Write the page of result documents, and what it is made from; it appears under its name when it is whole."""
    aggregate = aggregate_of(results, zone=zone, human=human or {})
    beside = report.with_name(f"{report.name}.new")
    try:
        beside.write_text(page(aggregate, names=names_of(scoring)), encoding="utf-8")
        beside.replace(report)
    except OSError as error:
        raise InputError(f"--report {str(report)!r} cannot be written: {error.strerror}; name another") from error
    return aggregate


def aggregate_of(results: Results, *, zone: tzinfo, human: Scores) -> Aggregate:
    """The counts of result documents, with people's scores beside ours where there are any."""
    found = Aggregate(zone=zone)
    for document in results:
        found.add(document)
        name = document.get("id")
        ours = number(part(document, "overall"), "satisfaction")
        if ours is not None and isinstance(name, str) and name in human:
            found.compare(REVIEWS, name, human=human[name], machine=ours)
    return found


def human_scores(settings: "Settings") -> Scores:
    """What people's reviews in the state store come to for satisfaction; nothing where no state is kept yet."""
    if settings.state_url is None and not settings.state.is_dir():
        return {}
    from orchestrator.app.analysis.reviewing import open_reviews  # noqa: PLC0415  # brings the store
    from orchestrator.core.conversations.review_labels import labels_of  # noqa: PLC0415

    with open_reviews(settings) as reviews:
        labels = labels_of(reviews.reviews(), reviews.disputes())
    return {name: one.satisfaction for name, one in labels.items() if one.satisfaction is not None}


def names_of(scoring: Scoring) -> dict[str, str]:
    """What the ids of a configuration are called."""
    names = {one.id: one.title for one in scoring.reasons}
    names |= {one.id: one.title for one in scoring.products}
    names |= {one.id: one.title for one in scoring.rules}
    if scoring.scorecard is not None:
        names[scoring.scorecard.id] = scoring.scorecard.title
        names |= {one.id: one.text for one in scoring.scorecard.questions}
    return {name: title for name, title in names.items() if title}
