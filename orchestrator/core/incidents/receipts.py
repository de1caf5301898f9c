"""Receipts looked up: what an id of a sentence stands for, with the query, its hash and its address where it is one."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from orchestrator.core.alerts.alert import Alert
from orchestrator.core.handoffs import Item
from orchestrator.core.incidents.dossier import Act, Dossier, Mark, Note, RunRecord, alert_id, event_id
from orchestrator.core.incidents.incident import IncidentEvent
from orchestrator.core.incidents.wording import concluded, marked
from orchestrator.core.report import Json
from orchestrator.core.table import iso_utc


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a sentence rests on.

    Attributes:
        id: As sentences cite it.
        kind: The id's first part.
        title: What it is, in a line.
        at: When it happened, ISO 8601, or empty.
        facts: Names and values in the order in which they are shown.
        query: A query's text; empty where it is none.
        rows: The rows that were cited, each a list of values as text, below `columns`.
        link: Where a person can look at it; an address of http or https, or empty.
    """

    id: str
    kind: str
    title: str
    at: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    query: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    link: str = ""

    def document(self) -> Json:
        """As JSON."""
        return {
            "id": self.id,
            "kind": self.kind,
            "title": self.title,
            "at": self.at or None,
            "facts": dict(self.facts),
            "query": self.query or None,
            "columns": list(self.columns),
            "rows": [list(row) for row in self.rows],
            "link": self.link or None,
        }


def receipts_of(dossier: Dossier) -> Mapping[str, Callable[[], Receipt]]:
    """All receipts that the dossier holds, by id; each is made when it is called."""
    found: dict[str, Callable[[], Receipt]] = {dossier.receipt: lambda: _of_incident(dossier)}
    found |= {alert_id(alert): _later(_of_alert, alert) for alert in dossier.alerts}
    found |= {event_id(event): _later(_of_event, event) for event in dossier.events}
    for run in dossier.runs:
        found[run.id] = _later(_of_run, run)
        found |= {name: _later(_of_claim, (name, claim)) for name, claim in run.claims.items()}
        found |= {name: _later(_of_evidence, (name, item)) for name, item in run.evidence.items()}
    for act in dossier.acts:
        found[act.receipt] = _later(_of_act, act)
        found |= {act.event_id(event): _later(_of_act_event, (act, place)) for place, event in enumerate(act.events)}
    found |= {note.id: _later(_of_note, note) for note in dossier.notes}
    found |= {mark.id: _later(_of_mark, mark) for mark in dossier.marks}
    found |= {f"handoff:{item.id}": _later(_of_item, item) for item in dossier.items}
    return found


def _later(make: Callable[..., Receipt], source: object) -> Callable[[], Receipt]:
    return lambda: make(source)


def _of_incident(dossier: Dossier) -> Receipt:
    incident = dossier.incident
    facts = (
        ("status", incident.status.value),
        ("severity", str(incident.severity)),
        ("services", ", ".join(incident.services)),
        ("owner", incident.owner or ""),
        ("alerts", str(len(incident.alerts))),
    )
    return Receipt(
        id=dossier.receipt, kind="incident", title=incident.title, at=iso_utc(incident.started_at), facts=_known(facts)
    )


def _of_alert(alert: Alert) -> Receipt:
    facts = (
        ("rule", alert.rule),
        ("condition", alert.condition.value),
        ("severity", f"{alert.severity}" + (f" ({alert.severity_word})" if alert.severity_word else "")),
        ("fired at", iso_utc(alert.fired_at) if alert.fired_at else ""),
        ("resolved at", iso_utc(alert.resolved_at) if alert.resolved_at else ""),
        ("format", alert.format),
        *alert.details,
        ("sha256 of the payload", alert.raw_sha256),
    )
    return Receipt(
        id=alert_id(alert),
        kind="alert",
        title=alert.title,
        at=iso_utc(alert.changed_at),
        facts=_known(facts),
        query=alert.query.kql if alert.query else "",
        link=web_address(next((link.url for link in alert.links), "")),
    )


def _of_event(event: IncidentEvent) -> Receipt:
    facts = (
        ("kind", event.kind.value),
        ("by", event.actor),
        ("recorded at", iso_utc(event.recorded_at)),
        *((str(name), _text(value)) for name, value in event.refs.items()),
    )
    return Receipt(id=event_id(event), kind="event", title=event.text, at=iso_utc(event.at), facts=_known(facts))


