"""The shipped guides on the Azure backend: the tests beside them hold there too."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import log_analytics
import pytest

from agents.triage.guide_tests import run_case, write_tables
from orchestrator.core.ports import Logs
from orchestrator.core.table import Table
from playbooks.guide_test import load_cases
from playbooks.parse import load_guides
from playbooks.services import load_services
from plugins.monitor.azure.logs import AzureLogs
from plugins.monitor.azure.workspaces import Workspace
from plugins.monitor.embedded.duckdb import DuckDbLogs
from plugins.monitor.embedded.local_graph import LocalResourceGraph
from plugins.monitor.embedded.local_metrics import LocalMetrics

SHIPPED = Path(str(files("playbooks")))
GUIDES = {guide.id: guide for guide in load_guides(SHIPPED / "guides")}


@pytest.mark.parametrize("name", sorted(name for name, guide in GUIDES.items() if load_cases(guide)))
async def test_tests_of_a_guide_pass_on_azure(name: str, tmp_path: Path):
    """Path, verdict and evidence, from the first case of each."""

    @asynccontextmanager
    async def backend(tables: Mapping[str, Table], now: datetime) -> AsyncIterator[Logs]:
        declared = write_tables(tmp_path, tables)
        workspace = Workspace(name="tested", id=log_analytics.WORKSPACE)
        async with (
            DuckDbLogs.open([str(tmp_path)], declared=declared, now=now) as logs,
            log_analytics.serve(log_analytics.LogAnalytics(logs)) as service,
            AzureLogs.open(log_analytics.Credential(), [workspace], endpoint=service.url, enforce_https=False) as azure,
        ):
            yield azure
            asked.extend(service.asked)

    asked: list[Any] = []
    result = await run_case(
        GUIDES[name],
        load_cases(GUIDES[name])[0],
        backend=backend,
        metrics_of=LocalMetrics,
        graph_of=LocalResourceGraph,
        guides=GUIDES,
        services=load_services(SHIPPED / "services.yaml"),
    )
    assert result.problems == ()
    assert asked
