"""Merges results into a folder of Parquet files, wherever Spark writes one."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, NamedTuple

from orchestrator.batch.partial import PartialFolder
from orchestrator.batch.spark.targets import KEPT, merged, overtaken

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_MOST_BROKEN_OFF = 20
_LOCAL = re.compile(r"^file:/+")


class _Commit(NamedTuple):
    """That a result counts: its number, and its folder's name."""

    number: int
    name: str


@dataclass(kw_only=True)
class FolderTarget:
    """A folder of whole results, each in a folder of its own; a commit names the one that counts.

    `commits/NUMBER` holds the name of a folder in `data`; the highest number counts. Nothing that was written is
    written again, so that whoever reads a result reads all of it.
    """

    spark: "SparkSession"
    folder: str
    run: str
    rejects: str | None = None
    _base: "_Commit | None" = None

    @property
    def place(self) -> str:
        """The folder of the newest result that this run knows of."""
        return f"{self.folder}/data/{self._base.name}" if self._base else self.folder

    def existing(self) -> "DataFrame | None":
        """The newest result; what is merged is merged into this one."""
        self._base = self._newest()
        return self.spark.read.parquet(self.place) if self._base else None

    def stage(self, scored: "DataFrame") -> "DataFrame":
        """Write to `staging/RUN`."""
        path = f"{self.folder}/staging/{self.run}"
        scored.write.mode("error").parquet(path)
        return self.spark.read.parquet(path)

    def merge(self, results: "DataFrame") -> None:
        """Write a whole result, then commit it; SwitchboardError where another run has committed meanwhile."""
        whole = merged(self.spark.read.parquet(self.place), results) if self._base else results
        whole.write.mode("error").parquet(f"{self.folder}/data/{self.run}")
        self._base = self._commit(1 + (self._base.number if self._base else 0))
        self._tidy()

    def put_rejects(self, rejects: "DataFrame") -> str:
        """Write JSON Lines to the folder that was named, else to `rejects/RUN`."""
        path = self.rejects or f"{self.folder}/rejects/{self.run}"
        rejects.coalesce(1).write.mode("overwrite").option("ignoreNullFields", "false").json(path)
        return path

    def clear(self) -> None:
        """Remove the staged rows; where Spark cannot delete, they are replaced by none."""
        if _local(self.folder).is_dir():
            rmtree(_local(f"{self.folder}/staging"), ignore_errors=True)
        else:
            self.spark.range(0).write.mode("overwrite").parquet(f"{self.folder}/staging/{self.run}")

    def _newest(self) -> "_Commit | None":
        """The commit that counts."""
        from pyspark.errors import AnalysisException  # noqa: PLC0415  # an extra
        from pyspark.sql import functions as f  # noqa: PLC0415

        try:
            read = self.spark.read.option("recursiveFileLookup", "true").text(f"{self.folder}/commits")
            rows = read.select("value", f.col("_metadata.file_path")).collect()
        except AnalysisException as error:
            if "PATH_NOT_FOUND" in str(error):
                return None
            raise
        found = [_Commit(int(path.split("/")[-2]), name) for name, path in rows]
        newest = max((one.number for one in found), default=0)
        return min(one for one in found if one.number == newest) if found else None

    def _commit(self, number: int) -> "_Commit":
        """Commit under that number, or the next where one that was broken off has left its folder."""
        from pyspark.errors import AnalysisException  # noqa: PLC0415
        from pyspark.sql import functions as f  # noqa: PLC0415

        line = self.spark.range(1).select(f.lit(self.run).alias("value")).coalesce(1)
        for commit in (_Commit(number + skipped, self.run) for skipped in range(_MOST_BROKEN_OFF)):
            try:
                line.write.mode("error").text(f"{self.folder}/commits/{commit.number:09d}")
            except AnalysisException as error:
                if self._newest() != self._base:
                    raise overtaken(self.folder) from error
                continue
            if self._newest() != commit:
                break
            return commit
        raise overtaken(self.folder)

    def _tidy(self) -> None:
        """Remove older results, where the folder is one of this machine."""
        folder = _local(f"{self.folder}/data")
        if not folder.is_dir():
            return
        whole = sorted((one for one in folder.iterdir() if one.is_dir()), key=lambda one: one.name)
        for old in whole[:-KEPT]:
            rmtree(old, ignore_errors=True)


@contextmanager
def owned(folder: str) -> Iterator[None]:
    """Own a folder of this machine while it is written; others are told. A folder elsewhere has no owner."""
    here = _local(folder)
    if not here.absolute().parent.is_dir():
        yield
        return
    partial = PartialFolder(here)
    with partial.owned():
        try:
            yield
        finally:
            partial.remove()


def _local(path: str) -> Path:
    return Path(_LOCAL.sub("/", path))
