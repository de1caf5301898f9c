"""A conversation: who said what, when, and what is known of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Speaker(StrEnum):
    """Who speaks in a turn."""

    CUSTOMER = "customer"
    AGENT = "agent"
    BOT = "bot"
    SYSTEM = "system"
    SUPERVISOR = "supervisor"


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker said at once.

    Attributes:
        text: As given; offsets of evidence count its code points.
        at: When, aware and UTC; None where it is not known.
        participant_id: Which of several speakers of one kind, empty where it is not known.
    """

    speaker: Speaker
    text: str
    at: datetime | None = None
    participant_id: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation, its turns in the order in which they were said.

    Attributes:
        language: As declared by the source (BCP 47), empty where it is not.
        survey_csat: What the customer said in a survey, 1 to 5; None where there was none.
        metadata: What else the source says of it.
    """

    id: str
    turns: tuple[Turn, ...]
    channel: str = ""
    queue: str = ""
    agent_id: str = ""
    customer_id: str = ""
    started_at: datetime | None = None
    language: str = ""
    survey_csat: float | None = None
    metadata: Mapping[str, object] = field(default_factory=dict)
