"""An incident and the events of its record."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from orchestrator.core.alerts.alert import AlertLink
from orchestrator.core.report import Json
from orchestrator.core.table import iso_utc


class IncidentStatus(StrEnum):
    """How an incident stands."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    MERGED = "merged"


class IncidentEventKind(StrEnum):
    """What happened to an incident."""

    OPENED = "opened"
    ALERT_JOINED = "alert_joined"
    ALERT_REPEATED = "alert_repeated"
    ALERT_RESOLVED = "alert_resolved"
    ALERT_MOVED = "alert_moved"
    FLAPPING = "flapping"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    MERGED = "merged"
    ASSIGNED = "assigned"
    RUN_REQUESTED = "run_requested"
    RUN_ATTACHED = "run_attached"
    CAUSE_CONFIRMED = "cause_confirmed"
    NOTED = "noted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Alerts that belong together.

    Attributes:
        id: `INC-1`, `INC-2`, ...
        title: Of its first alert.
        severity: The worst of its open alerts, 0 to 4; of all of them once it is resolved.
        services: Ids of the inventory where they are known there, else names as the senders give them; the first
            alert's first.
        started_at: When its first alert fired.
        resolved_at: When its last alert was resolved, and its quiet time had passed where it flapped.
        alerts: Fingerprints, in the order in which they fired.
        open_alerts: How many of them are not resolved.
        repeats: How often alerts fired again without a new incident.
        flapping: Whether an alert of it fires and resolves again and again.
        runs: Ids of triage runs, oldest first.
        verdict: The newest run's: `status`, `cause`, `object`, `confidence`, `summary`; None before one ended.
        causes: What people confirmed.
        merged_into: The incident that it became part of.
        follows: The earlier incident of the same alert, where it fired again too late to open that one again.
    """

    id: str
    title: str
    severity: int
    status: IncidentStatus
    started_at: datetime
    services: tuple[str, ...] = ()
    owner: str | None = None
    escalation: str | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    resolved_at: datetime | None = None
    alerts: tuple[str, ...] = ()
    open_alerts: int = 0
    repeats: int = 0
    flapping: bool = False
    links: tuple[AlertLink, ...] = ()
    runs: tuple[str, ...] = ()
    verdict: Json | None = None
    causes: tuple[str, ...] = ()
    merged_into: str | None = None
    follows: str | None = None

    def document(self) -> Json:
        """As JSON."""
        return {
            "id": self.id,
            "title": self.title,
            "severity": self.severity,
            "status": self.status.value,
            "services": list(self.services),
            "owner": self.owner,
            "escalation": self.escalation,
            "started_at": iso_utc(self.started_at),
            "acknowledged_at": iso_utc(self.acknowledged_at) if self.acknowledged_at else None,
            "acknowledged_by": self.acknowledged_by,
            "resolved_at": iso_utc(self.resolved_at) if self.resolved_at else None,
            "alerts": list(self.alerts),
            "open_alerts": self.open_alerts,
            "repeats": self.repeats,
            "flapping": self.flapping,
            "links": [{"label": link.label, "url": link.url} for link in self.links],
            "runs": list(self.runs),
            "verdict": self.verdict,
            "causes": list(self.causes),
            "merged_into": self.merged_into,
            "follows": self.follows,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentEvent:
    """One entry of an incident's record.

    Attributes:
        seq: Its place among the incident's events, from 1.
        at: When it happened; for an alert's, the sender's time.
        recorded_at: When it was written down.
        text: What happened, in words.
        actor: Who did it: `local:<user>`, or empty for the program.
        refs: What it is about: `alert` (fingerprint), `run`, `incident`, `reason`, ...
    """

    incident: str
    seq: int
    at: datetime
    recorded_at: datetime
    kind: IncidentEventKind
    text: str
    actor: str = ""
    refs: Mapping[str, object] = field(default_factory=dict)

    def document(self) -> Json:
        """As JSON."""
        return {
            "incident": self.incident,
            "seq": self.seq,
            "at": iso_utc(self.at),
            "recorded_at": iso_utc(self.recorded_at),
            "kind": self.kind.value,
            "text": self.text,
            "actor": self.actor,
            "refs": dict(self.refs),
        }
