"""What can be said of an incident, sentence by sentence; summary, status update and report choose among these."""

from collections.abc import Iterator
from datetime import datetime

from orchestrator.core.alerts.alert import SEVERITIES
from orchestrator.core.handoffs import ItemState
from orchestrator.core.incidents.dossier import Dossier, Outcome, RunRecord, dicts, event_id, mapped
from orchestrator.core.incidents.incident import IncidentEventKind, IncidentStatus
from orchestrator.core.incidents.sentences import Sentence, listed, one_line, stopped
from orchestrator.core.incidents.wording import concluded, marked

SAMPLE = "SAMPLE DATA. "
_MOST = 8  # sentences of one kind
_STATES = {
    IncidentStatus.OPEN: "is open",
    IncidentStatus.ACKNOWLEDGED: "is open and acknowledged",
    IncidentStatus.RESOLVED: "is resolved",
    IncidentStatus.MERGED: "was merged into another incident",
}


def clock(moment: datetime) -> str:
    """`2026-11-22 10:21 UTC`."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def severity_text(severity: int) -> str:
    """`1 (error)`."""
    return f"{severity} ({SEVERITIES[severity]})" if 0 <= severity < len(SEVERITIES) else str(severity)


def what(dossier: Dossier) -> Iterator[Sentence]:
    """What the incident is and how it stands."""
    incident = dossier.incident
    services = listed(incident.services)
    about = f" It concerns {services}." if services else ""
    sample = SAMPLE if dossier.sample else ""
    yield Sentence(
        f"{sample}{incident.id} {_STATES[incident.status]}, severity {severity_text(incident.severity)}: "
        f"{stopped(incident.title)}{about}",
        (dossier.receipt,),
    )
    if incident.merged_into:
        yield Sentence(f"It became part of {incident.merged_into}.", (dossier.receipt,))
    if incident.follows:
        yield Sentence(f"The same alert was {incident.follows} before.", (dossier.receipt,))
    if incident.flapping:
        flaps = tuple(event_id(event) for event in dossier.events if event.kind is IncidentEventKind.FLAPPING)
        yield Sentence("Its alert fires and resolves again and again.", flaps or (dossier.receipt,))


def since(dossier: Dossier) -> Iterator[Sentence]:
    """When it began and ended."""
    incident = dossier.incident
    opened = tuple(event_id(event) for event in dossier.events if event.kind is IncidentEventKind.OPENED)
    yield Sentence(f"The first alert fired at {clock(incident.started_at)}.", (dossier.receipt, *opened))
    run = dossier.concluding
    started = mapped(run.report.get("impact")).get("started_at") if run else None
    if run is not None and started:
        yield Sentence(f"In the telemetry it began at {_written(started)}.", (run.id,))
    count = len(incident.alerts)
    if count > 1 or incident.repeats:
        again = f", which fired again {_times(incident.repeats)}" if incident.repeats else ""
        yield Sentence(f"It has {count} alert{'' if count == 1 else 's'}{again}.", (dossier.receipt,))
    if incident.resolved_at is not None:
        ended = tuple(event_id(event) for event in dossier.events if event.kind is IncidentEventKind.RESOLVED)
        minutes = round((incident.resolved_at - incident.started_at).total_seconds() / 60)
        yield Sentence(
            f"It was resolved at {clock(incident.resolved_at)}, after {_duration(minutes)}.",
            (dossier.receipt, *ended[-1:]),
        )


def impact(dossier: Dossier) -> Iterator[Sentence]:
    """How bad it is, as measured by the concluding run."""
    run = dossier.concluding
    found = mapped(run.report.get("impact")) if run else {}
    if run is None or not found:
        return
    affected, share, ongoing = found.get("affected"), found.get("share"), found.get("ongoing")
    if _number(affected) or _number(share):
        parts = [f"{affected:,} affected"] if _number(affected) else []
        parts += [f"{share:.1%} of all"] if _number(share) else []
        yield Sentence(f"Impact as measured: {', '.join(parts)}.", (run.id, *_impact_evidence(run)))
    if isinstance(ongoing, bool):
        state = "was still going on" if ongoing else "was over"
        end = mapped(run.report.get("window")).get("to")
        at = f" at {_written(end)}" if end else " when it was looked at"
        yield Sentence(f"It {state}{at}.", (run.id,))


def cause(dossier: Dossier) -> Iterator[Sentence]:
    """What people confirmed, and what the newest run that concluded suspects, with its evidence."""
    run = dossier.concluding
    mark = dossier.mark
    if mark is not None:
        yield Sentence(marked(mark), (mark.id, *((run.id,) if run and run.run == mark.run else ())))
    if run is None:
        if not mark:
            yield Sentence("No run has concluded anything yet.", (dossier.receipt,))
        return
    yield Sentence(stopped(concluded(run), limit=600), (run.id, *_concluding_claim(run)))
    if mark is not None and mark.outcome is Outcome.WRONG and mark.run == run.run:
        return
    said = str(run.verdict.get("summary") or "")
    for claim_id in [name for name, claim in run.shown.items() if claim.get("text") != said][:_MOST]:
        yield Sentence(stopped(run.claims[claim_id].get("text"), limit=600), run.receipts_of(claim_id))


def excluded(dossier: Dossier) -> Iterator[Sentence]:
    """What the concluding run ruled out."""
    run = dossier.concluding
    for claim_id in [*run.ruled_out][:_MOST] if run else ():
        assert run is not None
        yield Sentence(stopped(run.claims[claim_id].get("text"), limit=600), run.receipts_of(claim_id))


def unknown(dossier: Dossier) -> Iterator[Sentence]:
    """What the concluding run could not tell, and its readings, which nothing shows."""
    run = dossier.concluding
    if run is None:
        return
    for item in dicts(run.report.get("unknown"))[:_MOST]:
        reason = f" ({one_line(item.get('reason'))})" if item.get("reason") else ""
        said = one_line(item.get("text"))
        yield Sentence(stopped(f"{said}{reason if reason.strip(' ()') not in said else ''}", limit=600), (run.id,))
    readings = run.report.get("hypotheses")
    for reading in (readings if isinstance(readings, list | tuple) else ())[:_MOST]:
        yield Sentence(f"Hypothesis, which nothing shows: {stopped(reading)}", (run.id,))


def done(dossier: Dossier) -> Iterator[Sentence]:
    """Each action with its last state, and what happened to it."""
    for act in dossier.acts:
        events = tuple(act.event_id(event) for event in act.events)
        last = f": {one_line(act.events[-1].text)}" if act.events else ""
        yield Sentence(stopped(f"{act.id}, {act.title}, is {act.state}{last}"), (act.receipt, *events[-1:]))
    if not dossier.acts:
        yield Sentence("No action was taken through Switchboard.", (dossier.receipt,))


def owned(dossier: Dossier) -> Iterator[Sentence]:
    """Who sees to it."""
    incident = dossier.incident
    escalation = f"; when they do not answer, call {incident.escalation}" if incident.escalation else ""
    if incident.owner:
        yield Sentence(f"{incident.owner} owns it{escalation}.", (dossier.receipt,))
    else:
        yield Sentence(f"Nobody owns it{escalation}.", (dossier.receipt,))
    if incident.acknowledged_by:
        acknowledged = tuple(e for e in dossier.events if e.kind is IncidentEventKind.ACKNOWLEDGED)
        at = f" at {clock(incident.acknowledged_at)}" if incident.acknowledged_at else ""
        yield Sentence(
            f"{incident.acknowledged_by} acknowledged it{at}.",
            (dossier.receipt, *(event_id(event) for event in acknowledged[-1:])),
        )


def left_open(dossier: Dossier) -> Iterator[Sentence]:
    """What waits: alerts that fire, actions to decide, items for a person, what to do next."""
    incident = dossier.incident
    if incident.open_alerts and incident.status is not IncidentStatus.RESOLVED:
        are = "alert is" if incident.open_alerts == 1 else "alerts are"
        yield Sentence(f"{incident.open_alerts} {are} not resolved.", (dossier.receipt,))
    for act in dossier.acts:
        if act.waiting:
            yield Sentence(f"{act.id} ({act.title}) waits for a decision.", (act.receipt,))
    for item in dossier.items:
        if item.state is not ItemState.RESOLVED:
            holder = item.holder or item.parked.owner or "nobody"
            yield Sentence(f"{item.id} is with {holder}: {stopped(item.parked.title)}", (f"handoff:{item.id}",))
    run = dossier.concluding
    steps = run.report.get("next") if run else None
    if run is not None and isinstance(steps, list | tuple) and incident.status is not IncidentStatus.RESOLVED:
        for step in steps[:_MOST]:
            yield Sentence(f"Next, says the run: {stopped(step)}", (run.id,))


def _concluding_claim(run: RunRecord) -> tuple[str, ...]:
    """The claim that the verdict's summary repeats, with its evidence."""
    summary = str(run.verdict.get("summary") or "")
    same = next((name for name, claim in run.shown.items() if summary and claim.get("text") == summary), None)
    return run.receipts_of(same) if same else ()


def _impact_evidence(run: RunRecord) -> tuple[str, ...]:
    return _concluding_claim(run)[1:]


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _written(value: object) -> str:
    try:
        return clock(datetime.fromisoformat(str(value)))
    except ValueError:
        return one_line(value)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _duration(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} minute{'' if rest == 1 else 's'}"
    return f"{hours} h {rest:02d} min"
