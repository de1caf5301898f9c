"""Runs as documents, for other programs and for the archive."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from orchestrator.app.past import recorded_events
from orchestrator.app.state import open_state
from orchestrator.core.journal import Journal
from orchestrator.core.report import Json
from orchestrator.settings import Settings
from orchestrator.store.exporting import export_run
from orchestrator.store.journal import StoredJournal

MOST = 1_000_000


def export_runs(settings: Settings, runs: Sequence[str], *, since: datetime | None) -> Iterator[Json]:
    """A document per run; InputError where there is none of a name, before anything is written."""
    with open_state(settings) as database:
        journal = StoredJournal(database)
        names = _since(journal, since) if since is not None else [_named(journal, run) for run in runs]
        for name in names:
            document = export_run(database, name)
            if document is not None:
                yield document


def _since(journal: Journal, since: datetime) -> list[str]:
    """Oldest first."""
    return [item.run for item in reversed(journal.runs(limit=MOST)) if item.at >= since]


def _named(journal: Journal, run: str) -> str:
    return str(recorded_events(journal, run)[0]["run"])
