"""Genesys Cloud: the transcript of a communication, as Speech and Text Analytics gives it out.

Source: Genesys Cloud Developer Center, "Transcript URL", transcript schema (`Transcripts.json`): `conversationId`,
`mediaType`, `conversationStartTime`, `participants[]` with `participantPurpose`, `userId`, `queueId`, `startTimeMs`,
`endTimeMs`, and `transcripts[]` with `language`, `startTime` and `phrases[]` with `text`, `decoratedText`,
`startTimeMs` (since 1970) and `participantPurpose` (`internal`, `external`).
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from orchestrator.core.conversations.formats.foreign import Foreign, Json, holds_list, later, without_unknown, written

NAME = "genesys-cloud"
_SPEAKERS = {
    "external": "customer",
    "customer": "customer",
    "agent": "agent",
    "user": "agent",
    "ivr": "bot",
    "bot": "bot",
    "acd": "system",
    "workflow": "system",
    "voicemail": "system",
}
_INTERNAL = "internal"
_SINCE_1970_MS = 1e11  # less is an offset from the beginning: it would be before 1974


class _Present(NamedTuple):
    """One of the organization's own, and when they were there, in milliseconds."""

    purpose: str
    user: str
    start: float
    end: float


def fits(document: object) -> bool:
    """Whether it is such a transcript."""
    if not isinstance(document, Mapping) or not holds_list(document, "transcripts"):
        return False
    return "phrases" in document["transcripts"][0]


def convert(document: object, fallback_id: str) -> list[Json]:
    """Our conversation of a transcript; ValueError names the field that does not fit."""
    whole = Foreign(document)
    present = [_present(one) for one in whole.parts("participants")]
    start = _time(whole.number("conversationStartTime", "startTime"))
    agents = [one.user for one in present if one.purpose in {"agent", "user"} and one.user]
    transcripts = list(whole.parts("transcripts"))
    turns = [_turn(phrase, present, start) for one in transcripts for phrase in one.parts("phrases")]
    return [
        without_unknown(
            {
                "id": whole.text("conversationId") or whole.text("communicationId") or fallback_id,
                "channel": _channel(whole.text("mediaType")),
                "queue": next((queue for one in whole.parts("participants") if (queue := one.text("queueId"))), ""),
                "agent_id": agents[0] if agents else "",
                "language": next((language for one in transcripts if (language := one.text("language"))), ""),
                "started_at": None if start is None else written(start),
                "turns": sorted(turns, key=_order) if all("at" in turn for turn in turns) else turns,
            }
        )
    ]


def _order(turn: Json) -> str:
    return str(turn["at"])


def _channel(media: str) -> str:
    """Genesys says `call` for what others say `voice`."""
    return "voice" if media.lower() == "call" else media.lower()


def _present(one: Foreign) -> _Present:
    start, end = one.number("startTimeMs"), one.number("endTimeMs")
    return _Present(
        one.text("participantPurpose").lower(),
        one.text("userId"),
        float("-inf") if start is None else start,
        float("inf") if end is None else end,
    )


def _turn(phrase: Foreign, present: Sequence[_Present], start: datetime | None) -> Json:
    said = phrase.number("startTimeMs")
    purpose = phrase.text("participantPurpose").lower()
    user = ""
    if purpose == _INTERNAL:
        purpose, user = _who(present, said)
    speaker = _SPEAKERS.get(purpose)
    if speaker is None:
        raise ValueError(
            f"{phrase.at('participantPurpose')}: {purpose!r} is not known; write 'internal', 'external' or one of "
            f"{', '.join(name for name in _SPEAKERS if name != 'external')}"
        )
    since_1970 = said is not None and said >= _SINCE_1970_MS
    return without_unknown(
        {
            "speaker": speaker,
            "participant_id": user,
            "text": phrase.needed_text("decoratedText", "text"),
            "at": later(None if since_1970 else start, said),
        }
    )


def _who(present: Sequence[_Present], said: float | None) -> tuple[str, str]:
    """Who of the organization's own spoke: a person who was there then, else the machine that was, else an agent."""
    there = [one for one in present if said is None or one.start <= said <= one.end]
    persons = [one for one in there if one.purpose in {"agent", "user"}]
    if persons:
        return "agent", persons[0].user if len(persons) == 1 else ""
    machines = [one for one in there if one.purpose in {"ivr", "bot", "acd", "voicemail", "workflow"}]
    return (machines[0].purpose if machines and said is not None else "agent"), ""


def _time(milliseconds: float | None) -> datetime | None:
    if milliseconds is None:
        return None
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
