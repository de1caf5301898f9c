"""The report of a run without an end, folded from its events: what was found until it was stopped or killed."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from orchestrator.core.report import Json, Report, Status, Unknown, WindowView, in_words, merge
from orchestrator.core.window import Window

Events = Sequence[Mapping[str, object]]


def unfinished_report(events: Events, *, message: str) -> Json:
    """A report of status `failed` from the events as JSON, a part per turn; `message` says why there is no end."""
    starts = [place for place, event in enumerate(events) if event.get("kind") == "TurnStarted"]
    opening = events[: starts[0]] if starts else events
    turns = [events[at:end] for at, end in zip(starts, [*starts[1:], len(events)][: len(starts)], strict=True)]
    report = merge([_part(opening, turn, message=message) for turn in turns or [()]])
    usage = _usage(events)
    return {**report, "usage": usage} if usage else report


def _usage(events: Events) -> Json | None:
    """What the model's calls used by then; None where the embedded planner spoke."""
    counted = [event for event in _all(events, "ModelAnswered") if event.get("input_tokens") is not None]
    if not counted:
        return None
    costs = [cost for event in counted if isinstance(cost := event.get("cost"), int | float)]
    return {
        "model": str(counted[0].get("model")),
        "calls": len(counted),
        "input_tokens": sum(_whole(event.get("input_tokens")) for event in counted),
        "output_tokens": sum(_whole(event.get("output_tokens")) for event in counted),
        "cost": round(sum(costs), 6) if costs else None,
        "estimated": any(event.get("estimated") is True for event in counted),
    }


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def _part(opening: Events, turn: Events, *, message: str) -> Json:
    started, routed, subject = _last(opening, "RunStarted"), _last(opening, "Routed"), _last(turn, "TurnStarted")
    source = str(started.get("source") or "files")
    shown, ruled_out = _claims(turn)
    report = Report(
        status=Status.FAILED,
        run=str(started.get("run") or "unknown"),
        session=str(started.get("session") or "unknown"),
        agent=str(_last(turn, "HandedOff").get("target") or subject.get("agent") or "none"),
        asked=str(subject.get("text") or started.get("message") or ""),
        message=in_words(message, source=source),
        source=source,
        window=_window(turn),
        claims=shown,
        ruled_out=ruled_out,
        evidence=_evidence(turn),
        unknown=_unfinished(turn),
        route={name: routed[name] for name in ("agents", "confidence", "reason") if name in routed},
    )
    steps = [_step(event) for event in _all(turn, "StepFinished")]
    actions = [event.get("action") for event in _all(turn, "ActionProposed")]
    return {**report.document(), "guide": _guide(turn), "steps": steps, "actions": actions}


def _all(events: Events, kind: str) -> Events:
    return [event for event in events if event.get("kind") == kind]


def _last(events: Events, kind: str) -> Mapping[str, object]:
    return next((event for event in reversed(events) if event.get("kind") == kind), {})


def _window(turn: Events) -> WindowView | None:
    found = _last(turn, "WindowResolved")
    if not found:
        return None
    start, end = (datetime.fromisoformat(str(found[edge])) for edge in ("start", "end"))
    return WindowView(window=Window(start, end), zone=str(found["timezone"]), origin=str(found["origin"]))


def _guide(turn: Events) -> Json | None:
    found = _last(turn, "GuideMatched")
    if not found.get("guide"):
        return None
    return {
        "id": found["guide"],
        "title": found.get("title"),
        "version": found.get("version"),
        "reviewed": None,
        "path": None,
    }


def _step(event: Mapping[str, object]) -> Json:
    names = ("title", "status", "outcome", "text", "evidence", "elapsed_ms")
    return {"id": event.get("step"), **{name: event.get(name) for name in names}, "reason": None}


def _evidence(turn: Events) -> tuple[Json, ...]:
    """In the order of the ids: answers arrive in any order."""
    found = [event["evidence"] for event in _all(turn, "EvidenceFound")]
    items = [dict(item) for item in found if isinstance(item, Mapping)]
    return tuple(sorted(items, key=lambda item: (len(str(item.get("id"))), str(item.get("id")))))


def _claims(turn: Events) -> tuple[tuple[Json, ...], tuple[Json, ...]]:
    """What is shown, and what is ruled out: the step that a claim stands for tells which."""
    outcomes = {event.get("step"): event.get("outcome") for event in _all(turn, "StepFinished")}
    shown: list[Json] = []
    ruled_out: list[Json] = []
    for event in _all(turn, "ClaimMade"):
        claim, frame = event.get("claim"), event.get("frame")
        if isinstance(claim, Mapping) and isinstance(frame, Mapping):
            kind = ruled_out if outcomes.get(frame.get("current")) == "ruled_out" else shown
            kind.append({name: claim.get(name) for name in ("text", "evidence", "check")})
    return tuple(shown), tuple(ruled_out)


def _unfinished(turn: Events) -> tuple[Unknown, ...]:
    ended = {(event.get("guide"), event.get("step")) for event in _all(turn, "StepFinished")}
    begun = [event for event in _all(turn, "StepStarted") if (event.get("guide"), event.get("step")) not in ended]
    return tuple(
        Unknown(step=str(event.get("step")), text=f"{event.get('title')}: not finished", reason="the run ended before")
        for event in begun
    )
