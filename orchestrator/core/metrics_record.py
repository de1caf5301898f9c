"""A metrics query as the parameters of its evidence, and back: what a run asked can be asked again."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from orchestrator.core.errors import StoreError
from orchestrator.core.metrics import Aggregation, MetricsQuery
from orchestrator.core.ports import QueryParameter
from orchestrator.core.table import ColumnType, Value
from orchestrator.core.window import Window


def metrics_parameters(query: MetricsQuery) -> tuple[QueryParameter, ...]:
    """Everything that the query asks."""
    split: list[Value] = [[name, list(values)] for name, values in query.split_by]
    return (
        QueryParameter("resource", ColumnType.DYNAMIC, list(query.resources)),
        QueryParameter("namespace", ColumnType.STRING, query.namespace),
        QueryParameter("names", ColumnType.DYNAMIC, list(query.names)),
        QueryParameter("aggregation", ColumnType.DYNAMIC, [item.value for item in query.aggregations]),
        QueryParameter("interval", ColumnType.TIMESPAN, query.interval),
        QueryParameter("split_by", ColumnType.DYNAMIC, split),
        QueryParameter("from", ColumnType.DATETIME, query.window.start),
        QueryParameter("to", ColumnType.DATETIME, query.window.end),
    )


def read_metrics_query(parameters: Iterable[QueryParameter]) -> MetricsQuery:
    """The query of those parameters; StoreError where they are no metrics query's."""
    values = {item.name: item.value for item in parameters}
    interval, start, end = values.get("interval"), values.get("from"), values.get("to")
    if not isinstance(start, datetime) or not isinstance(end, datetime):
        raise StoreError(f"the recorded metrics have no time: from {start!r} to {end!r}")
    if interval is not None and not isinstance(interval, timedelta):
        raise StoreError(f"the recorded metrics have the interval {interval!r}, which is no length of time")
    try:
        return MetricsQuery(
            resources=_texts(values["resource"]),
            namespace=str(values["namespace"]),
            names=_texts(values["names"]),
            aggregations=tuple(Aggregation(item) for item in _texts(values["aggregation"])),
            window=Window(start, end),
            interval=interval,
            split_by=tuple((str(name), _texts(kept)) for name, kept in _pairs(values["split_by"])),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise StoreError(f"the recorded metrics cannot be read: {error}") from error


def _texts(value: Value) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is no list")
    return tuple(str(item) for item in value)


def _pairs(value: Value) -> list[tuple[Value, Value]]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is no list")
    pairs: list[tuple[Value, Value]] = []
    for item in value:
        if not isinstance(item, list) or len(item) != 2:  # noqa: PLR2004  # a dimension and its values
            raise TypeError(f"{item!r} is no dimension with its values")
        pairs.append((item[0], item[1]))
    return pairs
