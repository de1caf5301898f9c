"""Tests of `switchboard index` in the whole program, on a search service of this machine."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from azure_search_server import SearchServer

Run = Callable[..., Any]
GUIDES, POLICIES = "switchboard-guides", "switchboard-policies"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[SearchServer]:
    """A search service that the settings name."""
    running = SearchServer().start()
    monkeypatch.setenv("SWITCHBOARD_SEARCH_ENDPOINT", running.url)
    monkeypatch.setenv("SWITCHBOARD_SEARCH_KEY", running.key)
    yield running
    running.stop()


def by_kind(out: str) -> dict[str, Any]:
    """The document's indexes by kind."""
    return {one["kind"]: one for one in json.loads(out)["indexes"]}


def test_one_command_fills(server: SearchServer, run: Run):
    """The four indexes are made and hold the shipped documents; a second run changes nothing."""
    first = run("index", "fill", "--json")
    again = run("index", "fill", "--json")
    assert (first.code, again.code, first.err) == (0, 0, "")
    found = by_kind(first.out)
    assert found["guide"]["written"] == len(server.documents[GUIDES]) > 5
    assert found["policy"]["written"] == len(server.documents[POLICIES]) > 5
    assert found["incident"] | {"definition": ""} == {
        "name": "switchboard-incidents",
        "kind": "incident",
        "definition": "",
        "written": 0,
        "removed": 0,
        "failed": [],
    }
    assert {one["definition"] for one in by_kind(again.out).values()} == {"unchanged"}
    shown = by_kind(run("index", "show", "--json").out)
    assert (shown["guide"]["documents"], shown["guide"]["definition"]) == (found["guide"]["written"], "up to date")


def test_what_is_gone_is_removed(server: SearchServer, run: Run, options: Any):
    """Other guides take the place of the shipped ones; past incidents are left as they are."""
    run("index", "fill")
    server.documents["switchboard-incidents"]["i1"] = {"key": "i1", "id": "i1"}
    shipped = len(server.documents[GUIDES])
    found = by_kind(run("index", "fill", "--guides", str(options.guides), "--json").out)
    assert (found["guide"]["written"], found["guide"]["removed"]) == (1, shipped)
    assert list(server.documents[GUIDES]) == ["failing_target"]
    assert list(server.documents["switchboard-incidents"]) == ["i1"]


def test_past_incidents_are_added(server: SearchServer, run: Run, options: Any):
    """A run that named a cause in real logs is written, and found again by its words."""
    run("index", "fill", "--guides", str(options.guides))
    asked = run("ask", "calls of pay fail since 10:00", "--logs", options.logs[0], "--guides", str(options.guides))
    assert asked.code == 0, asked.err
    for _ in range(2):
        assert by_kind(run("index", "fill", "--json").out)["incident"]["written"] == 1
    (incident,) = server.documents["switchboard-incidents"].values()
    assert (incident["kind"], incident["title"]) == ("incident", "calls of pay fail since 10:00")
    assert "cause=target_down" in incident["filters"]
    assert "bank" in incident["causes"]


def test_a_failed_document_is_told(server: SearchServer, run: Run):
    """Its reason is printed, the others are stored, and the exit code is 1."""
    run("index", "fill")
    server.document_faults = {"memory_oom": [400]}
    ended = run("index", "fill")
    assert ended.code == 1
    assert "memory_oom: refused with 400" in ended.out


def test_a_misfit_needs_recreate(server: SearchServer, run: Run):
    """Exit code 2 with the reason; `--recreate` makes the index anew and fills it."""
    run("index", "fill")
    before = len(server.documents[GUIDES])
    for field in server.indexes[GUIDES]["fields"]:
        if field["name"] == "title":
            field["filterable"] = True
    refused = run("index", "fill")
    assert refused.code == 2
    assert "'title' has filterable True" in refused.err
    assert "--recreate" in refused.err
    assert "must be recreated" in run("index", "show").out
    found = by_kind(run("index", "fill", "--recreate", "--json").out)
    assert (found["guide"]["definition"], len(server.documents[GUIDES])) == ("recreated", before)


def test_incidents_outlive_a_rebuild(server: SearchServer, run: Run, options: Any, state: Path):
    """`--recreate` writes the incidents again that it deleted, those of other people's runs too."""
    run("index", "fill", "--guides", str(options.guides))
    run("ask", "calls of pay fail since 10:00", "--logs", options.logs[0], "--guides", str(options.guides))
    run("index", "fill")
    (state / "journal.db").unlink()
    held = dict(server.documents["switchboard-incidents"])
    for field in server.indexes["switchboard-incidents"]["fields"]:
        if field["name"] == "title":
            field["filterable"] = True
    found = by_kind(run("index", "fill", "--recreate", "--json").out)
    assert (found["incident"]["definition"], found["incident"]["written"]) == ("recreated", 1)
    assert (len(held), server.documents["switchboard-incidents"]) == (1, held)


@pytest.mark.usefixtures("server")
def test_a_wrong_key(run: Run, monkeypatch: pytest.MonkeyPatch):
    """Exit code 2, the roles that are needed, and no key."""
    monkeypatch.setenv("SWITCHBOARD_SEARCH_KEY", "wrong-key-4711")
    ended = run("index", "fill")
    assert (ended.code, "Search Service Contributor" in ended.err, "4711" in ended.out + ended.err) == (2, True, False)


def test_nobody_listens(server: SearchServer, run: Run):
    """Exit code 1 and the setting to check."""
    server.stop()
    ended = run("index", "show")
    assert (ended.code, "SWITCHBOARD_SEARCH_ENDPOINT" in ended.err, "Traceback" in ended.err) == (1, True, False)


def test_embedded(run: Run):
    """Without a search service there is nothing to do."""
    for command in ("fill", "show"):
        ended = run("index", command)
        assert (ended.code, "nothing to do" in ended.out) == (0, True)


def test_embedded_loads_no_azure(state: Path):
    """The command without a service, and its help, load no client of Azure."""
    program = (
        "import sys; from orchestrator.app.main import main; main(); "
        "sys.exit(any(name.startswith(('azure.', 'aiohttp', 'openai')) for name in sys.modules))"
    )
    for argv in (["index", "--help"], ["index", "show"]):
        done = subprocess.run(
            [sys.executable, "-c", f"import sys; sys.argv[1:] = {argv!r}; {program}"], capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr
    assert state.is_dir()
