"""What the surfaces ask of the application about incidents."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from orchestrator.core.events import Event

Document = dict[str, object]
Listener = Callable[[Event], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentChange:
    """What a person does with an incident.

    Attributes:
        what: ack, resolve, assign or merge.
        others: The incidents that become part of it.
        owner: Who gets it; empty is the person.
    """

    what: str
    others: tuple[str, ...] = ()
    owner: str = ""
    note: str = ""


class IncidentApplication(Protocol):
    """Alerts in, and all that an incident shows. Heavy imports happen inside the methods."""

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
        """Take in the alerts of files (name, content): `alerts`, `incidents`, `runs`, `waiting`, `rejected`, `worker`.

        Where no worker lives, the triage runs of the worst incidents are carried out here.
        """
        ...

    def list_incidents(self, *, statuses: Sequence[str], service: str | None, limit: int) -> tuple[Document, ...]:
        """Incidents, the newest first; no statuses are all but merged ones."""
        ...

    def show_incident(self, incident: str) -> Document:
        """An incident with its `messages`, `events` and `reports`; InputError with the nearest ids."""
        ...

    def change_incident(self, incident: str, change: IncidentChange) -> Document:
        """Do that as this user; the incident as it stands then. InputError where it cannot be done."""
        ...

    def unread_alerts(self, *, limit: int) -> tuple[Document, ...]:
        """What came in and could not be read, newest first: `sha256`, `received_at`, `format`, `problem`, `body`."""
        ...

    def incident_timeline(self, incident: str, *, since: str | None, zone: str | None) -> Document:
        """All that happened to an incident, in order; InputError with the nearest ids when there is none."""
        ...

    def note_incident(self, incident: str, *, text: str, kind: str, about: str) -> Document:
        """Write a note or a pin as this user; a pin may be about a source of the timeline."""
        ...

    def incident_summary(self, incident: str) -> Document:
        """An incident for whoever joins now: `sections` of sentences with their receipts."""
        ...

    def incident_update(self, incident: str, *, post: bool) -> Document:
        """A status update for stakeholders; `post` notes that it was posted."""
        ...

    async def similar_incidents(self, incident: str, *, top: int) -> Document:
        """Past incidents like it, with the reasons and their causes as hypotheses."""
        ...

    def incident_report(self, incident: str) -> Document:
        """The post-incident report: sections, timeline and numbered receipts."""
        ...

    def confirm_incident(self, incident: str, *, cause: str | None, wrong: bool, note: str) -> Document:
        """Store what the cause was, or that the verdict was wrong, as this user; with the guide's record after it."""
        ...
