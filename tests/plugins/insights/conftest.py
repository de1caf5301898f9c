"""A store of insights in both places: a folder of Parquet files, and workflows of a host in this process."""

from collections.abc import AsyncIterator
from importlib.resources import files
from pathlib import Path

import pytest

from orchestrator.core.conversations.insights import InsightStore
from playbooks.workflow import load_workflows
from plugins.insights.parquet import ParquetInsights
from plugins.insights.workflows import WorkflowInsights
from plugins.logicapps.address import parse_address
from plugins.logicapps.client import LogicAppsWorkflows
from plugins.logicapps.exchange import Exchange
from plugins.logicapps.host.app import build_app
from plugins.logicapps.host.faults import FaultPlan
from plugins.logicapps.host.handlers import load_hosted
from plugins.logicapps.host.serving import IN_PROCESS, living
from plugins.logicapps.host.signing import trigger_url
from plugins.logicapps.host.store import HostStore
from plugins.logicapps.host.work import HostLimits, Works
from plugins.logicapps.transport import open_http

SHIPPED = Path(str(files("playbooks"))) / "workflows"


@pytest.fixture(params=["parquet", "workflows"])
async def insights(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[InsightStore]:
    """An empty store."""
    if request.param == "parquet":
        yield ParquetInsights(tmp_path / "insights", most_files=2)
        return
    every = load_workflows(SHIPPED)
    specs = {name: every[name] for name in ("store_insights", "read_insights")}
    with HostStore(tmp_path / "workflows.db") as store:
        works = Works(store, faults=FaultPlan(), limits=HostLimits())
        app = build_app(load_hosted(specs, folder=SHIPPED), works=works)
        async with living(app) as transport, open_http(transport) as http:
            urls = {name: trigger_url(IN_PROCESS, name, key=store.keys_of(name)["primary"]) for name in specs}
            client = LogicAppsWorkflows(
                specs=specs.values(),
                addresses=[parse_address(name, url) for name, url in urls.items()],
                exchange=Exchange(http),
            )
            yield WorkflowInsights(client)
