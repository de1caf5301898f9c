"""The other formats, and which one a payload is taken for. All values are made up."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestrator.core.alerts.alert import Alert, Condition, read_alert
from orchestrator.core.alerts.formats import Format, detect
from orchestrator.core.alerts.parse import MAX_BYTES, Reading, Received, read_payload, read_text
from orchestrator.core.alerts.severity import read_severity

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
Json = dict[str, Any]
AZURE: Json = {
    "schemaId": "azureMonitorCommonAlertSchema",
    "data": {"essentials": {"alertRule": "r", "severity": "Sev2", "firedDateTime": "2026-11-22T10:20:00Z"}},
}
GROUP: Json = {
    "version": "4",
    "groupKey": '{}:{alertname="High5xx"}',
    "truncatedAlerts": 0,
    "status": "firing",
    "receiver": "switchboard",
    "groupLabels": {"alertname": "High5xx"},
    "commonLabels": {"alertname": "High5xx", "severity": "critical", "service": "checkout"},
    "commonAnnotations": {"summary": "5xx on checkout", "runbook_url": "https://runbooks.example/5xx"},
    "externalURL": "https://alertmanager.example",
    "alerts": [
        {
            "status": "firing",
            "labels": {"alertname": "High5xx", "service": "checkout", "pod": "p-1"},
            "annotations": {"description": "half of all calls"},
            "startsAt": "2026-11-22T10:20:00.5Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "https://prometheus.example/graph",
            "fingerprint": "aa01",
        },
        {
            "status": "resolved",
            "labels": {"alertname": "High5xx", "service": "checkout", "pod": "p-2"},
            "annotations": {},
            "startsAt": "2026-11-22T10:10:00Z",
            "endsAt": "2026-11-22T10:15:00Z",
            "fingerprint": "aa02",
        },
    ],
}
TRIGGER: Json = {
    "routing_key": "0123456789abcdef0123456789abcdef",
    "event_action": "trigger",
    "dedup_key": "disk-web-1",
    "payload": {
        "summary": "disk full on web-1",
        "source": "web-1",
        "severity": "error",
        "timestamp": "2026-11-22T10:20:00Z",
        "component": "checkout",
        "class": "disk",
        "custom_details": {"free": "1%"},
    },
    "links": [{"href": "https://graphs.example/1", "text": "graph"}],
}
EM_EVENT: Json = {
    "source": "scom",
    "node": "web-1",
    "type": "disk",
    "resource": "C:",
    "metric_name": "free",
    "severity": "2",
    "description": "disk nearly full",
    "message_key": "scom-1",
    "additional_info": '{"service": "checkout"}',
    "time_of_event": "2026-11-22 10:20:00",
}


def webhook(kind: str, **data: object) -> Json:
    """A message of PagerDuty's Webhooks v3."""
    about: Json = {"id": "Q1", "title": "checkout is slow", "created_at": "2026-11-22T10:20:00Z", "urgency": "high"}
    about |= {"service": {"summary": "checkout"}, "html_url": "https://pd.example/Q1", "status": "triggered"}
    return {"event": {"event_type": kind, "occurred_at": "2026-11-22T10:30:00Z", "data": about | data}}


def received(document: object, reading: Reading | None = None) -> list[Received]:
    """All records of a payload."""
    return list(read_payload(document, reading or Reading(), at=NOW))


def alert_of(document: object, reading: Reading | None = None) -> Alert:
    """The one alert of a payload."""
    (item,) = received(document, reading)
    assert item.alert is not None, item.problem
    return item.alert


