"""Google Conversational Insights (CCAI Insights): the transcript files that it takes in, and what its API gives out.

Source: Google Cloud, "Conversation data format" (contact-center/insights/docs/conversation-data-format): one
conversation a file, `entries[]` with `text`, `user_id`, `role` (`AGENT`, `AUTOMATED_AGENT`, `CUSTOMER`, `END_USER`)
and `start_timestamp_usec`, microseconds since 1970. Protocol buffers written as JSON have the same names in camel case
(`userId`, `startTimestampUsec`) and whole numbers as text. The form has no id: the name of the file is taken.

Source of what is given out: Contact Center AI Insights v1 API, `Conversation`: `name`, `startTime`, `agentId`, `medium`
(`PHONE_CALL`, `CHAT`), `languageCode`, `transcript.transcriptSegments[]` with `text`, `messageTime`,
`segmentParticipant.role` (`HUMAN_AGENT`, `AUTOMATED_AGENT`, `END_USER`, `ANY_AGENT`) and `.userId`.
"""

from collections.abc import Mapping

from orchestrator.core.conversations.formats.foreign import Foreign, Json, holds_list, later, without_unknown

NAME = "google-insights"
_ROLES = {
    "AGENT": "agent",
    "HUMAN_AGENT": "agent",
    "ANY_AGENT": "agent",
    "AUTOMATED_AGENT": "bot",
    "CUSTOMER": "customer",
    "END_USER": "customer",
}
_CHANNELS = {"PHONE_CALL": "voice", "CHAT": "chat"}
_USEC_A_MS = 1000
_EARLIEST_USEC = 600_000_000_000_000  # 1989: what is less counts from the beginning of a conversation


def fits(document: object) -> bool:
    """Whether it is such a file."""
    if not isinstance(document, Mapping):
        return False
    if holds_list(document.get("transcript"), "transcriptSegments"):
        return True
    if not holds_list(document, "entries"):
        return False
    return {"role", "text"} <= set(document["entries"][0])


def convert(document: object, fallback_id: str) -> list[Json]:
    """Our conversation of a file; ValueError names the field that does not fit."""
    whole = Foreign(document)
    if whole.get("transcript") is not None:
        return [_given_out(whole, fallback_id)]
    turns = [_turn(entry) for entry in whole.parts("entries")]
    first = next(whole.parts("entries"), None)
    began = first.number("start_timestamp_usec", "startTimestampUsec") if first is not None else None
    started_at = later(None, began / _USEC_A_MS) if began is not None and began >= _EARLIEST_USEC else None
    return [without_unknown({"id": fallback_id, "started_at": started_at, "turns": turns})]


def _given_out(whole: Foreign, fallback_id: str) -> Json:
    """A conversation of the API; the last part of its name is the id."""
    return without_unknown(
        {
            "id": whole.text("name").rpartition("/")[2] or fallback_id,
            "started_at": whole.text("startTime"),
            "channel": _CHANNELS.get(whole.text("medium")),
            "agent_id": whole.text("agentId"),
            "language": whole.text("languageCode"),
            "turns": [_segment(one) for one in whole.part("transcript").parts("transcriptSegments")],
        }
    )


def _segment(one: Foreign) -> Json:
    participant = one.part("segmentParticipant")
    return without_unknown(
        {
            "speaker": _speaker(participant),
            "participant_id": participant.text("userId"),
            "text": one.needed_text("text"),
            "at": one.text("messageTime"),
        }
    )


def _speaker(participant: Foreign) -> str:
    role = participant.text("role")
    speaker = _ROLES.get(role.upper())
    if speaker is None:
        raise ValueError(f"{participant.at('role')}: {role!r} is not known; write one of {', '.join(_ROLES)}")
    return speaker


def _turn(entry: Foreign) -> Json:
    microseconds = entry.number("start_timestamp_usec", "startTimestampUsec")
    return without_unknown(
        {
            "speaker": _speaker(entry),
            "participant_id": entry.text("user_id", "userId"),
            "text": entry.needed_text("text"),
            "at": None if microseconds is None else later(None, microseconds / _USEC_A_MS),
        }
    )
