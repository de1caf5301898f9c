"""Which actions a person must see to: an outcome that nobody knows, one that did not help, broken glass."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

from orchestrator.core.action_history import told
from orchestrator.core.actions.state import Action, Stage
from orchestrator.core.handoffs import Fact, ItemKind, Parked
from orchestrator.core.table import iso_utc

LONGEST_WORK = timedelta(hours=2)
_QUESTIONS = {
    ItemKind.UNKNOWN_ACTION: "Was it done? Look at its target, then: switchboard approvals settle {id}",
    ItemKind.UNVERIFIED_ACTION: "It was done and did not help, or that cannot be told. Decide whether to take it back.",
    ItemKind.BROKEN_GLASS_REVIEW: "Was it right to act alone? Then: switchboard approvals review {id} --note TEXT",
}
_TITLES = {
    ItemKind.UNKNOWN_ACTION: "Nobody knows whether {id} was done",
    ItemKind.UNVERIFIED_ACTION: "{id} was done and is not verified",
    ItemKind.BROKEN_GLASS_REVIEW: "{id} was done alone, behind broken glass",
}
_CAUSES = {
    ItemKind.UNKNOWN_ACTION: "unknown",
    ItemKind.UNVERIFIED_ACTION: "unverified",
    ItemKind.BROKEN_GLASS_REVIEW: "glass",
}


def parked_action(action: Action, kind: ItemKind, *, at: datetime) -> Parked:
    """The item of an action; each attempt whose outcome is unknown is one of its own."""
    request = action.request
    attempt = f":{action.attempts}" if kind is ItemKind.UNKNOWN_ACTION else ""
    return Parked(
        kind=kind,
        cause=f"action:{action.id}:{_CAUSES[kind]}{attempt}",
        title=f"{_TITLES[kind].format(id=action.id)}: {request.workflow} on {request.subject}",
        question=_QUESTIONS[kind].format(id=action.id),
        opened_at=at,
        facts=tuple(_facts(action)),
        service=request.service,
        run=request.run,
        action=action.id,
        incident=request.incident,
    )


def items_of(action: Action, *, at: datetime) -> tuple[Parked, ...]:
    """What a person must see to about an action as it stands."""
    kinds = []
    if action.stage is Stage.UNKNOWN or _is_late(action, at):
        kinds.append(ItemKind.UNKNOWN_ACTION)
    # where nothing says how to see whether it helped, nobody is asked to
    looked_for = action.request.verification is not None or action.stage is Stage.UNVERIFIED
    if action.stage in {Stage.UNVERIFIED, Stage.UNTOLD} and looked_for:
        kinds.append(ItemKind.UNVERIFIED_ACTION)
    if action.glass is not None and action.review is None:
        kinds.append(ItemKind.BROKEN_GLASS_REVIEW)
    return tuple(parked_action(action, kind, at=at) for kind in kinds)


def _is_late(action: Action, at: datetime) -> bool:
    """Whether a target has been at work for so long that a person should look at it."""
    return action.stage is Stage.ACCEPTED and action.claim is not None and at - action.claim.at >= LONGEST_WORK


def _facts(action: Action) -> Iterator[Fact]:
    request = action.request
    given = json.dumps(dict(request.arguments), ensure_ascii=False, sort_keys=True, default=str)
    yield Fact(text=f"{request.workflow} {given} in {request.environment}", source=action.id)
    if request.because:
        yield Fact(text=request.because, source=request.run or action.id, evidence=request.evidence)
    if request.by_hand:
        yield Fact(text=f"by hand: {request.by_hand}", source=action.id)
    yield Fact(text=f"its key at the target: {action.key}", source=action.id)
    for event in action.events[1:]:
        yield Fact(text=f"{iso_utc(event.at)} {told(event)}", source=action.id)