def _of_run(run: RunRecord) -> Receipt:
    guide = run.guide
    facts = (
        ("asked", run.asked),
        ("guide", str(guide.get("id") or "")),
        ("guide version", str(guide.get("version") or "")),
        ("verdict", str(run.verdict.get("status") or "")),
        ("source", str(run.report.get("source") or "")),
        ("check again", f"switchboard runs verify {run.run}"),
    )
    title = concluded(run) if run.finished_at else f"Run {run.run} has not ended."
    return Receipt(id=run.id, kind="run", title=title, at=iso_utc(run.at), facts=_known(facts))


def _of_claim(named: tuple[str, Json]) -> Receipt:
    name, claim = named
    run = name.partition(":")[2].partition("#")[0]
    cited = claim.get("evidence")
    facts = (
        ("check", _text(claim.get("check"))),
        ("evidence", ", ".join(map(str, cited)) if isinstance(cited, list | tuple) else ""),
        ("run", run),
        ("check again", f"switchboard runs verify {run}"),
    )
    return Receipt(id=name, kind="claim", title=str(claim.get("text") or ""), facts=_known(facts))


def _of_evidence(named: tuple[str, Json]) -> Receipt:
    name, item = named
    run, _, evidence = name.partition(":")[2].partition("#")
    parameters = item.get("parameters")
    values = parameters.items() if isinstance(parameters, Mapping) else ()
    facts = (
        ("source", _text(item.get("source"))),
        ("status", _text(item.get("status"))),
        ("reason", _text(item.get("reason"))),
        ("rows", _text(item.get("row_count"))),
        ("sha256 of the result", _text(item.get("result_sha256"))),
        ("run", run),
        *((key, _text(value.get("value") if isinstance(value, Mapping) else value)) for key, value in values),
    )
    columns, rows = item.get("columns"), item.get("rows")
    return Receipt(
        id=name,
        kind="evidence",
        title=f"{evidence} {_text(item.get('purpose')) or _text(item.get('step'))}".strip(),
        at=_text(item.get("at")),
        facts=_known(facts),
        query=_text(item.get("query")),
        columns=tuple(_text(c.get("name")) for c in columns) if isinstance(columns, list | tuple) else (),
        rows=tuple(tuple(map(_text, row)) for row in rows) if isinstance(rows, list | tuple) else (),
        link=web_address(item.get("link")),
    )


def _of_act(act: Act) -> Receipt:
    arguments = tuple((str(name), _text(value)) for name, value in act.arguments.items())
    facts = (("state", act.state), *arguments, ("by hand", act.by_hand), ("run", act.run))
    at = iso_utc(act.events[0].at) if act.events else ""
    return Receipt(id=act.receipt, kind="action", title=f"{act.id} {act.title}", at=at, facts=_known(facts))


def _of_act_event(placed: tuple[Act, int]) -> Receipt:
    act, place = placed
    event = act.events[place]
    asked = event.evidence
    facts = (
        ("event", event.name),
        ("by", event.who),
        ("action", f"{act.id} {act.title}"),
        *event.facts,
        *((f"sha256 of {item.get('id')}", _text(item.get("result_sha256"))) for item in asked),
    )
    return Receipt(
        id=act.event_id(event),
        kind="action",
        title=event.text,
        at=iso_utc(event.at),
        facts=_known(facts),
        query="\n\n".join(_text(item.get("query")) for item in asked),
        link=web_address(next((item.get("link") for item in asked), "")),
    )


def _of_note(note: Note) -> Receipt:
    facts = (("by", note.who), ("kind", note.kind.value), ("about", note.about))
    return Receipt(id=note.id, kind="note", title=note.text, at=iso_utc(note.at), facts=_known(facts))


def _of_mark(mark: Mark) -> Receipt:
    facts = (("by", mark.who), ("run", mark.run), ("guide", mark.guide), ("guide version", mark.version))
    return Receipt(id=mark.id, kind="mark", title=marked(mark), at=iso_utc(mark.at), facts=_known(facts))


def _of_item(item: Item) -> Receipt:
    facts = (
        ("state", item.state.value),
        ("owner", item.parked.owner or ""),
        ("held by", item.holder or ""),
        ("due", iso_utc(item.parked.due)),
        ("question", item.parked.question),
    )
    return Receipt(
        id=f"handoff:{item.id}",
        kind="handoff",
        title=item.parked.title,
        at=iso_utc(item.parked.opened_at),
        facts=_known(facts),
    )


def web_address(value: object) -> str:
    """The text where it is an address of the web; of anything else nothing, as a page may make it a link."""
    found = str(value or "").strip()
    return found if found.lower().startswith(("https://", "http://")) else ""


def _known(facts: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in facts if value)


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case dict() | list() | tuple():
            return json.dumps(value, ensure_ascii=False, default=str)
        case _:
            return str(value)
