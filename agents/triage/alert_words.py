"""What an alert says in words, for the search of a guide: names of fields, links and times are no symptom."""

from collections.abc import Mapping
from datetime import datetime

from orchestrator.core.alerts.parse import Reading, read_payload

MAX_ALERTS = 5


def alert_words(payload: Mapping[str, object], *, at: datetime) -> str | None:
    """Rule, title and description of its alerts, each said once; None where it is no alert that can be read."""
    alerts = [item.alert for item in read_payload(payload, Reading(), at=at) if item.alert is not None]
    said = [text for alert in alerts[:MAX_ALERTS] for text in (alert.rule, alert.title, alert.description) if text]
    return "\n".join(dict.fromkeys(said)) or None
