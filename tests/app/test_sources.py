"""Which data a run looks at, and what is said where that cannot be had."""

from pathlib import Path

import pytest

from orchestrator.app.application import App
from orchestrator.app.sources import choose_sources
from orchestrator.core.errors import SettingsError
from orchestrator.settings import load_settings
from orchestrator.surfaces.application import Options

HEADER = "TimeGenerated,AppRoleName,Success\n"


@pytest.fixture
def unwritable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A state folder below a file: nobody can write there, whatever the rights."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SWITCHBOARD_STATE", str(tmp_path / "file" / "state"))
    return tmp_path / "file" / "state"


def test_a_sample_that_cannot_be_made_names_the_state_folder(unwritable: Path) -> None:
    """Nobody wrote `--out`, so the message is about what was set."""
    with pytest.raises(SettingsError) as caught:
        choose_sources(Options(), load_settings())
    assert str(unwritable) in caught.value.message
    assert "SWITCHBOARD_STATE" in caught.value.message
    assert "--out" not in caught.value.message


async def test_own_logs_are_asked_without_a_state_folder(unwritable: Path, tmp_path: Path) -> None:
    """The answer says that the run is not recorded."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "AppRequests.csv").write_text(f"{HEADER}2026-05-04T10:00:00Z,api,true\n")
    async with App().converse(Options(logs=(str(tmp_path / "logs"),))) as conversation:
        report = await conversation.ask("is api healthy?", listen=lambda _: None)
    assert report["status"] == "answered"
    notes = report["notes"]
    assert isinstance(notes, list)
    assert any("not recorded" in note and str(unwritable) in note for note in notes)


def test_flags_win_over_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A folder that is named is asked, whatever workspace is set."""
    monkeypatch.setenv("SWITCHBOARD_WORKSPACE", "11111111-2222")
    assert choose_sources(Options(logs=(str(tmp_path),)), load_settings()).kind == "files"


@pytest.mark.parametrize("flag", [True, False])
def test_a_workspace_is_refused_with_the_way_round(monkeypatch: pytest.MonkeyPatch, *, flag: bool) -> None:
    """The message names what was given, and how its logs can be asked."""
    if not flag:
        monkeypatch.setenv("SWITCHBOARD_WORKSPACE", "11111111-2222")
    named = "--workspace" if flag else "SWITCHBOARD_WORKSPACE"
    with pytest.raises(SettingsError, match=rf"^{named} '11111111-2222': .*export the tables.*--logs DIR"):
        choose_sources(Options(workspace="11111111-2222" if flag else None), load_settings())
