"""Columns that a table of Azure Monitor always has, where an export left them out.

In a workspace every table has all columns of its schema; an export or a generator often drops those that are empty.
What a guide declares and the Azure schema knows is therefore added as empty, and said so. A column that the schema does
not know stays missing, so that a misspelt name is an error.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

import duckdb

from orchestrator.core.table import Column, ColumnType
from plugins.monitor.embedded.column_types import DUCKDB_TYPES, quote_name
from plugins.monitor.embedded.reader import Loaded


def complete(
    con: duckdb.DuckDBPyConnection,
    name: str,
    loaded: Loaded,
    *,
    declared: Mapping[str, ColumnType],
    schema: Mapping[str, ColumnType],
) -> Loaded:
    """The table with the declared columns of its schema that its files lack: '' for strings, else null.

    They are named in `Loaded.added`, so that a query that asks for one can be warned about.
    """
    there = {column.name for column in loaded.columns}
    missing = {column: kind for column, kind in declared.items() if column in schema and column not in there}
    for column, kind in missing.items():
        default = " DEFAULT ''" if kind in {ColumnType.STRING, ColumnType.GUID} else ""
        con.execute(f"ALTER TABLE {quote_name(name)} ADD COLUMN {quote_name(column)} {DUCKDB_TYPES[kind]}{default}")
    if not missing:
        return loaded
    return replace(
        loaded,
        columns=(*loaded.columns, *(Column(column, kind) for column, kind in missing.items())),
        added=tuple(missing),
    )


def asked_for(kql: str, added: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """A warning per table for the added columns that the query names."""
    found = {
        table: ", ".join(column for column in columns if re.search(rf"\b{re.escape(column)}\b", kql))
        for table, columns in added.items()
    }
    return {t: f"{t}: the logs have no column {names}; taken as empty" for t, names in found.items() if names}
