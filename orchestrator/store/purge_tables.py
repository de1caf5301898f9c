"""The table that tells what was purged, when and by whom; never what it was about."""

TABLES: tuple[str, ...] = (
    (
        "CREATE TABLE IF NOT EXISTS purges ("
        "number INTEGER PRIMARY KEY, at TEXT NOT NULL, purged_by TEXT NOT NULL, before TEXT, body TEXT NOT NULL)"
    ),
)
