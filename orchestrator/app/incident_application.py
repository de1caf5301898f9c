"""The application's part about incidents; implements `surfaces.incident_application`."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from orchestrator.app.configured import Configured
from orchestrator.surfaces.application import Document, IncidentChange, Listener


class IncidentApp(Configured):
    """Alerts in, and all that an incident shows."""

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
        """Take in the alerts of files."""
        from orchestrator.app.incidents import ingest_alerts  # noqa: PLC0415

        return await ingest_alerts(
            self._logged(),
            sources,
            format_name=format_name,
            mapping=mapping,
            headers=headers,
            triage=triage,
            listen=listen,
        )

    def list_incidents(self, *, statuses: Sequence[str], service: str | None, limit: int) -> tuple[Document, ...]:
        """Incidents, the newest first."""
        from orchestrator.app.incidents import list_incidents  # noqa: PLC0415

        return list_incidents(self.settings(), statuses=statuses, service=service, limit=limit)

    def show_incident(self, incident: str) -> Document:
        """An incident in full."""
        from orchestrator.app.incidents import show_incident  # noqa: PLC0415

        return show_incident(self.settings(), incident)

    def change_incident(self, incident: str, change: IncidentChange) -> Document:
        """Acknowledge, resolve, assign or merge."""
        from orchestrator.app.incidents import change_incident  # noqa: PLC0415

        return change_incident(self.settings(), incident, change)

    def unread_alerts(self, *, limit: int) -> tuple[Document, ...]:
        """What came in and could not be read."""
        from orchestrator.app.incidents import unread_payloads  # noqa: PLC0415

        return unread_payloads(self.settings(), limit=limit)

    def incident_timeline(self, incident: str, *, since: str | None, zone: str | None) -> Document:
        """All that happened to an incident."""
        from orchestrator.app.incident_views import incident_timeline  # noqa: PLC0415

        return incident_timeline(self.settings(), incident, since=since, zone=zone)

    def note_incident(self, incident: str, *, text: str, kind: str, about: str) -> Document:
        """Write a note or a pin."""
        from orchestrator.app.incident_views import add_note  # noqa: PLC0415

        return add_note(self.settings(), incident, text=text, kind=kind, about=about)

    def incident_summary(self, incident: str) -> Document:
        """An incident for whoever joins now."""
        from orchestrator.app.incident_views import incident_summary  # noqa: PLC0415

        return incident_summary(self.settings(), incident)

    def incident_update(self, incident: str, *, post: bool) -> Document:
        """A status update for stakeholders."""
        from orchestrator.app.incident_views import incident_update  # noqa: PLC0415

        return incident_update(self.settings(), incident, post=post)

    async def similar_incidents(self, incident: str, *, top: int) -> Document:
        """Past incidents like it."""
        from orchestrator.app.incident_views import similar_incidents  # noqa: PLC0415

        return await similar_incidents(self.settings(), incident, top=top)

    def incident_report(self, incident: str) -> Document:
        """The post-incident report."""
        from orchestrator.app.incident_views import incident_report  # noqa: PLC0415

        return incident_report(self.settings(), incident)

    def confirm_incident(self, incident: str, *, cause: str | None, wrong: bool, note: str) -> Document:
        """Store whether a verdict was right."""
        from orchestrator.app.incident_views import confirm_incident  # noqa: PLC0415

        return confirm_incident(self.settings(), incident, cause=cause, wrong=wrong, note=note)
