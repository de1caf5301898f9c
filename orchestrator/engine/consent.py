"""A requester's own yes or no to what was proposed to them, and what becomes of it."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from orchestrator.core.actions.commands import Approve, Deny
from orchestrator.core.actions.standing import standing
from orchestrator.core.actions.state import Action, Stage
from orchestrator.core.errors import InputError
from orchestrator.core.report import Json
from orchestrator.engine.acting.acting import Acting

VIA = "conversation"


def _wall_clock() -> datetime:
    return datetime.now(UTC)


class RequesterConsent:
    """Takes the yes of the person who asked, as one whom a conversation has identified.

    It counts only where the policy says so (`consent: requester`, up to its limits) and only for exactly what was
    shown. Said twice it is done once.

    Args:
        acting: Does what is approved.
    """

    def __init__(self, acting: Acting, *, clock: Callable[[], datetime] = _wall_clock) -> None:
        self._acting = acting
        self._clock = clock

    async def yes(self, action_id: str, *, by: str, fingerprint: str) -> Json:
        """Approve an action as its requester, and do it; how it stands then."""
        action = await self._own(action_id, by)
        now = self._clock()
        command = Approve(
            by=by,
            authenticated=True,
            fingerprint=fingerprint,
            ruled=self._acting.judge(action.request, now),
            via=VIA,
        )
        handled = await asyncio.to_thread(self._acting.actions.handle, action.id, command, now=now)
        action = handled.action
        if handled.declined is None and action.stage is Stage.APPROVED:
            action = await self._acting.perform(action.id)
        return _told(action, declined=handled.declined)

    async def no(self, action_id: str, *, by: str) -> Json:
        """Withdraw an action as its requester."""
        action = await self._own(action_id, by)
        command = Deny(by=by, reason="the requester said no", via=VIA)
        handled = await asyncio.to_thread(self._acting.actions.handle, action.id, command, now=self._clock())
        return _told(handled.action, declined=handled.declined)

    async def _own(self, action_id: str, by: str) -> Action:
        action = await self._acting.find(action_id)
        if action.request.requested_by != by or not action.request.authenticated:
            raise InputError(f"{action_id} was not asked for by {by!r}: only who asked says yes or no to it here")
        return action


def _told(action: Action, *, declined: str | None) -> Json:
    """How an action stands, as one row of evidence."""
    return {
        "id": action.id,
        "workflow": action.request.workflow,
        "stage": action.stage.value,
        "standing": standing(action),
        "declined": declined or "",
        "waits": action.stage in {Stage.WAITING, Stage.FORBIDDEN},
        "owner": action.owner or "",
        "answer": dict(action.done.answer) if action.done is not None and action.done.answer is not None else {},
    }
