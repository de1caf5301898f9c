"""Purges the state store of the settings."""

from datetime import UTC, datetime

from orchestrator.app.identity import this_user
from orchestrator.app.state import open_state
from orchestrator.core.errors import InputError
from orchestrator.core.purging import Subject
from orchestrator.core.report import Json
from orchestrator.core.table import iso_utc
from orchestrator.settings import Settings
from orchestrator.store.purging import compact, note_purge, purge_before, purge_subject


def purge(settings: Settings, *, before: datetime | None, subject: str | None, dry_run: bool) -> Json:
    """Purge by age, by subject, or both: what became of which table.

    Raises:
        InputError: Neither is given, the time is yet to come, or the subject too common.
    """
    now = datetime.now(UTC)
    if before is None and subject is None:
        raise InputError("there is nothing to purge by: give --before TIME, --subject TEXT, or both")
    if before is not None and before > now:
        raise InputError(f"--before {iso_utc(before)} is yet to come; give a time before which nothing is needed")
    about = Subject(subject) if subject is not None else None
    with open_state(settings) as database:
        aged = purge_before(database, before, dry_run=dry_run) if before is not None else ()
        named = purge_subject(database, about, dry_run=dry_run) if about is not None else ()
        touched = bool(aged or named) and not dry_run
        if touched:
            note_purge(database, (*aged, *named), by=this_user(), now=now, before=before)
        compacted = compact(database) if touched else None
    return {
        "dry_run": dry_run,
        "before": iso_utc(before) if before is not None else None,
        "deleted": [{"table": item.table, "rows": item.rows, "kept": item.kept} for item in aged],
        "overwritten": [{"table": item.table, "rows": item.rows, "kept": item.kept} for item in named],
        "compacted": compacted,
    }
