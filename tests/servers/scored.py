"""Results of the scorer as their documents are, for tests of several rooms."""

from typing import Any


def result(number: int, **given: Any) -> dict[str, Any]:
    """A result of the scorer, as its document is."""
    overall = {"satisfaction": 3.0, "label": "neutral", "resolved": 0.9, "abandoned": 0.1}
    overall |= given.pop("overall", {})
    return {
        "id": f"c-{number:04d}",
        "started_at": "2026-06-03T10:00:00Z",
        "queue": "delivery",
        "channel": "chat",
        "contact_reason": "late_delivery",
        "turns": [{"index": 0}, {"index": 1}],
        "summary": "The parcel is late.",
        "evidence": [{"feature": "satisfaction", "turn": 1, "start": 0, "end": 4, "text": "late again"}],
        "provenance": {"scorer_version": given.pop("version", "1.0.0"), "config_sha256": "c" * 64},
        "overall": overall,
        **given,
    }
