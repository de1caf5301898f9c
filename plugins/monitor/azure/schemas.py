"""The tables of a workspace with their newest times, from its catalog and a few cheap queries."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from orchestrator.core.ports import TableSchema
from plugins.monitor.azure.catalog import LOOK_BACKS, TABLES_OF_ONE_QUERY, Catalog, CatalogTable, newest_query
from plugins.monitor.azure.faults import Fault
from plugins.monitor.azure.service import LogService, Reply, Timespan
from plugins.monitor.azure.values import read_rows
from plugins.monitor.azure.workspaces import Workspace

_NEWEST_S = 60.0


async def read_schema(service: LogService, place: Workspace, catalog: Catalog) -> Mapping[str, TableSchema]:
    """The tables that the settings ask here; a newest time that the service does not tell is None."""
    tables = [table for name, table in sorted(catalog.tables.items()) if place.holds(name)]
    newest: dict[str, datetime] = {}
    for span in LOOK_BACKS:
        quiet = [table for table in tables if table.time and table.name not in newest]
        for start in range(0, len(quiet), TABLES_OF_ONE_QUERY):
            newest |= await _newest(service, place, quiet[start : start + TABLES_OF_ONE_QUERY], span)
    return {table.name: _schema(table, newest.get(table.name), place) for table in tables}


async def _newest(
    service: LogService, place: Workspace, tables: Sequence[CatalogTable], span: Timespan
) -> dict[str, datetime]:
    """The newest times; halves are asked where all at once are refused, as tables of a basic plan make it."""
    reply = await service.ask([place], newest_query(tables), span=span, timeout_s=_NEWEST_S)
    if isinstance(reply, Reply):
        rows = read_rows(reply.columns, reply.rows, sort=())
        return {str(name): moment for name, moment in rows if isinstance(moment, datetime)}
    if reply.kind is not Fault.REFUSED or len(tables) == 1:
        return {}
    half = len(tables) // 2
    first = await _newest(service, place, tables[:half], span)
    return first | await _newest(service, place, tables[half:], span)


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
