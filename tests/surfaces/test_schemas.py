import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

Run = Any
FOLDER = Path(__file__).parents[2] / "docs" / "schemas"


@pytest.mark.parametrize(
    ("schema", "argv"),
    [
        ("ask", ["ask", "checkout is slow"]),
        ("ask", ["ask", "healthy"]),
        ("ask", ["ask", "no data"]),
        ("ask", ["ask", "needs input"]),
        ("ask", ["guides", "run", "two_subjects"]),
        ("ask", ["runs", "show", "last"]),
        ("route", ["route", "checkout is slow"]),
        ("route", ["route", "hello"]),
        ("search", ["guides", "search", "queue"]),
        ("search", ["guides", "search", "nothing"]),
        ("table", ["logs", "query", "T | take 1"]),
        ("runs", ["runs", "list"]),
        ("verify", ["runs", "verify", "stale"]),
        ("lint", ["guides", "lint", "broken.md"]),
        ("check", ["guides", "check", "broken.md"]),
        ("guide_tests", ["guides", "test", "broken.md"]),
        ("doctor", ["doctor", "--logs", "x"]),
        ("analyzed", ["analyze", "a.jsonl", "--out", "s.jsonl"]),
        ("analyzed", ["analyze", "a.jsonl", "--out", "s.jsonl", "--limit", "1"]),
        ("analyzed", ["analyze", "a.jsonl", "--estimate"]),
        ("index", ["index", "fill"]),
        ("index", ["index", "fill", "--guides", "broken", "--recreate"]),
        ("index", ["index", "show"]),
        ("ingest", ["incidents", "ingest", str(Path(__file__))]),
        ("ingest", ["incidents", "ingest", str(Path(__file__)), "--no-triage"]),
        ("incidents", ["incidents", "list"]),
        ("incidents", ["incidents", "list", "--service", "cart"]),
        ("incident", ["incidents", "show", "INC-3"]),
        ("incident", ["incidents", "ack", "INC-3"]),
        ("incident", ["incidents", "assign", "INC-3", "--to", "team-money"]),
        ("incident", ["incidents", "resolve", "INC-3", "--note", "rolled back"]),
        ("incident", ["incidents", "merge", "INC-4", "INC-5", "--into", "INC-3"]),
        ("payloads", ["incidents", "unread"]),
        ("timeline", ["incidents", "timeline", "INC-3"]),
        ("timeline", ["incidents", "timeline", "INC-3", "--since", "2026-11-22T10:40:00Z"]),
        ("note", ["incidents", "note", "INC-3", "seen"]),
        ("note", ["incidents", "pin", "INC-3", "claim:r-1#C1"]),
        ("summary", ["incidents", "summary", "INC-3"]),
        ("update", ["incidents", "update", "INC-3"]),
        ("similar", ["incidents", "similar", "INC-3"]),
        ("postmortem", ["incidents", "report", "INC-3"]),
        ("mark", ["incidents", "confirm", "INC-3", "--cause", "bad_deploy"]),
        ("mark", ["incidents", "confirm", "INC-3", "--wrong"]),
        ("guide_stats", ["guides", "stats"]),
        ("services", ["services", "discover"]),
        ("approvals", ["approvals", "list", "--all"]),
        ("approval", ["approvals", "show", "A-7"]),
        ("approval", ["approvals", "approve", "A-7", "--yes"]),
        ("approval", ["approvals", "approve", "A-8", "--yes"]),
        ("approval", ["approvals", "deny", "A-5", "--reason", "late"]),
        ("handoffs", ["handoffs", "list"]),
        ("handoffs", ["handoffs", "list", "--state", "resolved"]),
        ("handoff", ["handoffs", "show", "H-3"]),
        ("handoff", ["handoffs", "claim", "H-3"]),
        ("handoff", ["handoffs", "claim", "H-4"]),
        ("handoff", ["handoffs", "resolve", "H-3", "--note", "it was"]),
        ("shipments", ["shipments", "list"]),
        ("shipments", ["shipments", "show", "S-1"]),
        ("shipment_outcome", ["shipments", "create", "W1"]),
        ("shipment_outcome", ["shipments", "create", "W2"]),
        ("shipment_outcome", ["shipments", "create", "W3"]),
        ("shipment_outcome", ["shipments", "cancel", "S-2", "--reason", "x"]),
        ("shipment_outcome", ["shipments", "resolve", "S-2", "--found", "shipped", "--note", "seen"]),
        ("tracked", ["shipments", "track", "S-1"]),
        ("tracked", ["shipments", "track", "--push", str(Path(__file__))]),
        ("manifests", ["shipments", "manifest"]),
        ("imported", ["shipments", "import", "orders.csv"]),
        ("validated", ["shipments", "validate", "W1"]),
        ("policies", ["policies", "check", "broken"]),
        ("ruling", ["policies", "explain", "A-7"]),
        ("ruling", ["policies", "explain", "--action", "drain_zone", "--reach", "2.5", "--unit", "nodes"]),
        ("purge", ["purge", "--before", "2026-01-01", "--dry-run"]),
        ("purge", ["purge", "--subject", "C-10442", "--yes"]),
        ("workflows", ["workflows", "list"]),
        ("outcome", ["workflows", "read", "open_ticket:INC-7:1"]),
        ("outcome", ["workflows", "read", "open_ticket:lost:1"]),
    ],
)
def test_documents_follow_their_schemas(run: Run, schema: str, argv: list[str]):
    """What --json prints is what docs/schemas promises."""
    validator = Draft202012Validator(json.loads((FOLDER / f"{schema}.schema.json").read_text()))
    document = json.loads(run(*argv, "--json").out)
    assert [error.message for error in validator.iter_errors(document)] == []