@pytest.mark.parametrize(
    ("document", "headers", "expected"),
    [
        (AZURE, {}, Format.AZURE_MONITOR),
        (AZURE | {"specversion": "1.0"}, {"ce-specversion": "1.0"}, Format.AZURE_MONITOR),
        (GROUP, {}, Format.ALERTMANAGER),
        (GROUP | {"orgId": 1}, {}, Format.ALERTMANAGER),
        (GROUP | {"version": "1", "orgId": 1}, {}, Format.GRAFANA),
        (TRIGGER, {}, Format.PAGERDUTY_EVENT),
        (webhook("incident.triggered"), {}, Format.PAGERDUTY_WEBHOOK),
        ({"specversion": "1.0", "id": "1", "source": "s", "type": "t", "data": AZURE}, {}, Format.CLOUDEVENTS),
        ({"anything": 1}, {"Ce-Specversion": "1.0"}, Format.CLOUDEVENTS),
        ({"records": [EM_EVENT]}, {}, Format.SERVICENOW),
        (EM_EVENT, {}, Format.SERVICENOW),
        ({"labels": {"alertname": "Down"}, "startsAt": "2026-11-22T10:20:00Z"}, {}, Format.ALERTMANAGER),
        ({"title": "checkout is down", "severity": "high"}, {}, Format.PLAIN),
        ({"hello": "world"}, {}, None),
        ({"title": "a page of a book"}, {}, None),
    ],
)
def test_detection_goes_by_what_each_format_promises(document: Json, headers: dict[str, str], expected: Format | None):
    """In the documented order."""
    assert detect(document, headers) is expected


def test_alertmanager_has_an_alert_per_alert():
    """What the group says of all holds for each; an end in year 1 is none."""
    fired, resolved = (item.alert for item in received(GROUP))
    assert fired is not None
    assert resolved is not None
    assert (fired.condition, resolved.condition) == (Condition.FIRED, Condition.RESOLVED)
    assert (fired.severity, fired.severity_word, fired.services) == (0, "critical", ("checkout",))
    assert (fired.title, fired.description) == ("5xx on checkout", "half of all calls")
    assert fired.runbook == "https://runbooks.example/5xx"
    assert resolved.resolved_at == datetime(2026, 11, 22, 10, 15, tzinfo=UTC)
    assert fired.fingerprint != resolved.fingerprint


def test_a_broken_alert_of_a_group_does_not_lose_the_others():
    """It is told with what is wrong and kept."""
    found = received(GROUP | {"alerts": [7, *GROUP["alerts"]]})
    assert [item.alert is not None for item in found] == [False, True, True]
    assert "7 is no alert" in found[0].problem
    assert json.loads(found[0].body)["alerts"] == [7]


def test_grafana_keeps_values_and_links():
    """The same shape with more fields."""
    alert = GROUP["alerts"][0] | {
        "values": {"B": 31},
        "dashboardURL": "https://g.example/d",
        "panelURL": "https://g.example/p",
    }
    found = alert_of(GROUP | {"version": "1", "orgId": 1, "alerts": [alert]})
    assert found.format == "grafana"
    assert found.details == (("B", "31"),)
    assert {"dashboard", "panel"} <= {link.label for link in found.links}


def test_pagerduty_events_follow_their_key():
    """Trigger, acknowledge and resolve are one alert; another team's with the same key is another."""
    fired = alert_of(TRIGGER)
    seen = alert_of({key: TRIGGER[key] for key in ("routing_key", "dedup_key")} | {"event_action": "acknowledge"})
    over = alert_of({key: TRIGGER[key] for key in ("routing_key", "dedup_key")} | {"event_action": "resolve"})
    other = alert_of(TRIGGER | {"routing_key": "ffff"})
    assert [item.condition for item in (fired, seen, over)] == list(Condition)[:3]
    assert len({item.fingerprint for item in (fired, seen, over)}) == 1
    assert other.fingerprint != fired.fingerprint
    assert (fired.severity, fired.services[0]) == (1, "checkout")
    assert over.changed_at == NOW
    assert not over.timed


def test_a_routing_key_is_a_token_and_is_not_kept():
    """Not in the payload and not in the alert."""
    (item,) = received(TRIGGER)
    assert item.alert is not None
    assert TRIGGER["routing_key"] not in item.body + json.dumps(item.alert.document())


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("incident.triggered", Condition.FIRED),
        ("incident.acknowledged", Condition.ACKNOWLEDGED),
        ("incident.resolved", Condition.RESOLVED),
        ("incident.reopened", Condition.FIRED),
    ],
)
def test_pagerduty_webhooks(kind: str, expected: Condition):
    """Each kind of event is a state of its incident."""
    found = alert_of(webhook(kind))
    assert (found.condition, found.services, found.severity) == (expected, ("checkout",), 1)
    assert alert_of(webhook(kind, priority={"summary": "P1"})).severity == 0


