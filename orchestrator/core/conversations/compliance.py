"""Compliance rules: what must be said, what must never be, and who must be identified before something is disclosed."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from orchestrator.core.conversations.conditions import Condition, Phrases, Says
from orchestrator.core.conversations.evidence import Evidence, Skipped


class RuleKind(StrEnum):
    """What a rule asks."""

    MUST_SAY = "must_say"
    MUST_NEVER_SAY = "must_never_say"
    AUTHENTICATE = "authenticate"
    """A check of who the customer is stands before every disclosure."""


class Severity(StrEnum):
    """How bad a breach is."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplianceRule:
    """One rule.

    Attributes:
        says: What must be said, must never be, or discloses, by kind.
        checks: What checks who the customer is: of an `authenticate` rule only. Asked by the agent, a check counts
            from the customer's next turn on; said by the customer, from there on.
        applies: Where it does not hold the rule is not applicable; None for always.
        phrases: The lists that its conditions name, but for the scorer's own.
    """

    id: str
    title: str
    kind: RuleKind
    severity: Severity
    says: Says
    checks: tuple[Says, ...] = ()
    applies: Condition | None = None
    phrases: tuple[Phrases, ...] = ()


class RuleResult(NamedTuple):
    """Whether a rule was kept.

    Attributes:
        kept: None where the rule is not applicable or cannot be told.
        evidence: What was said that keeps or breaks it; empty where an absence decided.
    """

    rule: str
    kept: bool | None
    severity: Severity
    evidence: tuple[Evidence, ...] = ()


class ComplianceResult(NamedTuple):
    """All rules' results in the rules' order; `skipped` names those that are neither kept nor broken, and why."""

    rules: tuple[RuleResult, ...]
    evidence: tuple[Evidence, ...] = ()
    skipped: tuple[Skipped, ...] = ()
