"""An alert as the message that a triage run answers."""

import json
from datetime import UTC, datetime
from typing import Any

from orchestrator.core.alerts.formats import detect
from orchestrator.core.alerts.message import triage_message
from orchestrator.core.alerts.parse import Reading, read_payload

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
GROUP: dict[str, Any] = {
    "version": "4",
    "groupKey": "g",
    "commonLabels": {"service": "basket"},
    "alerts": [{"labels": {"alertname": "Slow", "zone": "2"}, "startsAt": "2026-11-22T10:20:00Z"}],
}


def message_of(payload: dict[str, Any], *services: str) -> dict[str, Any]:
    """The message that a payload becomes."""
    (item,) = read_payload(payload, Reading(), at=NOW)
    assert item.alert is not None
    found = json.loads(triage_message(item.alert, item.body, services=services))
    assert isinstance(found, dict)
    return found


def test_the_payload_is_all_there_and_its_format_is_the_same():
    """With what guides look for at the top: names, labels, the beginning, the service as the inventory has it."""
    found = message_of(GROUP, "cart")
    assert {name: found[name] for name in GROUP} == GROUP
    assert detect(found) is detect(GROUP)
    assert (found["service"], found["alertname"], found["labels"]["zone"]) == ("cart", "Slow", "2")
    assert found["startsAt"] == "2026-11-22T10:20:00Z"


def test_what_a_payload_says_itself_stays():
    """Its own service is not replaced."""
    found = message_of({"title": "slow", "service": "basket", "severity": "high"}, "cart")
    assert found["service"] == "basket"


def test_the_query_of_a_plain_alert_goes_along():
    """Also where a mapping had found it elsewhere in the payload."""
    payload = {"title": "t", "severity": "high", "query": "T | count", "query_from": "2026-11-22T10:00:00Z"}
    payload |= {"query_to": "2026-11-22T10:05:00Z"}
    (item,) = read_payload(payload, Reading(), at=NOW)
    assert item.alert is not None
    found = json.loads(triage_message(item.alert, '{"elsewhere": 1}'))
    assert (found["query"], found["query_from"]) == ("T | count", "2026-11-22T10:00:00Z")


def test_a_body_that_is_no_object_leaves_what_was_read():
    """Nothing raises."""
    (item,) = read_payload(GROUP, Reading(), at=NOW)
    assert item.alert is not None
    assert json.loads(triage_message(item.alert, "not json"))["alertname"] == "Slow"
