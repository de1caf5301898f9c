import json

from agents.sentiment.scoring.lines import LineJudge
from orchestrator.core.conversations.lines import RefusedLine, ScoredLine
from orchestrator.core.conversations.scoring import Scoring

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


def test_no_personal_data_leave_in_a_result():
    """Neither a quoted span nor the summary, the id, the queue or the channel shows any."""
    found = LineJudge(Scoring()).judge(json.dumps(TALK).encode())

    assert isinstance(found, ScoredLine)
    text = f"{found.id} {found.line.decode()}"
    assert [one for one in PRIVATE if one in text] == []
    assert "[email" in text


def test_no_personal_data_leave_in_a_reject():
    """What is quoted of a line that cannot be read is redacted, and so is the reason."""
    judge = LineJudge(Scoring())
    wrong = {**TALK, "survey_csat": "jo@example.com"}
    found = [judge.judge(json.dumps(wrong).encode()), judge.judge(json.dumps(TALK).encode()[:-3])]

    assert all(isinstance(one, RefusedLine) for one in found)
    assert [one for one in PRIVATE if one in str(found)] == []


def test_off_leaves_all_as_it_is():
    """Whoever switches redaction off gets the id as it was given."""
    found = LineJudge(Scoring(redaction="off")).judge(json.dumps(TALK).encode())

    assert isinstance(found, ScoredLine)
    assert (found.id, json.loads(found.line)["id"]) == (TALK["id"], TALK["id"])
