from datetime import UTC, datetime

from agents.triage.alert_words import alert_words

NOW = datetime(2026, 11, 25, tzinfo=UTC)


def test_an_alert_is_searched_by_what_it_says() -> None:
    """Names of fields, links, labels and times are no words of a symptom."""
    payload = {
        "version": "4",
        "groupKey": "{}",
        "status": "firing",
        "alerts": [
            {
                "status": "firing",
                "labels": {"alertname": "CheckoutErrors", "service": "checkout"},
                "annotations": {"summary": "checkout returns 502", "description": "since the last deployment"},
                "startsAt": "2026-11-25T10:00:00Z",
                "generatorURL": "http://prometheus/graph",
                "fingerprint": "a1",
            }
        ],
    }
    assert alert_words(payload, at=NOW) == "CheckoutErrors\ncheckout returns 502\nsince the last deployment"


def test_what_is_no_alert_has_no_words() -> None:
    """The message is searched as it is then."""
    assert alert_words({"numbers": [1, 2]}, at=NOW) is None
