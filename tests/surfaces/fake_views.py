"""The part of the fake application that shows incidents: real documents of a made-up dossier."""

from datetime import datetime
from pathlib import Path

from dossiers import ALERT, dossier, later, mark, note

from orchestrator.core.errors import InputError
from orchestrator.core.guide_record import GuideRecord, Uncovered
from orchestrator.core.incidents.dossier import NoteKind, Outcome
from orchestrator.core.incidents.postmortem import write_postmortem
from orchestrator.core.incidents.similar import compare, profile
from orchestrator.core.incidents.summary import status_update, summarise
from orchestrator.core.incidents.timeline import timeline
from orchestrator.surfaces.application import Document, Options

HOSTILE = "\x1b[31mred\x1b[0m\u202e"


class FakeIncidentViews:
    """The views of one incident, INC-3; every other is unknown."""

    def incident_timeline(self, incident: str, *, since: str | None, zone: str | None) -> Document:
        _known(incident)
        start = datetime.fromisoformat(since) if since else None
        entries = [entry.document() for entry in timeline(dossier(), since=start)]
        return {"incident": "INC-3", "since": since, "entries": entries}

    def note_incident(self, incident: str, *, text: str, kind: str, about: str) -> Document:
        _known(incident)
        return note(4, 50, NoteKind(kind), text or ALERT.title, about=about).document()

    def incident_summary(self, incident: str) -> Document:
        _known(incident)
        return {"incident": "INC-3", "sections": [section.document() for section in summarise(dossier())]}

    def incident_update(self, incident: str, *, post: bool) -> Document:
        _known(incident)
        return {"incident": "INC-3", "recorded": post, **status_update(dossier(), now=later(60)).document()}

    async def similar_incidents(self, incident: str, *, top: int) -> Document:
        _known(incident)
        mine = profile(dossier())
        found = [compare(mine, mine, text=1.0).document()][:top]
        return {"incident": "INC-3", "similar": [{**item, "incident": "INC-1"} for item in found]}

    def incident_report(self, incident: str) -> Document:
        _known(incident)
        return write_postmortem(dossier(), now=later(60)).document()

    def confirm_incident(self, incident: str, *, cause: str | None, wrong: bool, note: str) -> Document:
        _known(incident)
        found = mark(Outcome.WRONG if wrong else Outcome.CONFIRMED, cause=cause or "")
        return {**found.document(), "record": {"used": 14, "confirmed": 11, "wrong": 2}}

    def guide_stats(self, guides: Path | None) -> Document:
        record = GuideRecord(
            guide="deploy_regression", used=14, confirmed=11, wrong=2, last_used=later(0), version="abc"
        )
        missing = Uncovered(
            rule=f"DiskFull {HOSTILE}",
            service="store",
            incidents=3,
            minutes=1_200,
            newest="INC-2",
            draft="switchboard guides new",
        )
        return {
            "guides": [{**record.document(), "title": "After a deployment", "current_version": None}],
            "uncovered": [missing.document()],
        }

    async def discover_services(self, options: Options, *, out: Path | None) -> Document:
        changes = {
            "added": ["cart"],
            "changed": [{"service": "orders", "field": "namespaces", "value": "prod"}],
            "vanished": ["billing"],
            "unseen": [{"service": "orders", "depends_on": "billing"}],
        }
        service = {
            "id": "cart",
            "role_names": ["cart"],
            "requests": 5,
            "depends_on": [{"service": "orders", "calls": 3, "traced": True}],
            "hosts": [{"host": "gw.example.com", "calls": 1}],
            "namespaces": [],
            "resource_ids": [],
            "shared": [],
        }
        return {
            "source": "files",
            "origin": "log files up to 2026-11-22T10:45:00Z",
            "notes": [f"pods: no table {HOSTILE}"],
            "path": str(out) if out else None,
            "services": [service],
            "changes": changes,
            "text": "services:\n  - id: cart\n",
        }


def _known(incident: str) -> None:
    if incident != "INC-3":
        raise InputError(f"there is no incident {incident!r}; the nearest are INC-3")
