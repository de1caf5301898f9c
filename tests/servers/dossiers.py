"""An incident with something of everything, for tests of several rooms; its texts are hostile where strangers write."""

from datetime import UTC, datetime, timedelta
from typing import Any

from orchestrator.core.alerts.alert import Alert, AlertLink, Condition
from orchestrator.core.handoffs import Claimed, Item, ItemKind, ItemState, Parked
from orchestrator.core.incidents.dossier import (
    Act,
    ActEvent,
    ActKind,
    Dossier,
    Mark,
    Note,
    NoteKind,
    Outcome,
    RunRecord,
)
from orchestrator.core.incidents.incident import Incident, IncidentEvent, IncidentEventKind, IncidentStatus

AT = datetime(2026, 11, 22, 10, 20, tzinfo=UTC)
HOSTILE = '<script>alert("x")</script> | *bold* [link](javascript:alert(1)) \x1b[31m\u202e'


def later(minutes: float) -> datetime:
    """So many minutes after the first alert."""
    return AT + timedelta(minutes=minutes)


def report(**changes: object) -> dict[str, Any]:
    """A run's report that found a cause."""
    found: dict[str, Any] = {
        "status": "answered",
        "run": "r-1",
        "source": "files",
        "asked": "checkout returns 502",
        "window": {"from": "2026-11-22T10:00:00Z", "to": "2026-11-22T10:45:00Z"},
        "verdict": {
            "status": "cause_found",
            "cause": "bad_deploy",
            "object": "checkout 4.12.0",
            "confidence": "high",
            "summary": "checkout 4.12.0 fails 18% of its requests",
        },
        "impact": {"started_at": "2026-11-22T10:18:00Z", "ongoing": True, "affected": 1_234, "share": 0.18},
        "guide": {"id": "deploy_regression", "title": "After a deployment", "version": "abc", "reviewed": "2026-11-01"},
        "claims": [
            {"text": "checkout 4.12.0 fails 18% of its requests", "evidence": ["E1"], "check": "row.share > 0.1"},
            {"text": f"the log says {HOSTILE}", "evidence": ["E1", "E2"], "check": "size(rows) > 0"},
        ],
        "ruled_out": [{"text": "no dependency fails", "evidence": ["E2"], "check": "size(rows) == 0"}],
        "evidence": [_evidence("E1", 21), _evidence("E2", 22)],
        "hypotheses": ["maybe the cache"],
        "unknown": [{"step": "db", "text": "the database was not looked at", "reason": "no such table"}],
        "next": ["roll back: kubectl rollout undo deployment/checkout"],
        "turns": [],
    }
    return {**found, **changes}


def _evidence(name: str, minutes: float) -> dict[str, Any]:
    return {
        "id": name,
        "step": "versions",
        "purpose": "Which version fails?",
        "source": "logs:files",
        "query": f"AppRequests | where Name == '{HOSTILE}'",
        "parameters": {"p_service": {"type": "string", "value": "checkout"}},
        "status": "complete",
        "reason": None,
        "row_count": 1,
        "result_sha256": "ab" * 32,
        "columns": [{"name": "version", "type": "string"}],
        "rows": [[HOSTILE]],
        "at": later(minutes).isoformat(),
        "link": "javascript:alert(1)" if name == "E2" else "https://portal.azure.com/#blade",
    }


