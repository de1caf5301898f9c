"""Running conversations from lines, and in a chat."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from orchestrator.app.analysis.live import watch_lines
from orchestrator.app.application import App
from orchestrator.core.errors import InputError
from orchestrator.core.events import Event, TriggerRaised
from orchestrator.settings import Settings
from orchestrator.surfaces.analysis_application import LiveRequest
from orchestrator.surfaces.application import Options
from orchestrator.surfaces.cli import run_cli

LAW = {"speaker": "customer", "text": "My lawyer will call you, I am at ann@example.com."}
SCHEMA = json.loads((Path(__file__).parents[3] / "docs/schemas/live.schema.json").read_text(encoding="utf-8"))


def lines(*documents: object) -> list[bytes]:
    """Documents as lines."""
    return [json.dumps(document).encode() + b"\n" for document in documents]


def watch(given: Iterable[bytes], **request: Any) -> list[dict[str, Any]]:
    """What follows from each line."""
    found = list(watch_lines(LiveRequest(**request), given, Settings))
    for document in found:
        jsonschema.validate(document, SCHEMA)
    return found


def test_conversations_that_go_on_at_once_are_told_apart() -> None:
    """Each has turns of its own; one that ended begins anew."""
    one, other = {"conversation": "a", **LAW}, {"conversation": "b", **LAW}
    found = watch(lines(one, other, one, {"conversation": "a", "end": True}, one))
    turns = [
        (line["conversation"], line["turn"]["index"], "legal_words" in {one["trigger"] for one in line["raised"]})
        for line in found
        if "turn" in line
    ]
    assert turns == [("a", 0, True), ("b", 0, True), ("a", 1, False), ("a", 0, True)]
    assert found[3] == {"conversation": "a", "ended": True}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"{", "Expecting"),
        (b"[]", "not list"),
        (b'{"text": "x"}', "speaker"),
        (b'{"speaker": "agnt", "text": "x"}', "'agnt' is not known; did you mean 'agent'?"),
        (b'{"speaker": "agent", "words": "x"}', "no field 'words'"),
    ],
)
def test_a_line_that_says_no_turn_is_told_and_the_rest_goes_on(line: bytes, message: str) -> None:
    """With its number; blank lines are nothing."""
    bad, good = watch([b"\n", line, *lines(LAW)])
    assert bad["line"] == 2
    assert message in bad["error"]
    assert good["turn"]["index"] == 0


def test_a_conversation_is_handed_over_once() -> None:
    """The same cause is one item, also when the lines come again."""
    found = [watch(lines({"conversation": "a", **LAW}), hand_over=True)[0]["handoffs"] for _ in range(2)]
    assert found == [{"legal_words": "H-1"}] * 2
    (item,) = App().list_handoffs(states=(), limit=9)
    assert item["title"] == "The customer speaks of the law: conversation a"
    assert "ann@" not in json.dumps(item)


def test_presidio_is_too_slow() -> None:
    """Said before anything is read."""
    with pytest.raises(InputError, match="too slow"):
        watch([], redaction="presidio")


def test_the_command_reads_stdin_only(capsys: pytest.CaptureFixture[str]) -> None:
    """A file beside it, or an option of it without it, is a slip."""
    assert run_cli(App(), ["analyze", "chats.jsonl", "--live"]) == 2
    assert run_cli(App(), ["analyze", "chats.jsonl", "--hand-over"]) == 2
    assert "leave INPUT" in capsys.readouterr().err


@pytest.mark.parametrize("watched", [True, False])
async def test_a_chat_calls_a_person_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, watched: bool) -> None:
    """The event, the report and the item say so; the next message of the session raises it no more."""
    monkeypatch.setenv("SWITCHBOARD_WATCH_CHATS", str(watched))
    (tmp_path / "AppEvents.csv").write_text("TimeGenerated,Name\n2026-06-15T09:00:00Z,a\n", encoding="utf-8")
    events: list[Event] = []
    async with App().converse(Options(agent="handoff", logs=(str(tmp_path),))) as chat:
        first: Any = await chat.ask("I will sue you.", listen=events.append)
        second = await chat.ask("Thank you very much, that is great. I will sue you.", listen=events.append)
    raised = [event.trigger for event in events if isinstance(event, TriggerRaised)]
    assert raised == (["legal_words"] if watched else [])
    assert [one["trigger"] for one in first.get("raised", [])] == raised
    assert any("handoffs show H-1" in step for step in first["next"]) is watched
    assert "raised" not in second
    assert len(App().list_handoffs(states=(), limit=9)) == len(raised)
