"""`switchboard incidents`: what is printed, and with which code it ends."""

from pathlib import Path
from typing import Any

import pytest

Run = Any


def test_ingest_says_what_became_of_each_alert(run: Run, tmp_path: Path):
    """Outcome, incident, reason, and the first answer."""
    path = tmp_path / "alert.json"
    path.write_text("{}")
    ended = run("incidents", "ingest", str(path))
    assert ended.code == 0
    assert "nothing that is known belongs to it" in ended.out
    assert "Suspected cause: a leak" in ended.out


def test_what_cannot_be_read_is_told_and_ends_with_1(run: Run, tmp_path: Path):
    """With the hash by which it is kept."""
    path = tmp_path / "alert.json"
    path.write_text('{"broken": 1}')
    ended = run("incidents", "ingest", str(path), "--no-triage")
    assert ended.code == 1
    assert "kept raw as cdcdcdcdcdcd" in " ".join(ended.out.split())
    assert "2 triage runs wait for the worker that is running" in ended.out


def test_a_file_that_is_not_there_ends_with_2(run: Run):
    """The message names it."""
    ended = run("incidents", "ingest", "no/such/file.json")
    assert ended.code == 2
    assert "'no/such/file.json' cannot be read" in ended.err


def test_a_header_without_value_ends_with_2(run: Run, tmp_path: Path):
    """The message says how it is written."""
    path = tmp_path / "alert.json"
    path.write_text("{}")
    ended = run("incidents", "ingest", str(path), "--header", "ce-specversion")
    assert ended.code == 2
    assert "NAME=VALUE" in ended.err


@pytest.mark.parametrize("argv", [["list"], ["show", "INC-3"], ["ack", "INC-3"], ["ingest", __file__]])
def test_titles_of_alerts_cannot_act_on_the_terminal(run: Run, argv: list[str]):
    """Escape sequences and reordering marks are gone, the words stay."""
    out = run("incidents", *argv).out
    assert "red" in out
    assert not {"\x1b", "\u202e"} & set(out)


def test_nothing_is_said_where_there_is_nothing(run: Run):
    """An empty list says how incidents come about."""
    assert "incidents ingest" in run("incidents", "list", "--service", "cart").out
