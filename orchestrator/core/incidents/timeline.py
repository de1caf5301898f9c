"""An incident's timeline: one list of all that happened, in the order of time, each entry with its source."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from orchestrator.core.handoffs import Claimed, Item, Released, Resolved
from orchestrator.core.incidents.dossier import Act, ActKind, Dossier, Mark, Note, NoteKind, RunRecord, event_id
from orchestrator.core.incidents.incident import IncidentEvent, IncidentEventKind
from orchestrator.core.incidents.receipts import receipts_of
from orchestrator.core.incidents.sentences import one_line
from orchestrator.core.incidents.wording import asked_for, concluded, marked
from orchestrator.core.report import Json
from orchestrator.core.table import iso_utc

HIGHLIGHTS = 6  # claims of one run


class EntryKind(StrEnum):
    """What an entry tells of; entries of one moment come in this order."""

    ALERT = "alert"
    STATUS = "status"
    MESSAGE = "message"
    RUN = "run"
    EVIDENCE = "evidence"
    ACTION = "action"
    APPROVAL = "approval"
    HANDOFF = "handoff"
    NOTE = "note"
    UPDATE = "update"
    PIN = "pin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened.

    Attributes:
        text: Rendered by code; a person's own words stand behind their name.
        who: Who did it; empty for the program.
        receipts: What it rests on; the first is its source.
    """

    at: datetime
    kind: EntryKind
    text: str
    receipts: tuple[str, ...]
    who: str = ""

    def document(self) -> Json:
        """As JSON."""
        return {
            "at": iso_utc(self.at),
            "kind": self.kind.value,
            "text": self.text,
            "who": self.who or None,
            "source": self.receipts[0],
            "receipts": list(self.receipts),
        }


def timeline(dossier: Dossier, *, since: datetime | None = None) -> tuple[Entry, ...]:
    """All entries from `since` on, oldest first; what an entry is about and the record no longer holds is not cited."""
    held = receipts_of(dossier)
    found = [
        replace(entry, receipts=tuple(name for name in entry.receipts if name in held)) for entry in _every(dossier)
    ]
    order = tuple(EntryKind)
    ordered = sorted(found, key=lambda entry: (entry.at, order.index(entry.kind)))  # of equals the record's own order
    return tuple(entry for entry in ordered if since is None or entry.at >= since)


def _every(dossier: Dossier) -> Iterator[Entry]:
    attached = {run.run for run in dossier.runs}
    for event in dossier.events:
        told = event.kind is IncidentEventKind.RUN_ATTACHED and str(event.refs.get("run")) in attached
        told |= event.kind is IncidentEventKind.CAUSE_CONFIRMED and any(
            mark.cause == event.refs.get("cause") for mark in dossier.marks
        )
        if not told:  # by the run or the mark itself
            yield _of_event(event)
    automatic = {str(event.refs.get("run")) for event in dossier.events if not event.actor}
    for run in dossier.runs:
        yield from _of_run(run, by_program=run.run in automatic)
    for act in dossier.acts:
        yield from _of_act(act)
    yield from map(_of_note, dossier.notes)
    yield from map(_of_mark, dossier.marks)
    for item in dossier.items:
        yield from _of_item(item)


_ALERTS = frozenset(
    {
        IncidentEventKind.ALERT_JOINED,
        IncidentEventKind.ALERT_REPEATED,
        IncidentEventKind.ALERT_RESOLVED,
        IncidentEventKind.ALERT_MOVED,
        IncidentEventKind.FLAPPING,
    }
)
_RUNS = frozenset({IncidentEventKind.RUN_REQUESTED, IncidentEventKind.RUN_ATTACHED})


def _of_event(event: IncidentEvent) -> Entry:
    if event.kind in _ALERTS:
        kind = EntryKind.ALERT
    elif event.kind in _RUNS:
        kind = EntryKind.RUN
    else:
        kind = EntryKind.NOTE if event.kind is IncidentEventKind.NOTED else EntryKind.STATUS
    alert = event.refs.get("alert")
    about = (f"alert:{alert}",) if isinstance(alert, str) and alert else ()
    return Entry(at=event.at, kind=kind, text=one_line(event.text), receipts=(event_id(event), *about), who=event.actor)


def _of_run(run: RunRecord, *, by_program: bool) -> Iterator[Entry]:
    kind = EntryKind.RUN if by_program else EntryKind.MESSAGE
    asked = asked_for(run)
    said = f"Run {run.run} started: {asked}" if by_program else f"Asked: {asked} (run {run.run})"
    yield Entry(at=run.at, kind=kind, text=said, receipts=(run.id,))
    for claim_id in [*run.shown][:HIGHLIGHTS]:
        moments = [_moment(run.evidence[name].get("at")) for name in run.receipts_of(claim_id) if name in run.evidence]
        known = [moment for moment in moments if moment is not None]
        if known:
            yield Entry(
                at=max(known),
                kind=EntryKind.EVIDENCE,
                text=one_line(run.claims[claim_id].get("text")),
                receipts=run.receipts_of(claim_id),
            )
    if run.finished_at is not None:
        yield Entry(at=run.finished_at, kind=EntryKind.RUN, text=concluded(run), receipts=(run.id,))


def _of_act(act: Act) -> Iterator[Entry]:
    for event in act.events:
        yield Entry(
            at=event.at,
            kind=EntryKind.APPROVAL if event.kind is ActKind.APPROVAL else EntryKind.ACTION,
            text=one_line(f"{act.id} ({act.title}): {event.text}"),
            receipts=(act.event_id(event),),
            who=event.who,
        )


_KINDS = {NoteKind.NOTE: EntryKind.NOTE, NoteKind.UPDATE: EntryKind.UPDATE, NoteKind.PIN: EntryKind.PIN}


def _of_note(note: Note) -> Entry:
    about = (note.about,) if note.about else ()
    said = {NoteKind.NOTE: "noted", NoteKind.UPDATE: "posted the update", NoteKind.PIN: "pinned"}[note.kind]
    return Entry(
        at=note.at,
        kind=_KINDS[note.kind],
        text=f"{note.who} {said}: {one_line(note.text, limit=600)}",
        receipts=(note.id, *about),
        who=note.who,
    )


def _of_mark(mark: Mark) -> Entry:
    return Entry(at=mark.at, kind=EntryKind.STATUS, text=marked(mark), receipts=(mark.id,), who=mark.who)


def _of_item(item: Item) -> Iterator[Entry]:
    receipts: Sequence[str] = (f"handoff:{item.id}",)
    owner = f" for {item.parked.owner}" if item.parked.owner else ""
    yield Entry(
        at=item.parked.opened_at,
        kind=EntryKind.HANDOFF,
        text=f"{item.id} opened{owner}: {one_line(item.parked.title)}",
        receipts=tuple(receipts),
    )
    for change in item.changes:
        match change:
            case Claimed():
                said = f"{item.id} taken by {change.who}"
            case Released():
                said = f"{item.id} given back by {change.who}" + (f": {one_line(change.note)}" if change.note else "")
            case Resolved():
                said = f"{item.id} settled by {change.who}: {one_line(change.note)}"
            case _:
                assert_never(change)
        yield Entry(at=change.at, kind=EntryKind.HANDOFF, text=said, receipts=tuple(receipts), who=change.who)


def _moment(value: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found is None or found.tzinfo is not None else None
