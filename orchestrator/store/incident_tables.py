"""The tables of alerts and incidents."""

TABLES: tuple[str, ...] = (
    # what was received, redacted; one that could not be read says why
    (
        "CREATE TABLE IF NOT EXISTS alert_payloads ("
        "sha256 TEXT PRIMARY KEY, received_at TEXT NOT NULL, format TEXT NOT NULL, problem TEXT NOT NULL, "
        "body TEXT NOT NULL)"
    ),
    "CREATE INDEX IF NOT EXISTS alert_payloads_problem ON alert_payloads (received_at) WHERE problem <> ''",
    # each message about an alert, once
    (
        "CREATE TABLE IF NOT EXISTS alerts ("
        "fingerprint TEXT NOT NULL, condition TEXT NOT NULL, at TEXT NOT NULL, fired_at TEXT NOT NULL, "
        "received_at TEXT NOT NULL, sha256 TEXT NOT NULL, signal TEXT NOT NULL, body TEXT NOT NULL, "
        "PRIMARY KEY (fingerprint, condition, at, fired_at))"
    ),
    "CREATE INDEX IF NOT EXISTS alerts_at ON alerts (fingerprint, at)",
    # an alert's occurrence, in the incident that it is part of
    (
        "CREATE TABLE IF NOT EXISTS alert_members ("
        "fingerprint TEXT NOT NULL, start TEXT NOT NULL, incident INTEGER NOT NULL, tie TEXT, quiet_until TEXT, "
        "body TEXT NOT NULL, PRIMARY KEY (fingerprint, start))"
    ),
    "CREATE INDEX IF NOT EXISTS alert_members_incident ON alert_members (incident)",
    "CREATE INDEX IF NOT EXISTS alert_members_quiet ON alert_members (quiet_until) WHERE quiet_until IS NOT NULL",
    (
        "CREATE TABLE IF NOT EXISTS alert_scopes ("
        "scope TEXT NOT NULL, start TEXT NOT NULL, fingerprint TEXT NOT NULL, "
        "PRIMARY KEY (scope, start, fingerprint))"
    ),
    (
        "CREATE TABLE IF NOT EXISTS incidents ("
        "number INTEGER PRIMARY KEY, status TEXT NOT NULL, started_at TEXT NOT NULL, body TEXT NOT NULL)"
    ),
    "CREATE INDEX IF NOT EXISTS incidents_status ON incidents (status, started_at)",
    (
        "CREATE TABLE IF NOT EXISTS incident_events ("
        "number INTEGER NOT NULL, seq INTEGER NOT NULL, at TEXT NOT NULL, recorded_at TEXT NOT NULL, "
        "kind TEXT NOT NULL, actor TEXT NOT NULL, text TEXT NOT NULL, refs TEXT NOT NULL, PRIMARY KEY (number, seq))"
    ),
)
