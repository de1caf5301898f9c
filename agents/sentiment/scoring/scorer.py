"""Scores a conversation: reads it once, asks every part, and makes the document of it."""

from agents.sentiment.scoring.phrases import PhraseTable
from agents.sentiment.scoring.reading import Reading
from orchestrator.core.conversations.conversation import Conversation
from orchestrator.core.conversations.evidence import ReasonCode, Skipped
from orchestrator.core.conversations.scoring import Scoring, config_sha256

SCORER_VERSION = "1"
"""Rises with every change that gives another document for the same conversation."""

_OVERALL = (
    "sentiment", "label", "customer_sentiment", "agent_sentiment", "satisfaction", "quality", "resolved", "abandoned",
    "transferred", "repeated_contact",
)  # fmt: skip
_TIMES = ("first_response_s", "median_response_s", "longest_response_s", "hold_s", "duration_s")


class Scorer:
    """The embedded scorer: a pure function of a conversation.

    Args:
        scoring: What configures it. Nothing of it is read from files here: it travels to worker processes whole.
    """

    def __init__(self, scoring: Scoring) -> None:
        self._scoring = scoring
        self._sha256 = config_sha256(scoring)
        self._table = PhraseTable(())

    def score(self, conversation: Conversation) -> dict[str, object]:
        """The document of a conversation (docs/schemas/analysis.schema.json), ready to be written as JSON."""
        reading = Reading(conversation, self._table)
        skipped = [Skipped(feature, ReasonCode.NOT_CONFIGURED) for feature in (*_OVERALL, "trajectory")]
        return {
            "id": conversation.id,
            "language": {"code": conversation.language or None, "confidence": None, "supported": True},
            "overall": dict.fromkeys(_OVERALL),
            "trajectory": None,
            "contact_reason": None,
            "contact_reasons": [],
            "product": None,
            "times": dict.fromkeys(_TIMES),
            "turns": [
                {"index": turn.index, "speaker": turn.turn.speaker.value, "sentiment": None, "label": None, "quality": None}
                for turn in reading.turns
            ],
            "scorecard": None,
            "compliance": [],
            "coaching": [],
            "summary": None,
            "evidence": [],
            "skipped": [{"feature": one.feature, "reason_code": one.reason_code.value} for one in skipped],
            "flags": [],
            "provenance": {
                "scorer_version": SCORER_VERSION, "config_sha256": self._sha256, "model": None,
                "redaction": self._scoring.redaction,
            },
        }  # fmt: skip
