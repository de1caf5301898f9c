"""An alert as the message that a triage run answers: the payload, with what guides look for at known places."""

import json
from collections.abc import Mapping, Sequence

from orchestrator.core.alerts.alert import Alert
from orchestrator.core.table import iso_utc


def triage_message(alert: Alert, body: str, *, services: Sequence[str] = ()) -> str:
    """The payload as JSON; `service`, `labels`, `startsAt` and the names of plain alerts are added where it has none.

    Args:
        alert: What the payload says.
        body: The payload as it was stored.
        services: The services that it is about, by their ids in the inventory.
    """
    given = _decoded(body)
    names = services or alert.services
    known: dict[str, object] = {
        "alertname": alert.rule,
        "title": alert.title,
        "severity": alert.severity_word or f"Sev{alert.severity}",
        "status": alert.condition.value,
        "labels": dict(alert.labels),
        "startsAt": iso_utc(alert.fired_at or alert.changed_at),
    }
    if names:
        known["service"] = names[0]
    if alert.query is not None and "data" not in given:
        window = alert.query.window
        spans = {"query_from": iso_utc(window.start), "query_to": iso_utc(window.end)} if window else {}
        known |= {"query": alert.query.kql, **spans}
    try:
        return json.dumps({**known, **given}, ensure_ascii=True)
    except RecursionError:  # too deep to be written by whoever could just read it
        return json.dumps(known, ensure_ascii=True)


def _decoded(body: str) -> Mapping[str, object]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
