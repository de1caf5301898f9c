"""Conversations as people paste them."""

import json

import pytest

from orchestrator.core.conversations.pasted import named_file, read_pasted

LINES = [("customer", "My parcel is late."), ("agent", "Sorry."), ("customer", "Thanks for nothing.")]


@pytest.mark.parametrize(
    "text",
    [
        "Customer: My parcel is late.\nAgent: Sorry.\nCustomer: Thanks for nothing.",
        "score this\n\n> **Customer:** My parcel is late.\n> **Agent:** Sorry.\n> **Customer:** Thanks for nothing.",
        "[10:01] client: My parcel\nis late.\n[10:02] rep: Sorry.\n[10:03] client: Thanks for nothing.",
        "score this conversation: Customer: My parcel is late. Agent: Sorry. Customer: Thanks for nothing.",
        json.dumps({"turns": [{"speaker": speaker, "text": text} for speaker, text in LINES]}),
    ],
)
def test_a_conversation_is_read(text: str) -> None:
    """Lines, one line, marks of a mail, times, JSON."""
    found = read_pasted(text)
    assert found is not None
    assert [(turn.speaker.value, turn.text) for turn in found.turns] == LINES


@pytest.mark.parametrize(
    "text",
    [
        "Where is my order?",
        "Customer: hello\nCustomer: anybody there?",
        "error: user: bob agent: curl/8 said no",
        "note: the agent: is late. customer: unknown",
        "{}",
        "{broken",
    ],
)
def test_what_is_none_is_none(text: str) -> None:
    """One side alone, or words that look a little like it."""
    assert read_pasted(text) is None


def test_a_file_is_named() -> None:
    """So that the answer can say how to score it."""
    assert named_file("score chats/june.jsonl please") == "chats/june.jsonl"
    assert named_file("score this") == ""