ALERT = Alert(
    format="plain",
    fingerprint="f1",
    rule="HighErrorRate",
    title=f"5xx on checkout {HOSTILE}",
    condition=Condition.FIRED,
    changed_at=AT,
    severity=1,
    severity_word="Sev1",
    services=("checkout",),
    fired_at=AT,
    links=(AlertLink("graph", "javascript:alert(1)"),),
    raw_sha256="cd" * 32,
)
INCIDENT = Incident(
    id="INC-3",
    title=f"5xx on checkout {HOSTILE}",
    severity=1,
    status=IncidentStatus.ACKNOWLEDGED,
    started_at=AT,
    services=("checkout",),
    owner="team-buy",
    escalation="buy on call",
    acknowledged_at=later(3),
    acknowledged_by="local:ana",
    alerts=("f1",),
    open_alerts=1,
    runs=("r-1",),
)
RUN = RunRecord(run="r-1", at=later(1), asked="checkout returns 502", report=report(), finished_at=later(23))
ACT = Act(
    id="A-7",
    name="restart_service",
    subject="checkout",
    state="done and verified",
    settled=True,
    acted=True,
    incident="INC-3",
    run="r-1",
    by_hand="kubectl rollout restart deployment/checkout",
    arguments={"p_service": "checkout"},
    events=(
        ActEvent(seq=1, at=later(24), kind=ActKind.ACTION, name="ActionRequested", text="Proposed.", who="local:bo"),
        ActEvent(
            seq=2,
            at=later(25),
            kind=ActKind.APPROVAL,
            name="ApprovalGiven",
            text="Approved by local:ana.",
            who="local:ana",
        ),
        ActEvent(seq=3, at=later(26), kind=ActKind.ACTION, name="ActionDone", text="Done."),
        ActEvent(
            seq=4,
            at=later(32),
            kind=ActKind.VERIFICATION,
            name="ActionVerified",
            text="Verified: 0.1% of requests fail",
            facts=(("check", "row.share < 0.01"),),
            evidence=({"id": "V1", "query": "AppRequests | count", "result_sha256": "ef" * 32, "link": None},),
        ),
    ),
)
ITEM = Item(
    number=5,
    parked=Parked(
        kind=ItemKind.BROKEN_GLASS_REVIEW,
        cause="action:A-7",
        title="Review the restart",
        question="Was it right?",
        opened_at=later(27),
        owner="team-buy",
        action="A-7",
        incident="INC-3",
    ),
    state=ItemState.CLAIMED,
    holder="local:cy",
    changes=(Claimed(who="local:cy", at=later(28)),),
)


def event(
    seq: int, minutes: float, kind: IncidentEventKind, text: str, *, who: str = "", **refs: object
) -> IncidentEvent:
    """An entry of the incident's record."""
    at = later(minutes)
    return IncidentEvent(incident="INC-3", seq=seq, at=at, recorded_at=at, kind=kind, text=text, actor=who, refs=refs)


def note(number: int, minutes: float, kind: NoteKind, text: str, *, about: str = "") -> Note:
    """What a person wrote."""
    return Note(incident="INC-3", number=number, at=later(minutes), who="local:ana", kind=kind, text=text, about=about)


def mark(outcome: Outcome, *, number: int = 1, cause: str = "bad_deploy", run: str = "r-1") -> Mark:
    """What a person said of the verdict."""
    return Mark(
        incident="INC-3",
        number=number,
        at=later(40),
        who="local:ana",
        outcome=outcome,
        run=run,
        guide="deploy_regression",
        version="abc",
        cause=cause,
        note=HOSTILE,
    )


def dossier(**changes: Any) -> Dossier:
    """Something of everything."""
    found: dict[str, Any] = {
        "incident": INCIDENT,
        "alerts": (ALERT,),
        "events": (
            event(1, 0, IncidentEventKind.OPENED, f"Opened by the alert {HOSTILE}", alert="f1"),
            event(2, 0.5, IncidentEventKind.RUN_REQUESTED, "A triage run was requested: r-1.", run="r-1"),
            event(3, 3, IncidentEventKind.ACKNOWLEDGED, "Acknowledged by local:ana.", who="local:ana"),
            event(4, 4, IncidentEventKind.ALERT_JOINED, "Joined by an alert that moved on.", alert="gone"),
            event(5, 23, IncidentEventKind.RUN_ATTACHED, "Run r-1 ended: it fails.", run="r-1"),
        ),
        "runs": (RUN,),
        "acts": (ACT,),
        "notes": (
            note(1, 5, NoteKind.NOTE, f"the provider says {HOSTILE}"),
            note(2, 6, NoteKind.PIN, "this matters", about="claim:r-1#C1"),
            note(3, 7, NoteKind.UPDATE, "[Investigating] INC-3"),
        ),
        "marks": (mark(Outcome.CONFIRMED),),
        "items": (ITEM,),
    }
    return Dossier(**{**found, **changes})
