"""Opens the logs that a run looks at: files in the embedded engine, or workspaces of Azure Monitor."""

import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from orchestrator.app.azure import Azure
from orchestrator.app.gates import GatedLogs
from orchestrator.app.log_ports import OpenLogs
from orchestrator.app.sources import Sources
from orchestrator.core.table import ColumnType
from orchestrator.settings import over_loopback
from orchestrator.surfaces.application import Options
from playbooks.guide import Guide


@dataclass(frozen=True, slots=True)
class Opened:
    """Logs that are open, their clock, and how the clock was chosen."""

    logs: OpenLogs
    now: datetime
    note: str


def declared_types(guides: Sequence[Guide]) -> Mapping[str, Mapping[str, ColumnType]]:
    """What the guides say of tables' columns; the first guide that names a column wins."""
    declared: dict[str, dict[str, ColumnType]] = {}
    for guide in guides:
        for table in guide.tables.values():
            columns = declared.setdefault(table.name, {})
            for name, kind in table.columns.items():
                columns.setdefault(name, kind)
    return declared


@asynccontextmanager
async def open_logs(options: Options, azure: Azure, sources: Sources, guides: Sequence[Guide]) -> AsyncIterator[Opened]:
    """The logs with their clock: `--now`, else a folder's newest time, else the wall clock."""
    if sources.kind == "live":
        async with _live_logs(azure, sources) as live:
            yield Opened(live, *_clock(options, None, otherwise="the clock is the wall clock"))
        return
    from plugins.monitor.embedded.duckdb import DuckDbLogs  # noqa: PLC0415  # DuckDB is loaded where files are asked

    async with DuckDbLogs.open(
        sources.logs, declared=declared_types(guides), strict=options.strict, now=options.now
    ) as logs:
        newest = None if options.now else logs.newest()
        missing = "the clock is the wall clock: no row of the logs has a time"
        now, note = _clock(options, newest, otherwise=missing)
        logs.now = now
        # each query keeps a core busy: more at once than there are would only make all of them late
        yield Opened(GatedLogs(logs, azure.gate("files", at_once=max(2, os.cpu_count() or 1))), now, note)


def _clock(options: Options, newest: datetime | None, *, otherwise: str) -> tuple[datetime, str]:
    if options.now is not None:
        return options.now, "the clock is --now"
    if newest is not None:
        return newest, "the clock is the newest time in the logs"
    return datetime.now(UTC), otherwise


@asynccontextmanager
async def open_plain_logs(options: Options, azure: Azure, sources: Sources) -> AsyncIterator[OpenLogs]:
    """The logs for one query: `now()` is `--now`, else a folder's newest time; live logs have the service's clock."""
    if sources.kind == "live":
        async with _live_logs(azure, sources) as live:
            yield live
        return
    from plugins.monitor.embedded.duckdb import DuckDbLogs  # noqa: PLC0415  # DuckDB is loaded where files are asked

    async with DuckDbLogs.open(sources.logs, strict=options.strict, now=options.now) as logs:
        logs.now = options.now or logs.newest()
        yield logs


@asynccontextmanager
async def _live_logs(azure: Azure, sources: Sources) -> AsyncIterator[OpenLogs]:
    from plugins.monitor.azure.logs import ENDPOINT, AzureLogs  # noqa: PLC0415  # only where Azure is asked
    from plugins.monitor.azure.workspaces import Workspace  # noqa: PLC0415  # same

    endpoint = azure.settings.logs_endpoint or ENDPOINT
    workspaces = [
        Workspace(name=name, id=item.id, resource=item.resource, tables=item.tables, services=item.services)
        for name, item in sources.workspaces.items()
    ]
    credential = await azure.credential()
    async with AzureLogs.open(
        credential, workspaces, endpoint=endpoint, enforce_https=not over_loopback(endpoint)
    ) as logs:
        await logs.check()  # who cannot sign in is told so, before every query of a run fails alone
        yield GatedLogs(logs, azure.gate("logs"))
