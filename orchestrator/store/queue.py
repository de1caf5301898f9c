"""The queue of runs as rows: requests, leases, and the processes that hold them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from orchestrator.core.queueing import Beat, Process, QueuedRun, Requested, RunRequest, RunState
from orchestrator.core.redaction import redact_value
from orchestrator.store.database import Database, Row, Value
from orchestrator.store.documents import from_stamp, from_text, stamp, to_text

_ALONE = "queue"
_COLUMNS = (
    "run, kind, body, requested_by, idempotency_key, not_before, priority, state, requested_at, attempt, executor, "
    "lease_until, cancelled_by, waiting_for, ended_at, outcome"
)
_SELECT = f"SELECT {_COLUMNS} FROM run_requests"  # noqa: S608  # the columns above
_ORDER = "ORDER BY priority DESC, requested_at, run"
_DUE = (
    "(state = 'queued' AND (not_before IS NULL OR not_before <= ?) "
    "OR state = 'running' AND lease_until <= ? AND executor <> ?)"
)
_ADD = (
    "INSERT INTO run_requests (run, kind, body, requested_by, idempotency_key, not_before, priority, state, "  # noqa: S608  # the columns above
    f"requested_at, attempt) VALUES (?, ?, ?, ?, ?, ?, ?, 'queued', ?, 0) RETURNING {_COLUMNS}"
)
_TAKE = (
    "UPDATE run_requests SET state = 'running', attempt = attempt + 1, executor = ?, lease_until = ?, "  # noqa: S608  # the columns above
    f"waiting_for = NULL WHERE run = ? RETURNING {_COLUMNS}"
)
_PARK = (
    "UPDATE run_requests SET state = 'waiting', lease_until = NULL, waiting_for = ? "
    "WHERE run = ? AND executor = ? AND state = 'running' AND cancelled_by IS NULL RETURNING run"
)
_GIVE_BACK = (
    "UPDATE run_requests SET state = 'queued', lease_until = NULL, not_before = coalesce(?, not_before) "
    "WHERE run = ? AND executor = ? AND state = 'running' RETURNING run"
)
_END = (
    "UPDATE run_requests SET state = ?, outcome = ?, ended_at = ?, lease_until = NULL "
    "WHERE run = ? AND executor = ? AND state = 'running' RETURNING run"
)
_WAKE = (
    "UPDATE run_requests SET state = 'queued', waiting_for = NULL "
    "WHERE state = 'waiting' AND waiting_for = ? RETURNING run"
)
_RENEW = "UPDATE run_requests SET lease_until = ? WHERE executor = ? AND state = 'running' RETURNING run, cancelled_by"
_ABANDON = (
    "UPDATE run_requests SET state = 'queued', lease_until = NULL "
    "WHERE executor = ? AND state = 'running' RETURNING run"
)
_JOIN = (
    "INSERT INTO processes (executor, kind, host, pid, started_at, heartbeat_at) VALUES (?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (executor) DO UPDATE SET kind = excluded.kind, host = excluded.host, pid = excluded.pid, "
    "started_at = excluded.started_at, heartbeat_at = excluded.heartbeat_at"
)
_CANCEL = (
    "UPDATE run_requests SET cancelled_by = coalesce(cancelled_by, ?), "
    "outcome = CASE WHEN state = 'running' THEN outcome ELSE 'cancelled' END, "
    "ended_at = CASE WHEN state = 'running' THEN ended_at ELSE ? END, "
    "state = CASE WHEN state = 'running' THEN state ELSE 'cancelled' END "
    "WHERE run = ? AND state NOT IN ('ended', 'cancelled')"
)


class StoredQueue:
    """Implements `RunRequests`, `RunLeases` and `Processes`; each method is one short transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def request(self, request: RunRequest, *, now: datetime) -> Requested:
        """See `RunRequests`."""
        with self._database.transaction(alone=_ALONE) as connection:
            # the key tells who it is, where it and the id are of two runs
            known = connection.execute(f"{_SELECT} WHERE idempotency_key = ?", request.key) or connection.execute(
                f"{_SELECT} WHERE run = ?", request.run
            )
            if known:
                return Requested(run=_queued(known[0]), new=False)
            rows = connection.execute(
                _ADD,
                *(request.run, request.kind, to_text(redact_value(request.body)), request.by, request.key),
                *(stamp(request.not_before) if request.not_before else None, request.priority, stamp(now)),
            )
            return Requested(run=_queued(rows[0]), new=True)

    def request_cancel(self, run: str, *, by: str, now: datetime) -> QueuedRun | None:
        """See `RunRequests`."""
        with self._database.transaction(alone=_ALONE) as connection:
            connection.execute(_CANCEL, by, stamp(now), run)
            return _one(connection.execute(f"{_SELECT} WHERE run = ?", run))

    def find(self, run: str) -> QueuedRun | None:
        """See `RunRequests`."""
        return _one(self._database.read(f"{_SELECT} WHERE run = ?", run))

    def listed(self, *states: RunState, limit: int) -> Sequence[QueuedRun]:
        """See `RunRequests`."""
        marks = ", ".join("?" for _ in states)
        names = (state.value for state in states)
        rows = self._database.read(f"{_SELECT} WHERE state IN ({marks}) {_ORDER} LIMIT ?", *names, limit)
        return tuple(_queued(row) for row in rows)

    def claim(self, executor: str, *, now: datetime, lease_s: float, run: str | None = None) -> QueuedRun | None:
        """See `RunLeases`."""
        moment, until = stamp(now), stamp(now + timedelta(seconds=lease_s))
        only, values = ("", ()) if run is None else ("AND run = ? ", (run,))
        # what the holder does is stored after it, so that it is not lost unless that is
        with self._database.transaction(alone=_ALONE, durable=False) as connection:
            due = connection.execute(
                f"{_SELECT} WHERE {_DUE} {only}{_ORDER} LIMIT 1", moment, moment, executor, *values
            )
            return _queued(connection.execute(_TAKE, executor, until, str(due[0][0]))[0]) if due else None

    def park(self, run: str, *, executor: str, waiting_for: str) -> bool:
        """See `RunLeases`."""
        return self._changed(_PARK, waiting_for, run, executor)

    def give_back(self, run: str, *, executor: str, not_before: datetime | None = None) -> bool:
        """See `RunLeases`."""
        return self._changed(_GIVE_BACK, stamp(not_before) if not_before else None, run, executor)

    def end(self, run: str, *, executor: str, outcome: str, now: datetime) -> bool:
        """See `RunLeases`."""
        state = RunState.CANCELLED if outcome == RunState.CANCELLED.value else RunState.ENDED
        # the journal has the end already: whoever takes a run whose end was lost here finds it there
        return self._changed(_END, state.value, outcome, stamp(now), run, executor, durable=False)

    def wake(self, waiting_for: str, *, now: datetime) -> Sequence[str]:  # noqa: ARG002  # the protocol's signature
        """See `RunLeases`."""
        with self._database.transaction(alone=_ALONE) as connection:
            return tuple(str(run) for (run,) in connection.execute(_WAKE, waiting_for))

    def is_cancelled(self, run: str) -> bool:
        """See `RunLeases`."""
        rows = self._database.read("SELECT cancelled_by FROM run_requests WHERE run = ?", run)
        return bool(rows) and rows[0][0] is not None

    def expired(self, *, now: datetime) -> Sequence[QueuedRun]:
        """See `RunLeases`."""
        rows = self._database.read(f"{_SELECT} WHERE state = 'running' AND lease_until <= ? {_ORDER}", stamp(now))
        return tuple(_queued(row) for row in rows)

    def join(self, executor: str, *, kind: str, host: str, pid: int, now: datetime) -> None:
        """See `Processes`."""
        with self._database.transaction(alone=_ALONE) as connection:
            connection.execute(_JOIN, executor, kind, host, pid, stamp(now), stamp(now))

    def heartbeat(self, executor: str, *, now: datetime, lease_s: float) -> Beat:
        """See `Processes`."""
        # a heartbeat that a power loss undoes is none of a process that lives
        with self._database.transaction(alone=_ALONE, durable=False) as connection:
            connection.execute("UPDATE processes SET heartbeat_at = ? WHERE executor = ?", stamp(now), executor)
            held = connection.execute(_RENEW, stamp(now + timedelta(seconds=lease_s)), executor)
        return Beat(
            held=frozenset(str(run) for run, _ in held),
            cancelled=frozenset(str(run) for run, by in held if by is not None),
        )

    def leave(self, executor: str) -> Sequence[str]:
        """See `Processes`."""
        with self._database.transaction(alone=_ALONE) as connection:
            connection.execute("DELETE FROM processes WHERE executor = ?", executor)
            return tuple(str(run) for (run,) in connection.execute(_ABANDON, executor))

    def known(self) -> Sequence[Process]:
        """See `Processes`."""
        rows = self._database.read(
            "SELECT executor, kind, host, pid, started_at, heartbeat_at FROM processes ORDER BY started_at, executor"
        )
        return tuple(
            Process(
                executor=str(executor),
                kind=str(kind),
                host=str(host),
                pid=int(str(pid)),
                started_at=from_stamp(started),
                heartbeat_at=from_stamp(beat),
            )
            for executor, kind, host, pid, started, beat in rows
        )

    def _changed(self, sql: str, *values: Value, durable: bool = True) -> bool:
        with self._database.transaction(alone=_ALONE, durable=durable) as connection:
            return bool(connection.execute(sql, *values))


def _one(rows: Sequence[Row]) -> QueuedRun | None:
    return _queued(rows[0]) if rows else None


def _queued(row: Row) -> QueuedRun:
    run, kind, body, by, key, not_before, priority, state, requested_at, attempt, *rest = row
    executor, lease_until, cancelled_by, waiting_for, ended_at, outcome = rest
    request = RunRequest(
        run=str(run),
        kind=str(kind),
        body=from_text(body, what=f"the request of run {run}"),
        by=str(by),
        key=_text(key),
        not_before=_time(not_before),
        priority=int(str(priority)),
    )
    return QueuedRun(
        request=request,
        state=RunState(str(state)),
        requested_at=from_stamp(requested_at),
        attempt=int(str(attempt)),
        executor=_text(executor),
        lease_until=_time(lease_until),
        cancelled_by=_text(cancelled_by),
        waiting_for=_text(waiting_for),
        ended_at=_time(ended_at),
        outcome=_text(outcome),
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _time(value: object) -> datetime | None:
    return None if value is None else from_stamp(value)
