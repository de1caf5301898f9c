"""One triage run per incident, asked for in the transaction that makes the incident known."""

import secrets
from datetime import datetime, timedelta

from orchestrator.core.alerts.alert import Condition, read_alert
from orchestrator.core.alerts.message import triage_message
from orchestrator.core.asking import Question
from orchestrator.core.queueing import RunRequest
from orchestrator.core.report import Json
from orchestrator.store.database import Connection
from orchestrator.store.documents import from_text, stamp, to_text
from orchestrator.store.incident_rows import incident_id

KIND = "triage"
BY = "alerts"
DEBOUNCE_S = 5.0
_ADD = (
    "INSERT INTO run_requests (run, kind, body, requested_by, idempotency_key, not_before, priority, state, "
    "requested_at, attempt) VALUES (?, ?, ?, ?, ?, ?, ?, 'queued', ?, 0) ON CONFLICT DO NOTHING RETURNING run"
)
_WAITS = "SELECT 1 FROM run_requests WHERE idempotency_key = ? AND state = 'queued'"
_RENEW = "UPDATE run_requests SET body = ?, priority = ? WHERE idempotency_key = ? AND state = 'queued'"
_ALERTS = (
    "SELECT a.body, p.body FROM alerts a JOIN alert_members m ON m.fingerprint = a.fingerprint AND m.start <= a.at "
    "LEFT JOIN alert_payloads p ON p.sha256 = a.sha256 WHERE m.incident = ? AND a.sha256 <> '' "
    "ORDER BY a.at, a.fingerprint LIMIT 100"
)
_WITHDRAW = (
    "UPDATE run_requests SET state = 'cancelled', cancelled_by = ?, outcome = 'cancelled', ended_at = ? "
    "WHERE idempotency_key = ? AND state = 'queued' RETURNING run"
)


def triage_key(number: int) -> str:
    """The key by which an incident's first run is one, however often it is asked for."""
    return f"triage:{incident_id(number)}:1"


def triage_request(
    number: int, *, message: str, severity: int, now: datetime, debounce_s: float = DEBOUNCE_S
) -> RunRequest:
    """The request for an incident's first run, a little later, so that the alerts that belong to it are in."""
    return RunRequest(
        run=f"{now:%Y%m%d}-{secrets.token_hex(4)}",
        kind=KIND,
        body=triage_body(number, message),
        by=BY,
        key=triage_key(number),
        not_before=now + timedelta(seconds=debounce_s),
        priority=-severity,
    )


def triage_body(number: int, message: str) -> Json:
    """What a run of this kind is about."""
    return {**Question(message=message, agent="triage").document(), "incident": incident_id(number)}


def telling_alert(connection: Connection, number: int) -> str:
    """The message for an incident's run: its worst alert as it came, of equals one with a query, then the first."""
    rows = connection.execute(_ALERTS, number)
    found = [(read_alert(from_text(body, what="an alert")), str(raw or "")) for body, raw in rows]
    if not found:
        return ""
    fired = [item for item in found if item[0].condition is Condition.FIRED] or found
    alert, raw = min(fired, key=lambda item: (item[0].severity, item[0].query is None, item[0].changed_at))
    ((body,),) = connection.execute("SELECT body FROM incidents WHERE number = ?", number)
    services = from_text(body, what=f"incident {number}")["services"]
    own = [name for name in alert.services if name in services]
    return triage_message(alert, raw, services=own or services)


def enqueue(connection: Connection, request: RunRequest, *, now: datetime) -> bool:
    """Put a request in the queue within an open transaction; False where its key or id is there already."""
    rows = connection.execute(
        _ADD,
        request.run,
        request.kind,
        to_text(request.body),
        request.by,
        request.key,
        stamp(request.not_before) if request.not_before else None,
        request.priority,
        stamp(now),
    )
    return bool(rows)


def renew(connection: Connection, number: int, *, severity: int) -> None:
    """Let a run that waits to begin be about the alert that tells most by now."""
    if not connection.execute(_WAITS, triage_key(number)):
        return
    body = triage_body(number, telling_alert(connection, number))
    connection.execute(_RENEW, to_text(body), -severity, triage_key(number))


def withdraw(connection: Connection, number: int, *, into: int, now: datetime) -> None:
    """Ask no more about an incident that became part of another, unless its run began already."""
    connection.execute(_WITHDRAW, f"merged into {incident_id(into)}", stamp(now), triage_key(number))
