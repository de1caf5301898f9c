"""docs/settings.md says what orchestrator/settings.py has."""

import re
import tomllib
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from orchestrator.settings import PREFIX, IncidentsSetting, Settings, load_settings

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "settings.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(\w+)` \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
NAMES = [name for name, *_ in ROW.findall(TEXT)]
ROWS = {name: (kind, default, meaning) for name, kind, default, meaning in ROW.findall(TEXT)}
WORDS: dict[Any, str] = {str: "text", int: "whole number", float: "number", bool: "true or false", Path: "path"}


def kind_of(name: str, field: FieldInfo) -> str:
    """A type as the document words it."""
    kind = field.annotation
    options = [item for item in get_args(kind) if item is not type(None)]
    if get_origin(kind) is Literal:
        *most, last = (f"`{item}`" for item in options)
        return f"{', '.join(most)} or {last}"
    if get_origin(kind) in {tuple, dict}:
        return {tuple: "list of texts", dict: "table of tables"}[get_origin(kind)]
    plain = options[0] if options else kind
    if isinstance(plain, type) and issubclass(plain, BaseModel):
        return "table"
    if plain is SecretStr:
        return "secret"
    return "address" if name.endswith(("_endpoint", "_url")) else WORDS[plain]


def default_of(name: str, field: FieldInfo) -> str:
    """A default as the document words it."""
    value = field.get_default(call_default_factory=True)
    if name == "state":
        return "the user's state folder"
    if value is None:
        return "unset"
    if isinstance(value, BaseModel):
        return "see below"
    if not value and not isinstance(value, bool):
        return "none"
    return (
        f"`{value:g}`" if isinstance(value, float) else f"`{str(value).lower() if isinstance(value, bool) else value}`"
    )


def test_each_setting_has_its_row():
    """None is missing, none is made up, none stands twice."""
    assert sorted(NAMES) == sorted(Settings.model_fields)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_a_row_has_the_type_the_default_and_the_description(name: str):
    """The row says what the program says, and may say more."""
    field = Settings.model_fields[name]
    kind, default, meaning = ROWS[name]
    assert (kind, default) == (kind_of(name, field), default_of(name, field))
    assert meaning.startswith(field.description or "?")


@pytest.mark.parametrize("example", re.findall(r"^```toml\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL))
def test_an_example_is_read(example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Each TOML example is a settings file that works, and everything in it is used."""
    file = tmp_path / "switchboard.toml"
    file.write_text(example, encoding="utf-8")
    monkeypatch.setenv(f"{PREFIX}CONFIG", str(file))
    settings = load_settings()
    for name, value in tomllib.loads(example).items():
        read = getattr(settings, name)
        assert (read.model_fields_set if isinstance(read, BaseModel) else set(read)) == set(value)


def test_the_example_of_incidents_shows_the_defaults():
    """All of them, as they are where nothing is set."""
    (example,) = re.findall(r"^```toml\n(\[incidents\].*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    found = IncidentsSetting.model_validate(tomllib.loads(example)["incidents"])
    assert found.model_fields_set == set(IncidentsSetting.model_fields)
    assert found == IncidentsSetting()


def test_the_example_of_a_variable_is_read(monkeypatch: pytest.MonkeyPatch):
    """A table in the environment is JSON."""
    found = re.findall(r"^export (\w+)='(.+)'$", TEXT, re.MULTILINE)
    assert [name for name, _ in found] == [f"{PREFIX}WORKSPACES"]
    for name, value in found:
        monkeypatch.setenv(name, value)
    assert load_settings().workspaces["shop"].services == ("checkout",)
