"""Amazon Connect Contact Lens: the output file of an analyzed call or chat.

Source: Amazon Connect administrator guide, "Example Contact Lens output files for a call" and "... for a chat":
`Channel`, `LanguageCode`, `CustomerMetadata.ContactId`, `Participants[]` with `ParticipantId` and `ParticipantRole`
(`AGENT`, `CUSTOMER`, `SYSTEM`, `CUSTOM_BOT`, `SUPERVISOR`), `Transcript[]` with `ParticipantId`, `Content` and
`BeginOffsetMillis` (calls) or `AbsoluteTime`, `ContentType` and `Type` (chats, whose events are no turns).
A call's beginning stands only in the name of its recording, `<contact>_<yyyymmdd>T<hh:mm>_UTC.wav`.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from orchestrator.core.conversations.formats.foreign import Foreign, Json, holds_list, later, without_unknown, written

NAME = "contact-lens"
_ROLES = {
    "AGENT": "agent",
    "CUSTOMER": "customer",
    "SYSTEM": "system",
    "CUSTOM_BOT": "bot",
    "SUPERVISOR": "supervisor",
}
_RECORDED = re.compile(r"_(\d{8}T\d\d:?\d\d)_UTC\.")


def fits(document: object) -> bool:
    """Whether it is such a file."""
    if not isinstance(document, Mapping) or not holds_list(document, "Transcript"):
        return False
    return "ParticipantId" in document["Transcript"][0] or "ParticipantRole" in document["Transcript"][0]


def convert(document: object, fallback_id: str) -> list[Json]:
    """Our conversation of a file; ValueError names the field that does not fit."""
    whole = Foreign(document)
    customer = whole.part("CustomerMetadata")
    roles = {one.text("ParticipantId"): one.text("ParticipantRole") for one in whole.parts("Participants")}
    start = _start(customer)
    turns = [_turn(one, roles, start) for one in whole.parts("Transcript") if _is_said(one)]
    chat_start = next((one.text("AbsoluteTime") for one in whole.parts("Transcript")), "")
    return [
        without_unknown(
            {
                "id": customer.text("ContactId") or whole.text("ContactId") or fallback_id,
                "channel": whole.text("Channel").lower(),
                "language": whole.text("LanguageCode"),
                "queue": customer.text("QueueId"),
                "agent_id": customer.text("AgentId") or _agent(roles),
                "started_at": written(start) if start is not None else chat_start,
                "turns": turns,
            }
        )
    ]


def _is_said(item: Foreign) -> bool:
    """Whether it is a message: somebody joining, typing or reading is none."""
    return item.text("Type") not in {"EVENT", "ATTACHMENT"} and not item.text("ContentType").startswith(
        "application/vnd.amazonaws.connect.event"
    )


def _turn(item: Foreign, roles: Mapping[str, str], start: datetime | None) -> Json:
    participant = item.text("ParticipantId")
    role = item.text("ParticipantRole") or roles.get(participant, "") or participant
    speaker = _ROLES.get(role.upper())
    if speaker is None:
        raise ValueError(
            f"{item.at('ParticipantRole')}: {role!r} is not known; write one of {', '.join(_ROLES)}, "
            "there or in Participants"
        )
    return without_unknown(
        {
            "speaker": speaker,
            "participant_id": participant,
            "text": item.needed_text("Content"),
            "at": item.text("AbsoluteTime") or later(start, item.number("BeginOffsetMillis")),
        }
    )


def _agent(roles: Mapping[str, str]) -> str:
    """The id of the only agent; calls say `AGENT` for everybody's, which is nobody's id."""
    agents = [name for name, role in roles.items() if role == "AGENT" and name not in {"AGENT", ""}]
    return agents[0] if len(agents) == 1 else ""


def _start(customer: Foreign) -> datetime | None:
    """When the recording of a call began, by its name."""
    found = _RECORDED.search(customer.text("InputS3Uri"))
    if found is None:
        return None
    try:
        return datetime.strptime(found[1].replace(":", ""), "%Y%m%dT%H%M").replace(tzinfo=UTC)
    except ValueError:
        return None
