"""Merges results into a table of Spark's catalog."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestrator.batch.spark.names import parts, quoted
from orchestrator.batch.spark.targets import KEPT, KEY, merged, overtaken
from orchestrator.core.errors import InputError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


@dataclass(kw_only=True)
class TableTarget:
    """A table of the catalog: a Delta table, which is merged into, else a view over the newest of whole tables.

    A view is replaced in one step, and the table behind it is never written again.
    """

    spark: "SparkSession"
    name: str
    run: str
    rejects: str | None = None
    _base: str | None = None

    @property
    def place(self) -> str:
        """The table's name."""
        return self.name

    def existing(self) -> "DataFrame | None":
        """The table; InputError where it can neither be merged into nor is a view of ours."""
        if not self.spark.catalog.tableExists(self.name):
            return None
        if self._is_delta():
            return self.spark.table(quoted(self.name))
        self._base = self._viewed()
        if self._base is None:
            raise InputError(
                f"{self.name!r} is neither a Delta table nor a view that an earlier run made, and so cannot be merged "
                "into: name a Delta table, or one that is not there"
            )
        return self.spark.table(self._beside(self._base))

    def stage(self, scored: "DataFrame") -> "DataFrame":
        """Write to a table beside it."""
        scored.write.mode("error").saveAsTable(self._beside(f"staging_{self.run}"))
        return self.spark.table(self._beside(f"staging_{self.run}"))

    def merge(self, results: "DataFrame") -> None:
        """Merge, or replace the view; SwitchboardError where another run has replaced it meanwhile."""
        there = self.spark.catalog.tableExists(self.name)
        if there and self._is_delta():
            view = f"switchboard_results_{self.run}"
            results.createOrReplaceTempView(view)
            self.spark.sql(merge_sql(self.name, view))
        elif not there and self._makes_delta():
            results.write.mode("error").saveAsTable(quoted(self.name))
        else:
            self._replace_view(results)

    def put_rejects(self, rejects: "DataFrame") -> str:
        """Write JSON Lines to the folder that was named, else add rows to the table's `_rejects`."""
        from pyspark.sql import functions as f  # noqa: PLC0415

        if self.rejects:
            rejects.coalesce(1).write.mode("overwrite").option("ignoreNullFields", "false").json(self.rejects)
            return self.rejects
        rejects.withColumn("run", f.lit(self.run)).write.mode("append").saveAsTable(
            quoted(self.name, suffix="_rejects")
        )
        return f"{self.name}_rejects"

    def clear(self) -> None:
        """Drop the staged rows."""
        self.spark.sql(f"DROP TABLE IF EXISTS {self._beside(f'staging_{self.run}')}")

    def _beside(self, what: str) -> str:
        return quoted(self.name, suffix=f"_{what}")

    def _told(self) -> dict[str, str]:
        rows = self.spark.sql(f"DESCRIBE TABLE EXTENDED {quoted(self.name)}").collect()
        return {str(row[0]).strip(): str(row[1]) for row in rows}

    def _is_delta(self) -> bool:
        return self._told().get("Provider", "").lower() == "delta"

    def _makes_delta(self) -> bool:
        """Whether a new table is a Delta table, as where the setting is not to be seen (Databricks' serverless)."""
        from pyspark.errors import PySparkException  # noqa: PLC0415  # an extra

        try:
            return str(self.spark.conf.get("spark.sql.sources.default")) == "delta"
        except PySparkException:
            return True

    def _viewed(self) -> str | None:
        """Which run's table the view shows; None where it is no view of ours."""
        last = re.escape(parts(self.name)[-1])
        found = re.search(rf"`{last}_(run_\w+)`\s*$", self._told().get("View Text", ""))
        return found[1] if found else None

    def _replace_view(self, results: "DataFrame") -> None:
        whole = merged(self.spark.table(self._beside(self._base)), results) if self._base else results
        mine = f"run_{self.run}"
        whole.write.mode("error").saveAsTable(self._beside(mine))
        now = self._viewed() if self.spark.catalog.tableExists(self.name) else None
        if now != self._base:
            raise overtaken(self.name)
        verb = "CREATE OR REPLACE VIEW" if self._base else "CREATE VIEW"
        self.spark.sql(f"{verb} {quoted(self.name)} AS SELECT * FROM {self._beside(mine)}")  # noqa: S608  # quoted
        for old in self._tables_of_runs()[:-KEPT]:
            self.spark.sql(f"DROP TABLE IF EXISTS {old}")

    def _tables_of_runs(self) -> list[str]:
        *schema, last = parts(self.name)
        before = "".join(f"`{part}`." for part in schema)
        within = f" IN {before[:-1]}" if schema else ""
        rows = self.spark.sql(f"SHOW TABLES{within} LIKE '{last}_run_*'").collect()
        return [f"{before}`{name}`" for name in sorted(row["tableName"] for row in rows)]


def merge_sql(table: str, view: str) -> str:
    """The statement that merges rows into a Delta table, in one transaction; rows that are the same are left alone."""
    on = " AND ".join(f"target.{name} = source.{name}" for name in KEY)
    differs = "target.config_sha256 <> source.config_sha256 OR target.input_sha256 <> source.input_sha256"
    return (
        f"MERGE INTO {quoted(table)} AS target USING `{view}` AS source ON {on} "
        f"WHEN MATCHED AND ({differs}) THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *"
    )
