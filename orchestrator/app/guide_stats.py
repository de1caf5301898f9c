"""How guides did, and which alerts none of them covers."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from orchestrator.app.state import open_state
from orchestrator.core.guide_record import GuideRecord, Uncovered
from orchestrator.core.incidents.incident import Incident, IncidentStatus
from orchestrator.core.report import Json
from orchestrator.settings import Settings
from orchestrator.store.guide_uses import GuideUses
from orchestrator.store.incidents import StoredIncidents

if TYPE_CHECKING:
    from orchestrator.store.database import Database
    from playbooks.guide import Guide

MOST_INCIDENTS = 2_000  # the newest ones
_UNCOVERED = "not_covered"


def guide_stats(settings: Settings, guides: "Iterable[Guide]", *, now: datetime | None = None) -> Json:
    """`guides` by how much they are used, and `uncovered` alerts by how many incidents and how much time they took."""
    known = {guide.id: guide for guide in guides}
    with open_state(settings) as database:
        records = dict(GuideUses(database).records())
        uncovered = uncovered_alerts(database, now=now or datetime.now(UTC))
    for name in known:
        records.setdefault(name, GuideRecord(guide=name))
    ranked = sorted(records.values(), key=lambda record: (-record.used, record.guide))
    return {
        "guides": [
            {
                **record.document(),
                "title": known[record.guide].title if record.guide in known else None,
                "current_version": known[record.guide].version if record.guide in known else None,
            }
            for record in ranked
        ],
        "uncovered": [item.document() for item in uncovered],
    }


def uncovered_alerts(database: "Database", *, now: datetime) -> list[Uncovered]:
    """Rules and services whose incidents no guide covered: the most frequent first, then the most costly."""
    incidents = StoredIncidents(database)
    grouped: dict[tuple[str, str], list[Incident]] = {}
    for incident in incidents.listed(limit=MOST_INCIDENTS):
        if incident.status is IncidentStatus.MERGED or (incident.verdict or {}).get("status") != _UNCOVERED:
            continue
        service = incident.services[0] if incident.services else ""
        for rule in dict.fromkeys(alert.rule for alert in incidents.alerts(incident.id) if alert.rule):
            grouped.setdefault((rule, service), []).append(incident)
    found = [_uncovered(rule, service, group, now) for (rule, service), group in grouped.items()]
    return sorted(found, key=lambda item: (-item.incidents, -item.minutes, item.rule, item.service))


def _uncovered(rule: str, service: str, group: list[Incident], now: datetime) -> Uncovered:
    lasted = sum(((incident.resolved_at or now) - incident.started_at).total_seconds() for incident in group)
    return Uncovered(
        rule=rule,
        service=service,
        incidents=len(group),
        minutes=round(lasted / 60),
        newest=group[0].id,
        draft=f"switchboard guides new {_guide_id(rule)} --guides ./guides",
    )


def _guide_id(rule: str) -> str:
    found = re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", rule).lower()).strip("_")
    return found if found[:1].isalpha() else f"alert_{found}".rstrip("_")
