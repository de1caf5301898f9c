"""Incidents as lists and pages, and what became of alerts that were taken in."""

from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from orchestrator.surfaces.terminal.cleaning import clean
from orchestrator.surfaces.terminal.fields import Fields, entries, fields, number, sentence, text, words
from orchestrator.surfaces.terminal.incident_views import further_parts, more_line
from orchestrator.surfaces.terminal.layout import hanging, heading, labelled, shorten
from orchestrator.surfaces.terminal.lists import grid
from orchestrator.surfaces.terminal.screen import Screen
from orchestrator.surfaces.terminal.values import moment_text, parse_time

_TITLE = 60
_RAW = 12  # digits of a hash that a person reads
_STATUSES = {"open": "bold red", "acknowledged": "yellow", "resolved": "green", "merged": "dim"}
_REJECTED = frozenset({"unknown", "unreadable"})
_SHOWN = 50


def incidents_list(incidents: Sequence[Fields], screen: Screen) -> str:
    """One line each."""
    if not incidents:
        return "No incidents. Alerts become incidents by: switchboard incidents ingest FILE\n"
    rows = [
        (
            Text(text(item, "id"), style="cyan"),
            _status(item),
            f"Sev{text(item, 'severity')}",
            time_text(item.get("started_at")),
            ", ".join(words(item, "services")) or "-",
            text(item, "owner") or "-",
            shorten(text(item, "title"), _TITLE, screen.marks.ellipsis),
        )
        for item in incidents
    ]
    return screen.text(grid(("id", "status", "worst", "since (UTC)", "services", "owner", "title"), rows))


def _status(item: Fields) -> Text:
    status = text(item, "status")
    word = f"{status}, flapping" if item.get("flapping") is True else status
    return Text(word, style=_STATUSES.get(status, ""))


def time_text(value: object) -> str:
    """A moment in UTC without empty seconds."""
    moment = parse_time(value)
    return moment_text(moment).removesuffix(":00") if moment else ""


def incident_page(incident: Fields, screen: Screen) -> str:
    """One incident: how it stands, its alerts, what its runs found, what happened."""
    parts: list[RenderableType] = [
        Text.assemble((text(incident, "id"), "bold cyan"), "  ", (sentence(incident, "title"), "bold")),
        labelled([pair for pair in _standing(incident) if pair[1]], indent=2),
    ]
    parts += _list("Alerts", [_message(item) for item in entries(incident, "messages")], screen)
    parts += _list("What triage found", [_report(item) for item in entries(incident, "reports")], screen)
    parts += further_parts(incident, screen)
    events = [(time_text(item.get("at")), sentence(item, "text")) for item in entries(incident, "events")]
    if events:
        parts += [heading("What happened (UTC)"), labelled(events[-_SHOWN:], indent=2)]
    links = [(text(link, "label"), text(link, "url")) for link in entries(incident, "links")]
    if links:
        parts += [heading("Links"), labelled(links, indent=2)]
    if "summary" in incident:
        parts.append(more_line(incident))
    return screen.text(*parts)


def _standing(incident: Fields) -> list[tuple[str, Text | str]]:
    verdict = fields(incident, "verdict")
    suspected = ": ".join(filter(None, (text(verdict, "status").replace("_", " "), sentence(verdict, "summary"))))
    repeats = text(incident, "repeats")
    counts = f"{len(words(incident, 'alerts'))}, {text(incident, 'open_alerts')} open"
    return [
        ("status", _status(incident)),
        ("severity", f"Sev{text(incident, 'severity')}"),
        ("services", ", ".join(words(incident, "services"))),
        ("owner", text(incident, "owner")),
        ("escalation", text(incident, "escalation")),
        ("since (UTC)", time_text(incident.get("started_at"))),
        ("seen by", text(incident, "acknowledged_by")),
        ("resolved (UTC)", time_text(incident.get("resolved_at"))),
        ("alerts", f"{counts}, fired again {repeats} times" if repeats not in {"", "0"} else counts),
        ("verdict", suspected),
        ("confirmed", ", ".join(words(incident, "causes"))),
        ("runs", ", ".join(words(incident, "runs"))),
        ("part of", text(incident, "merged_into")),
        ("follows", text(incident, "follows")),
    ]


def _list(title: str, lines: Sequence[Text | str], screen: Screen) -> list[RenderableType]:
    shown = [(screen.marks.bullet, line) for line in lines[:_SHOWN]]
    if len(lines) > _SHOWN:
        shown.append((screen.marks.bullet, f"and {len(lines) - _SHOWN} more (--json has all)"))
    return [heading(title), hanging(shown)] if shown else []


def _message(alert: Fields) -> Text:
    at, state = time_text(alert.get("changed_at")), text(alert, "condition")
    word = text(alert, "severity_word") or f"Sev{text(alert, 'severity')}"
    return Text.assemble(f"{at}  {state}  ", (sentence(alert, "title"), "bold"), f"  {word}, {text(alert, 'format')}")


def _report(report: Fields) -> Text:
    return Text.assemble((f"{text(report, 'run')}  ", "cyan"), sentence(report, "message"))


def ingested_page(document: Fields, screen: Screen) -> str:
    """What became of each alert, then the incidents as they stand, then the runs that were carried out."""
    rows = [_outcome(item, screen) for item in entries(document, "alerts")]
    if not rows:
        return "There was nothing to take in.\n"
    parts: list[RenderableType] = [grid(("became", "incident", "alert", "why"), rows)]
    incidents = entries(document, "incidents")
    if incidents:
        lines = [f"{text(item, 'id')}  {text(item, 'status')}  {text(item, 'title')}" for item in incidents]
        parts += _list("Incidents", lines, screen)
    runs = [
        Text.assemble((f"{text(run, 'incident')}  ", "cyan"), sentence(run, "message") or text(run, "status"))
        for run in entries(document, "runs")
    ]
    parts += _list("First answers", runs, screen)
    parts += _waiting(document)
    return screen.text(*parts)


def _waiting(document: Fields) -> list[RenderableType]:
    """Who carries out the runs that were not carried out here."""
    count = number(document, "waiting")
    if not count:
        return []
    runs = "1 triage run waits" if count == 1 else f"{count} triage runs wait"
    who = "the worker that is running" if document.get("worker") is True else "a worker: switchboard worker --once"
    return [Text(f"{runs} for {who}", style="dim")]


def _outcome(item: Fields, screen: Screen) -> tuple[Text | str, ...]:
    outcome = text(item, "outcome")
    rejected = outcome in _REJECTED
    why = sentence(item, "reason")
    kept = f"{why}; kept raw as {text(item, 'raw')[:_RAW]}" if rejected else why
    title = text(item, "title") or text(item, "source").rpartition("/")[2]
    return (
        Text(outcome, style="red" if rejected else ""),
        Text(text(item, "incident") or "-", style="cyan"),
        shorten(title, min(_TITLE, screen.width // 3), screen.marks.ellipsis),
        kept,
    )


def unread_list(payloads: Sequence[Fields], screen: Screen) -> str:
    """What could not be read, one line each."""
    if not payloads:
        return "Everything that came in could be read.\n"
    rows = [
        (
            Text(text(item, "sha256")[:_RAW], style="cyan"),
            time_text(item.get("received_at")),
            shorten(clean(item.get("body") or ""), _TITLE, screen.marks.ellipsis),
            sentence(item, "problem"),
        )
        for item in payloads
    ]
    return screen.text(grid(("raw", "received (UTC)", "begins", "why"), rows))
