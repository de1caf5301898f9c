"""Metrics from the table AzureMetrics of the logs, where a diagnostic setting has put them: the offline twin."""

from collections.abc import Sequence
from datetime import timedelta

from orchestrator.core.errors import NotConfiguredError, QueryError
from orchestrator.core.metrics import METRIC, RESOURCE, TIME, Aggregation, MetricsQuery, metrics_columns
from orchestrator.core.ports import Logs, QueryLimits, QueryParameter
from orchestrator.core.table import Column, ColumnType, Table, TableStatus, Value
from plugins.monitor.names import did_you_mean, nearest

TABLE = "AzureMetrics"
_USUAL_INTERVAL = timedelta(minutes=1)
_VALUES = {
    Aggregation.TOTAL: "sum(Total)",
    Aggregation.MAXIMUM: "max(Maximum)",
    Aggregation.MINIMUM: "min(Minimum)",
    Aggregation.COUNT: "sum(Count)",
}


class LocalMetrics:
    """Reads AzureMetrics through the log port; a dimension is a column of its own there, where there is one."""

    def __init__(self, logs: Logs) -> None:
        self._logs = logs

    async def measure(self, query: MetricsQuery, *, limits: QueryLimits | None = None) -> Table:
        """Sum the rows up to the interval asked for."""
        dimensions = tuple(name for name, _ in query.split_by)
        known = await self._known_columns()
        _check_dimensions(dimensions, known)
        kql = metrics_kql(query, known)
        found = await self._logs.query(kql, parameters=metrics_parameters(query), limits=limits)
        if found.status is TableStatus.FAILED:
            return found
        columns = metrics_columns(query.aggregations, dimensions)
        asked = {resource.lower(): resource for resource in query.resources}
        rows = tuple(_row(record, columns, asked) for record in found.records())
        return Table(columns, rows, status=found.status, reason=found.reason, stats=found.stats)

    async def _known_columns(self) -> list[str]:
        try:
            return [column.name for column in await self._logs.describe(TABLE)]
        except QueryError as error:
            raise NotConfiguredError(
                f"no metrics are configured: these logs have no table {TABLE}; ask a workspace, or export that table"
            ) from error


def _check_dimensions(dimensions: Sequence[str], known: Sequence[str]) -> None:
    for name in dimensions:
        if name not in known:
            raise QueryError(
                f"{TABLE} has no column {name!r}{did_you_mean(nearest(name, known))}: "
                "diagnostic settings export metrics without their dimensions"
            )


def _value(aggregation: Aggregation, known: Sequence[str]) -> str:
    """The aggregation in KQL, from those of the table's columns that there are."""
    if aggregation is not Aggregation.AVERAGE:
        if aggregation.column in known:
            return _VALUES[aggregation]
        raise QueryError(f"{TABLE} has no column {aggregation.column!r}, which the {aggregation.value} is made of")
    # Rows are means of a minute each: the mean of several weighs them by their samples.
    weighted = {"Total", "Count"} <= set(known)
    if not weighted and "Average" not in known:
        raise QueryError(f"{TABLE} has neither Average nor Total and Count, which the average is made of")
    plain = "avg(Average)" if "Average" in known else "real(null)"
    return f"iff(sum(Count) > 0, sum(Total) / sum(Count), {plain})" if weighted else plain


def metrics_kql(query: MetricsQuery, known: Sequence[str]) -> str:
    """The query over AzureMetrics with these columns; every value is a parameter."""
    dimensions = [name for name, _ in query.split_by]
    kept = [f"| where {_name(name)} in (m_dim{n})" for n, (name, values) in enumerate(query.split_by) if values]
    values = ", ".join(f"{item.column}_ = {_value(item, known)}" for item in Aggregation if item in query.aggregations)
    by = ", ".join([f"{TIME} = bin({TIME}, m_interval)", "ResourceId = tolower(ResourceId)", "MetricName",
                    *map(_name, dimensions)])  # fmt: skip
    order = ", ".join(f"{name} asc" for name in (TIME, "ResourceId", "MetricName", *map(_name, dimensions)))
    return "\n".join(
        [
            TABLE,
            f"| where {TIME} >= m_from and {TIME} < m_to",
            "| where ResourceId in~ (m_resources) and MetricName in~ (m_names)",
            *kept,
            f"| summarize {values} by {by}",
            f"| sort by {order}",
        ]
    )


def metrics_parameters(query: MetricsQuery) -> tuple[QueryParameter, ...]:
    """The values of that query."""
    dimensions = [(n, list(values)) for n, (_, values) in enumerate(query.split_by) if values]
    return (
        QueryParameter("m_from", ColumnType.DATETIME, query.window.start),
        QueryParameter("m_to", ColumnType.DATETIME, query.window.end),
        QueryParameter("m_interval", ColumnType.TIMESPAN, query.interval or _USUAL_INTERVAL),
        QueryParameter("m_resources", ColumnType.DYNAMIC, list(query.resources)),
        QueryParameter("m_names", ColumnType.DYNAMIC, list(query.names)),
        *(QueryParameter(f"m_dim{n}", ColumnType.DYNAMIC, list(values)) for n, values in dimensions),
    )


def _name(column: str) -> str:
    """A dimension's column as KQL takes it anywhere."""
    return column if column.isidentifier() else "['" + column.replace("\\", "\\\\").replace("'", "\\'") + "']"


def _row(record: dict[str, Value], columns: Sequence[Column], asked: dict[str, str]) -> tuple[Value, ...]:
    cells = {**record, RESOURCE: asked.get(str(record["ResourceId"]), record["ResourceId"]),
             METRIC: record["MetricName"]}  # fmt: skip
    # An aggregation has its table's name with a mark: its own would be read inside of the others.
    return tuple(_cell(cells.get(f"{column.name}_", cells.get(column.name)), column) for column in columns)


def _cell(value: Value, column: Column) -> Value:
    return float(value) if column.type is ColumnType.REAL and isinstance(value, int | float) else value
