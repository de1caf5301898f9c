"""A conversation as people paste it into a chat: a line for each turn, who speaks first."""

import json
import re

from orchestrator.core.conversations.conversation import Conversation, Speaker, Turn
from orchestrator.core.conversations.reading import read_conversation
from orchestrator.core.conversations.speakers import SPEAKERS

PASTED = "pasted"
"""The id of one that has none."""
_LINE = re.compile(
    r"^[\s*_>-]*(?:\[[^\]\n]{1,30}\]\s*)?(?P<who>[A-Za-z][A-Za-z _-]{0,24}?)\s*\d{0,3}[*_]*\s*:[*_]*\s*(?P<said>.*)$"
)
# in one line of text a speaker stands behind the end of a sentence, or behind the colon of what asks to score it
_INLINE = re.compile(
    r"(?:^|(?<=[.!?:\"”’'…]))\s+(?=(?:customer|client|user|caller|agent|advisor|adviser|representative|rep|bot|assistant|"  # noqa: RUF001
    r"supervisor|system)\s*\d{0,3}\s*:\s)",
    re.IGNORECASE,
)
_FILE = re.compile(r"[\w./\\~-]+\.(?:jsonl|json|csv|parquet)\b", re.IGNORECASE)
_COMPANY = {Speaker.AGENT, Speaker.BOT, Speaker.SUPERVISOR}


def read_pasted(text: str) -> Conversation | None:
    """The conversation in a message; None where there is none.

    Either a JSON object with `turns`, or lines that begin with a speaker's name and a colon, one of them the customer's
    and one of somebody who speaks for the company. Lines in between go on with the turn before; what stands before the
    first is left out. In one line, a speaker stands behind the end of a sentence.
    """
    if text.lstrip().startswith("{"):
        return _json(text)
    return _lines(text) or _lines(_INLINE.sub("\n", text))


def named_file(text: str) -> str:
    """The file of conversations that a message names; empty where it names none."""
    found = _FILE.search(text)
    return found[0] if found else ""


def _json(text: str) -> Conversation | None:
    try:
        document = json.loads(text)
        return read_conversation({"id": PASTED, **document}) if "turns" in document else None
    except (ValueError, TypeError, RecursionError):
        return None


def _lines(text: str) -> Conversation | None:
    turns: list[tuple[Speaker, list[str]]] = []
    for line in text.splitlines():
        found = _LINE.match(line)
        speaker = SPEAKERS.get(re.sub(r"[ -]+", "_", found["who"].strip().lower())) if found else None
        if found is not None and speaker is not None:
            turns.append((speaker, [found["said"]]))
        elif turns and line.strip():
            turns[-1][1].append(line.strip())
    speakers = {speaker for speaker, _ in turns}
    if Speaker.CUSTOMER not in speakers or not speakers & _COMPANY:
        return None
    return Conversation(PASTED, tuple(Turn(speaker, " ".join(lines).strip()) for speaker, lines in turns))
