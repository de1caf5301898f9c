"""The tables of handoff items."""

TABLES: tuple[str, ...] = (
    (
        "CREATE TABLE IF NOT EXISTS handoffs ("
        "number INTEGER PRIMARY KEY, cause TEXT NOT NULL UNIQUE, state TEXT NOT NULL, urgency INTEGER NOT NULL, "
        "due TEXT NOT NULL, holder TEXT, reminded_at TEXT, body TEXT NOT NULL)"
    ),
    "CREATE INDEX IF NOT EXISTS handoffs_state ON handoffs (state, urgency, due, number)",
    (
        "CREATE TABLE IF NOT EXISTS handoff_changes ("
        "number INTEGER NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL, at TEXT NOT NULL, who TEXT NOT NULL, "
        "note TEXT NOT NULL, PRIMARY KEY (number, seq))"
    ),
)
