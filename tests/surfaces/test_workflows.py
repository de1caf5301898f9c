"""The commands about workflows."""

import json
from typing import Any

import pytest

Run = Any


def test_workflows_are_listed_with_what_is_wrong(run: Run):
    """The list on stdout, the problems on stderr, exit code 1."""
    ended = run("workflows", "list")
    assert ended.code == 1
    assert "find_ticket" in ended.out
    assert ended.err == "open_ticket: actions are missing\n"
    assert [one["name"] for one in json.loads(run("workflows", "list", "--json").out)["workflows"]] == [
        "open_ticket",
        "find_ticket",
    ]


@pytest.mark.parametrize(
    ("key", "code", "word"), [("open_ticket:INC-7:1", 0, "done"), ("open_ticket:lost:1", 1, "person")]
)
def test_what_became_of_a_key(run: Run, key: str, code: int, word: str):
    """Unknown is exit code 1."""
    plain, as_json = run("workflows", "read", key), run("workflows", "read", key, "--json")
    assert (plain.code, as_json.code) == (code, code)
    assert word in plain.out
    assert json.loads(as_json.out)["key"] == key


@pytest.mark.parametrize("given", ["yesterday", "2026-11-22T10:45:00"])
def test_a_time_without_zone_is_refused(run: Run, given: str):
    """A wrong time of sending could make an absence look sure."""
    ended = run("workflows", "read", "open_ticket:INC-7:1", "--sent-at", given)
    assert ended.code == 2
    assert "is no time with a zone" in ended.err


def test_the_host_prints_its_addresses_once_on_stdout(run: Run):
    """What belongs into the settings can be written to a file; the words about it are on stderr."""
    ended = run("workflows", "serve", "--port", "7071")
    assert ended.code == 0
    assert ended.out == '[workflows.open_ticket]\nurl = "http://127.0.0.1:7071/workflows/w?sig=made-up"\n'
    assert "open_ticket at http://127.0.0.1:7071; interrupt to end" in ended.err
    assert "secrets" in ended.err
    assert "sig=" not in ended.err
