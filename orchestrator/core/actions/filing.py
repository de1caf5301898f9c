"""Whether a proposed action is a new one: one fact is acted on by one action at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from orchestrator.core.actions.events import ActionDenied
from orchestrator.core.actions.persons import same_person
from orchestrator.core.actions.request import ActionRequest
from orchestrator.core.actions.state import ACTED, OPEN, UNSETTLED, Action, Stage

DENIED_FOR = timedelta(hours=24)
"""For how long a no stands against the same proposal of a later run."""
HELPED_FOR = timedelta(hours=1)
"""For how long what was done and helped stands against it: a window that begins before it still shows the trouble."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The proposal is an action that there is."""

    action: Action


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """It cannot be proposed while another action on the same thing is not settled."""

    action: Action
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """It is a new action; `replaced` are those whose place it takes."""

    replaced: tuple[Action, ...] = ()


Filing: TypeAlias = Known | Blocked | New


def place(request: ActionRequest, earlier: Sequence[Action], *, now: datetime, again: bool = False) -> Filing:
    """Where a proposal belongs among the earlier actions of its workflow on its subject, oldest first.

    Where it is to be done once until another workflow takes it back, `earlier` holds that one's actions, too. `again`
    means that a person asks for it once more, though it was denied or done before.
    """
    stands_in_the_way = _unsettled(request, earlier) or _done_once(request, earlier)
    if stands_in_the_way is not None:
        return stands_in_the_way
    earlier = [action for action in earlier if action.request.workflow == request.workflow]
    own = _of_the_same_run(request, earlier)
    if own is not None and not again:
        return Known(action=own)
    open_ones = [action for action in earlier if action.stage in OPEN and action.stage_at(now) is not Stage.EXPIRED]
    for action in reversed(open_ones):
        if action.request.fingerprint == request.fingerprint:
            return Known(action=action)
    stands = None if again else _stands(request, earlier, now)
    if stands is not None:
        return Known(action=stands)
    return New(replaced=tuple(open_ones))


def _unsettled(request: ActionRequest, earlier: Sequence[Action]) -> Filing | None:
    """The newest action of which nobody knows yet what became of it."""
    action = next((action for action in reversed(earlier) if action.stage in UNSETTLED), None)
    if action is None:
        return None
    if action.request.fingerprint == request.fingerprint:
        return Known(action=action)
    reason = f"{action.id} on {request.subject} is not settled yet ({action.stage.value}); settle it first"
    return Blocked(action=action, reason=reason)


def _done_once(request: ActionRequest, earlier: Sequence[Action]) -> Filing | None:
    """What was done on this subject and was not taken back since: nobody, and no new wish, does it again."""
    if request.once_until is None:
        return None
    last = next((action for action in reversed(earlier) if action.stage in ACTED), None)
    if last is None or last.request.workflow != request.workflow:
        return None
    if last.request.fingerprint == request.fingerprint:
        return Known(action=last)
    reason = f"{last.id} did it on {request.subject} and stands; {request.once_until} takes it back first"
    return Blocked(action=last, reason=reason)


def _of_the_same_run(request: ActionRequest, earlier: Sequence[Action]) -> Action | None:
    """What this run proposed before, whatever became of it: a run that is taken up again proposes nothing anew."""
    if request.run is None:
        return None
    wanted = (request.run, request.undo_of, request.fingerprint)
    same = [one for one in earlier if (one.request.run, one.request.undo_of, one.request.fingerprint) == wanted]
    return same[-1] if same else None


def _stands(request: ActionRequest, earlier: Sequence[Action], now: datetime) -> Action | None:
    """The newest action of the same proposal, where what became of it still answers a later run's."""
    same = [action for action in earlier if action.request.fingerprint == request.fingerprint]
    if not same:
        return None
    last = same[-1]
    since = now - last.events[-1].at
    denied = last.stage is Stage.DENIED and since < DENIED_FOR and not _changed_their_mind(request, last)
    looked_for = last.stage is Stage.DONE and last.verify_at is not None
    helped = last.stage is Stage.VERIFIED and since < HELPED_FOR
    return last if denied or looked_for or helped else None


def _changed_their_mind(request: ActionRequest, denied: Action) -> bool:
    """Whether one of whom a service vouches asks anew for what they themselves said no to: nobody else decided."""
    said = next((event for event in reversed(denied.events) if isinstance(event, ActionDenied)), None)
    own = said is not None and same_person(said.by, request.requested_by)
    return own and request.authenticated and same_person(denied.request.requested_by, request.requested_by)
