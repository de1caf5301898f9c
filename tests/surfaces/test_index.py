"""Tests of `switchboard index`."""

import json
from pathlib import Path
from typing import Any

Run = Any


def test_the_embedded_index_needs_nothing(run: Run):
    """Without a search service the command says that there is nothing to do."""
    ended = run("index", "fill")
    assert (ended.code, ended.err) == (0, "")
    assert "there is nothing to do" in ended.out


def test_fill_tells_what_was_done(run: Run, tmp_path: Path):
    """One line per index: its definition, what was written and removed."""
    ended = run("index", "fill", "--guides", str(tmp_path))
    assert ended.code == 0
    assert [line.split() for line in ended.out.splitlines() if "guides" in line] == [
        ["switchboard-guides", "created", "9", "1"]
    ]


def test_a_document_that_failed_is_told(run: Run, tmp_path: Path):
    """It is printed with its reason, cleaned, and the exit code is 1."""
    ended = run("index", "fill", "--recreate", "--guides", str(tmp_path / "broken"))
    assert ended.code == 1
    assert "big: " in ended.out
    assert "\x1b" not in ended.out
    assert "recreated" in ended.out


def test_show_tells_how_indexes_stand(run: Run):
    """An index that is missing has no number of documents; a misfit has its reasons, cleaned."""
    ended = run("index", "show")
    assert ended.code == 0
    assert ["switchboard-policies", "-", "missing"] in [line.split() for line in ended.out.splitlines()]
    assert "must be recreated" in ended.out
    assert "\x1b" not in ended.out


def test_as_json(run: Run, tmp_path: Path):
    """Both commands print the document as it is."""
    filled = json.loads(run("index", "fill", "--guides", str(tmp_path), "--json").out)
    assert filled["indexes"][0]["written"] == 9
    assert json.loads(run("index", "show", "--json").out)["indexes"][1]["documents"] is None
