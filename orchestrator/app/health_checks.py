"""What follows from a scheduled guide's report: trouble becomes an incident, and health resolves it."""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from orchestrator.app.handoff_jobs import park_follow
from orchestrator.core.alerts.alert import Alert
from orchestrator.core.alerts.parse import Reading, Received, read_payload
from orchestrator.core.incidents.incident import Incident, IncidentStatus
from orchestrator.core.queueing import QueuedRun
from orchestrator.core.report import Json
from orchestrator.core.schedules import is_healthy
from orchestrator.core.table import iso_utc
from orchestrator.store.incidents import StoredIncidents

if TYPE_CHECKING:
    from orchestrator.app.carrying import Follow
    from orchestrator.store.database import Database
    from playbooks.services import Services

_MOST = 1_000
_CAUSE = "cause_found"


def health_follow(database: "Database", *, services: "Services", incidents: StoredIncidents) -> "Follow":
    """What follows from the report of a scheduled run, however often it is called for it.

    A cause that was found is an alert of the schedule, with this run as its triage; a healthy verdict resolves that
    alert. What cannot be told changes no incident and is parked for a person, once a day.
    """
    park = park_follow(database, services)

    async def follow(taken: QueuedRun, report: Json) -> None:
        await asyncio.to_thread(_told, incidents, taken, report, services)
        await park(taken, report)

    return follow


def _told(incidents: StoredIncidents, taken: QueuedRun, report: Json, services: "Services") -> None:
    verdict = report.get("verdict")
    found = verdict if isinstance(verdict, dict) else {}
    alert = _alert(taken, report, services)
    if alert.alert is None:
        return
    standing = _standing(incidents, alert.alert)
    if is_healthy(report):
        if standing is not None:
            incidents.ingest([alert], triage=False)
    elif found.get("status") == _CAUSE and standing is None:
        (ingested,) = incidents.ingest([alert], triage=False)
        if ingested.incident is not None:
            incidents.attach_run(ingested.incident, taken.run, verdict=found)


def _standing(incidents: StoredIncidents, alert: Alert) -> Incident | None:
    """The incident in which this schedule's trouble is not over yet."""
    listed = incidents.listed(IncidentStatus.OPEN, IncidentStatus.ACKNOWLEDGED, limit=_MOST)
    return next((incident for incident in listed if alert.fingerprint in incident.alerts), None)


def _alert(taken: QueuedRun, report: Json, services: "Services") -> Received:
    """The report as the schedule's own alert, at the time for which the run was asked."""
    rule, healthy = taken.request.by, is_healthy(report)
    verdict = report.get("verdict")
    summary = verdict.get("summary") if isinstance(verdict, Mapping) else ""
    payload = {
        "title": f"{rule}: {summary or report.get('message') or 'the check found something'}",
        "rule": rule,
        "fingerprint": rule,
        "status": "resolved" if healthy else "firing",
        "resolved_at" if healthy else "fired_at": iso_utc(taken.requested_at),
        "service": _service(report, services),
        "severity": "warning",
    }
    text = json.dumps(payload)
    (received,) = read_payload(json.loads(text), Reading(), at=datetime.now(UTC))
    return received


def _service(report: Json, services: "Services") -> str | None:
    """The first parameter of the run that names a service of the inventory."""
    parameters = report.get("parameters")
    values = parameters.values() if isinstance(parameters, Mapping) else ()
    known = (services.find(value) for value in values if isinstance(value, str))
    return next((service.id for service in known if service is not None), None)
