"""How many queries are asked at once."""

import asyncio

from orchestrator.app.azure import Azure
from orchestrator.app.gates import GatedGraph, GatedLogs, GatedMetrics
from orchestrator.app.log_source import open_logs
from orchestrator.app.sources import choose_sources
from orchestrator.core.table import Column, ColumnType, Table
from orchestrator.settings import Settings
from orchestrator.surfaces.application import Options

ANSWER = Table((Column("n", ColumnType.LONG),), ((1,),))


class Crowded:
    """A port that notes how many of its queries are under way at most, and answers when all that may have come."""

    now = None
    warnings = ("one row was passed over",)

    def __init__(self) -> None:
        self.most = 0
        self.count = 0

    def warnings_for(self, queries: object) -> tuple[str, ...]:
        return self.warnings

    async def query(self, kql: str, **_: object) -> Table:
        return await self._answer()

    async def measure(self, query: object, **_: object) -> Table:
        return await self._answer()

    async def _answer(self) -> Table:
        self.count += 1
        self.most = max(self.most, self.count)
        for _ in range(5):
            await asyncio.sleep(0)
        self.count -= 1
        return ANSWER


async def test_four_queries_of_a_kind_are_asked_at_once() -> None:
    """By all clients of one identity together; the others wait, and are answered."""
    port = Crowded()
    async with Azure(Settings()) as azure:
        clients = [GatedLogs(port, azure.gate("logs")) for _ in range(3)]  # type: ignore[arg-type]  # what is asked
        answers = await asyncio.gather(*(client.query("T") for client in clients for _ in range(8)))
    assert (port.most, len(answers)) == (4, 24)
    assert clients[0].warnings_for(["T"]) == port.warnings


async def test_each_kind_has_its_own() -> None:
    """Metrics and the resource graph do not wait for the logs, nor for each other."""
    port = Crowded()
    async with Azure(Settings(logs_concurrency=1)) as azure:
        metrics = GatedMetrics(port, azure.gate("metrics"))  # type: ignore[arg-type]  # what is asked
        graph = GatedGraph(port, azure.gate("graph"))  # type: ignore[arg-type]  # same
        await asyncio.gather(*(metrics.measure(None) for _ in range(3)), *(graph.query("R") for _ in range(3)))  # type: ignore[arg-type]  # not read
    assert port.most == 2


async def test_files_are_asked_by_as_many_queries_as_there_are_cores(options: Options) -> None:
    """More at once would only make all of them late; the logs behind the gate are the folder's."""
    settings = Settings(logs=options.logs)
    async with Azure(settings) as azure, open_logs(options, azure, choose_sources(options, settings), ()) as opened:
        assert isinstance(opened.logs, GatedLogs)
        assert opened.logs.gate is azure.gate("files")
        assert len((await opened.logs.query("AppDependencies | take 3")).rows) == 3
