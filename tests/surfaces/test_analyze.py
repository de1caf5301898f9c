"""`switchboard analyze`, before an application that scores nothing."""

from pathlib import Path
from typing import Any

import pytest

from orchestrator.core.batching import BatchProgress
from orchestrator.surfaces.analysis_application import AnalysisRequest, ModelRequest
from orchestrator.surfaces.cli.batch_progress import progress_text, span_text

Run = Any


def test_options_arrive(run: Run, application: Any) -> None:
    """As they were given; columns in one option or several."""
    run(
        *("analyze", "a.csv", "b/", "--out", "s.parquet", "--columns", "id=chat,text=body", "--columns", "at=when"),
        *("--scorecard", "none", "--reasons", "r", "--compliance", "c", "--products", "p", "--redaction", "off"),
        *("--report", "r.html", "--rejects", "j", "--resume", "--limit", "9", "--processes", "3"),
    )
    expected = AnalysisRequest(
        inputs=("a.csv", "b/"),
        out=Path("s.parquet"),
        columns={"id": "chat", "text": "body", "at": "when"},
        scorecard="none",
        reasons="r",
        compliance=Path("c"),
        products=Path("p"),
        redaction="off",
        report=Path("r.html"),
        rejects=Path("j"),
        resume=True,
        limit=9,
        processes=3,
    )
    assert application.requests == [expected]


def test_rejected_records_are_told_with_exit_code_1(run: Run) -> None:
    """Names cannot colour the terminal."""
    ended = run("analyze", "a.jsonl", "--out", "s.jsonl")
    assert ended.code == 1
    assert ended.out.splitlines() == [
        "1,200 conversations, 12,345 turns in 2.5 s (4,938 turns a second)",
        "result: s.jsonl",
        "rejected: 1, with their reasons in rejects.jsonl",
    ]


def test_all_that_was_scored_is_exit_code_0(run: Run) -> None:
    """With the page's place."""
    ended = run("analyze", "a.jsonl", "--out", "s.jsonl", "--limit", "1", "--report", "r.html")
    assert ended.code == 0
    assert ended.out.splitlines()[1:] == ["result: s.jsonl", "report: r.html"]


def test_an_interrupted_batch_says_how_to_go_on(run: Run) -> None:
    """Not that of stdin, of which nothing is kept."""
    ended = run("analyze", "stop", "--out", "s.jsonl")
    assert (ended.code, ended.out) == (130, "")
    assert "give the same command with --resume to go on" in ended.err
    assert "Stdin is not there twice: nothing is kept." in run("analyze", "-", "--out", "s.jsonl").err


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--resume", "--overwrite"], "--resume and --overwrite exclude each other"),
        (["--columns", "id"], "--columns 'id' is not FIELD=COLUMN"),
        (["--columns", "id=a,id=b"], "--columns names 'id' twice"),
        (["--token-budget", "7"], "budgets and limits are the model's: give --model with them"),
        (["--processes", "0"], "Invalid value for '--processes'"),
        (["--engine", "abacus"], "Invalid value for '--engine'"),
    ],
)
def test_wrong_options_are_refused(run: Run, argv: list[str], message: str) -> None:
    """With exit code 2."""
    ended = run("analyze", "a.jsonl", "--out", "s.jsonl", *argv)
    assert ended.code == 2
    assert message in ended.err


def test_an_estimate_scores_nothing(run: Run, application: Any) -> None:
    """It says what the model is expected to take."""
    ended = run("analyze", "a.jsonl", "--estimate")
    assert ended.out == "The model m is expected to take 1,500 tokens, costing 0.25 for 3 conversations.\n"
    assert [request.model for request in application.requests] == [ModelRequest()]


def progress(**changes: Any) -> BatchProgress:
    """Half-way, after a resumption at a quarter."""
    given = {"conversations": 1_000, "turns": 9_000, "rejected": 0, "share": 0.5, "seconds": 60.0}
    return BatchProgress(**{**given, "turns_before": 3_000, "share_before": 0.25, **changes})


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "50%, 1,000 conversations, 9,000 turns, 100 turns/s, 2 min 0 s left"),
        ({"rejected": 2, "share": None}, "1,000 conversations, 9,000 turns, 2 rejected, 100 turns/s"),
        ({"share": 0.25, "seconds": 0.0}, "25%, 1,000 conversations, 9,000 turns, 0 turns/s"),
        ({"stage": "reading"}, "reading the rows"),
        ({"stage": "writing"}, "writing the result"),
        ({"stage": "asking"}, "asking the model: 1,000 conversations, 1,000 a minute"),
    ],
)
def test_progress_tells_rate_and_time_left(changes: dict[str, Any], text: str) -> None:
    """Of this process alone, where an earlier one had begun; no time where the input's length is not known."""
    assert progress_text(progress(**changes)) == text


@pytest.mark.parametrize(("seconds", "text"), [(0.4, "0 s"), (59.6, "1 min 0 s"), (3_700, "1 h 1 min")])
def test_spans_are_said_as_people_say_them(seconds: float, text: str) -> None:
    """The two largest units."""
    assert span_text(seconds) == text
