"""Triggers of a running conversation: what makes somebody look at it, and what is done then."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias

from orchestrator.core.conversations.compliance import Severity
from orchestrator.core.conversations.conditions import By

CUES = (
    "thanks", "hollow_thanks", "resigned_thanks", "sarcasm", "lukewarm", "solved", "nothing_else", "goodbye", "praise",
    "understood", "still_problem", "not_received", "waiting", "repeat_contact", "repeats_self", "correction",
    "confused", "overcharged", "leaving", "escalation", "legal", "protest", "gives_up", "urgent", "problem",
    "bargaining",
)  # fmt: skip
"""Lists of phrases of the scorer's own that a trigger may name: what customers say."""
SCORES = ("satisfaction", "quality", "resolved", "abandoned", "customer_sentiment", "agent_sentiment", "sentiment")
"""Scores of the conversation so far that a trigger may watch."""


class HandoffStep(StrEnum):
    """What a trigger does beside telling."""

    NONE = "none"
    OFFER = "offer"
    """Asks whether a person shall take over."""
    MAKE = "make"
    """Puts the conversation on the list of what waits for a person, at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NegativeTurns:
    """So many turns of the customer in a row are at or below a mood; a run of them is one cause, however long."""

    kind: Literal["negative_turns"] = "negative_turns"
    count: int = 2
    at_most: float = -0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """Somebody says one of some phrases: one cause, however often it is said.

    Attributes:
        cues: Lists of the scorer's own, any of which counts.
        phrases: Further ones, in the form of the scorer's phrases.
        unless: A phrase that overlaps one of these does not count.
        by: Whose words count.
    """

    kind: Literal["says"] = "says"
    cues: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    by: By = By.CUSTOMER


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreReached:
    """With a customer's turn, a score of the conversation so far is in a range (both ends counted).

    `after_turns` is the number of turns, everybody's, from which on it counts. It is one cause until the score has left
    the range.
    """

    kind: Literal["score"] = "score"
    score: str
    at_least: float | None = None
    at_most: float | None = None
    after_turns: int = 4


Cause: TypeAlias = NegativeTurns | Saying | ScoreReached


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """One trigger.

    Attributes:
        again_after: The same cause counts again after so many further turns; None for never.
    """

    id: str
    title: str
    cause: Cause
    severity: Severity = Severity.MEDIUM
    handoff: HandoffStep = HandoffStep.OFFER
    again_after: int | None = None
