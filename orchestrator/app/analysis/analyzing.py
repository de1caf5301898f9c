"""Carries out `analyze`: the scorer's configuration, a batch on one of the engines, and the report."""

import json
from collections.abc import Callable
from pathlib import Path

from agents.sentiment.scoring.lines import JudgeFromDocument
from agents.sentiment.scoring.scorer import SCORER_VERSION
from orchestrator.app.analysis.scoring_source import read_scoring_files
from orchestrator.batch.run import BatchEnd, BatchJob, run_batch
from orchestrator.core.batching import BatchProgress
from orchestrator.core.conversations.scoring import Scoring, config_sha256, scoring_document
from orchestrator.core.errors import InputError
from orchestrator.surfaces.analysis_application import AnalysisRequest, Document

_FORMS = (".jsonl", ".ndjson", ".parquet", ".csv")


def analyze(request: AnalysisRequest, *, watch: Callable[[BatchProgress], None]) -> Document:
    """Score the conversations of a request; the document of docs/schemas/analyzed.schema.json."""
    scoring = read_scoring_files(request)
    return _analyze_here(request, scoring, watch=watch)


def _analyze_here(request: AnalysisRequest, scoring: Scoring, *, watch: Callable[[BatchProgress], None]) -> Document:
    out = request.out
    if out is None or not request.inputs:
        raise InputError("give INPUT and --out FILE; a table is read by --engine spark")
    if out.suffix.lower() not in _FORMS:
        raise InputError(f"--out {str(out)!r} has no known ending: give one of {', '.join(_FORMS)}")
    rejects = request.rejects or out.with_name(f"{out.name}.rejects.jsonl")
    job = BatchJob(
        inputs=request.inputs,
        out=out,
        rejects=rejects,
        columns=request.columns,
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
    end = run_batch(job, make_judge(scoring), watch=watch)
    return _document(request, end, scoring, rejects=rejects)


def make_judge(scoring: Scoring) -> JudgeFromDocument:
    """What makes the scorer in a worker process or a Spark executor."""
    return JudgeFromDocument(json.dumps(scoring_document(scoring)))


def _document(request: AnalysisRequest, end: BatchEnd, scoring: Scoring, *, rejects: Path) -> Document:
    return {
        "status": "done",
        "engine": request.engine,
        "inputs": list(end.inputs),
        "out": str(request.out),
        "rejects": str(rejects) if end.rejected else None,
        "report": str(request.report) if request.report else None,
        "conversations": end.conversations,
        "turns": end.turns,
        "rejected": end.rejected,
        "resumed": end.resumed,
        "processes": end.processes,
        "seconds": round(end.seconds, 3),
        "turns_per_second": round(end.turns_now / end.seconds, 1) if end.seconds else 0.0,
        "provenance": {
            "scorer_version": SCORER_VERSION,
            "config_sha256": config_sha256(scoring),
            "model": None,
            "redaction": scoring.redaction,
        },
    }
