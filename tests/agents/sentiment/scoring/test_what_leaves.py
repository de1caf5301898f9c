import json

import pytest

from agents.sentiment.scoring.document import head_of
from agents.sentiment.scoring.lines import LineJudge
from orchestrator.core.conversations.lines import RefusedLine, ScoredLine
from orchestrator.core.conversations.reading import read_conversation
from orchestrator.core.conversations.scoring import Scoring
from orchestrator.core.personal_data.redactor import redactor_named

PRIVATE = ("jo@example.com", "4111 1111 1111 1111", "415-555-0134", "jo.doe@shop.example")
TALK = {
    "id": "chat of jo@example.com",
    "queue": "jo.doe@shop.example",
    "channel": "sms 415-555-0134",
    "agent_id": "jo.doe@shop.example",
    "customer_id": "jo@example.com",
    "turns": [
        {"speaker": "agent", "text": "I am sorry about that. What is your card number, and your phone?"},
        {"speaker": "customer", "text": "4111 1111 1111 1111 and 415-555-0134, this is awful, I am so angry!"},
        {"speaker": "agent", "text": "Thank you. I will mail you at jo@example.com tomorrow, I promise."},
        {"speaker": "customer", "text": "Still not working, jo@example.com never gets anything. Third time!!"},
    ],
}


@pytest.fixture(scope="module")
def judge() -> LineJudge:
    """With our own rules; making one takes a while."""
    return LineJudge(Scoring())


def test_no_personal_data_leave_in_a_result(judge: LineJudge):
    """Neither a quoted span nor the summary, the id, the queue or the channel shows any."""
    found = judge.judge(json.dumps(TALK).encode())

    assert isinstance(found, ScoredLine)
    text = f"{found.id} {found.line.decode()}"
    assert [one for one in PRIVATE if one in text] == []
    assert "[email" in text


def test_no_personal_data_leave_in_a_reject(judge: LineJudge):
    """What is quoted of a line that cannot be read is redacted, and so is the reason."""
    wrong = {**TALK, "survey_csat": "jo@example.com"}
    found = [judge.judge(json.dumps(wrong).encode()), judge.judge(json.dumps(TALK).encode()[:-3])]

    assert all(isinstance(one, RefusedLine) for one in found)
    assert [one for one in PRIVATE if one in str(found)] == []


def test_off_leaves_all_as_it_is():
    """Whoever switches redaction off gets the names as they were given."""
    head = head_of(read_conversation(TALK), redactor_named("off"))

    assert [head[name] for name in ("id", "queue", "channel")] == [TALK[name] for name in ("id", "queue", "channel")]
