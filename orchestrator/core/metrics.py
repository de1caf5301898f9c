"""What is asked of a metrics store, and the rows that every store answers with."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from orchestrator.core.table import Column, ColumnType, iso_utc
from orchestrator.core.window import Window

TIME, RESOURCE, METRIC = "TimeGenerated", "Resource", "Metric"


class Aggregation(StrEnum):
    """How the samples of one interval become one number."""

    AVERAGE = "average"
    TOTAL = "total"
    MAXIMUM = "maximum"
    MINIMUM = "minimum"
    COUNT = "count"

    @property
    def column(self) -> str:
        """The column that holds it, named as in the table AzureMetrics."""
        return self.value.capitalize()


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsQuery:
    """Metrics of some resources.

    Attributes:
        resources: Azure resource ids, of one type.
        namespace: Whose metrics they are, such as `Microsoft.Sql/servers/databases`.
        interval: The length of one row's time; None is the store's own.
        split_by: Dimensions, each with the values to keep (none: all); each is a column of the rows.
    """

    resources: tuple[str, ...]
    namespace: str
    names: tuple[str, ...]
    aggregations: tuple[Aggregation, ...]
    window: Window
    interval: timedelta | None = None
    split_by: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def text(self) -> str:
        """The query in lines for people, without its resources and window."""
        split = "; ".join(f"{name} in {list(values)}" if values else name for name, values in self.split_by)
        lines = {
            "namespace": self.namespace,
            "names": ", ".join(self.names),
            "aggregation": ", ".join(self.aggregations),
            "interval": interval_text(self.interval) if self.interval else "",
            "split_by": split,
        }
        return "\n".join(f"{name}: {value}" for name, value in lines.items() if value)

    def asked(self) -> str:
        """What was looked at and when, in one line."""
        return f"{', '.join(self.resources)} from {iso_utc(self.window.start)} to {iso_utc(self.window.end)}"


def metrics_columns(aggregations: tuple[Aggregation, ...], dimensions: tuple[str, ...]) -> tuple[Column, ...]:
    """The columns of the answer: time, resource, metric, the dimensions, then the aggregations in a fixed order."""
    return (
        Column(TIME, ColumnType.DATETIME),
        Column(RESOURCE, ColumnType.STRING),
        Column(METRIC, ColumnType.STRING),
        *(Column(name, ColumnType.STRING) for name in dimensions),
        *(Column(item.column, ColumnType.REAL) for item in Aggregation if item in aggregations),
    )


def interval_text(interval: timedelta) -> str:
    """ISO 8601 as Azure Monitor writes it: `PT1M`, `PT1H`, `P1D`."""
    days, seconds = interval.days, interval.seconds
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    clock = "".join(f"{number}{unit}" for number, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if number)
    return "P" + (f"{days}D" if days else "") + (f"T{clock}" if clock else "")
