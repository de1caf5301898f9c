"""The tables of what runs remember: results of their steps, and the texts that they keep to."""

TABLES: tuple[str, ...] = (
    # what a finished step gave, whole, so that a run that goes on does not ask again
    (
        "CREATE TABLE IF NOT EXISTS results ("
        "run TEXT NOT NULL, step TEXT NOT NULL, at TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (run, step))"
    ),
    "CREATE TABLE IF NOT EXISTS pinned_texts (version TEXT PRIMARY KEY, path TEXT NOT NULL, body TEXT NOT NULL)",
)
