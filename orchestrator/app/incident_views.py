"""What people see of an incident and say about it; each function opens the state store of the settings."""

import asyncio
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from orchestrator.app.dossiers import load_dossier
from orchestrator.app.identity import this_user
from orchestrator.app.incident_search import similar_shown, similar_to
from orchestrator.app.state import open_state
from orchestrator.core.errors import InputError
from orchestrator.core.guide_record import GuideRecord
from orchestrator.core.incidents.dossier import Dossier, Mark, NoteKind, Outcome
from orchestrator.core.incidents.postmortem import write_postmortem
from orchestrator.core.incidents.receipts import receipts_of
from orchestrator.core.incidents.summary import status_update, summarise
from orchestrator.core.incidents.timeline import timeline
from orchestrator.core.redaction import redact_value
from orchestrator.core.report import Json
from orchestrator.core.table import iso_utc
from orchestrator.core.times import find_span
from orchestrator.settings import Settings
from orchestrator.store.guide_uses import GuideUses
from orchestrator.store.incidents import StoredIncidents
from orchestrator.store.remarks import StoredRemarks

if TYPE_CHECKING:
    from orchestrator.store.database import Database

_SETTLED = frozenset({"cause_found", "healthy"})
_CAUSE = re.compile(r"\S(?:.{0,198}\S)?")


def incident_timeline(settings: Settings, incident: str, *, since: str | None, zone: str | None) -> Json:
    """`incident`, `since` and `entries`, oldest first; `since` is a time in words or ISO 8601."""
    start = _since(since, zone=zone or settings.tz or "UTC") if since else None
    with open_state(settings) as database:
        dossier = load_dossier(database, incident)
    return _cleaned(
        {
            "incident": dossier.id,
            "since": iso_utc(start) if start else None,
            "entries": [entry.document() for entry in timeline(dossier, since=start)],
        }
    )


def _since(text: str, *, zone: str) -> datetime:
    """The moment of `noon`, `10:20`, `2026-11-22T10:20Z`; InputError where it is none."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        span = find_span(f"since {text}", now=datetime.now(UTC), tz=ZoneInfo(zone))
        if span.start is None or span.unread:
            raise InputError(f"--since {text!r} is no time: write noon, 10:20 or 2026-11-22T10:20Z") from None
        return span.start
    return (found.replace(tzinfo=ZoneInfo(zone)) if found.tzinfo is None else found).astimezone(UTC)


def add_note(settings: Settings, incident: str, *, text: str, kind: str, about: str = "") -> Json:
    """Store what this user writes; `about` is a receipt's id that a pin holds up."""
    if not text.strip() and not about:
        raise InputError("the note is empty; say what is to be noted")
    with open_state(settings) as database:
        dossier = load_dossier(database, incident)
        if about:
            text = text.strip() or _pinned(dossier, about)
        note = StoredRemarks(database).add_note(
            dossier.id, who=this_user(), kind=NoteKind(kind), text=text.strip(), about=about
        )
    return _cleaned(note.document())


def _pinned(dossier: Dossier, about: str) -> str:
    known = receipts_of(dossier)
    if about not in known:
        some = ", ".join([*known][:8])
        raise InputError(
            f"{dossier.id} holds no {about!r} to pin; `switchboard incidents timeline {dossier.id} --json` "
            f"lists sources such as {some}"
        )
    return known[about]().title


def incident_summary(settings: Settings, incident: str) -> Json:
    """`incident` and `sections` of sentences with their receipts."""
    with open_state(settings) as database:
        dossier = load_dossier(database, incident)
    return _cleaned({"incident": dossier.id, "sections": [section.document() for section in summarise(dossier)]})


def incident_update(settings: Settings, incident: str, *, post: bool) -> Json:
    """A status update; `post` notes in the record that it was posted, and the next one is reckoned from there."""
    now = datetime.now(UTC)
    with open_state(settings) as database:
        dossier = load_dossier(database, incident)
        update = status_update(dossier, now=now)
        if post:
            StoredRemarks(database).add_note(dossier.id, who=this_user(), kind=NoteKind.UPDATE, text=update.text)
    return _cleaned({"incident": dossier.id, "recorded": post, **update.document()})


async def similar_incidents(settings: Settings, incident: str, *, top: int) -> Json:
    """`incident` and `similar`, the most alike first."""
    with open_state(settings) as database:
        dossier = await asyncio.to_thread(load_dossier, database, incident)
        found = await similar_to(database, dossier, top=top)
    return _cleaned({"incident": dossier.id, "similar": [item.document() for item in found]})


def incident_report(settings: Settings, incident: str) -> Json:
    """The post-incident report with its receipts."""
    with open_state(settings) as database:
        dossier = load_dossier(database, incident)
    return _cleaned(write_postmortem(dossier, now=datetime.now(UTC)).document())


def confirm_incident(settings: Settings, incident: str, *, cause: str | None, wrong: bool, note: str) -> Json:
    """Store whether the verdict was right and what the cause was: the mark, and the guide's record after it."""
    named = " ".join((cause or "").split())
    if not named and not wrong:
        raise InputError("say what the cause was with --cause, or that the verdict was wrong with --wrong")
    if named and not _CAUSE.fullmatch(named):
        raise InputError("the cause is too long: give its id or a few words, at most 200 characters")
    with open_state(settings) as database:
        dossier = load_dossier(database, incident)
        mark = _mark(dossier, who=this_user(), cause=named, wrong=wrong, note=note)
        stored = StoredRemarks(database).add_mark(mark)
        if named:
            StoredIncidents(database).confirm(dossier.id, cause=named, who=mark.who)
        records = GuideUses(database).records()
    record = records.get(mark.guide, GuideRecord(guide=mark.guide)).brief() if mark.guide else None
    return _cleaned({**stored.document(), "record": record})


def _mark(dossier: Dossier, *, who: str, cause: str, wrong: bool, note: str) -> Mark:
    """The mark on the concluding run; another cause than the one that it named says that it was wrong."""
    run = dossier.concluding
    judged = run if run is not None and run.verdict.get("status") in _SETTLED else None
    if wrong and judged is None:
        raise InputError(f"{dossier.id} has no verdict that could be wrong; say what the cause was with --cause")
    suspected = str(judged.verdict.get("cause") or "") if judged else ""
    other = judged is not None and bool(cause) and cause.casefold() != suspected.casefold()
    guide = judged.guide if judged else {}
    return Mark(
        incident=dossier.id,
        number=0,
        at=datetime.now(UTC),
        who=who,
        outcome=Outcome.WRONG if wrong or other else Outcome.CONFIRMED,
        run=run.run if run else "",
        guide=str(guide.get("id") or ""),
        version=str(guide.get("version") or ""),
        cause=cause,
        note=note,
    )


def related(database: "Database", dossier: Dossier) -> Json:
    """What `incidents show` tells besides the incident itself: summary, people's words, actions, items, likenesses."""
    return {
        "summary": [section.document() for section in summarise(dossier)],
        "notes": [note.document() for note in dossier.notes],
        "marks": [mark.document() for mark in dossier.marks],
        "actions": [{"id": act.id, "title": act.title, "state": act.state} for act in dossier.acts],
        "handoffs": [{"id": item.id, "title": item.parked.title, "state": item.state.value} for item in dossier.items],
        "similar": [likeness.document() for likeness in similar_shown(database, dossier)],
    }


def _cleaned(document: Json) -> Json:
    """What leaves is redacted."""
    return {name: redact_value(value) for name, value in document.items()}
