"""Reads Resource Graph's answers: pages of a table, and what the service says of its quota. Pure.

Sources: Azure REST API, "Resources - Resources" 2022-10-01; Microsoft Learn, "Guidance for throttled requests in Azure
Resource Graph".
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from orchestrator.core.errors import StoreError
from orchestrator.core.stored import read_timespan
from orchestrator.core.table import Column, ColumnType

_TYPES = {
    "string": ColumnType.STRING,
    "integer": ColumnType.LONG,
    "number": ColumnType.REAL,
    "boolean": ColumnType.BOOL,
    "object": ColumnType.DYNAMIC,
    "datetime": ColumnType.DATETIME,
}


@dataclass(frozen=True, slots=True)
class Page:
    """One page; `next` asks for the one after it, and `is_cut` where there are more rows that nobody can ask for."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    next: str | None
    is_cut: bool


def read_page(document: Any) -> Page:
    """A page of an answer in the format `table`; ValueError where it is none."""
    data = document.get("data") if isinstance(document, Mapping) else None
    columns, rows = (data.get("columns"), data.get("rows")) if isinstance(data, Mapping) else (None, None)
    if not isinstance(columns, list) or not isinstance(rows, list):
        raise ValueError("the answer holds no table")  # noqa: TRY004  # as any document that cannot be read
    token = document.get("$skipToken")
    more = str(document.get("resultTruncated")).lower() == "true"
    return Page(
        columns=tuple(Column(str(item["name"]), _TYPES.get(item.get("type"), ColumnType.DYNAMIC)) for item in columns),
        rows=tuple(tuple(row) for row in rows),
        next=str(token) if token else None,
        is_cut=more and not token,
    )


def quota_pause_s(headers: Mapping[str, str]) -> float:
    """Seconds until the next query may be asked, from headers in lower case; 0 while some of the quota is left."""
    if headers.get("x-ms-user-quota-remaining", "").strip() != "0":
        return 0.0
    return quota_reset_s(headers) or 0.0


def quota_reset_s(headers: Mapping[str, str]) -> float | None:
    """Seconds until the quota is whole again (`00:00:05`), where the answer tells."""
    with suppress(StoreError, KeyError):
        return max(read_timespan(headers["x-ms-user-quota-resets-after"]), timedelta()).total_seconds()
    return None
