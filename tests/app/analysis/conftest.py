"""Places for insights: a folder of this machine, and workflows served on loopback."""

from collections.abc import AsyncIterator
from importlib.resources import files
from pathlib import Path

import pytest
from serving import serve

from orchestrator.settings import Settings
from playbooks.workflow import load_workflows
from plugins.logicapps.host.app import build_app
from plugins.logicapps.host.faults import FaultPlan
from plugins.logicapps.host.handlers import load_hosted
from plugins.logicapps.host.signing import trigger_url
from plugins.logicapps.host.store import HostStore
from plugins.logicapps.host.work import HostLimits, Works

SHIPPED = Path(str(files("playbooks"))) / "workflows"
NAMES = ("store_insights", "read_insights")


@pytest.fixture(params=["folder", "workflows"])
async def place(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Settings]:
    """Settings of each place, set for the process too."""
    if request.param == "folder":
        yield Settings()
        return
    every = load_workflows(SHIPPED)
    with HostStore(tmp_path / "workflows.db") as store:
        works = Works(store, faults=FaultPlan(), limits=HostLimits())
        app = build_app(load_hosted({name: every[name] for name in NAMES}, folder=SHIPPED), works=works)
        async with serve(app) as origin:
            for name in NAMES:
                url = trigger_url(origin, name, key=store.keys_of(name)["primary"])
                monkeypatch.setenv(f"SWITCHBOARD_WORKFLOWS__{name.upper()}__URL", url)
            yield Settings()
