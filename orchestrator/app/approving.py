"""Approves an action for exactly what was shown, and does it at once where enough have approved."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol, cast

import structlog

from orchestrator.app.approval_documents import due
from orchestrator.app.approvals import VIA, Judging, concluded, find_action, read_judging
from orchestrator.app.identity import this_user
from orchestrator.app.state import open_state
from orchestrator.core.actions.commands import Approve, Attest, BreakGlass
from orchestrator.core.actions.state import UNSETTLED, Action, Stage
from orchestrator.core.redaction import redact
from orchestrator.core.report import Json
from orchestrator.settings import Settings
from orchestrator.store.actions import StoredActions

if TYPE_CHECKING:
    from orchestrator.store.database import Database

_log = structlog.get_logger(__name__)
Tell = Callable[[str], None]
WAIT_S = 2.0
LONGEST_WAIT_S = 4 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Yes:
    """What this user said.

    Attributes:
        digest: Of what was shown.
        break_glass: The reason to act alone, or None.
        via: Where it was said: cli or chat.
    """

    digest: str
    break_glass: str | None = None
    via: str = VIA


class Doing(Protocol):
    """Does approved actions, at most once each, and finds out what became of them."""

    async def perform(self, action_id: str) -> Action:
        """Do it, where nobody else does; the action as it stands then, verified where that can be told already."""
        ...

    async def settle(self, action_id: str) -> Action:
        """Read its target; it is not done again by this."""
        ...

    async def verify(self, action_id: str) -> Action:
        """Look for its effect, where it is time."""
        ...

    def take_over(self, action: Action) -> None:
        """Give to a person what needs one."""
        ...


Open = Callable[["Settings", "Database"], AbstractAsyncContextManager[Doing]]


async def approve(settings: Settings, action_id: str, yes: Yes, *, wait: bool, tell: Tell, opened: Open) -> Json:
    """Say yes as this user to what was shown, and do it once enough have.

    Repeated it says the same, and does what is approved and was not begun, such as after a crash.
    """
    with open_state(settings) as database:
        stored, judging, now = StoredActions(database), read_judging(settings), datetime.now(UTC)
        found = find_action(stored, action_id)
        command = _command(found, judging, yes, now=now)
        handled = await asyncio.to_thread(stored.handle, found.id, command, now=now)
        if handled.declined is not None:
            return concluded(handled.action, judging, now, declined=handled.declined)
        action = handled.action
        if action.stage is not Stage.WAITING:
            async with opened(settings, database) as doing:
                action = await _done(action, doing, tell=tell, wait=wait)
            action = stored.find(action.id)  # with the person that it was given to
        return concluded(action, judging, datetime.now(UTC))


def _command(action: Action, judging: Judging, yes: Yes, *, now: datetime) -> Approve | BreakGlass:
    ruled = judging.rule(action.request, now)
    if yes.break_glass is not None:
        return BreakGlass(by=this_user(), fingerprint=yes.digest, reason=yes.break_glass, ruled=ruled, via=yes.via)
    return Approve(by=this_user(), fingerprint=yes.digest, ruled=ruled, via=yes.via)


async def _done(action: Action, doing: Doing, *, tell: Tell, wait: bool) -> Action:
    """Do what is approved; take up what another process left; wait for the verification where that is asked for."""
    request = action.request
    if action.glass is not None:
        doing.take_over(action)
        _log.warning("glass broken", action=action.id, by=action.glass.by, reason=redact(action.glass.reason))
        tell(f"{action.id}: glass broken by {action.glass.by}: {action.glass.reason}; another person reviews it")
    if action.stage is Stage.APPROVED:
        tell(f"{action.id}: calling {request.workflow} on {request.subject}")
        action = await doing.perform(action.id)
    if wait:
        action = await _waited(action, doing, tell=tell)
    doing.take_over(action)
    return action


async def _waited(action: Action, doing: Doing, *, tell: Tell) -> Action:
    """Ask again until it is told; whoever waits may stop at any time, for nothing is lost by it."""
    loop = asyncio.get_running_loop()
    end, told = loop.time() + LONGEST_WAIT_S, ""
    while loop.time() < end and (line := _awaited(action)):
        if line != told:
            tell(f"{action.id}: {line}")
            told = line
        action = await (doing.verify(action.id) if action.stage is Stage.DONE else doing.settle(action.id))
        if _awaited(action):
            await asyncio.sleep(WAIT_S)
    return action


def _awaited(action: Action) -> str:
    """What is still to come, in words; nothing where all is told."""
    if action.stage in UNSETTLED:
        return "waiting for its target"
    looked_for = action.stage is Stage.DONE and action.verify_at is not None
    return f"waiting to see whether it helped, from {action.verify_at} on" if looked_for else ""


async def settle(
    settings: Settings,
    action_id: str,
    *,
    found: str | None,
    note: str,
    tell: Tell,
    opened: Open,
    now: datetime | None = None,
) -> Json:
    """Find out what became of an action: by its target, by its effect, or by what this user saw there."""
    moment = now or datetime.now(UTC)
    with open_state(settings) as database:
        stored, judging = StoredActions(database), read_judging(settings)
        action = find_action(stored, action_id)
        if found is not None:
            attest = Attest(by=this_user(), done=found == "done", note=note)
            handled = await asyncio.to_thread(stored.handle, action.id, attest, now=moment)
            if handled.declined is not None:
                return concluded(handled.action, judging, moment, declined=handled.declined)
            action = handled.action
        elif not due(action, moment):
            return concluded(action, judging, moment)
        async with opened(settings, database) as doing:
            if found is None:
                action = await _looked_after(action, doing, tell=tell)
            doing.take_over(action)
        action = stored.find(action.id)  # with the person that it was given to
        return _settled(action, concluded(action, judging, datetime.now(UTC)))


async def _looked_after(action: Action, doing: Doing, *, tell: Tell) -> Action:
    if action.stage is Stage.DONE:
        tell(f"{action.id}: looking whether it helped")
        return await doing.verify(action.id)
    tell(f"{action.id}: reading what became of {action.key}")
    return await doing.settle(action.id)


def _settled(action: Action, document: Json) -> Json:
    """To know that it was not done is what was asked for."""
    if action.stage is not Stage.FAILED:
        return document
    message = "settled: it was not done; ask again where it is still wanted"
    result = {**cast("Json", document["result"]), "status": "done", "message": message, "next": None}
    return {**document, "result": result}
