"""Reads the metrics service's answers, and writes its filters. Pure.

Source: Azure REST API, "Metrics - Batch" 2024-02-01. The client library's own models drop the resource of each answer
and the error of each metric, so the document is read as it came.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from orchestrator.core.metrics import Aggregation, MetricsQuery
from orchestrator.core.table import Value

SERIES = 100
"""Time series read of one resource: without a number the service gives ten of them and does not say so."""

_FINE = (None, "", "Success")


def read_values(document: Any, query: MetricsQuery) -> tuple[list[tuple[Value, ...]], list[str]]:
    """Rows in the columns of the query, and what is missing; KeyError, TypeError or ValueError for another document."""
    asked = {resource.lower(): resource for resource in query.resources}
    rows: list[tuple[Value, ...]] = []
    troubles: list[str] = []
    for item in document["values"]:
        named = str(item["resourceid"])
        resource = asked.get(named.lower(), named)
        for metric in item["value"]:
            name = str(metric["name"]["value"])
            if metric.get("errorCode") not in _FINE:
                said = metric.get("errorMessage") or metric["errorCode"]
                troubles.append(f"{name} of {resource}: {said}")
            if len(metric["timeseries"]) >= SERIES:
                troubles.append(f"{name} of {resource}: only the first {SERIES} time series are read")
            rows += _rows(metric["timeseries"], (resource, name), query)
    told = {(str(item["resourceid"]).lower(), str(metric["name"]["value"]).lower())
            for item in document["values"] for metric in item["value"]}  # fmt: skip
    silent = [(name, resource) for resource in query.resources for name in query.names
              if (resource.lower(), name.lower()) not in told]  # fmt: skip
    troubles += [f"{name} of {resource}: the service gave no answer" for name, resource in silent]
    return rows, troubles


def _rows(series: Sequence[Any], start: tuple[str, str], query: MetricsQuery) -> Iterator[tuple[Value, ...]]:
    wanted = [item for item in Aggregation if item in query.aggregations]
    for one in series:
        named = {str(meta["name"]["value"]).lower(): str(meta["value"]) for meta in one.get("metadatavalues") or ()}
        split = [named.get(name.lower(), "") for name, _ in query.split_by]
        for point in one.get("data") or ():
            values = [_number(point, item) for item in wanted]
            if any(value is not None for value in values):
                yield (_moment(point["timeStamp"]), *start, *split, *values)


def _number(point: Mapping[str, Any], item: Aggregation) -> float | None:
    value = point.get(item.value)
    return None if value is None or not isfinite(float(value)) else float(value)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def filter_text(split_by: Sequence[tuple[str, Sequence[str]]]) -> str | None:
    """The service's filter: `Zone eq '1' or Zone eq '2' and Host eq '*'`; None without dimensions."""
    parts = [" or ".join(f"{_escaped(name)} eq '{_escaped(value)}'" for value in values or ("*",))
             for name, values in split_by]  # fmt: skip
    return " and ".join(parts) or None


def _escaped(text: str) -> str:
    """Quotes are doubled; round brackets must reach the service encoded twice."""
    return text.replace("'", "''").replace("(", "%2528").replace(")", "%2529")
