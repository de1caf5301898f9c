"""What people read about where a window came from."""

from datetime import UTC, datetime, timedelta

import pytest

from agents.triage.origins import length_text, window_origin
from orchestrator.core.window import Window
from playbooks.parse import parse_guide

NOW = datetime(2026, 5, 4, 11, tzinfo=UTC)
GUIDE = """---
id: look
title: Look
owner: tests
reviewed: 2026-11-01
applies_to: {symptoms: [slow]}
tables: {T: {TimeGenerated: datetime}}
parameters:
  - {name: p_service, type: string, from: [session]}
  - {name: p_from, type: datetime, from: [{default: now-1h}]}
  - {name: p_to, type: datetime, from: [{default: now}]}
---
## Look {#look}
```kql
T
```
```yaml step
branches:
  - {otherwise: true, finding: "rows"}
```
"""


@pytest.mark.parametrize(
    ("start", "end", "minutes", "until", "said"),
    [
        ("message", "message", 30, NOW, "from the message"),
        ("given", "given", 30, NOW, "given"),
        ("session", "session", 30, NOW, "kept from the question before"),
        ("alert", "alert", 30, NOW, "from the alert"),
        ("default", "default", 60, NOW, "the last hour (no time named)"),
        ("default", "default", 240, NOW, "the last 4 hours (no time named)"),
        ("default", "default", 60, NOW - timedelta(hours=1), "1 hour, as the guide has it (no time named)"),
        ("message", "default", 30, NOW, "start from the message, up to now"),
        ("alert", "default", 90, NOW - timedelta(hours=1), "start from the alert, end 90 minutes after it"),
        ("default", "message", 60, NOW, "end from the message, start 1 hour before it"),
        ("given", "message", 60, NOW, "start given, end from the message"),
    ],
)
def test_the_origin_is_about_the_times_only(start: str, end: str, minutes: int, until: datetime, said: str) -> None:
    """Both ends, or one and what the other hangs on; no parameter's name."""
    guide = parse_guide(GUIDE, path="look.md")
    window = Window(until - timedelta(minutes=minutes), until)
    origins = {"p_service": "session", "p_from": start, "p_to": end}
    assert window_origin(guide, origins, window=window, now=NOW) == said


def test_lengths_are_whole_in_their_unit() -> None:
    """The largest that fits."""
    lengths = [timedelta(days=1), timedelta(hours=36), timedelta(minutes=90), timedelta(seconds=90)]
    assert [length_text(item) for item in lengths] == ["1 day", "36 hours", "90 minutes", "90 seconds"]
