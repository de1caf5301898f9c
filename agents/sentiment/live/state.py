"""What is known of a running conversation after a turn."""

from dataclasses import dataclass
from typing import NamedTuple

from agents.sentiment.scoring.document import rounded
from agents.sentiment.scoring.trajectory import Trajectory
from orchestrator.core.conversations.conversation import Speaker
from orchestrator.core.conversations.evidence import Evidence
from orchestrator.core.conversations.triggers import Trigger

Json = dict[str, object]


class Cited(NamedTuple):
    """A span, and its words without personal data."""

    evidence: Evidence
    text: str

    def document(self) -> Json:
        """As JSON, as the documents of whole conversations have it."""
        feature, turn, start, end = self.evidence
        return {"feature": feature, "turn": turn, "start": start, "end": end, "text": self.text}


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """A trigger's cause is there.

    Attributes:
        turn: The index of the turn with which it came.
        cited: What was said.
        value: The score that was reached, of a trigger on one.
    """

    trigger: Trigger
    turn: int
    cited: tuple[Cited, ...]
    value: float | None = None

    def document(self) -> Json:
        """As JSON."""
        trigger = self.trigger
        return {
            "trigger": trigger.id,
            "title": trigger.title,
            "severity": trigger.severity.value,
            "handoff": trigger.handoff.value,
            "turn": self.turn,
            "value": rounded(self.value),
            "evidence": [cited.document() for cited in self.cited],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveScores:
    """Scores of the conversation so far, on the scales of whole ones; None where there is none."""

    sentiment: float | None = None
    label: str | None = None
    customer_sentiment: float | None = None
    agent_sentiment: float | None = None
    satisfaction: float | None = None
    quality: float | None = None
    resolved: float | None = None
    abandoned: float | None = None

    def document(self) -> Json:
        """As JSON, rounded as documents are."""
        names = (
            "sentiment",
            "customer_sentiment",
            "agent_sentiment",
            "satisfaction",
            "quality",
            "resolved",
            "abandoned",
        )
        return {"label": self.label, **{name: rounded(getattr(self, name)) for name in names}}


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveState:
    """After a turn.

    Attributes:
        turn: Its index, from 0.
        sentiment: Of this turn, -1 to 1; None of one without words, and of a system's.
        quality: Of this turn, 1 to 5.
        overall: Of the conversation so far.
        trajectory: Of the customer's mood so far; None before the customer's first words.
        language: A code, or None where it cannot be told; `supported` whether words are scored.
        raised: The triggers whose cause came with this turn.
    """

    turn: int
    speaker: Speaker
    sentiment: float | None
    label: str | None
    quality: float | None
    overall: LiveScores
    trajectory: Trajectory | None
    language: str | None
    supported: bool
    raised: tuple[Raised, ...]

    def document(self) -> Json:
        """As JSON (docs/schemas/live.schema.json)."""
        course = self.trajectory
        return {
            "turn": {
                "index": self.turn,
                "speaker": self.speaker.value,
                "sentiment": rounded(self.sentiment),
                "label": self.label,
                "quality": rounded(self.quality),
            },
            "overall": self.overall.document(),
            "trajectory": None
            if course is None
            else {
                "start": rounded(course.start),
                "end": rounded(course.end),
                "low": rounded(course.low),
                "low_turn": course.low_turn,
                "turned_at": course.turned_at,
                "shape": course.shape.value,
            },
            "language": {"code": self.language, "supported": self.supported},
            "raised": [raised.document() for raised in self.raised],
        }
