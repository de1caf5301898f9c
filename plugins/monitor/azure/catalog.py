"""Reads a workspace's metadata: its tables with their columns and time column, and its Azure id. Pure.

Source: Azure Monitor Logs query REST API, "Metadata - Get" (`MetadataResults`). `GET .../metadata` answers from the
workspace's schema without running a query, for workspaces and for resources alike.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from orchestrator.core.table import Column, ColumnType
from plugins.monitor.azure.values import read_column

_TIME = "TimeGenerated"
TABLES_OF_ONE_QUERY = 50
LOOK_BACKS = (timedelta(days=1), timedelta(days=30), None)
"""How far back a table's newest row is looked for: most have one today, and only quiet ones are read further back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogTable:
    """A table that the workspace has; `time` is the column that a timespan bounds."""

    name: str
    columns: tuple[Column, ...]
    time: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """What a workspace holds, and its Azure id where that is told."""

    tables: Mapping[str, CatalogTable]
    resource: str | None


def read_catalog(document: Mapping[str, Any]) -> Catalog:
    """The catalog of a metadata document; tables that are said to be empty are left out."""
    tables = {table.name: table for item in _items(document, "tables") if (table := _table(item))}
    resources = (item.get("resourceId") for item in _items(document, "workspaces"))
    return Catalog(
        tables=tables, resource=next((found for found in resources if isinstance(found, str) and found), None)
    )


def _table(item: Mapping[str, Any]) -> CatalogTable | None:
    name = item.get("name")
    if not isinstance(name, str) or item.get("hasData") is False:
        return None
    columns = tuple(read_column(str(c.get("name")), str(c.get("type"))) for c in _items(item, "columns"))
    times = [column.name for column in columns if column.type is ColumnType.DATETIME]
    told = item.get("timespanColumn")
    time = next((candidate for candidate in (told, _TIME, *times) if candidate in times), None)
    return CatalogTable(name=name, columns=columns, time=time)


def _items(document: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    found = document.get(name)
    return (item for item in found if isinstance(item, Mapping)) if isinstance(found, list) else iter(())


def newest_query(tables: Sequence[CatalogTable]) -> str:
    """The query for the newest time of each of these tables, all of which have a time."""
    arms = (
        f"({_quoted(table.name)} | summarize newest = max({_quoted(table.time or _TIME)})"
        f" | extend name = '{table.name}')"
        for table in tables
    )
    return f"union {', '.join(arms)} | project name, newest"


def _quoted(name: str) -> str:
    return name if name.isidentifier() else f"['{name}']"
