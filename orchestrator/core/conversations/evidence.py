"""The exact spans of a conversation that led to a score, and what could not be computed."""

from enum import StrEnum
from typing import NamedTuple


class Evidence(NamedTuple):
    """A span that led to a feature.

    Attributes:
        feature: What it led to: `satisfaction`, `resolved`, `sentiment` (of its turn), `scorecard.<question>`, ...
        turn: The turn's index, from 0.
        start: Of the first code point, in the turn's text as given.
        end: After the last one; more than `start`.
    """

    feature: str
    turn: int
    start: int
    end: int


class ReasonCode(StrEnum):
    """Why a feature is missing."""

    NO_CUSTOMER_TURNS = "no_customer_turns"
    NO_AGENT_TURNS = "no_agent_turns"
    NO_TEXT = "no_text"
    NO_TIMES = "no_times"
    TOO_SHORT = "too_short"
    UNSUPPORTED_LANGUAGE = "unsupported_language"
    NO_EVIDENCE = "no_evidence"
    AMBIGUOUS = "ambiguous"
    NOT_CONFIGURED = "not_configured"
    NOT_APPLICABLE = "not_applicable"
    NEEDS_PERSON = "needs_person"
    BAD_EVIDENCE = "bad_evidence"
    BUDGET_SPENT = "budget_spent"
    MODEL_FAILED = "model_failed"
    MODEL_REFUSED = "model_refused"


class Skipped(NamedTuple):
    """A feature that could not be computed, and why."""

    feature: str
    reason_code: ReasonCode
