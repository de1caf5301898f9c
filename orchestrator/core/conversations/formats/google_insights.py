"""Google Conversational Insights (CCAI Insights): the transcript files that it takes in.

Source: Google Cloud, "Conversation data format" (contact-center/insights/docs/conversation-data-format): one
conversation a file, `entries[]` with `text`, `user_id`, `role` (`AGENT`, `AUTOMATED_AGENT`, `CUSTOMER`, `END_USER`)
and `start_timestamp_usec`, microseconds since 1970. Protocol buffers written as JSON have the same names in camel case
(`userId`, `startTimestampUsec`) and whole numbers as text. The form has no id: the name of the file is taken.
"""

from collections.abc import Mapping

from orchestrator.core.conversations.formats.foreign import Foreign, Json, holds_list, later, without_unknown

NAME = "google-insights"
_ROLES = {
    "AGENT": "agent",
    "HUMAN_AGENT": "agent",
    "AUTOMATED_AGENT": "bot",
    "CUSTOMER": "customer",
    "END_USER": "customer",
}
_USEC_A_MS = 1000
_EARLIEST_USEC = 600_000_000_000_000  # 1989: what is less counts from the beginning of a conversation


def fits(document: object) -> bool:
    """Whether it is such a file."""
    if not isinstance(document, Mapping) or not holds_list(document, "entries"):
        return False
    return {"role", "text"} <= set(document["entries"][0])


def convert(document: object, fallback_id: str) -> list[Json]:
    """Our conversation of a file; ValueError names the field that does not fit."""
    whole = Foreign(document)
    turns = [_turn(entry) for entry in whole.parts("entries")]
    first = next(whole.parts("entries"), None)
    began = first.number("start_timestamp_usec", "startTimestampUsec") if first is not None else None
    started_at = later(None, began / _USEC_A_MS) if began is not None and began >= _EARLIEST_USEC else None
    return [without_unknown({"id": fallback_id, "started_at": started_at, "turns": turns})]


def _turn(entry: Foreign) -> Json:
    role = entry.text("role")
    speaker = _ROLES.get(role.upper())
    if speaker is None:
        raise ValueError(f"{entry.at('role')}: {role!r} is not known; write one of {', '.join(_ROLES)}")
    microseconds = entry.number("start_timestamp_usec", "startTimestampUsec")
    return without_unknown(
        {
            "speaker": speaker,
            "participant_id": entry.text("user_id", "userId"),
            "text": entry.needed_text("text"),
            "at": None if microseconds is None else later(None, microseconds / _USEC_A_MS),
        }
    )
