"""`switchboard purge`, on the fake application."""

import json
from typing import Any

import pytest

Run = Any


def test_a_dry_run_says_what_would_go(run: Run, application: Any):
    """A line per table that is touched, what stays, and what the record is not."""
    ended = run("purge", "--before", "2026-01-01", "--dry-run")
    assert (ended.code, ended.err) == (0, "")
    lines = [" ".join(line.split()) for line in ended.out.splitlines()]
    assert lines[:2] == ["table would delete stays, not over", "journal 12,411 3"]
    assert "results" not in ended.out
    assert "Not part of the record: the log file" in " ".join(lines)
    assert application.asked == ["purge 2026-01-01 00:00:00+00:00 None True"]


def test_what_was_done_is_told(run: Run, application: Any):
    """And that the file still holds it, where others are at work."""
    ended = run("purge", "--subject", "C-busy", "--yes")
    assert "overwritten" in ended.out
    assert "could not be compacted" in ended.out
    assert "C-busy" not in ended.out
    assert application.asked == ["purge None C-busy False"]


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_nothing_is_purged_without_a_yes(run: Run, application: Any, more: list[str]):
    """A script must say so; what it would do was only counted."""
    ended = run("purge", "--before", "2026-01-01T00:00:00+01:00", *more)
    assert ended.code == 2
    assert "nothing was purged, since it cannot be undone: give --yes" in ended.err
    assert application.asked == ["purge 2025-12-31 23:00:00+00:00 None True"]


@pytest.mark.parametrize(("answer", "done"), [("y\n", True), ("n\n", False)])
def test_a_person_is_asked(run: Run, application: Any, monkeypatch: pytest.MonkeyPatch, answer: str, *, done: bool):
    """After the counts; no is no."""

    class Terminal:
        def isatty(self) -> bool:
            return True

        def readline(self, *_: object) -> str:
            return answer

    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("builtins.input", lambda *_: answer.strip())
    ended = run("purge", "--subject", "C-10442")
    assert ("purge None C-10442 False" in application.asked) is done
    assert "would overwrite" in ended.out
    assert (ended.code == 0) is done


def test_nothing_to_purge_is_said(run: Run):
    """In words, and in the document."""
    assert "Nothing to purge" in run("purge", "--subject", "nobody else", "--dry-run").out
    document = json.loads(run("purge", "--subject", "nobody else", "--dry-run", "--json").out)
    assert (document["overwritten"], document["compacted"]) == ([], None)


def test_what_to_purge_by_must_be_given(run: Run):
    """And be a time where it is one."""
    assert "give --before TIME, --subject TEXT, or both" in run("purge", "--dry-run").err
    assert "--before 'soon' is not an ISO 8601 time" in run("purge", "--before", "soon").err
