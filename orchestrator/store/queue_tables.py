"""The tables of the queue of runs, and of the processes that carry them out."""

TABLES: tuple[str, ...] = (
    (
        "CREATE TABLE IF NOT EXISTS run_requests ("
        "run TEXT PRIMARY KEY, kind TEXT NOT NULL, body TEXT NOT NULL, requested_by TEXT NOT NULL, "
        "idempotency_key TEXT UNIQUE, not_before TEXT, priority INTEGER NOT NULL, state TEXT NOT NULL, "
        "requested_at TEXT NOT NULL, attempt INTEGER NOT NULL, executor TEXT, lease_until TEXT, cancelled_by TEXT, "
        "waiting_for TEXT, ended_at TEXT, outcome TEXT)"
    ),
    "CREATE INDEX IF NOT EXISTS run_requests_state ON run_requests (state, priority, requested_at)",
    "CREATE INDEX IF NOT EXISTS run_requests_executor ON run_requests (executor) WHERE executor IS NOT NULL",
    (
        "CREATE TABLE IF NOT EXISTS processes ("
        "executor TEXT PRIMARY KEY, kind TEXT NOT NULL, host TEXT NOT NULL, pid BIGINT NOT NULL, "
        "started_at TEXT NOT NULL, heartbeat_at TEXT NOT NULL)"
    ),
)
