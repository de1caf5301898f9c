import io
import sys
from typing import Any

import pytest

Run = Any
ACTION = {"id": "A-7", "action": "rollback_deployment", "arguments": {"service": "checkout", "version": "v41"}}


@pytest.fixture
def chat(run: Run, monkeypatch: pytest.MonkeyPatch):
    """Type these lines in a chat; what it answered, with single blanks."""

    def once(*lines: str) -> str:
        typed = "\n".join([*lines, ""]).encode()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed)))
        found = run("chat")
        assert found.code == 0
        return " ".join((found.out + found.err).split())

    return once


@pytest.fixture
def proposing(application: Any):
    """The fake application answers with a report that proposes these actions."""

    def once(*actions: dict[str, object]) -> None:
        application.proposed = list(actions)

    return once


def test_what_waits_is_listed_and_shown(chat: Any):
    """By a command, all or one in full."""
    said = chat("/approvals", "/approvals A-7")
    assert said.index("A-7 waiting") < said.index("Proposed action A-7") < said.index("Policy")


def test_what_was_not_shown_is_shown_first(chat: Any, application: Any):
    """The first line shows it, and the same line again approves it."""
    said = chat("approve A-7")
    assert application.decided == []
    assert 'version "v41"' in said
    assert "[Approve] type: approve A-7 [Deny] type: deny A-7 because REASON" in said
    chat("approve A-7", "approve A-7")
    assert application.decided == [("approve", "A-7", None, "chat")]


def test_what_the_report_showed_is_approved_at_once(chat: Any, application: Any, proposing: Any):
    """Its exact arguments were there to read."""
    proposing(ACTION)
    said = chat("checkout is slow", "approve A-7")
    assert application.decided == [("approve", "A-7", None, "chat")]
    assert "A-7 DONE done once" in said


def test_a_report_of_other_arguments_is_not_what_is_approved(chat: Any, application: Any, proposing: Any):
    """Then the action is shown as it is."""
    proposing({**ACTION, "arguments": {"service": "checkout", "version": "v40"}})
    assert "[Approve] type: approve A-7" in chat("checkout is slow", "approve A-7")
    assert application.decided == []


@pytest.mark.parametrize("wish", ["yes, roll it back", "yes", "go ahead", "please roll it back"])
def test_a_wish_shows_the_one_action_that_waits(chat: Any, application: Any, proposing: Any, wish: str):
    """And approves nothing; the explicit line then does."""
    proposing(ACTION)
    assert "[Approve] type: approve A-7" in chat("checkout is slow", wish)
    assert application.decided == []
    assert application.asked == ["checkout is slow"]
    chat("checkout is slow", wish, "approve A-7")
    assert application.decided == [("approve", "A-7", None, "chat")]


def test_a_wish_among_several_asks_which(chat: Any, application: Any, proposing: Any):
    """Nothing is guessed."""
    proposing(ACTION, {"id": "A-8", "action": "drain_zone", "arguments": {"zone": "2"}})
    assert "Which one? Type: approve A-7 or approve A-8" in chat("checkout is slow", "yes, do it")
    assert application.decided == []


@pytest.mark.parametrize("actions", [(), ({"action": "by hand only"},), ({"id": "A-5"},)])
def test_a_wish_without_an_action_that_waits_is_a_message(chat: Any, application: Any, proposing: Any, actions: Any):
    """It is asked like any other."""
    proposing(*actions)
    chat("checkout is slow", "yes")
    assert application.asked == ["checkout is slow", "yes"]


def test_a_denial_has_a_reason(chat: Any, application: Any):
    """Without one the chat says how to give it."""
    assert "deny A-7 because REASON" in chat("deny A-7")
    assert application.decided == []
    assert "denied: not now" in chat("deny A-7 because not now")
    assert application.decided == [("deny", "A-7", "not now", "chat")]


def test_an_action_that_is_not_there_is_told(chat: Any):
    """With those that are, and the chat goes on."""
    said = chat("approve A-1", "deny A-5 because late")
    assert "there is no action 'A-1'; the nearest are A-7, A-8" in said
    assert "A-5 was done" in said


def test_a_new_session_has_shown_nothing(chat: Any, application: Any):
    """What the one before showed is forgotten with it."""
    said = chat("/approvals A-7", "/new", "approve A-7")
    assert application.decided == []
    assert "[Approve] type: approve A-7" in said
