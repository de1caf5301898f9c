"""What people say of incidents as rows: notes, updates and pins, and whether a verdict was right."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from orchestrator.core.errors import StoreError
from orchestrator.core.incidents.dossier import Mark, Note, NoteKind, Outcome
from orchestrator.core.redaction import redact_value
from orchestrator.store.database import Connection, Database, Row
from orchestrator.store.documents import from_stamp, from_text, stamp, to_text

ALONE = "incident_remarks"


def _wall_clock() -> datetime:
    return datetime.now(UTC)


class StoredRemarks:
    """Notes and marks of a state store; every method may raise `StoreError`. Texts are redacted on their way in."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = _wall_clock) -> None:
        self._database = database
        self._clock = clock

    def add_note(self, incident: str, *, who: str, kind: NoteKind, text: str, about: str = "") -> Note:
        """Store a note; it is numbered and stamped here."""
        with self._database.transaction(alone=ALONE) as connection:
            note = Note(
                incident=incident,
                number=_next(connection, "incident_notes", incident),
                at=self._clock(),
                who=who,
                kind=kind,
                text=str(redact_value(text)),
                about=about,
            )
            connection.execute(
                "INSERT INTO incident_notes (incident, number, at, body) VALUES (?, ?, ?, ?)",
                incident,
                note.number,
                stamp(note.at),
                to_text({"who": who, "kind": kind.value, "text": note.text, "about": about}),
            )
        return note

    def notes(self, incident: str) -> tuple[Note, ...]:
        """An incident's notes, oldest first."""
        rows = self._database.read(
            "SELECT number, at, body FROM incident_notes WHERE incident = ? ORDER BY number", incident
        )
        return tuple(_note(incident, row) for row in rows)

    def add_mark(self, mark: Mark) -> Mark:
        """Store a person's word on a verdict; its number and time are given here."""
        with self._database.transaction(alone=ALONE) as connection:
            number = _next(connection, "incident_marks", mark.incident)
            stored = replace(mark, number=number, at=self._clock(), note=str(redact_value(mark.note)))
            body = {
                "who": stored.who,
                "version": stored.version,
                "cause": str(redact_value(stored.cause)),
                "note": stored.note,
            }
            connection.execute(
                "INSERT INTO incident_marks (incident, number, at, run, guide, outcome, body) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                stored.incident,
                number,
                stamp(stored.at),
                stored.run,
                stored.guide,
                stored.outcome.value,
                to_text(body),
            )
        return stored

    def marks(self, incident: str) -> tuple[Mark, ...]:
        """An incident's marks, oldest first."""
        rows = self._database.read(
            "SELECT number, at, run, guide, outcome, body FROM incident_marks WHERE incident = ? ORDER BY number",
            incident,
        )
        return tuple(_mark(incident, row) for row in rows)


def _next(connection: Connection, table: str, incident: str) -> int:
    ((last,),) = connection.execute(
        f"SELECT coalesce(max(number), 0) FROM {table} WHERE incident = ?",  # noqa: S608  # a constant of this module
        incident,
    )
    return int(str(last)) + 1


def _note(incident: str, row: Row) -> Note:
    number, at, body = row
    found = from_text(body, what=f"note {number} of {incident}")
    try:
        return Note(
            incident=incident,
            number=int(str(number)),
            at=from_stamp(at),
            who=found["who"],
            kind=NoteKind(found["kind"]),
            text=found["text"],
            about=found["about"],
        )
    except (KeyError, ValueError, TypeError) as error:
        raise _unreadable(f"note {number} of {incident}") from error


def _mark(incident: str, row: Row) -> Mark:
    number, at, run, guide, outcome, body = row
    found = from_text(body, what=f"mark {number} of {incident}")
    try:
        return Mark(
            incident=incident,
            number=int(str(number)),
            at=from_stamp(at),
            who=found["who"],
            outcome=Outcome(str(outcome)),
            run=str(run),
            guide=str(guide),
            version=found["version"],
            cause=found["cause"],
            note=found["note"],
        )
    except (KeyError, ValueError, TypeError) as error:
        raise _unreadable(f"mark {number} of {incident}") from error


def _unreadable(what: str) -> StoreError:
    return StoreError(f"the state store holds {what} in a form that this program does not know; use the newer program")
