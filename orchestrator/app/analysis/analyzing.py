"""Carries out `analyze`: the scorer's configuration, a batch on one of the engines, and the report."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from agents.sentiment.scoring.scorer import SCORER_VERSION
from orchestrator.app.analysis.redacting import finder_of_sent, redacting_judge, sealing_of
from orchestrator.app.analysis.reporting import check_spark_report, report_result, reporter
from orchestrator.app.analysis.scoring_source import read_scoring_files
from orchestrator.app.analysis.vault import vault_of
from orchestrator.batch.inputs.columns import check_fields
from orchestrator.batch.run import BatchEnd, BatchJob, run_batch
from orchestrator.core.batching import BatchProgress
from orchestrator.core.conversations.scoring import Scoring, config_sha256
from orchestrator.core.errors import InputError
from orchestrator.surfaces.analysis_application import AnalysisRequest, Document

if TYPE_CHECKING:
    from orchestrator.settings import Settings

_LINES = (".jsonl", ".ndjson")
_FORMS = (*_LINES, ".parquet", ".csv")


def analyze(
    request: AnalysisRequest, settings: Callable[[], "Settings"], *, watch: Callable[[BatchProgress], None]
) -> Document:
    """Score the conversations of a request; the document of docs/schemas/analyzed.schema.json.

    Args:
        request: What is asked.
        settings: Reads them where they are needed, as importing what reads them takes a while.
        watch: Hears how far it is.
    """
    check_fields(request.columns)
    scoring = read_scoring_files(request)
    if request.engine == "spark":
        return _analyze_on_spark(request, scoring, settings, watch=watch)
    if request.report is not None and not request.inputs:
        return _document(request, report_result(request, scoring, settings), scoring) | {"stored": None}
    job = _job(request, scoring)
    make = redacting_judge(request, scoring)
    if request.model is None:
        end = run_batch(job, make, watch=watch, use=_used(request, reporter(request, scoring, settings)))
        return _document(request, end, scoring, rejects=job.rejects) | _stored(request, settings)
    from orchestrator.app.analysis.model_batch import run_model_batch  # noqa: PLC0415  # brings Semantic Kernel

    end, model = run_model_batch(
        job,
        make,
        request.model,
        scoring,
        settings(),
        find=finder_of_sent(request),
        watch=watch,
        use=reporter(request, scoring, settings),
    )
    return _document(request, end, scoring, rejects=job.rejects, model=model) | _stored(request, settings)


def _analyze_on_spark(
    request: AnalysisRequest,
    scoring: Scoring,
    settings: Callable[[], "Settings"],
    *,
    watch: Callable[[BatchProgress], None],
) -> Document:
    """What came of Spark's batch; its page is made here, of the folder that it wrote."""
    from orchestrator.app.analysis.spark import analyze_on_spark  # noqa: PLC0415  # its modules are many

    if request.report is not None:
        check_spark_report(request)
    document = analyze_on_spark(replace(request, report=None), scoring, watch=watch)
    if request.report is not None:
        report_result(request, scoring, settings)
        document["report"] = str(request.report)
    return document


def estimate(request: AnalysisRequest, settings: "Settings") -> Document:
    """What a model's scores of the request's conversations are expected to take."""
    from orchestrator.app.analysis.modelling import estimate_model  # noqa: PLC0415  # brings Semantic Kernel

    scoring = read_scoring_files(request)
    nowhere = replace(request, out=request.out or Path("nowhere.jsonl"))
    return estimate_model(_job(nowhere, scoring), scoring, settings)


def _job(request: AnalysisRequest, scoring: Scoring) -> BatchJob:
    out = request.out
    if out is None or not request.inputs:
        raise InputError("give INPUT and --out FILE; a table is read by --engine spark")
    if request.table is not None or request.out_table is not None:
        raise InputError("--table and --out-table are Spark's: give --engine spark with them")
    if out.suffix.lower() not in _FORMS:
        raise InputError(f"--out {str(out)!r} has no known ending: give one of {', '.join(_FORMS)}")
    if request.store and out.suffix.lower() not in _LINES:
        raise InputError(f"--store needs a result of lines: give --out FILE{_LINES[0]} in place of {str(out)!r}")
    return BatchJob(
        inputs=request.inputs,
        out=out,
        rejects=request.rejects or out.with_name(f"{out.name}.rejects.jsonl"),
        columns=request.columns,
        form=request.format,
        settings={
            "scorer's version": SCORER_VERSION,
            "scorer's configuration": config_sha256(scoring),
            "format": request.format or "",
            "form of the result": out.suffix.lower(),
        },
        limit=request.limit,
        processes=request.processes,
        resume=request.resume,
        overwrite=request.overwrite,
    )


def _stored(request: AnalysisRequest, settings: Callable[[], "Settings"]) -> Document:
    """Keeps the result as insights where that is asked. A batch that is there stays, if this fails: repeat it alone."""
    if not request.store or request.out is None:
        return {"stored": None}
    import asyncio  # noqa: PLC0415  # only where insights are stored

    from orchestrator.app.analysis.insight_source import import_results  # noqa: PLC0415  # brings DuckDB

    return {"stored": asyncio.run(import_results(settings(), request.out)).document()}


def _used(request: AnalysisRequest, use: Callable[[Path], None] | None) -> Callable[[Path], None] | None:
    """What is made of a whole result before it has its name: the vault too, where redaction has a key."""
    sealing, out = sealing_of(request), request.out
    if sealing is None or out is None:
        return use

    def seal(lines: Path) -> None:
        sealing.finish(vault_of(out))
        if use is not None:
            use(lines)

    return seal


def _document(
    request: AnalysisRequest,
    end: BatchEnd,
    scoring: Scoring,
    *,
    rejects: Path | None = None,
    model: Document | None = None,
) -> Document:
    return {
        "status": "done",
        "engine": request.engine,
        "inputs": list(end.inputs),
        "out": str(request.out),
        "rejects": str(rejects) if end.rejected else None,
        "report": str(request.report) if request.report else None,
        **({"vault": str(vault_of(request.out))} if request.redaction_key and request.out else {}),
        "conversations": end.conversations,
        "turns": end.turns,
        "rejected": end.rejected,
        "resumed": end.resumed,
        "processes": end.processes,
        "seconds": round(end.seconds, 3),
        "turns_per_second": round(end.turns_now / end.seconds, 1) if end.seconds else 0.0,
        "model": model,
        "provenance": {
            "scorer_version": SCORER_VERSION,
            "config_sha256": config_sha256(scoring),
            "model": model["model"] if model is not None else None,
            "redaction": scoring.redaction,
        },
    }
