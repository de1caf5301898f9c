"""Carries out `analyze --engine spark`: the scorer is packed, shipped, and its results are merged."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from agents.sentiment.scoring.scorer import SCORER_VERSION
from orchestrator.app.analysis.scoring_source import read_scoring_files
from orchestrator.batch.spark.archive import pack
from orchestrator.batch.spark.run import SparkEnd, SparkJob, run_on_spark
from orchestrator.batch.spark.session import errors_in_our_words, session
from orchestrator.batch.spark.shipping import Shipment
from orchestrator.core.batching import BatchProgress
from orchestrator.core.conversations.scoring import Scoring, config_sha256, scoring_document
from orchestrator.core.errors import InputError
from orchestrator.surfaces.analysis_application import AnalysisRequest, Document

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_SCORER = "agents.sentiment.scoring.lines"
_MAKER = "JudgeFromDocument"
_ADDRESS = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]+):/(?!/)")
_ENDINGS = {".jsonl", ".ndjson", ".csv", ".parquet", ".json"}


def analyze_on_spark(
    request: AnalysisRequest,
    scoring: Scoring | None = None,
    *,
    spark: "SparkSession | None" = None,
    watch: Callable[[BatchProgress], None] = lambda _: None,
) -> Document:
    """Score conversations of files or a table on Spark; the document of docs/schemas/analyzed.schema.json.

    Args:
        request: What is asked.
        scoring: What the scorer goes by; None reads the files that the request names.
        spark: The session; None is the active one, else one that is started for this and stopped again.
        watch: Hears how far it is.

    Raises:
        InputError: PySpark or Java is missing, what is asked is not there or does not go together.
    """
    _refuse_what_is_local(request)
    scoring = read_scoring_files(request) if scoring is None else scoring
    if spark is not None:
        return _analyze(request, scoring, spark, watch)
    with session() as own:
        return _analyze(request, scoring, own, watch)


def ship(scoring: Scoring) -> Shipment:
    """What executors score by: the scorer's modules, and its configuration."""
    return Shipment(pack([_SCORER]), (_SCORER, _MAKER), json.dumps(scoring_document(scoring)))


def _analyze(
    request: AnalysisRequest, scoring: Scoring, spark: "SparkSession", watch: Callable[[BatchProgress], None]
) -> Document:
    job = SparkJob(
        scorer_version=SCORER_VERSION,
        config_sha256=config_sha256(scoring),
        inputs=request.inputs,
        table=request.table,
        out=_address(request.out),
        out_table=request.out_table,
        rejects=_address(request.rejects),
        columns=request.columns,
        limit=request.limit,
    )
    with errors_in_our_words():
        return _document(run_on_spark(spark, job, ship(scoring), watch=watch), scoring)


def _refuse_what_is_local(request: AnalysisRequest) -> None:
    """What the other engine does, and this one does not yet."""
    given = {
        "--resume": request.resume,
        "--overwrite": request.overwrite,
        "--processes": request.processes is not None,
        "--format": request.format is not None,
        "--report": request.report is not None,
        "--model": request.model is not None,
        "--store": request.store,
        "--redaction presidio": request.redaction == "presidio",
        "--redaction-key": request.redaction_key is not None,
    }
    wrong = next((option for option, is_given in given.items() if is_given), None)
    if wrong is not None:
        raise InputError(f"{wrong} is for --engine local: leave it out, or analyze the files without --engine spark")
    if "-" in request.inputs:
        raise InputError("Spark does not read stdin: give files, folders or --table NAME")
    if request.out is not None and request.out.suffix.lower() in _ENDINGS:
        raise InputError(f"Spark writes a folder, and --out {str(request.out)!r} looks like a file: name a folder")


def _address(path: Path | None) -> str | None:
    """A path as it was given: `Path` takes one slash of `abfss://`."""
    return None if path is None else _ADDRESS.sub(r"\1://", str(path))


def _document(end: SparkEnd, scoring: Scoring) -> Document:
    return {
        "status": "done",
        "engine": "spark",
        "inputs": list(end.inputs),
        "out": end.out,
        "rejects": end.rejects,
        "report": None,
        "conversations": end.counts.conversations,
        "turns": end.counts.turns,
        "unchanged": end.counts.unchanged,
        "rejected": end.counts.rejected,
        "resumed": False,
        "processes": None,
        "ignored_columns": list(end.ignored),
        "seconds": round(end.seconds, 3),
        "turns_per_second": round(end.counts.turns / end.seconds, 1) if end.seconds else 0.0,
        "stored": None,
        "model": None,
        "provenance": {
            "scorer_version": SCORER_VERSION,
            "config_sha256": config_sha256(scoring),
            "model": None,
            "redaction": scoring.redaction,
        },
    }
