"""Azure AI Language: the input of its conversation jobs, `conversations[].conversationItems[]`.

Source: Microsoft Learn, "How to use conversation summarization" and "Detect and redact personally identifying
information in conversations" (azure/ai-services/language-service), requests of api-version 2022-05-15-preview to
2024-05-01: `analysisInput.conversations[]` with `id`, `language`, `modality` (`text`, `transcript`) and
`conversationItems[]` with `id`, `participantId`, `role` (`Agent`, `Customer`), `text`, for transcripts `itn`,
`lexical` and `audioTimings[]` with `offset` in units of 100 nanoseconds.
"""

import re
from collections.abc import Mapping

from orchestrator.core.conversations.formats.foreign import Foreign, Json, holds_list, later, without_unknown

NAME = "azure-language"
_TICKS_A_MS = 10_000
_ROLES = {"agent": "agent", "customer": "customer"}
_NUMBERED = re.compile(r"[_\-\s]*\d*$")


def fits(document: object) -> bool:
    """Whether it is such an input: the whole request, its `analysisInput`, or one conversation."""
    if not isinstance(document, Mapping):
        return False
    inner = document.get("analysisInput")
    if inner is not None:
        return holds_list(inner, "conversations")
    return holds_list(document, "conversationItems") or (
        holds_list(document, "conversations") and holds_list(document["conversations"][0], "conversationItems")
    )


def convert(document: object, fallback_id: str) -> list[Json]:
    """Our conversations of an input; ValueError names the field that does not fit."""
    whole = Foreign(document)
    request = whole.part("analysisInput") if whole.get("analysisInput") is not None else whole
    found = [request] if request.get("conversationItems") is not None else list(request.parts("conversations"))
    return [
        _conversation(one, fallback_id if len(found) == 1 else f"{fallback_id}-{number}")
        for number, one in enumerate(found, start=1)
    ]


def _conversation(one: Foreign, fallback_id: str) -> Json:
    return without_unknown(
        {
            "id": one.text("id") or fallback_id,
            "language": one.text("language"),
            "channel": "voice" if one.text("modality") == "transcript" else None,
            "turns": [_turn(item) for item in one.parts("conversationItems")],
        }
    )


def _turn(item: Foreign) -> Json:
    first = next(item.parts("audioTimings"), None)
    ticks = first.number("offset") if first is not None else None
    return without_unknown(
        {
            "speaker": _speaker(item),
            "participant_id": item.text("participantId"),
            "text": item.needed_text("text", "itn", "lexical"),
            "at": None if ticks is None else later(None, ticks / _TICKS_A_MS),
        }
    )


def _speaker(item: Foreign) -> str:
    """By the role, else by the name of the participant: Microsoft's own examples leave the role out."""
    role, participant = item.text("role"), item.text("participantId")
    found = _ROLES.get(role.lower()) if role else _ROLES.get(_NUMBERED.sub("", participant).lower())
    if found is None:
        raise ValueError(
            f"{item.at('role')}: {role or participant!r} tells neither agent nor customer; write 'Agent' or 'Customer'"
        )
    return found
