"""Everything that configures the scorer, as one frozen value that travels as JSON and has a fingerprint."""

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import cast

from orchestrator.core.conversations.calibration import Calibration
from orchestrator.core.conversations.compliance import ComplianceRule
from orchestrator.core.conversations.documents import read_value, write_value
from orchestrator.core.conversations.products import Product
from orchestrator.core.conversations.reasons import ContactReason
from orchestrator.core.conversations.scorecard import Scorecard


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoring:
    """What a conversation is scored by.

    Attributes:
        calibration: Weights made from a customer's own labels; None for the scorer as it ships.
        redaction: The name of the rules by which personal data leave the result.
    """

    reasons: tuple[ContactReason, ...] = ()
    products: tuple[Product, ...] = ()
    scorecard: Scorecard | None = None
    rules: tuple[ComplianceRule, ...] = ()
    calibration: Calibration | None = None
    redaction: str = "standard"


def scoring_document(scoring: Scoring) -> dict[str, object]:
    """The configuration as what `json.dumps` takes."""
    return cast("dict[str, object]", write_value(scoring))


def read_scoring(document: object) -> Scoring:
    """The configuration of a document that `scoring_document` made; ValueError with the path of what does not fit."""
    return read_value(Scoring, document)


def config_sha256(scoring: Scoring) -> str:
    """The fingerprint of a configuration: equal ones have equal ones, in every process."""
    text = json.dumps(scoring_document(scoring), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode()).hexdigest()
