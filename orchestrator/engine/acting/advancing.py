"""Everything that is due of actions: what a worker calls again and again, and any process may call at any time."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from orchestrator.core.actions.commands import Expire
from orchestrator.core.actions.events import ActionClaimed
from orchestrator.core.actions.state import UNSETTLED, Action, Stage
from orchestrator.core.errors import SwitchboardError
from orchestrator.engine.acting.acting import Acting

AT_ONCE = 4
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=5)
_WATCHED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Advanced:
    """What was done.

    Attributes:
        moved: The actions that stand elsewhere than before, as they stand now.
        troubles: What could not be done, by action.
    """

    moved: tuple[Action, ...] = ()
    troubles: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True, kw_only=True)
class Pauses:
    """How long this process waits before it asks about an action again: twice as long each time."""

    _next: dict[str, tuple[int, datetime]] = field(default_factory=dict)

    def is_over(self, action_id: str, now: datetime) -> bool:
        """Whether it may be asked about now."""
        return action_id not in self._next or now >= self._next[action_id][1]

    def note(self, action_id: str, now: datetime) -> None:
        """It is asked about now."""
        count = self._next.get(action_id, (0, now))[0]
        pause = min(FIRST_PAUSE * 2 ** min(count, 16), LONGEST_PAUSE)
        self._next[action_id] = (count + 1, now + pause)

    def forget_others(self, kept: Iterable[str]) -> None:
        """Forget the actions that are settled."""
        among = frozenset(kept)
        self._next = {name: item for name, item in self._next.items() if name in among}


class Advancing:
    """Does what is due, in the name of the process of `acting`; keeps nothing that a crash would cost."""

    def __init__(self, acting: Acting) -> None:
        self._acting = acting
        self._pauses = Pauses()

    async def advance(self) -> Advanced:
        """Everything due now: expiry, calls, reads, verification, undo, persons. One action's trouble stops no other.

        Raises:
            StoreError: The actions cannot be listed.
        """
        listed = self._acting.actions.listed
        found = [
            # apart, so that no number of others hides what is to be done or settled
            *await asyncio.to_thread(listed, stages=(Stage.APPROVED, *UNSETTLED, Stage.DONE)),
            *await asyncio.to_thread(listed, stages=(Stage.FORBIDDEN, Stage.WAITING)),
            *await asyncio.to_thread(listed, stages=(Stage.UNVERIFIED,), limit=_WATCHED),
        ]
        self._pauses.forget_others(action.id for action in found)
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(action: Action) -> Action | tuple[str, str]:
            async with gate:
                try:
                    return await self._advance_one(action)
                except SwitchboardError as error:
                    return action.id, error.message

        # the oldest first: what was approved first is done first
        ends = await asyncio.gather(*(one(action) for action in reversed(found)))
        before = {action.id: len(action.events) for action in found}
        return Advanced(
            moved=tuple(end for end in ends if isinstance(end, Action) and len(end.events) > before[end.id]),
            troubles=tuple(end for end in ends if not isinstance(end, Action)),
        )

    async def _advance_one(self, action: Action) -> Action:  # noqa: PLR0911  # one case a stage
        acting, now = self._acting, self._acting.clock()
        match action.stage:
            case Stage.FORBIDDEN | Stage.WAITING | Stage.APPROVED if action.stage_at(now) is Stage.EXPIRED:
                handled = await asyncio.to_thread(acting.actions.handle, action.id, Expire(), now=now)
                return handled.action
            case Stage.APPROVED if action.not_before is None or now >= action.not_before:
                return await acting.perform(action.id)
            case Stage.CLAIMED if action.claim is not None and self._may_be_under_way(action.claim, now):
                return action
            case Stage.CLAIMED | Stage.ACCEPTED:
                return await self._paused(action, now, acting.settle)
            case Stage.UNKNOWN:
                return await self._unknown(action, now)
            case Stage.DONE if action.verify_at is not None:
                return await self._paused(action, now, self._looked)
            case Stage.UNVERIFIED if action.undo is None and action.request.undo is not None:
                return await acting.follow_up(action)
            case _:
                return action

    def _may_be_under_way(self, claim: ActionClaimed, now: datetime) -> bool:
        """Its call may be: it is read once it cannot, or its process is gone."""
        gone = claim.process != self._acting.process and self._acting.is_gone(claim.process)
        return now < claim.until and not gone

    async def _unknown(self, action: Action, now: datetime) -> Action:
        """Read the target, where a read can tell; a person is given it in any case."""
        can_read = action.unknown is None or action.unknown.owner == "read"
        if can_read:
            action = await self._paused(action, now, self._acting.settle)
        if action.stage is Stage.UNKNOWN and action.owner is None:
            return await self._acting.follow_up(action)
        return action

    async def _looked(self, action_id: str) -> Action:
        return await self._acting.follow_up(await self._acting.find(action_id))

    async def _paused(self, action: Action, now: datetime, ask: Callable[[str], Awaitable[Action]]) -> Action:
        if not self._pauses.is_over(action.id, now):
            return action
        self._pauses.note(action.id, now)
        return await ask(action.id)
