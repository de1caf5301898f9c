"""Runs a batch on Spark: reads, scores what is new or changed, and merges."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import reduce
from secrets import token_hex
from typing import TYPE_CHECKING

from orchestrator.batch.inputs.source import Limits
from orchestrator.batch.spark.folder_target import FolderTarget, owned
from orchestrator.batch.spark.outcome import Counts, Outcome
from orchestrator.batch.spark.places import with_lines
from orchestrator.batch.spark.reading import PLACE, Found, Records, read_files, read_table
from orchestrator.batch.spark.shipping import Shipment, result_schema, shipped_function, table_columns
from orchestrator.batch.spark.table_target import TableTarget
from orchestrator.batch.spark.targets import Target
from orchestrator.core.batching import BatchProgress
from orchestrator.core.errors import InputError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_ZONE = ("spark.sql.session.timeZone", "UTC")
"""Times without zone are UTC."""
_AT_ONCE = ("spark.sql.execution.arrow.maxRecordsPerBatch", "500")
"""Records are whole conversations: ten thousand of them would be much at once."""
Watch = Callable[[BatchProgress], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SparkJob:
    """What is asked of a batch on Spark.

    Attributes:
        inputs: Files and folders, as Spark finds them; or `table`.
        out: A folder; or `out_table`.
        rejects: A folder for records that cannot be read; None is beside the result.
        columns: Columns by field.
        limit: How many conversations are read at most.
    """

    scorer_version: str
    config_sha256: str
    inputs: tuple[str, ...] = ()
    table: str | None = None
    out: str | None = None
    out_table: str | None = None
    rejects: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    limit: int | None = None
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class SparkEnd:
    """What came of it.

    Attributes:
        out: Where the result is read.
        ignored: Columns that nothing is made of.
    """

    inputs: tuple[str, ...]
    out: str
    rejects: str | None
    counts: Counts
    seconds: float
    ignored: tuple[str, ...]


def run_on_spark(spark: "SparkSession", job: SparkJob, shipment: Shipment, *, watch: Watch) -> SparkEnd:
    """Score the conversations that are new or changed, and merge them by id and scorer's version.

    Raises:
        InputError: What is asked does not fit together, or is not there.
    """
    if bool(job.inputs) == bool(job.table):
        raise InputError("Spark reads INPUT or --table NAME: give one of them")
    if bool(job.out) == bool(job.out_table):
        raise InputError("Spark writes --out FOLDER or --out-table NAME: give one of them")
    # names sort by time
    run = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}_{token_hex(3)}"
    with owned(job.out) if job.out else nullcontext(), _settings(spark):
        return _Run(spark, job, _target(spark, job, run), watch).carry_out(shipment)


def _target(spark: "SparkSession", job: SparkJob, run: str) -> Target:
    if job.out_table:
        return TableTarget(spark=spark, name=job.out_table, run=run, rejects=job.rejects)
    return FolderTarget(spark=spark, folder=str(job.out).rstrip("/"), run=run, rejects=job.rejects)


@contextmanager
def _settings(spark: "SparkSession") -> Iterator[None]:
    """Our settings of the session, which gets its own back."""
    from pyspark.errors import PySparkException  # noqa: PLC0415  # an extra

    with _setting(spark, *_ZONE), ExitStack() as stack:
        # where nobody may set it (Databricks' serverless), what is set there must do
        with suppress(PySparkException):
            stack.enter_context(_setting(spark, *_AT_ONCE))
        yield


@contextmanager
def _setting(spark: "SparkSession", name: str, value: str) -> Iterator[None]:
    before = spark.conf.get(name, None)
    spark.conf.set(name, value)
    try:
        yield
    finally:
        if before is None:
            spark.conf.unset(name)
        else:
            spark.conf.set(name, before)


class _Run:
    """A batch under way."""

    def __init__(self, spark: "SparkSession", job: SparkJob, target: Target, watch: Watch) -> None:
        self._spark = spark
        self._job = job
        self._target = target
        self._watch = watch
        self._began = time.monotonic()

    def carry_out(self, shipment: Shipment) -> SparkEnd:
        self._tell("reading")
        job = self._job
        known = self._known()
        found = (
            read_table(self._spark, job.table, job.columns)
            if job.table
            else read_files(self._spark, job.inputs, job.columns)
        )
        self._tell("scoring")
        scored = self._scored(found, known, shipment)
        try:
            return self._finish(found, self._target.stage(scored))
        finally:
            self._target.clear()

    def _known(self) -> "DataFrame | None":
        """What was scored before by the same scorer: the conversation's id by its fingerprint."""
        existing = self._target.existing()
        if existing is None:
            return None
        same = (existing["scorer_version"] == self._job.scorer_version) & (
            existing["config_sha256"] == self._job.config_sha256
        )
        return existing.where(same).select("input_sha256", existing["id"].alias("known"))

    def _scored(self, found: Found, known: "DataFrame | None", shipment: Shipment) -> "DataFrame":
        parts = [self._scored_part(records, known, shipment) for records in found.records]
        return reduce(lambda one, other: one.unionByName(other), parts)

    def _scored_part(self, records: Records, known: "DataFrame | None", shipment: Shipment) -> "DataFrame":
        from pyspark.sql import functions as f  # noqa: PLC0415  # an extra

        frame = records.frame if self._job.limit is None else records.frame.limit(self._job.limit)
        frame = frame.withColumn("input_sha256", f.sha2("record", 256))
        if known is None:
            frame = frame.withColumn("known", f.lit(None).cast("string"))
        else:
            frame = frame.join(known, "input_sha256", "left")
        function = shipped_function(shipment, rows=records.rows, limits=self._job.limits)
        wanted = frame.select(*PLACE, "record", "problem", "known", "input_sha256")
        return wanted.mapInArrow(function, result_schema())

    def _finish(self, found: Found, staged: "DataFrame") -> SparkEnd:
        outcome = Outcome.of(staged)
        counts = outcome.counts
        self._tell("writing", counts)
        where = self._target.put_rejects(with_lines(outcome.rejected, found.records)) if counts.rejected else None
        if counts.conversations:
            self._target.merge(outcome.scored.select(*table_columns()))
        return SparkEnd(
            inputs=found.inputs,
            out=self._target.place,
            rejects=where,
            counts=counts,
            seconds=time.monotonic() - self._began,
            ignored=found.ignored,
        )

    def _tell(self, stage: str, counts: Counts | None = None) -> None:
        conversations, turns, _, rejected = counts or Counts()
        seconds = time.monotonic() - self._began
        self._watch(
            BatchProgress(
                conversations=conversations, turns=turns, rejected=rejected, share=None, seconds=seconds, stage=stage
            )
        )
