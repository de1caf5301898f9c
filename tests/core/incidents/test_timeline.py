from dataclasses import replace

from dossiers import RUN, dossier, event, later, mark

from orchestrator.core.incidents.dossier import Outcome
from orchestrator.core.incidents.incident import IncidentEventKind
from orchestrator.core.incidents.receipts import receipts_of
from orchestrator.core.incidents.timeline import EntryKind, timeline
from orchestrator.core.incidents.wording import asked_for


def test_everything_that_happened_in_order():
    """Alerts, runs, evidence, people, approvals, actions and handoffs are one list by time."""
    found = timeline(dossier())
    assert [(entry.at, entry.kind.value, entry.receipts[0]) for entry in found] == [
        (later(0), "status", "event:INC-3/1"),
        (later(0.5), "run", "event:INC-3/2"),
        (later(1), "run", "run:r-1"),
        (later(3), "status", "event:INC-3/3"),
        (later(4), "alert", "event:INC-3/4"),
        (later(5), "note", "note:INC-3/1"),
        (later(6), "pin", "note:INC-3/2"),
        (later(7), "update", "note:INC-3/3"),
        (later(21), "evidence", "claim:r-1#C1"),
        (later(22), "evidence", "claim:r-1#C2"),
        (later(23), "run", "run:r-1"),
        (later(24), "action", "action:A-7/1"),
        (later(25), "approval", "action:A-7/2"),
        (later(26), "action", "action:A-7/3"),
        (later(27), "handoff", "handoff:H-5"),
        (later(28), "handoff", "handoff:H-5"),
        (later(32), "action", "action:A-7/4"),
        (later(40), "status", "mark:INC-3/1"),
    ]


def test_from_a_time_on():
    """What happened at that very time is part of it."""
    assert [entry.at for entry in timeline(dossier(), since=later(28))] == [later(28), later(32), later(40)]


def test_what_the_record_no_longer_holds_is_not_cited():
    """An alert that moved to another incident is told of by the event alone."""
    held = receipts_of(dossier())
    found = timeline(dossier())
    assert {name for entry in found for name in entry.receipts} <= set(held)
    assert next(entry.receipts for entry in found if entry.at == later(4)) == ("event:INC-3/4",)


def test_a_run_that_a_person_asked_for_is_a_message():
    """The events of a person's run have an actor."""
    events = tuple(e for e in dossier().events if e.kind is not IncidentEventKind.RUN_REQUESTED)[:-1]
    (said,) = (entry for entry in timeline(dossier(events=events)) if entry.kind is EntryKind.MESSAGE)
    assert said.text == "Asked: checkout returns 502 (run r-1)"


def test_a_run_about_an_alert_is_told_by_its_title():
    """The payload is no text for people; one that is none stays as it is."""
    asked = ('{"title": "5xx on checkout", "labels": {}}', '[{"alertname": "High5xx"}]', "{not json", '{"a": 1}')
    told = [asked_for(replace(RUN, asked=text)) for text in asked]
    assert told == ["the alert 5xx on checkout", "the alert High5xx", "{not json", '{"a": 1}']


def test_a_confirmed_cause_is_told_once():
    """The mark says it, and not the event of the incident besides."""
    text, cause = "local:ana confirmed the cause bad_deploy.", "bad_deploy"
    told = (*dossier().events, event(9, 40, IncidentEventKind.CAUSE_CONFIRMED, text, cause=cause))
    texts = [entry.text for entry in timeline(dossier(events=told, marks=(mark(Outcome.CONFIRMED),)))]
    assert sum("confirmed the cause bad_deploy" in text for text in texts) == 1
