"""A run as one document, from both stores."""

import hashlib
import json
from datetime import UTC, datetime

from orchestrator.core.events import EvidenceFound, RunFinished, RunResumed, RunStarted
from orchestrator.core.queueing import RunRequest
from orchestrator.store.database import Database
from orchestrator.store.exporting import export_run
from orchestrator.store.journal import StoredJournal
from orchestrator.store.memory import StoredMemory
from orchestrator.store.queue import StoredQueue

NOW = datetime(2026, 5, 4, 10, 50, tzinfo=UTC)


def test_a_run_is_exported_with_all_its_attempts(database: Database) -> None:
    """Events of each, evidence of the last; what it remembers by hash; one line of JSON."""
    journal = StoredJournal(database, clock=lambda: NOW)
    queue = StoredQueue(database)
    queue.request(RunRequest(run="r", kind="ask", body={"message": "why?"}, by="local:ann", key="k"), now=NOW)
    started = RunStarted(run="r", session="s", message="why?", source="files", at=NOW, now=NOW, inputs={})
    for event in (
        started,
        EvidenceFound(evidence={"id": "E1", "rows": [[1]]}),
        RunResumed(run="r", attempt=2, at=NOW, executor="e"),
        EvidenceFound(evidence={"id": "E1", "rows": [[2]]}),
        RunFinished(status="answered", report={"message": "because"}),
    ):
        journal.append("r", event)
    StoredMemory(database, "r", clock=lambda: NOW).keep("1/query/E1", {"rows": [["é"]]})
    found = export_run(database, "r")
    assert found is not None
    assert json.loads(json.dumps(found)) == found
    assert (found["run"], found["attempts"], found["evidence"]) == ("r", 2, [{"id": "E1", "rows": [[2]]}])
    assert [(item["attempt"], item["event"]["kind"]) for item in found["events"]] == [  # type: ignore[attr-defined]  # JSON
        (1, "RunStarted"),
        (1, "EvidenceFound"),
        (2, "RunResumed"),
        (2, "EvidenceFound"),
        (2, "RunFinished"),
    ]
    kept = '{"rows": [["é"]]}'
    assert found["results"] == [
        {
            "step": "1/query/E1",
            "at": "2026-05-04T10:50:00.000000Z",
            "sha256": hashlib.sha256(kept.encode()).hexdigest(),
            "length": len(kept),
        }
    ]
    assert found["request"] == {
        "kind": "ask",
        "by": "local:ann",
        "key": "k",
        "state": "queued",
        "requested_at": "2026-05-04T10:50:00Z",
        "outcome": None,
    }


def test_a_run_that_waits_for_its_turn_is_exported(database: Database) -> None:
    """Without events; one that nobody asked for is none."""
    StoredQueue(database).request(RunRequest(run="r", kind="ask", body={}, by="local:ann"), now=NOW)
    found = export_run(database, "r")
    assert found is not None
    assert (found["attempts"], found["events"], found["evidence"]) == (0, [], [])
    assert export_run(database, "nobody") is None
