"""How an unknown outcome is settled: which reads there are, and what they prove together.

The workflow's own `lookup_by_key` comes first, because it asks the system that was to be changed. Run history tells
what the service did: a run still at work outweighs a lookup that finds nothing, and a run that failed midway proves
neither. Where neither read exists, a person decides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from orchestrator.core.workflows import Absent, Accepted, Done, Reading, Unknown

SETTLED_AFTER_S = 300.0
"""How long after a call a finding of nothing is believed: the longest held request, and the history's own delay."""
_OK = 200
_AT_WORK = frozenset({"Running", "Waiting", "Paused", "Suspended", "NotSpecified"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One run of the history, in the words of the table LogicAppWorkflowRuntime."""

    run_id: str
    status: str
    client_tracking_id: str | None = None
    origin_run_id: str | None = None
    started: datetime | None = None
    ended: datetime | None = None
    code: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRecord:
    """One action of a run with its tries."""

    name: str
    status: str
    action_tracking_id: str | None = None
    client_tracking_id: str | None = None
    code: str | None = None
    retry_history: tuple[Mapping[str, object], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """What `lookup_by_key` said; `unread` where it could not be asked."""

    state: Literal["done", "running", "absent", "unread"]
    result: object = None
    reason: str = ""


def read_lookup(outcome: object) -> Lookup:
    """The answer of a lookup workflow as a value."""
    if not isinstance(outcome, Done):
        return Lookup(state="unread", reason=f"lookup_by_key gave no answer ({_why(outcome)})")
    body = outcome.body if isinstance(outcome.body, Mapping) else {}
    match body.get("state"):
        case "done" | "running" | "absent" as state:
            return Lookup(state=state, result=body.get("result"))
        case other:
            return Lookup(state="unread", reason=f"lookup_by_key answered the state {other!r}")


def _why(outcome: object) -> str:
    return str(getattr(outcome, "message", None) or getattr(outcome, "reason", None) or "it still runs")


def settle(
    key: str,
    *,
    lookup: Lookup | None,
    runs: Sequence[RunRecord] | None,
    now: datetime,
    sent_at: datetime | None = None,
    taken: bool = False,
) -> Reading:
    """What became of a key.

    Args:
        key: The key.
        lookup: What the lookup said; None where the workflow declares none.
        runs: The runs with this tracking id; None where the history cannot be read.
        now: The clock.
        sent_at: When the call was first sent, where known; without it an empty history proves nothing.
        taken: Whether the service is known to have taken the call: then there is a run, which may wait for hours.
    """
    if lookup is None and runs is None:
        return Unknown(
            key=key, reason="the workflow declares no lookup_by_key, and its history is out of reach", owner="person"
        )
    if lookup is not None and lookup.state == "done":
        return Done(key=key, status=_OK, body=lookup.result)
    at_work = next((run for run in runs or () if run.status in _AT_WORK), None)
    if at_work is not None or (lookup is not None and lookup.state == "running"):
        return Accepted(key=key, run_id=at_work.run_id if at_work else None)
    if lookup is not None and lookup.state == "absent":
        return _looked_up_absent(key, runs, late=_is_late(now, sent_at), taken=taken)
    if runs is None:
        return Unknown(key=key, reason=lookup.reason if lookup else "")
    return _by_history(key, runs, late=_is_late(now, sent_at))


def _is_late(now: datetime, sent_at: datetime | None) -> bool:
    return sent_at is not None and (now - sent_at).total_seconds() >= SETTLED_AFTER_S


def _too_early(key: str, found: str) -> Unknown:
    reason = f"{found}, which proves something only {SETTLED_AFTER_S:.0f} s after a call whose time is known"
    return Unknown(key=key, reason=reason)


def _looked_up_absent(key: str, runs: Sequence[RunRecord] | None, *, late: bool, taken: bool) -> Reading:
    """A lookup alone does not see a run that is still on its way to the act; the history does, and so does time."""
    if taken and not runs:
        reason = "the service took the call, lookup_by_key finds nothing yet, and no history shows its run's end"
        return Unknown(key=key, reason=reason, owner="person")
    if runs is None and not late:
        return _too_early(key, "lookup_by_key finds nothing")
    succeeded = next((run for run in runs or () if run.status == "Succeeded"), None)
    if succeeded is not None:
        reason = "its run succeeded, and lookup_by_key does not find what it should have done"
        return Unknown(key=key, reason=reason, owner="person", run_id=succeeded.run_id)
    if not runs and not late:
        return _too_early(key, "neither lookup_by_key nor the history finds anything")
    return Absent(key=key, source="lookup")


def _by_history(key: str, runs: Sequence[RunRecord], *, late: bool) -> Reading:
    succeeded = next((run for run in runs if run.status == "Succeeded"), None)
    if succeeded is not None:
        return Done(key=key, status=_OK, run_id=succeeded.run_id)
    if runs:
        last = runs[0]
        reason = f"its run ended as {last.status} ({last.code or 'no code'}), and may have acted before"
        return Unknown(key=key, reason=reason, owner="person", run_id=last.run_id)
    return Absent(key=key, source="history") if late else _too_early(key, "the history has no run of it")
