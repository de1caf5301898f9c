"""What is known of a payload besides its text: when it came, its hash, the sender's scale of severities."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from orchestrator.core.alerts.alert import Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """How a payload came.

    Attributes:
        at: When it was received, or when an envelope says that it was sent.
        sha256: Of the payload as received.
        severities: The sender's own words for severity, where they differ from the customary ones.
    """

    at: datetime
    sha256: str = ""
    severities: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Times:
    """An alert's times; `timed` is False where the sender gave none for its state."""

    fired_at: datetime | None
    resolved_at: datetime | None
    changed_at: datetime
    timed: bool


def alert_times(
    condition: Condition,
    *,
    fired: datetime | None,
    changed: datetime | None,
    receipt: Receipt,
) -> Times:
    """The times of one alert.

    Args:
        condition: Its state.
        fired: When its condition began to hold, where the sender says so.
        changed: When it was acknowledged or resolved; not asked of one that fired.
        receipt: Its time stands in for one that is missing, or that says it ended before it began.
    """
    if condition is Condition.FIRED:
        at = fired or receipt.at
        return Times(at, None, at, fired is not None)
    at = changed or receipt.at
    if fired is not None and at < fired:
        at = fired
    resolved = at if condition is Condition.RESOLVED else None
    return Times(fired, resolved, at, changed is not None)
