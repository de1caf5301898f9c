"""Tests of records of a batch: a line out for a line in, or why there is none."""

import json
from typing import Any

import pytest

from agents.sentiment.scoring.lines import JudgeFromDocument, LineJudge
from orchestrator.core.conversations.lines import RefusedLine, ScoredLine
from orchestrator.core.conversations.scoring import Scoring, scoring_document

TURN = {"speaker": "customer", "text": "It is broken, write to kim@example.com"}


@pytest.fixture(scope="module")
def judge() -> LineJudge:
    """As a worker process makes it."""
    return JudgeFromDocument(json.dumps(scoring_document(Scoring())))()


def record(**fields: Any) -> bytes:
    """A conversation of one turn, with these fields otherwise."""
    return json.dumps({"id": "c-1", "turns": [TURN], **fields}).encode()


def test_a_conversation_becomes_a_line_of_its_scores(judge: LineJudge) -> None:
    """Once more gives the same bytes."""
    line = judge.judge(record())

    assert isinstance(line, ScoredLine)
    assert (line, 1, "c-1") == (judge.judge(record()), line.turns, json.loads(line.line)["id"])


@pytest.mark.parametrize(
    ("given", "reason", "name"),
    [
        (b"{", "not JSON", ""),
        (b'{"id": "\xff"}', "is not UTF-8", ""),
        (b"[" * 100_000, "", ""),
        (b'{"id": "c-1", "turns": NaN}', "NaN is no number of JSON", ""),
        (record(turns=[]), "turns", "c-1"),
        (record(turns=[{"speaker": "cat", "text": "miaow"}]), "'cat'", "c-1"),
        (record(survey_csat=9), "survey_csat", "c-1"),
        (b"7", "", ""),
    ],
)
def test_what_is_no_conversation_is_refused_with_its_reason(
    judge: LineJudge, given: bytes, reason: str, name: str
) -> None:
    """And with its id, where it has one."""
    refused = judge.judge(given)

    assert isinstance(refused, RefusedLine)
    assert (True, name) == (reason in refused.reason and bool(refused.reason), refused.id)


def test_half_a_sign_stops_no_batch(judge: LineJudge) -> None:
    """JSON can hold one half of a sign of two code units, which no UTF-8 can."""
    given = b'{"id": "c-1", "turns": [{"speaker": "customer", "text": "terrible \\ud83d terrible"}]}'
    judged = judge.judge(given)

    assert isinstance(judged, RefusedLine | ScoredLine)


def test_a_refused_record_shows_nobody(judge: LineJudge) -> None:
    """Its beginning is redacted."""
    refused = judge.judge(record(speaker="x"))

    assert isinstance(refused, RefusedLine)
    assert "kim@example.com" not in f"{refused}"