def test_a_webhook_that_changes_no_alert_says_so():
    """It is kept."""
    (item,) = received(webhook("incident.workflow.started"))
    assert item.alert is None
    assert "'incident.workflow.started' changes no alert" in item.problem


def test_webhooks_tell_who_was_given_an_incident_how_bad_it_is_and_what_was_written():
    """All of the incident that the other messages are about; a note has the incident inside."""
    given = alert_of(webhook("incident.reassigned", assignees=[{"summary": "Ann"}, {"summary": "Bo"}]))
    rated = alert_of(webhook("incident.priority_updated", priority={"summary": "P1"}))
    inside = {"id": "Q1", "summary": "checkout is slow", "html_url": "https://pd.example/Q1"}
    note = webhook("incident.annotated")
    note["event"]["data"] = {"id": "N1", "type": "incident_note", "incident": inside, "content": "rolled back"}
    noted = alert_of(note)
    assert (given.condition, given.owner) == (Condition.ASSIGNED, "Ann, Bo")
    assert (rated.condition, rated.severity, rated.severity_word) == (Condition.RATED, 0, "P1")
    assert (noted.condition, noted.description, noted.title) == (Condition.NOTED, "rolled back", "checkout is slow")
    fired = alert_of(webhook("incident.triggered"))
    assert {item.fingerprint for item in (given, rated, noted)} == {fired.fingerprint}
    assert [read_alert(item.document()) for item in (given, rated, noted)] == [given, rated, noted]


def test_servicenow_clears_by_severity_or_state():
    """Severity 0 and a closing state are ends; names of severities count as their numbers."""
    fired = alert_of({"records": [EM_EVENT]})
    assert (fired.severity, fired.severity_word, fired.services[0]) == (1, "major", "checkout")
    assert fired.fired_at == datetime(2026, 11, 22, 10, 20, tzinfo=UTC)
    for change in ({"severity": 0}, {"severity": "Clear"}, {"resolution_state": "Closing"}):
        over = alert_of(EM_EVENT | change)
        assert (over.condition, over.fingerprint) == (Condition.RESOLVED, fired.fingerprint)


@pytest.mark.parametrize("coded", [AZURE, json.dumps(AZURE), None])
def test_cloudevents_carry_any_of_them(coded: object):
    """As an object, as a text, or in base64."""
    event: Json = {"specversion": "1.0", "id": "1", "source": "s", "type": "t", "time": "2026-11-22T10:21:00Z"}
    encoded = base64.b64encode(json.dumps(AZURE).encode()).decode()
    event |= {"data": coded} if coded else {"data_base64": encoded}
    assert alert_of(event).format == "azure_monitor"
    assert [item.format for item in received([event, event])] == [Format.AZURE_MONITOR] * 2


def test_a_cloudevent_in_headers_gives_its_time():
    """Where the alert inside has none."""
    headers = {"ce-specversion": "1.0", "Ce-Time": "2026-11-22T10:21:00Z"}
    found = alert_of({"title": "down", "severity": "high"}, Reading(headers=headers))
    assert found.changed_at == datetime(2026, 11, 22, 10, 21, tzinfo=UTC)


def test_envelopes_in_envelopes_end():
    """However deep somebody nests them."""
    event: Json = AZURE
    for _ in range(50):
        event = {"specversion": "1.0", "id": "1", "source": "s", "type": "t", "data": event}
    (item,) = received(event)
    assert item.alert is None


def test_lines_and_lists_and_broken_lines():
    """One bad line is told; the others are read."""
    text = "\n".join([json.dumps(AZURE), "{not json", "", json.dumps([TRIGGER, 5])])
    found = list(read_text(text, Reading(), at=NOW))
    assert [item.alert is not None for item in found] == [True, False, True, False]
    assert found[1].body == "{not json"
    assert "not JSON" in found[1].problem


