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


GUID = "11111111-2222-3333-4444-555555555555"


def test_flags_win_over_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A folder that is named is asked, whatever workspace is set; and the other way round."""
    monkeypatch.setenv("SWITCHBOARD_WORKSPACE", GUID)
    assert choose_sources(Options(logs=(str(tmp_path),)), load_settings()).kind == "files"
    monkeypatch.setenv("SWITCHBOARD_LOGS", str(tmp_path))
    assert choose_sources(Options(workspace=GUID), load_settings()).kind == "live"


def test_files_and_a_workspace_in_the_settings_exclude_each_other(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Which of them was meant is not guessed."""
    monkeypatch.setenv("SWITCHBOARD_WORKSPACE", GUID)
    monkeypatch.setenv("SWITCHBOARD_LOGS", str(tmp_path))
    with pytest.raises(SettingsError, match="unset one, or choose with --logs or --workspace"):
        choose_sources(Options(), load_settings())


def test_a_workspace_alone_is_asked_before_the_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sample data answers only while nothing is configured."""
    monkeypatch.setenv("SWITCHBOARD_WORKSPACE", GUID)
    found = choose_sources(Options(), load_settings())
    assert (found.kind, found.logs, {name: item.id for name, item in found.workspaces.items()}) == (
        "live",
        (),
        {"default": GUID},
    )


def test_several_workspaces_end_with_the_one_for_everything_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """What no other is named for is asked of it."""
    monkeypatch.setenv("SWITCHBOARD_WORKSPACE", "/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/sites/shop")
    monkeypatch.setenv("SWITCHBOARD_WORKSPACES", f'{{"network": {{"id": "{GUID}", "tables": ["AzureDiagnostics"]}}}}')
    found = choose_sources(Options(), load_settings()).workspaces
    assert (list(found), found["network"].tables) == (["network", "default"], ("AzureDiagnostics",))
    assert found["default"].resource == "/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/sites/shop"


@pytest.mark.parametrize("flag", [True, False])
def test_what_is_no_workspace_is_refused_with_the_way_to_its_id(monkeypatch: pytest.MonkeyPatch, *, flag: bool) -> None:
    """The message names what was given, and how the id is found."""
    if not flag:
        monkeypatch.setenv("SWITCHBOARD_WORKSPACE", "shop-logs")
    named = "--workspace" if flag else "SWITCHBOARD_WORKSPACE"
    with pytest.raises(SettingsError, match=rf"^{named} 'shop-logs' is neither a workspace's id.*customerId"):
        choose_sources(Options(workspace="shop-logs" if flag else None), load_settings())


@pytest.mark.parametrize("name", ["SWITCHBOARD_WORKSPCE", "SWITCHBOARD_LOG"])
def test_a_slip_in_a_variables_name_is_no_leave_to_answer_from_the_sample(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Whoever set it meant their own logs."""
    monkeypatch.setenv(name, GUID)
    with pytest.raises(SettingsError, match=f"there is no setting {name}; did you mean SWITCHBOARD_"):
        choose_sources(Options(), load_settings())
