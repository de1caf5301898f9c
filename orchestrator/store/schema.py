"""The state store's tables, by version: each version's statements bring a store of the one before up to it.

A version that was released is never changed; what comes later is a new one. The statements are the SQL that SQLite and
PostgreSQL share. Each module of this room writes its own tables in a constant of its own.
"""

from collections.abc import Sequence

from orchestrator.store import (
    action_tables,
    handoff_tables,
    incident_tables,
    memory_tables,
    purge_tables,
    queue_tables,
    remark_tables,
    review_tables,
    shipment_tables,
)

_JOURNAL = (
    (
        "CREATE TABLE IF NOT EXISTS journal ("
        "run TEXT NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL, session TEXT, "
        "step TEXT, attempt INTEGER, at TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (run, seq))"
    ),
    "CREATE UNIQUE INDEX IF NOT EXISTS journal_step ON journal (run, step, attempt) WHERE step IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS journal_kind ON journal (kind, at)",
    "CREATE INDEX IF NOT EXISTS journal_session ON journal (session, at) WHERE session IS NOT NULL",
)
_COUNTERS = ("CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL)",)

MIGRATIONS: Sequence[Sequence[str]] = (
    _JOURNAL,
    (
        *_COUNTERS,
        *memory_tables.TABLES,
        *purge_tables.TABLES,
        *queue_tables.TABLES,
        *handoff_tables.TABLES,
        *remark_tables.TABLES,
        *incident_tables.TABLES,
        *action_tables.TABLES,
    ),
    (*action_tables.FILES, *shipment_tables.TABLES),
    review_tables.TABLES,
)
VERSION = len(MIGRATIONS)
