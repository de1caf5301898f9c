"""What a message raises, told in its run's events and in its report."""

from collections.abc import Sequence
from typing import Any

import pytest

from orchestrator.core.errors import StoreError
from orchestrator.core.events import Event, TriggerRaised
from orchestrator.engine.watching import Raised, Watching

SAID = ({"feature": "trigger.t", "turn": 0, "start": 0, "end": 3, "text": "sue"},)


def kept(run: str) -> str | None:
    """A list that takes everything."""
    return f"H-1 of {run}"


def full(run: str) -> str | None:
    """A list that cannot be written."""
    raise StoreError(f"{run} is not kept")


class Ear:
    """Raises what it was told to, and keeps what it heard."""

    def __init__(self, *handoffs: str, park: Any = kept) -> None:
        self._handoffs = handoffs
        self._park = park
        self.heard: list[tuple[str, int, str]] = []

    def __call__(self, session: str, exchanges: Sequence[tuple[str, str]], message: str) -> Sequence[Raised]:
        """One trigger for each kind of handoff."""
        self.heard.append((session, len(exchanges), message))
        return [Raised(_event(handoff), self._park) for handoff in self._handoffs]


def _event(handoff: str) -> TriggerRaised:
    return TriggerRaised(trigger="t", title="Law", severity="high", handoff=handoff, turn=0, evidence=SAID)


def take(ear: Ear, report: dict[str, Any]) -> tuple[dict[str, Any], list[Event]]:
    """The report and the events."""
    events: list[Event] = []
    given: dict[str, Any] = {"session": "s", "exchanges": [("a", "b")], "emit": events.append}
    return Watching(ear).take(report, message="I will sue", **given), events


@pytest.mark.parametrize(
    ("handoff", "park", "told"),
    [
        ("offer", kept, ["Law (“sue”): a person can be asked to take over: say “let me talk to a person”"]),
        ("make", kept, ["Law (“sue”): it waits for a person now: switchboard handoffs show H-1 of r"]),
        ("make", lambda _: None, ["Law (“sue”): a person should take over, and no list is kept here"]),
        ("make", full, ["Law (“sue”): a person should take over, and no list is kept here"]),
        ("none", kept, []),
    ],
)
def test_a_person_is_offered_or_called(handoff: str, park: Any, told: list[str]) -> None:
    """Before what else is to be done next; the event and its document say the same."""
    report, events = take(Ear(handoff, park=park), {"run": "r", "agent": "shipment", "next": ["go on"]})
    assert report["next"] == [*told, "go on"]
    assert events == [_event(handoff)]
    assert report["raised"] == [
        {"trigger": "t", "title": "Law", "severity": "high", "handoff": handoff, "turn": 0, "evidence": list(SAID)}
    ]


def test_who_works_here_is_not_watched() -> None:
    """An engineer complains of machines; of a message with two subjects the customer's part counts."""
    ear = Ear("make")
    report: dict[str, Any] = {"run": "r", "agent": "triage"}
    assert take(ear, report) == (report, [])
    assert ear.heard == []
    take(ear, {"run": "r", "agent": "triage", "turns": [{"agent": "triage"}, {"agent": "shipment"}]})
    assert ear.heard == [("s", 1, "I will sue")]


def test_where_nothing_is_raised_the_report_stays() -> None:
    """Not even an empty list is added."""
    report: dict[str, Any] = {"run": "r", "agent": "none"}
    assert take(Ear(), report) == (report, [])
