"""The journal as rows: one append-only table, redacted on the way in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from orchestrator.core.errors import TakenOverError
from orchestrator.core.events import Event, RunFinished, RunResumed, RunStarted, StepFinished, ToolCalled
from orchestrator.core.journal import RecordedEvent, RunSummary, last_attempt
from orchestrator.core.queueing import RunState
from orchestrator.core.redaction import redact_value
from orchestrator.core.report import Json
from orchestrator.store.database import Connection, Database, Row
from orchestrator.store.documents import from_stamp, from_text, stamp, to_text

# The end is told to somebody. What comes before it may be lost with the power, all from some event on: the request of
# the run is not, and the run is carried out again.
_DURABLE = frozenset({"RunFinished"})
_LAST = "SELECT seq, coalesce(attempt, 1) FROM journal WHERE run = ? ORDER BY seq DESC LIMIT 1"
_APPEND = "INSERT INTO journal (run, seq, kind, session, step, attempt, at, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_EVENTS = "SELECT seq, coalesce(attempt, 1), at, body FROM journal WHERE run = ? ORDER BY seq"
# a start, and the end of the run's last attempt
_RUNS = """
FROM journal s
JOIN journal l ON l.run = s.run AND l.seq = (SELECT max(seq) FROM journal WHERE run = s.run)
LEFT JOIN journal f ON f.run = s.run AND coalesce(f.attempt, 1) = coalesce(l.attempt, 1)
  AND f.seq = (SELECT max(seq) FROM journal WHERE run = s.run AND kind = 'RunFinished')
LEFT JOIN run_requests q ON q.run = s.run
WHERE s.kind = 'RunStarted'
"""
_LISTED = f"""
SELECT s.body, f.body, coalesce(l.attempt, 1), q.state, q.lease_until {_RUNS} ORDER BY s.at DESC, s.run DESC LIMIT ?
"""
_REPORTS = f"SELECT f.body {_RUNS} AND s.session = ? AND f.seq IS NOT NULL ORDER BY f.at, f.run"
_SESSIONS = """
SELECT session FROM journal WHERE kind = 'RunStarted' GROUP BY session ORDER BY max(at) DESC, session LIMIT ?
"""


def _wall_clock() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class _Attempt:
    """What this process does of a run: its number, and how many tool calls it has made."""

    number: int
    calls: int = 0


class StoredJournal:
    """A journal in a database that several processes may share; each run has one writer at a time.

    Args:
        database: Where it is kept; it stays open.
        clock: The time that events are stamped with.
    """

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = _wall_clock) -> None:
        self._database = database
        self._clock = clock
        self._under_way: dict[str, _Attempt] = {}

    def append(self, run: str, event: Event) -> None:
        """See the protocol."""
        body = to_text(redact_value(event.document()))
        durable = event.kind in _DURABLE
        with self._database.transaction(alone=f"journal:{run}", durable=durable) as connection:
            seq, last = _last(connection, run)
            attempt = self._attempt(run, event, last=last)
            # an attempt is begun once, by one process
            if attempt.number < last or (isinstance(event, RunStarted | RunResumed) and attempt.number == last and seq):
                raise TakenOverError(
                    f"the run {run!r} is carried on by another process since its attempt {last}; "
                    f"`switchboard runs show {run}` tells how it goes on"
                )
            session = event.session if isinstance(event, RunStarted) else None
            at = stamp(self._clock())
            connection.execute(
                _APPEND, run, seq + 1, event.kind, session, _step(event, attempt), attempt.number, at, body
            )
        self._remember(run, event, attempt)

    def events(self, run: str) -> Sequence[Mapping[str, object]]:
        """See the protocol."""
        return [item.event for item in last_attempt(self.all_events(run))]

    def all_events(self, run: str) -> Sequence[RecordedEvent]:
        """See the protocol."""
        return [_recorded(run, row) for row in self._database.read(_EVENTS, run)]

    def reports(self, session: str) -> Sequence[Json]:
        """See the protocol."""
        return [_report(body) for (body,) in self._database.read(_REPORTS, session)]

    def sessions(self, *, limit: int) -> Sequence[str]:
        """See the protocol."""
        return [str(session) for (session,) in self._database.read(_SESSIONS, limit)]

    def runs(self, *, limit: int) -> Sequence[RunSummary]:
        """See the protocol."""
        now = self._clock()
        return [_summary(row, now=now) for row in self._database.read(_LISTED, limit)]

    def _attempt(self, run: str, event: Event, *, last: int) -> _Attempt:
        """The attempt that this process appends to: the one that it began, else the run's last."""
        if isinstance(event, RunResumed):
            return _Attempt(event.attempt)
        return self._under_way.get(run) or _Attempt(last)

    def _remember(self, run: str, event: Event, attempt: _Attempt) -> None:
        if isinstance(event, RunFinished):
            self._under_way.pop(run, None)
        else:
            attempt.calls += isinstance(event, ToolCalled)
            self._under_way[run] = attempt


def _last(connection: Connection, run: str) -> tuple[int, int]:
    """The number of the run's last event, and its attempt."""
    rows = connection.execute(_LAST, run)
    return (int(str(rows[0][0])), int(str(rows[0][1]))) if rows else (0, 1)


def _step(event: Event, attempt: _Attempt) -> str | None:
    """The name of a step that ends: once in an attempt, within the tool call that runs its guide."""
    return f"{attempt.calls}/{event.guide}/{event.step}" if isinstance(event, StepFinished) else None


def _recorded(run: str, row: Row) -> RecordedEvent:
    seq, attempt, at, body = row
    event = from_text(body, what=f"event {seq} of run {run}")
    return RecordedEvent(seq=int(str(seq)), attempt=int(str(attempt)), at=from_stamp(at), event=event)


def _report(body: object) -> Json:
    report = from_text(body, what="the end of a run").get("report")
    return report if isinstance(report, dict) else {}


def _summary(row: Row, *, now: datetime) -> RunSummary:
    start, end, attempts, state, lease_until = row
    started = from_text(start, what="the start of a run")
    finished = from_text(end, what="the end of a run") if end is not None else None
    report = _report(end) if end is not None else {}
    verdict = report.get("verdict")
    verdict = verdict if isinstance(verdict, dict) else {}
    held = lease_until is not None and from_stamp(lease_until) > now
    return RunSummary(
        run=str(started["run"]),
        session=str(started["session"]),
        at=datetime.fromisoformat(str(started["at"])),
        asked=str(started["message"]),
        status=str(finished["status"]) if finished else _standing(state, held=held),
        agent=str(report.get("agent", "")),
        verdict=verdict.get("status"),
        cause=verdict.get("cause"),
        attempts=int(str(attempts)),
    )


def _standing(state: object, *, held: bool) -> str:
    """How a run without an end stands in the queue; what no process holds any more does not run."""
    match state:
        case RunState.RUNNING.value:
            return "running" if held else "unfinished"
        case RunState.QUEUED.value | RunState.WAITING.value | RunState.CANCELLED.value:
            return str(state)
        case _:
            return "unfinished"
