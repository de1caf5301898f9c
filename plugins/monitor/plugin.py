"""Logs as tools: read-only queries, recorded as evidence."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

from semantic_kernel.functions import kernel_function

from orchestrator.core.errors import QueryError, ToolError
from orchestrator.core.evidence import FREE_QUERY
from orchestrator.core.ports import Logs, TableSchema
from orchestrator.core.runs import RunContext
from orchestrator.core.selfmade import reaches_out
from orchestrator.core.table import json_value

HIDDEN = {"include_in_function_choices": False}
SHOWN_ROWS = 50
SHOWN_CELL = 500
SHOWN_TEXT = 30_000
SHOWN_COLUMNS = 600


class LogTools:
    """Plugin `logs`.

    Args:
        logs: For the schema; queries go through the run's recorder.
    """

    def __init__(self, logs: Logs) -> None:
        self._logs = logs

    @kernel_function(
        name="query",
        description=(
            "Run a read-only KQL query over the logs; its rows become evidence that a claim can cite. Compare with "
            "texts, and compute numbers from columns: rows that a query makes up (print, datatable, a text outside a "
            "comparison) support no claim."
        ),
    )
    async def query(self, kql: Annotated[str, "the query"], run: Annotated[Any, "the run", HIDDEN]) -> str:
        """Ask, record, and return the first rows as JSON, as many as a model can read."""
        if not isinstance(run, RunContext):
            raise ToolError("this tool is called by the turn only")
        outside = reaches_out(kql)
        if outside is not None:
            raise ToolError(f"{outside} reaches outside of these logs, which a guide may do and you may not")
        recorded = await run.recorder.section().ask("query", kql, purpose=FREE_QUERY)
        if recorded.table is None:
            raise ToolError(recorded.error or "the query failed")
        rows: list[Mapping[str, object]] = []
        room = SHOWN_TEXT
        for record in recorded.table.records()[:SHOWN_ROWS]:
            row = {name: _cut(json_value(value)) for name, value in record.items()}
            room -= len(json.dumps(row))
            if room < 0 and rows:
                break
            rows.append(row)
        total = len(recorded.table.rows)
        return json.dumps({"evidence": recorded.evidence_id, "rows": rows, "shown": len(rows), "total": total})

    @kernel_function(name="tables", description="The tables and columns that can be queried.")
    async def tables(self, name: Annotated[str, "one table, or empty for all"] = "") -> str:
        """Names and types as JSON; of many tables the names alone."""
        try:
            schema = await self._logs.schema()
        except QueryError as error:
            raise ToolError(error.message) from error
        if name:
            if name not in schema:
                raise ToolError(f"there is no such table; there are: {', '.join(schema)[:SHOWN_CELL]}")
            return json.dumps({name: _columns(schema[name])})
        if sum(len(table.columns) for table in schema.values()) > SHOWN_COLUMNS:
            return json.dumps({"tables": list(schema), "columns": "call this tool with the name of a table"})
        return json.dumps({key: _columns(table) for key, table in schema.items()})


def _columns(table: TableSchema) -> dict[str, str]:
    return {column.name: column.type.value for column in table.columns}


def _cut(value: object) -> object:
    """A long cell, cut; the evidence has all of it."""
    text = value if isinstance(value, str) else json.dumps(value)
    return value if len(text) <= SHOWN_CELL else f"{text[:SHOWN_CELL]}… ({len(text):,d} characters)"
