"""Takes alerts in: raw, parsed, grouped and told of, all within one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from orchestrator.core.alerts.alert import UPDATES, Alert, AlertLink, Condition
from orchestrator.core.alerts.parse import Received
from orchestrator.core.incidents.grouping import Placement, PlacementKind
from orchestrator.core.incidents.incident import IncidentEventKind
from orchestrator.core.incidents.occurrence import GroupingSettings, Signal
from orchestrator.core.incidents.topology import Subject, Topology, subject_of
from orchestrator.core.redaction import redact_value
from orchestrator.core.report import Json
from orchestrator.store.database import Connection
from orchestrator.store.documents import stamp, to_text
from orchestrator.store.incident_groups import AlertGroups, Change
from orchestrator.store.incident_record import IncidentRecord
from orchestrator.store.incident_rows import incident_id, signal_text
from orchestrator.store.incident_triage import DEBOUNCE_S, enqueue, renew, telling_alert, triage_request, withdraw

REDELIVERED = "redelivered"
UNKNOWN = "unknown"
UNREADABLE = "unreadable"
_ADD_PAYLOAD = (
    "INSERT INTO alert_payloads (sha256, received_at, format, problem, body) VALUES (?, ?, ?, ?, ?) "
    "ON CONFLICT (sha256) DO UPDATE SET format = excluded.format, problem = '' "
    "WHERE alert_payloads.problem <> '' AND excluded.problem = ''"
)
_ADD_ALERT = (
    "INSERT INTO alerts (fingerprint, condition, at, fired_at, received_at, sha256, signal, body) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING fingerprint"
)
_FEW = 5  # repeats that each have an event; of more, every doubling has one
_EVENTS: Mapping[PlacementKind, IncidentEventKind] = {
    PlacementKind.NEW: IncidentEventKind.OPENED,
    PlacementKind.JOINED: IncidentEventKind.ALERT_JOINED,
    PlacementKind.DUPLICATE: IncidentEventKind.ALERT_REPEATED,
    PlacementKind.REOPENED: IncidentEventKind.ALERT_REPEATED,
    PlacementKind.FLAPPING: IncidentEventKind.ALERT_REPEATED,
    PlacementKind.ACKNOWLEDGED: IncidentEventKind.ACKNOWLEDGED,
    PlacementKind.RESOLVES: IncidentEventKind.ALERT_RESOLVED,
    PlacementKind.LATE: IncidentEventKind.ALERT_REPEATED,
}

_UPDATES: Mapping[Condition, IncidentEventKind] = {
    Condition.ASSIGNED: IncidentEventKind.ASSIGNED,
    Condition.RATED: IncidentEventKind.NOTED,
    Condition.NOTED: IncidentEventKind.NOTED,
}
_NOTHING = Subject((), ())  # an update says nothing new of what the alert is about


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """What became of one record.

    Attributes:
        outcome: A `PlacementKind`'s word, or redelivered, unknown or unreadable.
        incident: Its incident's id.
        raw: The hash by which the payload is kept.
    """

    outcome: str
    reason: str
    raw: str
    incident: str | None = None
    alert: Alert | None = None

    @property
    def accepted(self) -> bool:
        """Whether it was an alert that could be read."""
        return self.alert is not None

    def document(self) -> Json:
        """As JSON."""
        alert = self.alert
        return {
            "outcome": self.outcome,
            "incident": self.incident,
            "reason": self.reason,
            "format": alert.format if alert else None,
            "title": alert.title if alert else None,
            "condition": alert.condition.value if alert else None,
            "fingerprint": alert.fingerprint if alert else None,
            "raw": self.raw,
        }


@dataclass(slots=True, kw_only=True)
class Ingest:
    """One batch on an open transaction that is alone under `incidents`.

    Args:
        triage: Whether new incidents ask for a run.
    """

    connection: Connection
    topology: Topology
    settings: GroupingSettings
    now: datetime
    triage: bool = True
    debounce_s: float = DEBOUNCE_S
    _groups: AlertGroups = field(init=False)
    _record: IncidentRecord = field(init=False)
    _links: dict[int, list[AlertLink]] = field(default_factory=dict)
    _begun: dict[int, int | None] = field(default_factory=dict)
    _touched: set[int] = field(default_factory=set)
    _joined: set[int] = field(default_factory=set)
    _merged: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._groups = AlertGroups(self.connection, topology=self.topology, settings=self.settings)
        self._record = IncidentRecord(
            self.connection, self._groups, topology=self.topology, settings=self.settings, now=self.now
        )

    def run(self, records: Sequence[Received]) -> list[Ingested]:
        """Take all in, in order; then let each incident concerned say how it stands."""
        results = [self._take(record) for record in records]
        self._close()
        return [self._final(result) for result in results]

    def resolve_by_hand(self, fingerprints: Sequence[str]) -> None:
        """End these alerts at once."""
        for fingerprint in fingerprints:
            signal = Signal(at=self.now, condition=Condition.RESOLVED, by_hand=True)
            if self._add(fingerprint, signal, sha256="", body="{}"):
                _, change = self._groups.take_in(fingerprint, signal)
                self._note(change)
        self._close()

    def unite(self, target: int, others: Sequence[int], *, actor: str, reason: str) -> None:
        """Make incidents one, since a person says so."""
        change = self._groups.unite(target, others, by_hand=True)
        self._touched |= change.touched
        for number in others:
            self._record.become_part(number, target, actor=actor, reason=reason)
            withdraw(self.connection, number, into=target, now=self.now)
        self._close()

    def settle(self, numbers: Sequence[int]) -> None:
        """Let incidents whose quiet time is over say how they stand."""
        self._touched |= set(numbers)
        self._close()

    def _take(self, record: Received) -> Ingested:
        self._keep_raw(record)
        if record.alert is None:
            outcome = UNKNOWN if record.format is None else UNREADABLE
            return Ingested(outcome=outcome, reason=record.problem, raw=record.sha256)
        alert = record.alert
        subject = _NOTHING if alert.condition in UPDATES else subject_of(alert, self.topology)
        signal = Signal(
            at=alert.changed_at,
            condition=alert.condition,
            fired_at=alert.fired_at,
            title=str(redact_value(alert.title)),
            severity=alert.severity,
            services=subject.services,
            scopes=subject.scopes,
            owner=str(redact_value(alert.owner)),
            tag=alert.raw_sha256,
        )
        body = to_text(redact_value(alert.document()))
        if not self._add(alert.fingerprint, signal, sha256=record.sha256, body=body):
            number = self._groups.incident_of(alert.fingerprint, alert.changed_at)
            incident = incident_id(number) if number else None
            text = "the same message was taken in before"
            return Ingested(outcome=REDELIVERED, reason=text, raw=record.sha256, incident=incident, alert=alert)
        placement, change = self._groups.take_in(alert.fingerprint, signal)
        self._note(change)
        self._tell(alert, placement, change)
        incident = incident_id(placement.incident) if placement.incident else None
        return Ingested(
            outcome=placement.kind.value, reason=placement.reason, raw=record.sha256, incident=incident, alert=alert
        )

    def _keep_raw(self, record: Received) -> None:
        format_ = record.format.value if record.format else ""
        body, problem = str(redact_value(record.body)), str(redact_value(record.problem))
        self.connection.execute(_ADD_PAYLOAD, record.sha256, stamp(self.now), format_, problem, body)

    def _add(self, fingerprint: str, signal: Signal, *, sha256: str, body: str) -> bool:
        """Store a message; False where it is stored already."""
        fired = stamp(signal.fired_at) if signal.fired_at else ""
        rows = self.connection.execute(
            _ADD_ALERT,
            fingerprint,
            signal.condition.value,
            stamp(signal.at),
            fired,
            stamp(self.now),
            sha256,
            signal_text(signal),
            body,
        )
        return bool(rows)

    def _note(self, change: Change) -> None:
        self._touched |= change.touched
        self._begun |= change.begun
        self._merged |= change.merged
        for number, earlier in change.begun.items():
            incident = self._record.refresh(number)
            if incident is not None and earlier is not None:
                self._record.put(replace(incident, follows=incident_id(earlier)))
        for number, target in change.merged.items():
            self._record.refresh(target)
            self._record.become_part(number, target, reason="an alert belongs to both")
            withdraw(self.connection, number, into=target, now=self.now)

    def _tell(self, alert: Alert, placement: Placement, change: Change) -> None:
        for fingerprint, source, target in change.moved:
            refs = {"alert": fingerprint, "incident": incident_id(target)}
            text = f"An alert moved from {incident_id(source)} to {incident_id(target)}, as a late message tells."
            self._record.add_event(target, IncidentEventKind.ALERT_MOVED, text, refs=refs)
        number = placement.incident
        if number is None or not self._is_news(placement, alert):
            return
        if placement.kind is PlacementKind.JOINED:
            self._joined.add(number)
        links = [*alert.links, *([AlertLink("runbook", alert.runbook)] if alert.runbook else [])]
        self._links.setdefault(number, []).extend(links)
        refs = {"alert": alert.fingerprint, "reason": placement.reason, "placement": placement.kind.value}
        text, kind = _sentence(alert, placement), _UPDATES.get(alert.condition) or _EVENTS[placement.kind]
        self._record.add_event(number, kind, text, at=alert.changed_at, refs=refs)

    def _is_news(self, placement: Placement, alert: Alert) -> bool:
        """Whether the incident's record says it: of many repeats only some are told."""
        if placement.kind not in {PlacementKind.DUPLICATE, PlacementKind.LATE, PlacementKind.FLAPPING}:
            return True
        ((count,),) = self.connection.execute(
            "SELECT count(*) FROM alerts WHERE fingerprint = ? AND condition = ?",
            alert.fingerprint,
            Condition.FIRED.value,
        )
        n = int(str(count))
        return n <= _FEW or n & (n - 1) == 0

    def _close(self) -> None:
        for number in sorted(self._touched):
            self._record.refresh(number, links=self._links.get(number, ()))
        for number in sorted({*self._begun, *self._joined} - set(self._merged)):
            if self.triage:
                self._request(number)
        self.connection.execute(
            "UPDATE alert_members SET quiet_until = NULL WHERE quiet_until IS NOT NULL AND quiet_until <= ?",
            stamp(self.now),
        )

    def _request(self, number: int) -> None:
        incident = self._record.find(number)
        if incident is None:
            return
        if number not in self._begun:
            renew(self.connection, number, severity=incident.severity)
            return
        request = triage_request(
            number,
            message=telling_alert(self.connection, number),
            severity=incident.severity,
            now=self.now,
            debounce_s=self.debounce_s,
        )
        if enqueue(self.connection, request, now=self.now):
            text = f"A triage run was requested: {request.run}."
            refs = {"run": request.run}
            self._record.add_event(number, IncidentEventKind.RUN_REQUESTED, text, refs=refs)

    def _final(self, result: Ingested) -> Ingested:
        """Name the incident that one became part of later in the batch."""
        names = {incident_id(number): incident_id(target) for number, target in self._merged.items()}
        incident = result.incident
        while incident in names:
            incident = names[incident]
        return replace(result, incident=incident)


