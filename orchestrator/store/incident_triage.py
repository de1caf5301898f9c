"""One triage run per incident, asked for in the transaction that makes the incident known."""

import secrets
from datetime import datetime, timedelta

from orchestrator.core.queueing import RunRequest
from orchestrator.store.database import Connection
from orchestrator.store.documents import stamp, to_text
from orchestrator.store.incident_rows import incident_id

KIND = "triage"
BY = "alerts"
DEBOUNCE_S = 5.0
_ADD = (
    "INSERT INTO run_requests (run, kind, body, requested_by, idempotency_key, not_before, priority, state, "
    "requested_at, attempt) VALUES (?, ?, ?, ?, ?, ?, ?, 'queued', ?, 0) ON CONFLICT DO NOTHING RETURNING run"
)
_WITHDRAW = (
    "UPDATE run_requests SET state = 'cancelled', cancelled_by = ?, outcome = 'cancelled', ended_at = ? "
    "WHERE idempotency_key = ? AND state = 'queued' RETURNING run"
)


def triage_key(number: int) -> str:
    """The key by which an incident's first run is one, however often it is asked for."""
    return f"triage:{incident_id(number)}:1"


def triage_request(number: int, *, severity: int, now: datetime, debounce_s: float = DEBOUNCE_S) -> RunRequest:
    """The request for an incident's first run, a little later, so that the alerts that belong to it are in."""
    return RunRequest(
        run=f"{now:%Y%m%d}-{secrets.token_hex(4)}",
        kind=KIND,
        body={"incident": incident_id(number), "agent": "triage"},
        by=BY,
        key=triage_key(number),
        not_before=now + timedelta(seconds=debounce_s),
        priority=-severity,
    )


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


def withdraw(connection: Connection, number: int, *, into: int, now: datetime) -> None:
    """Ask no more about an incident that became part of another, unless its run began already."""
    connection.execute(_WITHDRAW, f"merged into {incident_id(into)}", stamp(now), triage_key(number))
