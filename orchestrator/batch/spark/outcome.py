"""What became of the records of a batch on Spark: scored, unchanged, or rejected; each id once."""

from typing import TYPE_CHECKING, NamedTuple, Self

from orchestrator.batch.spark.places import TAKEN
from orchestrator.batch.spark.reading import PLACE

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_FIRST = tuple(f"first_{name}" for name in PLACE)


class Counts(NamedTuple):
    """How many.

    Attributes:
        conversations: Scored now; `turns` are theirs.
        unchanged: Conversations that were scored before, as they are now.
    """

    conversations: int = 0
    turns: int = 0
    unchanged: int = 0
    rejected: int = 0


class Outcome(NamedTuple):
    """The rows that were scored, and those that are rejected.

    Of several records with one id the first counts, by the place where it stands; the others are rejected.
    """

    counts: Counts
    scored: "DataFrame"
    rejected: "DataFrame"

    @classmethod
    def of(cls, staged: "DataFrame") -> Self:
        """The outcome of staged rows. Documents are not sorted for it: only ids and places are."""
        from pyspark.sql import functions as f  # noqa: PLC0415  # an extra

        again = _again(staged)
        new = f.col("reason").isNull() & f.col("unchanged").isNull()
        of_all = _count(staged)
        of_again = _count(again)
        repeated = of_again.conversations + of_again.unchanged
        counts = Counts(
            of_all.conversations - of_again.conversations,
            of_all.turns - of_again.turns,
            of_all.unchanged - of_again.unchanged,
            of_all.rejected + repeated,
        )
        refused = staged.where(f.col("reason").isNotNull()).select(*PLACE, "id", "reason", "head")
        nowhere = zip(_FIRST, ("string", "bigint", "bigint"), strict=True)
        rejected = refused.select("*", *(f.lit(None).cast(kind).alias(name) for name, kind in nowhere))
        scored = staged.where(new)
        if repeated:
            scored = scored.join(again.select(*PLACE), list(PLACE), "left_anti")
            taken = again.select(
                *PLACE, "id", f.lit(TAKEN).alias("reason"), f.lit(None).cast("string").alias("head"), *_FIRST
            )
            rejected = rejected.unionByName(taken)
        return cls(counts, scored, rejected)


def _again(staged: "DataFrame") -> "DataFrame":
    """The records whose id came before, with the place where it did."""
    from pyspark.sql import Window  # noqa: PLC0415
    from pyspark.sql import functions as f  # noqa: PLC0415

    same = Window.partitionBy("id").orderBy(*PLACE)
    kept = staged.where(f.col("reason").isNull()).select(*PLACE, "id", "reason", "unchanged", "turn_count")
    first = [f.first(name).over(same).alias(f"first_{name}") for name in PLACE]
    return kept.select("*", f.row_number().over(same).alias("rank"), *first).where("rank > 1")


def _count(frame: "DataFrame") -> Counts:
    from pyspark.sql import functions as f  # noqa: PLC0415

    fine = f.col("reason").isNull()
    new = fine & f.col("unchanged").isNull()
    counted = frame.agg(
        f.count(f.when(new, 1)),
        f.coalesce(f.sum(f.when(new, f.col("turn_count"))), f.lit(0)),
        f.count(f.when(fine & f.col("unchanged").isNotNull(), 1)),
        f.count(f.when(~fine, 1)),
    )
    return Counts(*(int(value) for value in counted.collect()[0]))
