"""A run's beginning and end, read from the journal without what lies between."""

from dataclasses import dataclass
from datetime import datetime

from orchestrator.core.report import Json
from orchestrator.store.database import Database
from orchestrator.store.documents import from_stamp, from_text

_ENDS = (
    "SELECT kind, coalesce(attempt, 1), at, body FROM journal WHERE run = ? "
    "AND kind IN ('RunStarted', 'RunResumed', 'RunFinished') ORDER BY seq"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnds:
    """What was asked and when; the report of the last attempt, where that has ended."""

    at: datetime
    asked: str
    report: Json
    finished_at: datetime | None


def run_ends(database: Database, run: str) -> RunEnds | None:
    """A run's ends; None where the journal does not hold it."""
    rows = [(str(kind), int(str(attempt)), at, body) for kind, attempt, at, body in database.read(_ENDS, run)]
    begun = next(((at, body) for kind, _, at, body in rows if kind == "RunStarted"), None)
    if begun is None:
        return None
    last = max(attempt for _, attempt, _, _ in rows)
    ended = [(at, body) for kind, attempt, at, body in rows if kind == "RunFinished" and attempt == last]
    what = f"the events of run {run}"
    report = from_text(ended[-1][1], what=what).get("report") if ended else None
    return RunEnds(
        at=from_stamp(begun[0]),
        asked=str(from_text(begun[1], what=what).get("message") or ""),
        report=report if isinstance(report, dict) else {},
        finished_at=from_stamp(ended[-1][0]) if ended else None,
    )
