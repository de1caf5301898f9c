"""Settings from the environment."""

import os
from pathlib import Path

import pytest

from orchestrator.core.errors import SettingsError
from orchestrator.settings import MENDS, Settings, load_settings

GUID = "11111111-2222-3333-4444-555555555555"


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty working directory, and no configuration of the user's."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path


@pytest.mark.parametrize(
    ("text", "logs"),
    [
        ("/data/export", ("/data/export",)),
        (f"/data/a{os.pathsep}/data/b", ("/data/a", "/data/b")),
        (f"AppRequests=/data/req.csv{os.pathsep}", ("AppRequests=/data/req.csv",)),
        ('["/data/a", "/data/b"]', ("/data/a", "/data/b")),
        ("", ()),
        ("[]", ()),
    ],
)
def test_logs_are_a_path_several_or_a_json_list(
    monkeypatch: pytest.MonkeyPatch, text: str, logs: tuple[str, ...]
) -> None:
    """What people write for a list of paths is understood."""
    monkeypatch.setenv("SWITCHBOARD_LOGS", text)
    assert load_settings().logs == logs


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LOGS", '["/secret/half'),
        ("LOGS", "[17]"),
        ("LOGS", "[" * 100_000),
        ("TZ", "Secret/Zone"),
        ("TZ", "../secret"),
        ("MODEL_BASE_URL", "secret.example"),
        ("MODEL_BASE_URL", "http://[secret"),
        ("MODEL_BASE_URL", "https://"),
    ],
)
def test_a_wrong_setting_is_named_with_its_mend_and_without_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """The value may hold a secret."""
    monkeypatch.setenv(f"SWITCHBOARD_{name}", value)
    with pytest.raises(SettingsError, match=f"SWITCHBOARD_{name} is wrong: ") as caught:
        load_settings()
    assert "; give " in caught.value.message
    assert "secret" not in caught.value.message.lower()
    assert caught.value.__cause__ is None


def test_every_setting_has_a_mend() -> None:
    """A wrong value is answered with what to write."""
    assert set(MENDS) == set(Settings.model_fields)


def test_an_empty_variable_is_an_unset_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """As shells leave them behind."""
    monkeypatch.setenv("SWITCHBOARD_GUIDES", "")
    monkeypatch.setenv("SWITCHBOARD_STATE", "")
    assert load_settings().guides is None
    assert load_settings().state != Path()


def test_the_environment_wins_over_dotenv_and_that_over_the_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each source is asked only for what those before it left open."""
    (folder / "switchboard.toml").write_text('tz = "Asia/Tokyo"\nlog_level = "debug"\nmodel_name = "file"\n')
    (folder / ".env").write_text("SWITCHBOARD_TZ=Europe/Oslo\nSWITCHBOARD_LOG_LEVEL=error\nOTHER=1\n")
    monkeypatch.setenv("SWITCHBOARD_TZ", "America/New_York")
    found = load_settings()
    assert (found.tz, found.log_level, found.model_name) == ("America/New_York", "error", "file")


def test_the_file_that_is_named_is_the_one_that_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`SWITCHBOARD_CONFIG`, else the working directory's, else the user's."""
    (folder / "config" / "switchboard").mkdir(parents=True)
    (folder / "config" / "switchboard" / "settings.toml").write_text('model_name = "user"\n')
    assert load_settings().model_name == "user"
    (folder / "switchboard.toml").write_text('model_name = "local"\n')
    assert load_settings().model_name == "local"
    (folder / "other.toml").write_text('model_name = "named"\n')
    monkeypatch.setenv("SWITCHBOARD_CONFIG", str(folder / "other.toml"))
    assert load_settings().model_name == "named"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("worspace = 'x'", "there is no setting 'worspace'; did you mean 'workspace'?"),
        ("workspace = ", "not TOML"),
        ("[workspaces.shop]\ntables = ['App*']", "WORKSPACES is wrong: shop: it needs either id or resource"),
        ("[workspaces.shop]\nid = 'shop'", "id is no GUID"),
        ("[workspaces.shop]\nidd = 'x'", "shop.idd"),
        ("search_endpoint = 'http://search.example'", "it is no https address"),
        ("[workflows.notify]\naudience = 'x'", "notify.url"),
        (
            "[incidents]\nlongest = 'ages'",
            "INCIDENTS is wrong: longest: it is no span of time such as 30s, 15m, 4h or 1d",
        ),
        ("[incidents]\nlongest = 4", "[incidents] with service_window"),
        ("[incidents]\nflap_count = 1", "INCIDENTS is wrong: flap_count"),
    ],
)
def test_a_wrong_file_is_named_with_what_is_wrong_in_it(folder: Path, text: str, said: str) -> None:
    """Place, value's name and mend."""
    (folder / "switchboard.toml").write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert said in caught.value.message


def test_a_wrong_value_is_told_with_the_file_that_holds_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless the environment or `.env` sets it, which win over the file."""
    (folder / "switchboard.toml").write_text("tz = 'Mars'\n")
    with pytest.raises(SettingsError, match=r"^switchboard\.toml: the setting SWITCHBOARD_TZ is wrong: "):
        load_settings()
    (folder / ".env").write_text("SWITCHBOARD_TZ=Venus\n")
    with pytest.raises(SettingsError, match=r"^the setting SWITCHBOARD_TZ is wrong: "):
        load_settings()
    monkeypatch.setenv("SWITCHBOARD_TZ", "Pluto")
    with pytest.raises(SettingsError, match=r"^the setting SWITCHBOARD_TZ is wrong: "):
        load_settings()


@pytest.mark.parametrize("name", ["switchboard.toml", ".env"])
def test_a_file_that_is_no_text_is_named(folder: Path, name: str) -> None:
    """As an editor of another encoding leaves it."""
    (folder / name).write_bytes(b"\xff\xfe tz")
    with pytest.raises(SettingsError, match=rf"^{name}: cannot be read .*; make it readable UTF-8 text"):
        load_settings()


def test_a_file_that_is_named_must_be_there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing else is read in its place."""
    monkeypatch.setenv("SWITCHBOARD_CONFIG", str(folder / "none.toml"))
    with pytest.raises(SettingsError, match=r"SWITCHBOARD_CONFIG names .*none\.toml"):
        load_settings()


def test_the_environment_adds_to_tables_of_the_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workspaces and workflows by name may come from several sources."""
    (folder / "switchboard.toml").write_text(f'[workspaces.a]\nid = "{GUID}"\n')
    monkeypatch.setenv("SWITCHBOARD_WORKSPACES", f'{{"b": {{"id": "{GUID}"}}}}')
    assert sorted(load_settings().workspaces) == ["a", "b"]


def test_no_secret_is_shown_by_the_settings_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their text may end in a log."""
    monkeypatch.setenv("SWITCHBOARD_MODEL_API_KEY", "hidden-1")
    monkeypatch.setenv("SWITCHBOARD_SEARCH_KEY", "hidden-2")
    monkeypatch.setenv("SWITCHBOARD_APPINSIGHTS_CONNECTION_STRING", "InstrumentationKey=hidden-3")
    monkeypatch.setenv("SWITCHBOARD_WORKFLOWS", '{"notify": {"url": "https://x.example/?sig=hidden-4"}}')
    assert "hidden" not in repr(load_settings())
