"""Says on which line of its file a rejected record stands, although Spark reads files in parts."""

from collections.abc import Sequence
from functools import reduce
from typing import TYPE_CHECKING

from orchestrator.batch.spark.reading import Records

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

TAKEN = "taken"
"""The reason of a record whose id came first elsewhere, at `first_file`, `first_block`, `first_number`."""


def with_lines(rejected: "DataFrame", records: Sequence[Records]) -> "DataFrame":
    """Rejected records as a batch on one machine writes them: `file`, `line`, `id`, `reason`, `record`.

    Args:
        rejected: With their places, those of the first with the same id, `id`, `reason` and `head`.
        records: What was read. Rows of a table have no line.
    """
    from pyspark.sql import functions as f  # noqa: PLC0415  # an extra

    ordered = [one.ordered for one in records if one.ordered is not None]
    if ordered:
        files = rejected.select("file").union(rejected.select("first_file")).distinct()
        starts = _starts(reduce(lambda one, other: one.union(other), ordered), files)
        placed = _with_line(_with_line(rejected, starts, ""), starts, "first_")
    else:
        none = f.lit(None).cast("bigint")
        placed = rejected.withColumn("line", none).withColumn("first_line", none)
    line = f.coalesce(f.concat(f.lit(":"), "first_line"), f.lit(""))
    taken = f.concat(f.lit("the id '"), "id", f.lit("' is taken: it came first at "), _shown("first_file"), line)
    reason = f.when(f.col("reason") == TAKEN, taken).otherwise(f.col("reason"))
    return placed.select(
        _shown("file").alias("file"), "line", "id", reason.alias("reason"), f.col("head").alias("record")
    ).orderBy("file", "line", "id")


def _with_line(rejected: "DataFrame", starts: "DataFrame", prefix: str) -> "DataFrame":
    """With the line of a place."""
    from pyspark.sql import functions as f  # noqa: PLC0415

    named = starts.select(
        f.col("file").alias(f"{prefix}file"), f.col("block").alias(f"{prefix}block"), "lowest", "start"
    )
    line = f.col("start") + f.col(f"{prefix}number") - f.col("lowest") + 1
    joined = rejected.join(f.broadcast(named), [f"{prefix}file", f"{prefix}block"], "left")
    return joined.withColumn(f"{prefix}line", line).drop("lowest", "start")


def _starts(ordered: "DataFrame", files: "DataFrame") -> "DataFrame":
    """Of each block of those files, how many lines are before it, and its lowest number."""
    from pyspark.sql import Window  # noqa: PLC0415
    from pyspark.sql import functions as f  # noqa: PLC0415

    blocks = (
        ordered.join(f.broadcast(files), "file", "left_semi")
        .groupBy("file", "block")
        .agg(f.min("number").alias("lowest"), f.count("*").alias("lines"), f.max("before").alias("before"))
    )
    earlier = Window.partitionBy("file").orderBy("block").rowsBetween(Window.unboundedPreceding, -1)
    start = f.col("before") + f.coalesce(f.sum("lines").over(earlier), f.lit(0))
    return blocks.select("file", "block", "lowest", start.alias("start"))


def _shown(name: str) -> "Column":
    """A file's path: Spark writes it as an address, with signs in percent form."""
    from pyspark.sql import functions as f  # noqa: PLC0415

    bare = f"regexp_replace({name}, '^file:/+', '/')"
    decoded = f.expr(f"url_decode(replace({bare}, '+', '%2B'))")
    return f.when(f.col(name).startswith("file:/"), decoded).otherwise(f.col(name))
