"""A conversation whose guides are found by the search service answers as one whose guides are embedded."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from azure_search_server import SearchServer

Run = Callable[..., Any]
ASKED = "calls of pay fail since 10:00"
SAME = ("status", "agent", "message", "verdict", "guide", "claims", "ruled_out", "unknown", "next", "window")


@pytest.fixture
def server() -> Iterator[SearchServer]:
    """A search service without an index."""
    running = SearchServer().start()
    yield running
    running.stop()


def ask(run: Run, options: Any, *text: str) -> Any:
    """Ask about the folder with its guide."""
    return run("ask", *text, "--logs", options.logs[0], "--guides", str(options.guides), "--json")


def same(report: Any) -> Any:
    """What two answers have in common; how the guide did so far is not: the first of them counts for the second."""
    guide = {name: value for name, value in report["guide"].items() if name != "record"}
    return {**{name: report[name] for name in SAME}, "guide": guide}


def live(monkeypatch: pytest.MonkeyPatch, server: SearchServer) -> None:
    """Let the settings name the service."""
    monkeypatch.setenv("SWITCHBOARD_SEARCH_ENDPOINT", server.url)
    monkeypatch.setenv("SWITCHBOARD_SEARCH_KEY", server.key)


def test_the_same_answer(server: SearchServer, run: Run, options: Any, monkeypatch: pytest.MonkeyPatch):
    """Guide, verdict, claims and words are the same; only the service was asked for the guide."""
    embedded = json.loads(ask(run, options, ASKED).out)
    live(monkeypatch, server)
    run("index", "fill", "--guides", str(options.guides))
    server.requests.clear()
    answered = ask(run, options, ASKED)
    report = json.loads(answered.out)
    assert same(report) == same(embedded)
    assert any("switchboard-guides" in one["path"] for one in server.requests)


def test_policies_too(server: SearchServer, run: Run, options: Any, monkeypatch: pytest.MonkeyPatch):
    """A question for a policy is answered with the same passage."""
    asked = "what does our failover policy say about the database?"
    embedded = json.loads(ask(run, options, asked).out)
    live(monkeypatch, server)
    run("index", "fill", "--guides", str(options.guides))
    assert json.loads(ask(run, options, asked).out)["claims"] == embedded["claims"]


def test_a_service_that_was_not_filled(server: SearchServer, run: Run, options: Any, monkeypatch: pytest.MonkeyPatch):
    """The message says what to run."""
    live(monkeypatch, server)
    ended = ask(run, options, ASKED)
    assert ended.code == 2
    assert "switchboard index fill" in ended.err + ended.out


@pytest.mark.parametrize("both", [True, False])
def test_a_guide_that_only_the_service_knows(
    server: SearchServer, run: Run, options: Any, monkeypatch: pytest.MonkeyPatch, *, both: bool
):
    """An index that was filled from other guides, too, ends in a sensible answer: the guide that is here, or none."""
    live(monkeypatch, server)
    run("index", "fill", "--guides", str(options.guides))
    held = server.documents["switchboard-guides"]
    held["another"] = {**held["failing_target"], "key": "another", "id": "another"}
    if not both:
        del held["failing_target"]
    ended = ask(run, options, ASKED)
    assert (ended.code, ended.err) == (0, "")
    assert json.loads(ended.out)["verdict"]["status"] == ("cause_found" if both else "not_covered")


def test_a_service_that_gives_out_does_not_stop_an_incident(
    server: SearchServer, run: Run, options: Any, monkeypatch: pytest.MonkeyPatch
):
    """The guides are on this machine: the answer is the same, and a note says where they were found."""
    embedded = json.loads(ask(run, options, ASKED).out)
    live(monkeypatch, server)
    server.stop()
    answered = ask(run, options, ASKED)
    report = json.loads(answered.out)
    assert (answered.code, same(report)) == (0, same(embedded))
    (note,) = [note for note in report["notes"] if "stood in for the search service" in note]
    assert server.key not in note
