"""The name of an alert in payloads of several senders."""

from collections.abc import Mapping

import pytest

from agents.triage.alerts import alert_name


@pytest.mark.parametrize(
    "payload",
    [
        {"data": {"essentials": {"alertRule": "My Alert"}}},
        {"status": "firing", "alerts": [{"labels": {"alertname": "My Alert"}}, {"labels": {"alertname": "Other"}}]},
        {"Labels": {"AlertName": " My Alert "}},
    ],
)
def test_the_name_is_found(payload: Mapping[str, object]) -> None:
    """Whatever else the payload lacks; of a list the first counts."""
    assert alert_name(payload) == "My Alert"


def test_a_payload_without_name_has_none() -> None:
    """An empty list of alerts names nothing."""
    assert alert_name({"alerts": []}) is None
