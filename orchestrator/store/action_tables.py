"""The tables of actions: what happened to each in order, what they are found by, and the files of answers."""

TABLES: tuple[str, ...] = (
    (
        "CREATE TABLE actions (number INTEGER PRIMARY KEY, workflow TEXT NOT NULL, subject TEXT NOT NULL, "
        "action_key TEXT NOT NULL UNIQUE, stage TEXT NOT NULL, incident TEXT, run TEXT, "
        "service TEXT, requested_at TEXT NOT NULL, expires_at TEXT, version INTEGER NOT NULL)"
    ),
    "CREATE INDEX actions_fact ON actions (workflow, subject, number)",
    "CREATE INDEX actions_stage ON actions (stage, number)",
    "CREATE INDEX actions_incident ON actions (incident) WHERE incident IS NOT NULL",
    (
        "CREATE TABLE action_events (action INTEGER NOT NULL, seq INTEGER NOT NULL, at TEXT NOT NULL, "
        "kind TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (action, seq))"
    ),
    "CREATE INDEX action_events_kind ON action_events (kind, at)",
)

FILES: tuple[str, ...] = (
    # `about` says what a purge of a person can tell of bytes that it cannot search
    (
        "CREATE TABLE action_files (action INTEGER NOT NULL, sha256 TEXT NOT NULL, media_type TEXT NOT NULL, "
        "size INTEGER NOT NULL, content TEXT NOT NULL, about TEXT NOT NULL, kept_at TEXT NOT NULL, "
        "PRIMARY KEY (action, sha256))"
    ),
)