def _sentence(alert: Alert, placement: Placement) -> str:
    match alert.condition:
        case Condition.ASSIGNED:
            return f"The alert {alert.title!r} was given to {alert.owner or 'nobody'} at its sender."
        case Condition.RATED:
            return f"The alert {alert.title!r} was rated {alert.severity_word or alert.severity} at its sender."
        case Condition.NOTED:
            return f"Written about the alert {alert.title!r} at its sender: {alert.description or '(nothing)'}"
        case _:
            return _state_sentence(alert, placement)


def _state_sentence(alert: Alert, placement: Placement) -> str:
    words = {
        PlacementKind.NEW: "Opened by the alert {}: {}.",
        PlacementKind.JOINED: "The alert {} joined: {}.",
        PlacementKind.DUPLICATE: "The alert {} fired again: {}.",
        PlacementKind.REOPENED: "The alert {} fired again: {}.",
        PlacementKind.FLAPPING: "The alert {} fired again: {}.",
        PlacementKind.ACKNOWLEDGED: "The alert {} was acknowledged at its sender: {}.",
        PlacementKind.RESOLVES: "The alert {} was resolved: {}.",
        PlacementKind.LATE: "A message about the alert {} came late: {}.",
    }
    return words[placement.kind].format(repr(alert.title), placement.reason)
