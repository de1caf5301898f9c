"""Incidents as rows: alerts taken in, and what people decide about them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

from orchestrator.core.alerts.alert import Alert, read_alert
from orchestrator.core.alerts.parse import Received
from orchestrator.core.errors import InputError
from orchestrator.core.incidents.incident import Incident, IncidentEvent, IncidentEventKind, IncidentStatus
from orchestrator.core.incidents.occurrence import GroupingSettings
from orchestrator.core.incidents.topology import NoTopology, Topology
from orchestrator.core.redaction import redact_value
from orchestrator.core.report import Json
from orchestrator.store.database import Connection, Database
from orchestrator.store.documents import from_stamp, from_text, stamp
from orchestrator.store.incident_groups import AlertGroups
from orchestrator.store.incident_ingest import Ingest, Ingested
from orchestrator.store.incident_record import IncidentRecord
from orchestrator.store.incident_rows import incident_id, marks, number_of, read_event, read_incident
from orchestrator.store.incident_triage import DEBOUNCE_S

ALONE = "incidents"
BATCH = 200
_DEFAULT = GroupingSettings()
_MAX_HOPS = 100


def _wall_clock() -> datetime:
    return datetime.now(UTC)


class StoredIncidents:
    """Incidents of a state store; every method may raise `StoreError`.

    Args:
        database: The store.
        topology: The inventory of services.
        settings: The spans by which alerts are grouped.
        clock: When things are written down, and whether a quiet time is over.
        debounce_s: How long a new incident's run waits for the alerts that belong to it.
    """

    def __init__(
        self,
        database: Database,
        *,
        topology: Topology | None = None,
        settings: GroupingSettings = _DEFAULT,
        clock: Callable[[], datetime] = _wall_clock,
        debounce_s: float = DEBOUNCE_S,
    ) -> None:
        self._database = database
        self._topology = topology or NoTopology()
        self._settings = settings
        self._clock = clock
        self._debounce_s = debounce_s

    def ingest(self, records: Sequence[Received], *, triage: bool = True) -> list[Ingested]:
        """Take records in; whatever is returned is stored for good. What was taken in before changes nothing."""
        results: list[Ingested] = []
        for start in range(0, len(records), BATCH):
            with self._alone() as connection:
                results += self._ingest(connection, triage=triage).run(records[start : start + BATCH])
        return results

    def settle(self) -> int:
        """Resolve what flapped and has been quiet; how many incidents were looked at."""
        now = stamp(self._clock())
        sql = "SELECT DISTINCT incident FROM alert_members WHERE quiet_until IS NOT NULL AND quiet_until <= ?"
        if not self._database.read(sql, now):
            return 0
        with self._alone() as connection:
            numbers = [int(str(number)) for (number,) in connection.execute(sql, now)]
            self._ingest(connection).settle(numbers)
        return len(numbers)

    def find(self, incident: str) -> Incident | None:
        """The incident of an id, as it is stored; None where there is none."""
        number = number_of(incident)
        rows = self._database.read("SELECT number, body FROM incidents WHERE number = ?", number) if number else []
        return read_incident(rows[0]) if rows else None

    def current(self, incident: str) -> Incident | None:
        """The incident of an id, or the one that it became part of."""
        found = self.find(incident)
        for _ in range(_MAX_HOPS):
            if found is None or found.merged_into is None:
                break
            found = self.find(found.merged_into)
        return found

    def listed(
        self, *statuses: IncidentStatus, service: str | None = None, limit: int = 50, before: datetime | None = None
    ) -> list[Incident]:
        """Incidents that began last first; those of these statuses, of a service, that began before a time."""
        where, values = ["started_at < ?"], [stamp(before) if before else "9999"]
        if statuses:
            where.append(f"status IN ({marks(statuses)})")
            values += [status.value for status in statuses]
        found: list[Incident] = []
        sql = (
            f"SELECT number, body FROM incidents WHERE {' AND '.join(where)} "  # noqa: S608  # constants and places
            "ORDER BY started_at DESC, number DESC"
        )
        for row in self._database.read(sql if service else f"{sql} LIMIT {limit:d}", *values):
            incident = read_incident(row)
            if service is None or service.casefold() in map(str.casefold, incident.services):
                found.append(incident)
        return found[:limit]

    def events(self, incident: str, *, since: datetime | None = None) -> list[IncidentEvent]:
        """An incident's record, in the order in which it was written."""
        rows = self._database.read(
            "SELECT number, seq, at, recorded_at, kind, actor, text, refs FROM incident_events "
            "WHERE number = ? AND recorded_at >= ? ORDER BY seq",
            number_of(incident),
            stamp(since) if since else "",
        )
        return list(map(read_event, rows))

    def alerts(self, incident: str) -> list[Alert]:
        """The messages about an incident's alerts, in the order of their times."""
        rows = self._database.read(
            "SELECT a.body FROM alerts a JOIN alert_members m ON m.fingerprint = a.fingerprint AND m.start = "
            "(SELECT max(l.start) FROM alert_members l WHERE l.fingerprint = a.fingerprint AND l.start <= a.at) "
            "WHERE m.incident = ? AND a.sha256 <> '' ORDER BY a.at, a.received_at, a.fingerprint",
            number_of(incident),
        )
        return [read_alert(from_text(body, what=f"an alert of {incident}")) for (body,) in rows]

    def raw(self, sha256: str) -> Json | None:
        """A payload as it was received, but for secrets."""
        rows = self._database.read(
            "SELECT sha256, received_at, format, problem, body FROM alert_payloads WHERE sha256 = ?", sha256
        )
        return _payload(rows[0]) if rows else None

    def unread(self, *, limit: int = 50) -> list[Json]:
        """The payloads that could not be read, newest first."""
        rows = self._database.read(
            "SELECT sha256, received_at, format, problem, body FROM alert_payloads WHERE problem <> '' "
            "ORDER BY received_at DESC, sha256 LIMIT ?",
            limit,
        )
        return list(map(_payload, rows))

    def acknowledge(self, incident: str, *, who: str) -> Incident:
        """Say that somebody looks after it; InputError where it is not open."""
        with self._alone() as connection:
            record, number, found = self._open(connection, incident)
            now = record.now
            taken = replace(found, acknowledged_at=now, acknowledged_by=who, status=IncidentStatus.ACKNOWLEDGED)
            record.put(taken)
            record.add_event(number, IncidentEventKind.ACKNOWLEDGED, f"Acknowledged by {who}.", actor=who)
        return taken

    def assign(self, incident: str, *, owner: str, who: str) -> Incident:
        """Give it to somebody; the inventory's owner no longer counts."""
        with self._alone() as connection:
            record, number, found = self._known(connection, incident)
            given = replace(found, owner=str(redact_value(owner)))
            record.put(given, held=True)
            text = f"Assigned to {given.owner} by {who}."
            record.add_event(number, IncidentEventKind.ASSIGNED, text, actor=who, refs={"owner": given.owner})
        return given

    def resolve(self, incident: str, *, who: str, note: str = "") -> Incident:
        """End it and all its alerts now; what fires again soon opens it again."""
        with self._alone() as connection:
            record, number, found = self._open(connection, incident)
            why = f": {note}" if note else ""
            record.add_event(number, IncidentEventKind.NOTED, f"Resolved by hand by {who}{why}.", actor=who)
            self._ingest(connection).resolve_by_hand(found.alerts)
            return record.find(number) or found

    def merge(self, others: Sequence[str], *, into: str, who: str, reason: str = "") -> Incident:
        """Make incidents one; they stay so, whatever comes in late."""
        with self._alone() as connection:
            record, target, found = self._known(connection, into)
            numbers = sorted({self._known(connection, other)[1] for other in others} - {target})
            if not numbers:
                raise InputError(f"{found.id} cannot be merged into itself; name another incident")
            self._ingest(connection).unite(target, numbers, actor=who, reason=reason or f"{who} says so")
            return record.find(target) or found

    def attach_run(self, incident: str, run: str, *, verdict: Json | None = None, who: str = "") -> Incident:
        """Record that a run was about it, and what it concluded; the newest verdict counts. Once each.

        Args:
            incident: Its id.
            run: The run's id.
            verdict: The report's.
            who: The person who asked; empty where it ran by itself.
        """
        with self._alone() as connection:
            record, number, found = self._known(connection, incident)
            if run in found.runs and (verdict is None or verdict == found.verdict):
                return found
            kept = replace(found, runs=tuple(dict.fromkeys((*found.runs, run))), verdict=verdict or found.verdict)
            record.put(kept)
            summary = str((verdict or {}).get("summary") or (verdict or {}).get("status") or "it gave no verdict")
            refs = {"run": run, "verdict": verdict}
            record.add_event(
                number, IncidentEventKind.RUN_ATTACHED, f"Run {run} ended: {summary}.", actor=who, refs=refs
            )
        return kept

    def confirm(self, incident: str, *, cause: str, who: str) -> Incident:
        """Record what the cause was; once each."""
        with self._alone() as connection:
            record, number, found = self._known(connection, incident)
            if cause in found.causes:
                return found
            kept = replace(found, causes=(*found.causes, cause))
            record.put(kept)
            text = f"{who} confirmed the cause {cause}."
            record.add_event(number, IncidentEventKind.CAUSE_CONFIRMED, text, actor=who, refs={"cause": cause})
        return kept

    @contextmanager
    def _alone(self) -> Iterator[Connection]:
        with self._database.transaction(alone=ALONE) as connection:
            yield connection

    def _ingest(self, connection: Connection, *, triage: bool = True) -> Ingest:
        return Ingest(
            connection=connection,
            topology=self._topology,
            settings=self._settings,
            now=self._clock(),
            triage=triage,
            debounce_s=self._debounce_s,
        )

    def _known(self, connection: Connection, incident: str) -> tuple[IncidentRecord, int, Incident]:
        """An incident that is not part of another, following what became of it; InputError where there is none."""
        groups = AlertGroups(connection, topology=self._topology, settings=self._settings)
        record = IncidentRecord(connection, groups, topology=self._topology, settings=self._settings, now=self._clock())
        number = number_of(incident)
        found = record.find(number) if number else None
        for _ in range(_MAX_HOPS):
            if found is None or found.merged_into is None:
                break
            number = number_of(found.merged_into)
            found = record.find(number) if number else None
        if found is None or number is None:
            raise InputError(f"there is no incident {incident!r}; `switchboard incidents list` shows those there are")
        return record, number, found

    def _open(self, connection: Connection, incident: str) -> tuple[IncidentRecord, int, Incident]:
        record, number, found = self._known(connection, incident)
        if found.status is IncidentStatus.RESOLVED:
            raise InputError(f"{incident_id(number)} is resolved already; an alert that fires again opens it")
        return record, number, found


def _payload(row: Sequence[object]) -> Json:
    sha256, received_at, format_, problem, body = row
    return {
        "sha256": str(sha256),
        "received_at": from_stamp(received_at).isoformat(),
        "format": str(format_) or None,
        "problem": str(problem) or None,
        "body": str(body),
    }
