"""The tables of what people say of incidents, and of what guides were used for."""

TABLES: tuple[str, ...] = (
    (
        "CREATE TABLE IF NOT EXISTS incident_notes ("
        "incident TEXT NOT NULL, number INTEGER NOT NULL, at TEXT NOT NULL, body TEXT NOT NULL, "
        "PRIMARY KEY (incident, number))"
    ),
    (
        "CREATE TABLE IF NOT EXISTS incident_marks ("
        "incident TEXT NOT NULL, number INTEGER NOT NULL, at TEXT NOT NULL, run TEXT NOT NULL, guide TEXT NOT NULL, "
        "outcome TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (incident, number))"
    ),
    "CREATE INDEX IF NOT EXISTS incident_marks_guide ON incident_marks (guide)",
    # one row per run that ended, read off the journal, so that a guide's record is counted without reading reports
    (
        "CREATE TABLE IF NOT EXISTS guide_uses ("
        "run TEXT PRIMARY KEY, at TEXT NOT NULL, guide TEXT NOT NULL, version TEXT NOT NULL, verdict TEXT NOT NULL)"
    ),
    "CREATE INDEX IF NOT EXISTS guide_uses_guide ON guide_uses (guide)",
)
