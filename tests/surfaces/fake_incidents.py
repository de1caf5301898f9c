"""The part of the fake application that takes alerts in and knows incidents."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from orchestrator.surfaces.application import Document, IncidentChange, Listener

HOSTILE = "\x1b[31mred\x1b[0m\u202e"
INCIDENT: Document = {
    "id": "INC-3",
    "title": f"5xx on checkout {HOSTILE}",
    "severity": 1,
    "status": "open",
    "services": ["checkout"],
    "owner": "team-buy",
    "escalation": None,
    "started_at": "2026-11-22T10:20:00Z",
    "acknowledged_at": None,
    "acknowledged_by": None,
    "resolved_at": None,
    "alerts": ["f1", "f2"],
    "open_alerts": 1,
    "repeats": 4,
    "flapping": True,
    "links": [{"label": "dashboard", "url": "https://example.test/d"}],
    "runs": ["r-1"],
    "verdict": {"status": "cause_found", "summary": "a leak"},
    "causes": [],
    "merged_into": None,
    "follows": "INC-1",
}
_TAKEN: Document = {
    "outcome": "new",
    "incident": "INC-3",
    "reason": "nothing that is known belongs to it",
    "format": "plain",
    "title": f"5xx on checkout {HOSTILE}",
    "condition": "fired",
    "fingerprint": "f1",
    "raw": "ab" * 32,
}
_REFUSED: Document = {
    "outcome": "unknown",
    "incident": None,
    "reason": "no format that is known has these fields",
    "format": None,
    "title": None,
    "condition": None,
    "fingerprint": None,
    "raw": "cd" * 32,
}


class FakeIncidents:
    """Incident INC-3."""

    async def ingest_alerts(
        self,
        sources: Sequence[tuple[str, bytes]],
        *,
        format_name: str | None,
        mapping: Path | None,
        headers: Mapping[str, str],
        triage: bool,
        listen: Listener,
    ) -> Document:
        """A new incident for each file, and a record that cannot be read in those that say broken."""
        alerts: list[Document] = [{**_TAKEN, "source": name} for name, _ in sources]
        broken = [name for name, content in sources if b"broken" in content]
        alerts += [{**_REFUSED, "source": name} for name in broken]
        run: Document = {"incident": "INC-3", "run": "r-1", "status": "answered", "message": "Suspected cause: a leak"}
        return {
            "alerts": alerts,
            "incidents": [INCIDENT],
            "runs": [run] if triage else [],
            "waiting": 0 if triage else 2,
            "rejected": len(broken),
            "worker": not triage,
        }

    def list_incidents(self, *, statuses: Sequence[str], service: str | None, limit: int) -> tuple[Document, ...]:
        """One, unless another service's are wanted."""
        return (INCIDENT,) if service in {None, "checkout"} else ()

    def show_incident(self, incident: str) -> Document:
        """An incident with one alert, one event and one report."""
        event: Document = {"incident": "INC-3", "seq": 1, "at": "2026-11-22T10:20:00Z", "kind": "opened"}
        event |= {"recorded_at": "2026-11-22T10:20:01Z", "text": "Opened by the alert.", "actor": "", "refs": {}}
        alert: Document = {"format": "plain", "fingerprint": "f1", "title": HOSTILE, "condition": "fired"}
        alert |= {"changed_at": "2026-11-22T10:20:00Z", "severity": 1, "severity_word": "page"}
        report: Document = {"run": "r-1", "message": "Suspected cause: a leak"}
        return {**INCIDENT, "messages": [alert], "events": [event], "reports": [report]}

    def change_incident(self, incident: str, change: IncidentChange) -> Document:
        """The incident with what was asked for."""
        if change.what == "resolve":
            return {**INCIDENT, "status": "resolved", "resolved_at": "2026-11-22T11:00:00Z", "open_alerts": 0}
        return {**INCIDENT, "owner": change.owner or "local:ann", "status": "acknowledged"}

    def unread_alerts(self, *, limit: int) -> tuple[Document, ...]:
        """One."""
        about = {"sha256": "ab12" * 16, "received_at": "2026-11-22T10:20:00Z", "format": None}
        return ({**about, "problem": "no format that is known has these fields", "body": "{}"},)
