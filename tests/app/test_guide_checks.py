"""`guides lint` and `guides test` on the embedded engine."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orchestrator.surfaces.application import Options

Run = Callable[..., Any]
CASES = """
tests:
  - name: a failing target
    now: 2026-05-04T11:00:00Z
    message: calls of pay fail
    tables:
      AppDependencies:
        - repeat: 30
          every: 1m
          row: {TimeGenerated: 2026-05-04T10:30:00Z, AppRoleName: pay, Target: bank, Success: false, ItemCount: 1}
    expect: {verdict: {status: STATUS, cause: target_down, object: bank}, path: [targets]}
"""


@pytest.fixture
def guide(options: Options) -> Path:
    """The guide of the folder."""
    assert options.guides is not None
    return options.guides / "failing_target.md"


def changed(path: Path, old: str, new: str) -> None:
    """The file with one text replaced."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_guide_without_faults_passes(run: Run, guide: Path) -> None:
    """A file and its folder give the same."""
    for named in (guide, guide.parent):
        ended = run("guides", "lint", str(named), "--json")
        assert (ended.code, json.loads(ended.out)["errors"]) == (0, 0)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("AppRoleName == p_service and", "AppRole == p_service and", "'AppRole'"),
        ('when: "row.share > 0.2"', 'when: "row.Target > 0.2"', "row.Target"),
        ('when: "row.share > 0.2"', 'when: "row.shares > 0.2"', "shares"),
        ("AppDependencies\n| where", "AppDependency\n| where", "AppDependencies"),
    ],
)
def test_queries_and_expressions_are_checked_without_data(run: Run, guide: Path, old: str, new: str, said: str) -> None:
    """A wrong column, type or table is an error with its line, and ends with exit code 1."""
    changed(guide, old, new)
    ended = run("guides", "lint", str(guide))
    assert ended.code == 1
    (line,) = [line for line in ended.out.splitlines() if ": error: " in line]
    assert said in line
    assert line.startswith(f"{guide}:")


def test_one_broken_file_does_not_hide_the_others(run: Run, guide: Path) -> None:
    """A file that cannot be parsed and an id that is taken are told beside each other."""
    (guide.parent / "zz_broken.md").write_text("---\nid: [\n---\n")
    (guide.parent / "twin.md").write_text(guide.read_text())
    document = json.loads(run("guides", "lint", str(guide.parent), "--json").out)
    errors = [item for found in document["guides"] for item in found["problems"] if item["level"] == "error"]
    assert len(document["guides"]) == 3
    assert [Path(item["file"]).name for item in errors] == ["failing_target.md", "twin.md", "zz_broken.md"]


@pytest.mark.parametrize(("status", "code"), [("cause_found", 0), ("healthy", 1)])
def test_tests_beside_a_guide_are_run(run: Run, guide: Path, status: str, code: int) -> None:
    """What differs is named with the test's place."""
    guide.with_suffix(".test.yaml").write_text(CASES.replace("STATUS", status))
    ended = run("guides", "test", str(guide))
    assert ended.code == code
    assert ("verdict: expected 'healthy', got 'cause_found'" in ended.out) == bool(code)
    assert f"{1 - code} passed, {code} failed" in ended.out


def test_files_that_are_not_there_are_bad_input(run: Run, tmp_path: Path, guide: Path) -> None:
    """As is a folder without guides, and a test file that does not fit its guide."""
    (tmp_path / "empty").mkdir()
    for command in ("lint", "test"):
        assert run("guides", command, str(tmp_path / "nowhere.md")).code == 2
        assert "no guides in" in run("guides", command, str(tmp_path / "empty")).err
    guide.with_suffix(".test.yaml").write_text(CASES.replace("STATUS", "healthy").replace("[targets]", "[target]"))
    ended = run("guides", "test", str(guide))
    assert (ended.code, "did you mean 'targets'" in ended.err) == (2, True)


def test_a_resource_graph_query_is_checked_against_the_declared_tables(run: Run, wide: Path) -> None:
    """Its table must be declared, and its columns are typed as those of logs."""
    undeclared = run("guides", "lint", str(wide))
    assert (undeclared.code, "'Resources' is not declared: add it to `tables`" in undeclared.out) == (1, True)
    changed(wide, "tables:\n", "tables:\n  Resources: {id: string, name: string, location: string}\n")
    assert run("guides", "lint", str(wide)).code == 0
    changed(wide, "project id, location", "project id, region")
    wrong = run("guides", "lint", str(wide))
    line = wide.read_text().splitlines().index("| project id, region") + 1
    assert (wrong.code, f"{wide}:{line}: steps.inventory.resource_graph: error" in wrong.out) == (1, True)
