"""Writes incidents and their events, within one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from orchestrator.core.alerts.alert import AlertLink
from orchestrator.core.incidents.incident import Incident, IncidentEventKind, IncidentStatus
from orchestrator.core.incidents.occurrence import GroupingSettings
from orchestrator.core.incidents.standing import Standing, standing
from orchestrator.core.incidents.topology import Ownership, Topology
from orchestrator.core.redaction import redact_value
from orchestrator.store.database import Connection
from orchestrator.store.documents import from_text, stamp, to_text
from orchestrator.store.incident_groups import AlertGroups
from orchestrator.store.incident_rows import incident_id, number_of, read_incident

_ADD_EVENT = (
    "INSERT INTO incident_events (number, seq, at, recorded_at, kind, actor, text, refs) "
    "SELECT ?, coalesce(max(seq), 0) + 1, ?, ?, ?, ?, ?, ? FROM incident_events WHERE number = ?"
)
_PUT = (
    "INSERT INTO incidents (number, status, started_at, body) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (number) DO UPDATE SET status = excluded.status, started_at = excluded.started_at, "
    "body = excluded.body"
)
MAX_LINKS = 20


class IncidentRecord:
    """Incidents and their events on an open transaction that is alone.

    Args:
        now: When what is written down is written down.
    """

    def __init__(
        self,
        connection: Connection,
        groups: AlertGroups,
        *,
        topology: Topology,
        settings: GroupingSettings,
        now: datetime,
    ) -> None:
        self._connection = connection
        self._groups = groups
        self._topology = topology
        self._settings = settings
        self.now = now

    def find(self, number: int) -> Incident | None:
        """The incident as it is stored."""
        rows = self._connection.execute("SELECT number, body FROM incidents WHERE number = ?", number)
        return read_incident(rows[0]) if rows else None

    def add_event(
        self,
        number: int,
        kind: IncidentEventKind,
        text: str,
        *,
        at: datetime | None = None,
        actor: str = "",
        refs: Mapping[str, object] | None = None,
    ) -> None:
        """Append to an incident's events."""
        self._connection.execute(
            _ADD_EVENT,
            number,
            stamp(at or self.now),
            stamp(self.now),
            kind.value,
            actor,
            str(redact_value(text)),
            to_text(redact_value(dict(refs or {}))),
            number,
        )

    def put(self, incident: Incident, *, held: bool | None = None) -> None:
        """Store an incident; `held` says whether a person assigned it, None leaves that as it is."""
        number = number_of(incident.id)
        assert number is not None  # an incident's own id
        assigned = self._is_assigned(number) if held is None else held
        document: dict[str, Any] = {name: redact_value(value) for name, value in incident.document().items()}
        for name in ("started_at", "acknowledged_at", "resolved_at"):
            moment = getattr(incident, name)
            document[name] = stamp(moment) if moment else None
        body = to_text({**document, "assigned": assigned})
        self._connection.execute(_PUT, number, incident.status.value, stamp(incident.started_at), body)

    def _is_assigned(self, number: int) -> bool:
        rows = self._connection.execute("SELECT body FROM incidents WHERE number = ?", number)
        return bool(rows) and bool(from_text(rows[0][0], what=f"incident {number}").get("assigned"))

    def refresh(self, number: int, *, links: Sequence[AlertLink] = ()) -> Incident | None:
        """Let an incident say what follows from its alerts now; None where it has none."""
        members = self._groups.members([number])
        if not members:
            return None
        before = self.find(number)
        by_hand = before.acknowledged_at if before is not None and before.acknowledged_by else None
        found = standing(members, now=self.now, settings=self._settings, acknowledged_at=by_hand)
        after = self._joined(number, before, found, links)
        if after != before:
            self.put(after)
            self._tell_changes(number, before, after)
        return after

    def _joined(self, number: int, before: Incident | None, found: Standing, links: Sequence[AlertLink]) -> Incident:
        base = before or Incident(
            id=incident_id(number),
            title=found.title,
            severity=found.severity,
            status=found.status,
            started_at=found.started_at,
        )
        owner = self._ownership(found.services)
        assigned = before is not None and self._is_assigned(number)
        return replace(
            base,
            title=found.title,
            severity=found.severity,
            status=found.status,
            services=found.services,
            started_at=found.started_at,
            resolved_at=found.resolved_at,
            acknowledged_at=found.acknowledged_at,
            acknowledged_by=base.acknowledged_by if found.acknowledged_at == base.acknowledged_at else None,
            alerts=found.alerts,
            open_alerts=found.open_alerts,
            repeats=found.repeats,
            flapping=found.flapping,
            owner=base.owner if assigned else found.given[1] if found.given else owner.owner or base.owner,
            escalation=owner.escalation or base.escalation,
            links=tuple(dict.fromkeys((*base.links, *links)))[:MAX_LINKS],
        )

    def _ownership(self, services: Sequence[str]) -> Ownership:
        found = (self._topology.ownership(service) for service in services)
        return next((item for item in found if item.owner or item.escalation), Ownership())

    def _tell_changes(self, number: int, before: Incident | None, after: Incident) -> None:
        """Events for what became of an incident by itself."""
        was_over = before is not None and before.status is IncidentStatus.RESOLVED
        if after.status is IncidentStatus.RESOLVED and not was_over:
            count = f"all {len(after.alerts)} alerts are" if len(after.alerts) > 1 else "its alert is"
            self.add_event(number, IncidentEventKind.RESOLVED, f"Resolved: {count} resolved.", at=after.resolved_at)
        elif was_over and after.status is not IncidentStatus.RESOLVED:
            self.add_event(number, IncidentEventKind.REOPENED, "Open again: an alert fired again.")
        if after.flapping and not (before is not None and before.flapping):
            text = "Flapping: an alert fires and resolves again and again; it stays open until it has been quiet."
            self.add_event(number, IncidentEventKind.FLAPPING, text)

    def become_part(self, number: int, target: int, *, actor: str = "", reason: str = "") -> None:
        """Record that an incident is now part of another."""
        before = self.find(number)
        if before is None or before.status is IncidentStatus.MERGED:
            return
        merged = replace(before, status=IncidentStatus.MERGED, merged_into=incident_id(target), open_alerts=0)
        self.put(merged)
        why = f": {reason}" if reason else ""
        refs = {"incident": incident_id(target), "reason": reason}
        text = f"Merged into {incident_id(target)}{why}."
        self.add_event(number, IncidentEventKind.MERGED, text, actor=actor, refs=refs)
        refs = {"incident": incident_id(number), "reason": reason}
        text = f"{incident_id(number)} became part of this{why}."
        self.add_event(target, IncidentEventKind.MERGED, text, actor=actor, refs=refs)
        self._inherit(merged, target)

    def _inherit(self, merged: Incident, target: int) -> None:
        """Runs and links go along with the alerts."""
        found = self.find(target)
        if found is not None:
            runs = tuple(dict.fromkeys((*found.runs, *merged.runs)))
            links = tuple(dict.fromkeys((*found.links, *merged.links)))[:MAX_LINKS]
            self.put(replace(found, runs=runs, links=links, verdict=found.verdict or merged.verdict))
            for run in merged.runs:
                text = f"The run {run} of {merged.id} came along."
                refs = {"run": run, "incident": merged.id}
                self.add_event(target, IncidentEventKind.RUN_ATTACHED, text, refs=refs)
