from importlib import util
from pathlib import Path

import pytest

SPEC = util.spec_from_file_location("manual_goldens", Path(__file__).with_name("goldens.py"))
assert SPEC
assert SPEC.loader
GOLDENS = util.module_from_spec(SPEC)
SPEC.loader.exec_module(GOLDENS)
MANUAL = GOLDENS.MANUAL.read_text(encoding="utf-8")
BLOCKS = {found["command"].strip(): found["help"] for found in GOLDENS.BLOCK.finditer(MANUAL)}


@pytest.mark.parametrize("command", GOLDENS.commands())
def test_help_is_what_the_manual_says(command: str, monkeypatch: pytest.MonkeyPatch):
    """Written anew by `python tests/surfaces/goldens.py`."""
    monkeypatch.setenv("COLUMNS", "80")
    assert GOLDENS.help_of(command) == BLOCKS.get(command)


def test_manual_has_no_other_commands():
    """A command that went must go from the manual too."""
    assert sorted(BLOCKS) == sorted(GOLDENS.commands())


@pytest.mark.parametrize(
    "command",
    [name for name in GOLDENS.commands() if not any(other.startswith(f"{name} ") for other in GOLDENS.commands())],
)
def test_help_has_examples(command: str, monkeypatch: pytest.MonkeyPatch):
    """Every command that does something shows how."""
    monkeypatch.setenv("COLUMNS", "80")
    assert "Examples:" in GOLDENS.help_of(command)