def test_documents_of_many_lines_may_follow_each_other():
    """As some tools print them."""
    found = list(read_text(f"{json.dumps(AZURE, indent=2)}\n{json.dumps(TRIGGER, indent=2)}\n", Reading(), at=NOW))
    assert [item.format for item in found] == [Format.AZURE_MONITOR, Format.PAGERDUTY_EVENT]


def test_a_document_that_is_too_large_is_told():
    """And its beginning kept."""
    (item,) = read_text(json.dumps({"title": "x" * (MAX_BYTES + 1)}), Reading(), at=NOW)
    assert "more than" in item.problem
    assert len(item.body) <= MAX_BYTES


@pytest.mark.parametrize("depth", [10, 300, 700, 990, 5_000])
def test_any_depth_is_read_or_told(depth: int):
    """However deep somebody nests."""
    text = '{"title": "x", "severity": "high", "labels": ' + '{"a":' * depth + "1" + "}" * depth + "}"
    (item,) = read_text(text, Reading(), at=NOW)
    assert (item.alert is None) == bool(item.problem)


def test_texts_are_bounded_and_without_control_characters():
    """Whatever an alert carries."""
    found = alert_of({"title": "a\x00b\x1b[31m" + "x" * 10_000, "severity": "high", "labels": {"k" * 999: "\ud800"}})
    assert len(found.title) <= 300
    assert not {"\x00", "\x1b"} & set(found.title)
    json.dumps(found.document()).encode("utf-8")


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("Sev0", 0),
        ("Sev4", 4),
        ("SEV1", 0),
        ("SEV5", 4),
        ("P1", 0),
        ("p3", 2),
        ("critical", 0),
        ("page", 0),
        ("warning", 2),
        ("info", 3),
        ("3", 3),
        ("9", 4),
        ("purple", 2),
        ("", 2),
    ],
)
def test_severities_of_many_scales(word: str, expected: int):
    """Azure's numbers stay; scales that begin at 1 are shifted."""
    assert read_severity(word) == expected


def test_a_senders_own_scale_comes_first():
    """By whatever words."""
    assert read_severity("purple", words={"Purple": 0}) == 0


@pytest.mark.parametrize("document", [AZURE, TRIGGER, EM_EVENT, webhook("incident.triggered")])
def test_an_alert_is_read_back_from_its_document(document: Json):
    """Every field."""
    found = alert_of(document)
    assert read_alert(json.loads(json.dumps(found.document()))) == found


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
KEYS = st.sampled_from(
    [
        "data",
        "essentials",
        "alertContext",
        "condition",
        "allOf",
        "dimensions",
        "alerts",
        "labels",
        "status",
        "event",
        "event_type",
        "payload",
        "records",
        "severity",
        "startsAt",
        "firedDateTime",
        "title",
        "services",
        "specversion",
    ]
) | st.text(max_size=5)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5), max_leaves=30
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(value=VALUES, base=st.sampled_from([{}, AZURE, GROUP, TRIGGER, EM_EVENT, webhook("incident.triggered")]))
def test_arbitrary_json_is_read_or_told(value: object, base: Json):
    """Nothing raises, nothing is lost: each record has an alert or a problem, and a body that can be stored."""
    document = base | value if isinstance(value, dict) else value
    for format_ in (None, *(Format)):
        for item in received(document, Reading(format=format_)):
            assert (item.alert is None) == bool(item.problem)
            item.body.encode("utf-8")
            if item.alert is not None:
                assert read_alert(item.alert.document()) == item.alert


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(path=st.sampled_from(["essentials", "alertContext", "customProperties"]), value=VALUES)
def test_any_part_of_an_azure_alert_may_be_anything(path: str, value: object):
    """As senders write what the documentation does not say."""
    essentials = AZURE["data"]["essentials"]
    document = {"schemaId": AZURE["schemaId"], "data": {"essentials": essentials, path: value}}
    for item in received(document):
        assert (item.alert is None) == bool(item.problem)
