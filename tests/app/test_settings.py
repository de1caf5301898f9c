"""Settings from the environment."""

import os
from pathlib import Path

import pytest

from orchestrator.core.errors import SettingsError
from orchestrator.settings import MENDS, Settings, load_settings


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
