"""Runs that go on, are stopped and exported, and the worker: what the command line says of them."""

import json
from typing import Any

import pytest

Run = Any


def test_a_resumed_run_prints_its_report(run: Run):
    """With the exit code of its status."""
    plain, as_json = run("runs", "resume", "last"), run("runs", "resume", "needs_input", "--json")
    assert plain.code == 0
    assert plain.out
    assert (as_json.code, json.loads(as_json.out)["status"]) == (2, "needs_input")


def test_a_run_that_is_held_is_not_resumed(run: Run):
    """The process that holds it is named."""
    ended = run("runs", "resume", "held")
    assert ended.code == 2
    assert "is held by worker-a-1-2" in ended.err


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("r7k2m9", "Cancelled r7k2m9: it is over. What it found: switchboard runs show r7k2m9\n"),
        ("held", "Cancelled held: worker-a-1-2 stops it at its next step. What it found: switchboard runs show held\n"),
    ],
)
def test_a_cancelled_run_tells_who_stops_it(run: Run, name: str, said: str):
    """Or that nobody has to."""
    ended = run("runs", "cancel", name)
    assert (ended.code, ended.out) == (0, said)


def test_runs_are_exported_line_by_line(run: Run):
    """Those that are named, or all since a time."""
    named, since = run("runs", "export", "a", "b"), run("runs", "export", "--since", "2026-11-01")
    assert [json.loads(line)["run"] for line in named.out.splitlines()] == ["a", "b"]
    assert [json.loads(line)["run"] for line in since.out.splitlines()] == ["r7k2m9"]


@pytest.mark.parametrize("argv", [[], ["a", "--since", "2026-11-01"]])
def test_an_export_is_of_names_or_of_a_time(run: Run, argv: list[str]):
    """Not of everything by a slip."""
    ended = run("runs", "export", *argv)
    assert ended.code == 2
    assert "name the runs to export, or give --since" in ended.err


def test_a_worker_says_who_it_is(run: Run):
    """On stderr, where its log may be."""
    ended = run("worker", "--once", "--concurrency", "8")
    assert (ended.code, ended.out, ended.err) == (0, "", "worker-a-1-2 of 8 once works once.\n")


def test_a_key_reaches_the_application(run: Run, application: Any):
    """With the other options."""
    run("ask", "x", "--key", "page-17", "--json")
    assert application.opened[-1].key == "page-17"
