"""A run as one document, with all that the record holds of it."""

import hashlib

from orchestrator.core.journal import last_attempt
from orchestrator.core.report import Json
from orchestrator.core.table import iso_utc
from orchestrator.store.database import Database
from orchestrator.store.journal import StoredJournal
from orchestrator.store.queue import StoredQueue
from orchestrator.store.schema import VERSION

_RESULTS = "SELECT step, at, body FROM results WHERE run = ? ORDER BY at, step"


def export_run(database: Database, run: str) -> Json | None:
    """All attempts' events, the evidence of the last one, its results' hashes, and how it was asked for; None: no run.

    Results are told by their hash: each is in the evidence, as far as a report shows it, or may be long.
    """
    recorded = StoredJournal(database).all_events(run)
    queued = StoredQueue(database).find(run)
    if not recorded and queued is None:
        return None
    counted = [item.event for item in last_attempt(recorded)]
    return {
        "schema_version": VERSION,
        "run": run,
        "attempts": max((item.attempt for item in recorded), default=0),
        "request": None
        if queued is None
        else {
            "kind": queued.request.kind,
            "by": queued.request.by,
            "key": queued.request.key,
            "state": queued.state.value,
            "requested_at": iso_utc(queued.requested_at),
            "outcome": queued.outcome,
        },
        "events": [
            {"seq": item.seq, "attempt": item.attempt, "at": iso_utc(item.at), "event": item.event} for item in recorded
        ],
        "evidence": [event["evidence"] for event in counted if event.get("kind") == "EvidenceFound"],
        "results": [
            {
                "step": step,
                "at": at,
                "sha256": hashlib.sha256(str(body).encode()).hexdigest(),
                "length": len(str(body)),
            }
            for step, at, body in database.read(_RESULTS, run)
        ],
    }
