"""The tables of a workspace with their newest times, from its catalog and a few cheap queries."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from orchestrator.core.ports import TableSchema
from plugins.monitor.azure_catalog import LOOK_BACKS, Catalog, CatalogTable, newest_queries
from plugins.monitor.azure_faults import Trouble
from plugins.monitor.azure_service import LogService
from plugins.monitor.azure_values import read_rows
from plugins.monitor.workspaces import Workspace

_NEWEST_S = 60.0


async def read_schema(service: LogService, place: Workspace, catalog: Catalog) -> Mapping[str, TableSchema]:
    """The tables that the settings ask here; a newest time that the service does not tell is None."""
    tables = [table for name, table in sorted(catalog.tables.items()) if place.holds(name)]
    newest: dict[str, datetime] = {}
    for span in LOOK_BACKS:
        quiet = [table for table in tables if table.name not in newest]
        for query in newest_queries(quiet):
            reply = await service.ask([place], query, span=span, timeout_s=_NEWEST_S)
            if isinstance(reply, Trouble):
                continue  # a table that cannot be part of such a query leaves the others without a time
            rows = read_rows(reply.columns, reply.rows, sort=())
            newest |= {str(name): moment for name, moment in rows if isinstance(moment, datetime)}
    return {table.name: _schema(table, newest.get(table.name), place) for table in tables}


def _schema(table: CatalogTable, newest: datetime | None, place: Workspace) -> TableSchema:
    return TableSchema(name=table.name, columns=table.columns, newest=newest, source=place.name)


def join_schemas(schemas: Sequence[Mapping[str, TableSchema]]) -> Mapping[str, TableSchema]:
    """One schema of several workspaces: a table of more than one has the columns of all, and the newest time."""
    joined: dict[str, TableSchema] = {}
    for table in (table for schema in schemas for table in schema.values()):
        other = joined.get(table.name)
        joined[table.name] = table if other is None else _both(other, table)
    return dict(sorted(joined.items()))


def _both(one: TableSchema, two: TableSchema) -> TableSchema:
    names = {column.name for column in one.columns}
    times = [moment for moment in (one.newest, two.newest) if moment is not None]
    return replace(
        one,
        columns=(*one.columns, *(column for column in two.columns if column.name not in names)),
        newest=max(times, default=None),
        source=f"{one.source}, {two.source}",
    )
