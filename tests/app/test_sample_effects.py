"""What the embedded workflows did becomes visible in the sample environment, and in no other folder."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from orchestrator.app.sample_effects import (
    advance_environment,
    environment_clock,
    is_environment,
    make_environment,
    recorded_changes,
)
from orchestrator.app.sources import choose_sources, sample_folder
from orchestrator.app.workflows import open_workflows
from orchestrator.core.errors import InputError
from orchestrator.core.workflows import Done, action_key
from orchestrator.settings import Settings
from orchestrator.surfaces.application import Options
from playbooks.samples.marks import FOLDER, read_mark, read_state
from plugins.monitor.embedded.duckdb import DuckDbLogs

END = datetime(2026, 6, 16, 10, 50, tzinfo=UTC)
FAILING = """AppRequests
| where AppRoleName == "checkout" and TimeGenerated >= datetime(2026-06-16T10:55:00Z)
| summarize countif(not(Success)) * 1.0 / count()"""


async def roll_back(settings: Settings, incident: str) -> None:
    """Roll checkout back by the hosted workflow."""
    key = action_key("roll_back_deploy", incident)
    body = {"key": key, "service": "checkout", "from_version": "4.12.1", "to_version": "4.11.2"}
    async with open_workflows(settings) as workflows:
        assert isinstance(await workflows.call("roll_back_deploy", body, key=key), Done)


async def failing(folder: Path, now: datetime) -> float:
    """The share of checkout's requests that fail after the end of the sample."""
    async with DuckDbLogs.open([str(folder)], now=now) as logs:
        ((share,),) = (await logs.query(FAILING)).rows
    assert isinstance(share, float)
    return share


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A state folder of the test's own."""
    return Settings(state=tmp_path / "state")


async def test_a_rollback_is_seen_in_the_bundled_sample(settings: Settings) -> None:
    """The workflow is called twice with one key, acts once, and checkout answers again."""
    folder = sample_folder(settings)
    assert is_environment(choose_sources(Options(), settings).logs)
    await roll_back(settings, "INC-1")
    await roll_back(settings, "INC-1")
    clock = await advance_environment(settings, folder, END + timedelta(minutes=20))
    assert clock == environment_clock(folder) == END + timedelta(minutes=20)
    assert len(read_state(folder).changes) == len(recorded_changes(settings)) == 1
    assert await failing(folder, clock) < 0.05


async def test_a_change_from_before_has_no_effect(settings: Settings, tmp_path: Path) -> None:
    """An environment that is made later begins as it was drawn."""
    sample_folder(settings)
    await roll_back(settings, "INC-1")
    later = tmp_path / "later"
    make_environment(settings, "shop", seed=7, out=later)
    clock = await advance_environment(settings, later, END + timedelta(minutes=12))
    assert read_state(later).changes == ()
    assert await failing(later, clock) > 0.5


async def test_a_sample_of_an_earlier_release_takes_part(settings: Settings) -> None:
    """One that says nothing of its world is told which it is, where it is the bundled one."""
    folder = sample_folder(settings)
    shutil.rmtree(folder / FOLDER)
    assert sample_folder(settings) == folder
    mark = read_mark(folder)
    assert mark is not None
    assert (mark.sample, mark.seed, mark.end) == ("shop", 7, END.isoformat())
    assert await advance_environment(settings, folder, END + timedelta(minutes=1)) == END + timedelta(minutes=1)


async def test_a_folder_of_ones_own_is_refused(settings: Settings, tmp_path: Path) -> None:
    """It is no environment, and stays as it is."""
    (tmp_path / "AppRequests.csv").write_text("TimeGenerated\n2026-01-01T00:00:00Z\n")
    assert not is_environment((str(tmp_path),))
    assert not is_environment((f"AppRequests={tmp_path / 'AppRequests.csv'}",))
    with pytest.raises(InputError, match="nothing has an effect there"):
        await advance_environment(settings, tmp_path, END)
    assert not (tmp_path / FOLDER).exists()


def test_where_nothing_was_hosted_nothing_is_made(settings: Settings) -> None:
    """Asking for changes opens no file."""
    assert recorded_changes(settings) == ()
    assert not settings.state.exists()
