"""Says on which line of its file a rejected record stands, although Spark reads files in parts."""

from collections.abc import Sequence
from functools import reduce
from typing import TYPE_CHECKING

from orchestrator.batch.spark.reading import Records

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame


def with_lines(rejected: "DataFrame", records: Sequence[Records]) -> "DataFrame":
    """Rejected records as a batch on one machine writes them: `file`, `line`, `id`, `reason`, `record`.

    Args:
        rejected: With the place, `id`, `reason` and `head`.
        records: What was read. Rows of a table have no line.
    """
    from pyspark.sql import functions as f  # noqa: PLC0415  # an extra

    ordered = [one.ordered for one in records if one.ordered is not None]
    if ordered:
        starts = _starts(reduce(lambda one, other: one.union(other), ordered), rejected.select("file").distinct())
        placed = rejected.join(starts, ["file", "block"], "left")
        line = f.col("start") + f.col("number") - f.col("lowest") + 1
    else:
        placed, line = rejected, f.lit(None).cast("bigint")
    return placed.select(
        _shown("file").alias("file"),
        line.alias("line"),
        "id",
        f.regexp_replace("reason", " came first in file:/+", " came first in /").alias("reason"),
        f.col("head").alias("record"),
    ).orderBy("file", "line", "id")


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

    path = f.regexp_replace(f.col(name), "^file:/+", "/")
    return f.when(
        path != f.col(name), f.expr(f"url_decode(replace(regexp_replace({name}, '^file:/+', '/'), '+', '%2B'))")
    ).otherwise(f.col(name))
