"""What results are merged into, so that what was there stays readable until the new is whole."""

from typing import TYPE_CHECKING, Protocol

from orchestrator.core.errors import SwitchboardError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

KEY = ("id", "scorer_version")
KEPT = 2
"""Whole results that stay: the one that is read now, and the one before for those who still read it."""


class Target(Protocol):
    """What results are merged into."""

    @property
    def place(self) -> str:
        """Where the result is read."""
        ...

    def existing(self) -> "DataFrame | None":
        """The result so far; None where there is none."""
        ...

    def stage(self, scored: "DataFrame") -> "DataFrame":
        """Write down what was scored, and read it back: Spark else scores it again for each use."""
        ...

    def merge(self, results: "DataFrame") -> None:
        """Replace what has the same id and scorer's version, and add the rest."""
        ...

    def put_rejects(self, rejects: "DataFrame") -> str:
        """Write the rejected records; where they are."""
        ...

    def clear(self) -> None:
        """Remove what was staged."""
        ...


def merged(before: "DataFrame", results: "DataFrame") -> "DataFrame":
    """Rows of before that nothing replaces, and the new ones."""
    kept = before.join(results.select(*KEY), list(KEY), "left_anti")
    return kept.unionByName(results, allowMissingColumns=True).select(*results.columns)


def overtaken(place: str) -> SwitchboardError:
    """That two runs wrote the same, and this one came second."""
    return SwitchboardError(
        f"another run has written {place!r} meanwhile, and its result stands; run this again to merge into it",
        retryable=True,
    )
