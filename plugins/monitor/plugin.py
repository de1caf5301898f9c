"""Logs as tools: read-only queries, recorded as evidence."""

import json
from typing import Annotated, Any

from semantic_kernel.functions import kernel_function

from orchestrator.core.errors import QueryError, ToolError
from orchestrator.core.evidence import FREE_QUERY
from orchestrator.core.ports import Logs
from orchestrator.core.runs import RunContext
from orchestrator.core.table import json_value

HIDDEN = {"include_in_function_choices": False}
SHOWN_ROWS = 50


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
        """Ask, record, and return the first rows as JSON."""
        if not isinstance(run, RunContext):
            raise ToolError("this tool is called by the turn only")
        recorded = await run.recorder.section().ask("query", kql, purpose=FREE_QUERY)
        if recorded.table is None:
            raise ToolError(recorded.error or "the query failed")
        rows = [{k: json_value(v) for k, v in row.items()} for row in recorded.table.records()[:SHOWN_ROWS]]
        total = len(recorded.table.rows)
        return json.dumps({"evidence": recorded.evidence_id, "rows": rows, "shown": len(rows), "total": total})

    @kernel_function(name="tables", description="The tables and columns that can be queried.")
    async def tables(self) -> str:
        """Names and types as JSON."""
        try:
            schema = await self._logs.schema()
        except QueryError as error:
            raise ToolError(error.message) from error
        return json.dumps({name: {c.name: c.type.value for c in table.columns} for name, table in schema.items()})
