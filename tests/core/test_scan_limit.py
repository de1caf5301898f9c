"""The limit on what one run's queries of logs may scan."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from orchestrator.core.evidence import Evidence, EvidenceStatus
from orchestrator.core.ports import Document, Hit, QueryLimits, QueryParameter, SearchQuery, TableSchema, WriteResult
from orchestrator.core.recording import Recorder
from orchestrator.core.table import Column, ColumnType, QueryStats, Table, TableStatus
from orchestrator.core.window import Window

COLUMNS = (Column("n", ColumnType.LONG),)


@dataclass
class MeasuredLogs:
    """Logs of which each query scans so many bytes."""

    scanned: int | None
    status: TableStatus = TableStatus.COMPLETE
    link: str | None = None
    asked: list[str] = field(default_factory=list)

    async def query(
        self,
        kql: str,
        *,
        parameters: Sequence[QueryParameter] = (),
        window: Window | None = None,
        limits: QueryLimits | None = None,
    ) -> Table:
        self.asked.append(kql)
        await asyncio.sleep(0)
        stats = QueryStats(elapsed_s=0.1, scanned_bytes=self.scanned)
        return Table(COLUMNS, ((1,),), self.status, stats=stats, link=self.link)

    async def describe(self, kql: str, *, parameters: Sequence[QueryParameter] = ()) -> tuple[Column, ...]:
        return COLUMNS

    async def schema(self) -> Mapping[str, TableSchema]:
        return {}


class NoIndex:
    """An index that holds nothing."""

    async def search(self, query: SearchQuery) -> tuple[Hit, ...]:
        return ()

    async def write(self, documents: Sequence[Document]) -> tuple[WriteResult, ...]:
        return ()

    async def delete(self, ids: Sequence[str]) -> tuple[WriteResult, ...]:
        return ()


def recorder(logs: MeasuredLogs, limit: int | None) -> Recorder:
    """A recorder over these logs."""
    found: list[Evidence] = []
    return Recorder(logs=logs, index=NoIndex(), source="live", found=found.append, scan_limit_bytes=limit)


async def test_over_the_limit_nothing_more_is_asked():
    """The query that is not asked is failed evidence that says what to do."""
    logs = MeasuredLogs(scanned=1_500_000_000)
    section = recorder(logs, 2_000_000_000).section()
    statuses = [(await section.ask(key, key)).status for key in ("a", "b")]
    last = await section.ask("c", "c")
    assert statuses == [EvidenceStatus.COMPLETE, EvidenceStatus.COMPLETE]
    assert (last.table, logs.asked) == (None, ["a", "b"])
    assert last.error == (
        "not asked: the queries of this run have scanned 3 GB, and their limit is 2 GB; "
        "ask about a shorter time, or raise SWITCHBOARD_LOGS_SCAN_LIMIT_GB"
    )


async def test_queries_that_are_being_answered_are_let_finish():
    """What is paid for is used."""
    logs = MeasuredLogs(scanned=10)
    section = recorder(logs, 15).section("abc")
    answers = await asyncio.gather(*(section.ask(key, key) for key in "abc"))
    assert [answer.status for answer in answers] == [EvidenceStatus.COMPLETE] * 3
    assert (await section.ask("d", "d")).status is EvidenceStatus.FAILED


async def test_a_query_that_gave_out_counts_too():
    """It was scanned, and is paid for."""
    logs = MeasuredLogs(scanned=10, status=TableStatus.FAILED)
    section = recorder(logs, 10).section()
    await section.ask("a", "a")
    await section.ask("b", "b")
    assert logs.asked == ["a"]


@pytest.mark.parametrize(("scanned", "limit"), [(10**12, None), (None, 1)])
async def test_without_a_limit_or_without_figures_all_is_asked(scanned: int | None, limit: int | None):
    """A backend that does not tell what it scanned is not limited."""
    logs = MeasuredLogs(scanned=scanned)
    section = recorder(logs, limit).section()
    assert [(await section.ask(key, key)).status for key in "abc"] == [EvidenceStatus.COMPLETE] * 3


async def test_evidence_carries_the_link_of_its_table():
    """In the value and in its document; it is no part of the hash."""
    link = "https://portal.azure.com/#blade/x"
    linked = (await recorder(MeasuredLogs(scanned=1, link=link), None).section().ask("a", "a")).evidence
    plain = (await recorder(MeasuredLogs(scanned=1), None).section().ask("a", "a")).evidence
    assert (linked.link, linked.document()["link"], plain.document()["link"]) == (link, link, None)
    assert linked.result_sha256 == plain.result_sha256
